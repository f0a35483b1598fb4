"""JSON as clients send it: read with a bound on how deep it nests."""

from __future__ import annotations

import re
from typing import Any

import orjson

DEPTH = 100
"""How deep JSON may nest: what walks over it (schemas, encoders) does so by recursion."""

_BRACKETS = re.compile(rb"[\[\]{}]")
_TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*"')


class Malformed:
    """Stands where a decoded body should be: the text could not be read."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def read_json(body: bytes) -> Any:
    """Decode a JSON body; a `Malformed` says why it is none, None stands for an empty one."""
    if not body.strip():
        return None
    if body.count(b"[") + body.count(b"{") > DEPTH and _too_deep(body):
        return Malformed(f"the body is nested more than {DEPTH} deep")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return Malformed(f"the body is not JSON: {error}")


def _too_deep(body: bytes) -> bool:
    """Tell whether brackets outside of texts nest too deep."""
    depth = deepest = 0
    for one in _BRACKETS.findall(_TEXTS.sub(b"", body)):
        depth += 1 if one in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest > DEPTH
