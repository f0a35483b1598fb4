"""Makes spyne 2.14.0 importable on Python 3.12 and later. Import this before spyne.

Its copy of six finds `six.moves` with an import hook of the kind that Python 3.12 dropped. Four
modules of it are needed; they are put where spyne looks. (Replacing its whole six fails: spyne
has added functions to its copy.) On 3.13 it also needs `cgi`, which comes with `legacy-cgi`.
"""

from __future__ import annotations

import collections.abc
import http.cookies
import sys
import urllib
import urllib.parse

if sys.version_info >= (3, 12):
    for _name, _module in (
        ("collections_abc", collections.abc),
        ("http_cookies", http.cookies),
        ("urllib", urllib),
        ("urllib.parse", urllib.parse),
    ):
        sys.modules.setdefault(f"spyne.util.six.moves.{_name}", _module)
