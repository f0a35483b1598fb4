"""Passwords in addresses: `scheme://user:password@host`, also such as no reader of addresses would take.

Rules a maintainer must keep:

1. A host's port and what follows it are public: they are no password though an `@` stands further behind.
2. The walk is linear in the text: each run without a blank is searched for its last `@` once.
"""

from __future__ import annotations

import re

from mockserver.journal.secret_places import Shown

_RUN = re.compile(r"\S+")
_USER = re.compile(r"://(?!\[)[^/\s:]*+:")
_PORT = re.compile(r"""\d{1,5}+(?=[/?#"'\\<>]|\Z)""")
_PASSWORD = re.compile(r"(?:[^/@]*+@)+")
_QUOTED = re.compile(r'["<>]')


def in_addresses(text: str, shown: Shown) -> str:
    """Return a text whose addresses have no passwords."""
    if "://" not in text or "@" not in text:
        return text
    return _RUN.sub(lambda run: _in_run(run[0], shown) if "://" in run[0] and "@" in run[0] else run[0], text)


def _in_run(run: str, shown: Shown) -> str:
    out: list[str] = []
    written = quoted = last = 0
    found = _USER.search(run)
    while found is not None:
        begin = found.end()
        if begin >= quoted:
            quote = _QUOTED.search(run, begin)
            quoted = len(run) if quote is None else quote.start() + 1
            last = run.rfind("@", begin, quoted)
        end = _end(run, begin, last)
        if end > begin:
            out += (run[written:begin], shown(run[begin:end], run[begin:end]))
            written = end
        found = _USER.search(run, max(begin, end))
    return "".join((*out, run[written:])) if out else run


def _end(run: str, begin: int, last: int) -> int:
    """Return where the password that begins there ends; where it begins when it is none.

    Args:
        last: where the last `@` within the quotes or the tag around it stands.
    """
    if _PORT.match(run, begin):
        return begin
    if (password := _PASSWORD.match(run, begin)) is not None:
        return password.end() - 1
    # With a slash in it.
    return max(begin, last)
