"""Makes spyne 2.14.0 importable on every Python we support. Import this before spyne.

Its copy of six finds `six.moves` with an import hook of a kind that Python 3.11 warns about and 3.12
dropped. Four modules of it are needed; they are put where spyne looks. (Replacing its whole six
fails: spyne has added functions to its copy.) On 3.13 spyne also needs `cgi`, which comes with
`legacy-cgi`.
"""

from __future__ import annotations

import collections.abc
import http.cookies
import sys
import urllib
import urllib.parse

for _name, _module in (
    ("collections_abc", collections.abc),
    ("http_cookies", http.cookies),
    ("urllib", urllib),
    ("urllib.parse", urllib.parse),
):
    sys.modules.setdefault(f"spyne.util.six.moves.{_name}", _module)


def forget_hook() -> None:
    """Take spyne's import hook away again: on 3.11 each import that fails would be warned about because of it."""
    sys.meta_path[:] = [hook for hook in sys.meta_path if not type(hook).__module__.startswith("spyne.")]
