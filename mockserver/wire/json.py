"""JSON as clients send it: read with a bound on how deep it nests."""

from __future__ import annotations

import re
from typing import Any

import orjson

DEPTH = 100
"""How deep JSON may nest: what walks over it (schemas, encoders) does so by recursion."""

MOST = 200_000
"""Objects and lists of a body: they cost thirty times their bytes in memory; no API's message comes near this many."""

_BRACKETS = re.compile(rb"[\[\]{}]")
_TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*+"?')
"""One without an end is one, too: otherwise each quote in it would be tried for the beginning of another."""


class Malformed:
    """Stands where a decoded body should be: the text could not be read."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def read_json(body: bytes, *, most: int = MOST) -> Any:
    """Decode a JSON body; a `Malformed` says why it is none, None stands for an empty one.

    Args:
        most: objects and lists that it may have.
    """
    if not body.strip():
        return None
    if body.count(b"[") + body.count(b"{") > DEPTH:
        outside = _TEXTS.sub(b"", body)
        if outside.count(b"[") + outside.count(b"{") > most:
            return Malformed(f"the body has more than {most} objects and lists")
        if _too_deep(outside):
            return Malformed(f"the body is nested more than {DEPTH} deep")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return Malformed(f"the body is not JSON: {error}")


def _too_deep(brackets: bytes) -> bool:
    """Tell whether brackets nest too deep."""
    depth = deepest = 0
    for one in _BRACKETS.findall(brackets):
        depth += 1 if one in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest > DEPTH
