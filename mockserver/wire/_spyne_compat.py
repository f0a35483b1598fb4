"""Makes what we use of spyne 2.14.0 importable on Python 3.11 to 3.15. Import this before spyne.

What it would want of Python that is not there any more, and what we do about it:

* Its copy of six finds `six.moves` with an import hook that has `find_module` and no `find_spec`: Python 3.11 warns
  about it, 3.12 and later pass it over. Of the modules that we load, `spyne.service` and `spyne.util.oset` take
  `collections_abc` from there, and nothing takes another; it is put where the import statement looks first. (Replacing
  its whole six fails: spyne has added functions to its copy.)
* `cgi`, gone since 3.13, is imported by `spyne.protocol.soap` and by its servers over HTTP. We load neither.
* `pytz` is imported and not declared; it is a dependency of ours.

The rest of what it imports from the standard library is neither gone nor announced to go by 3.15: `splittype` and
`splithost` of `urllib.parse` have been deprecated since 3.8 without a date. `tests/wire/test_spyne_compat.py` fails if
it begins to load `cgi` or another module of `six.moves`.
"""

from __future__ import annotations

import collections.abc
import sys

sys.modules.setdefault("spyne.util.six.moves.collections_abc", collections.abc)


def forget_hook() -> None:
    """Take spyne's import hook away again: on 3.11 each import that fails would be warned about because of it."""
    sys.meta_path[:] = [hook for hook in sys.meta_path if not type(hook).__module__.startswith("spyne.")]
