"""Values JSON can say, as text for stores that keep text: what is written is read as it was, to the byte and back.

Rules a maintainer must keep:

1. The same value is the same text, whoever writes it: stores compare texts.
2. A list has a line for each of its values, so that a script can add one and drop the first without reading JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson

_STRANGE = b" "
"""Before a text that orjson would not write, or not read as it was: lone surrogates, integers beyond 64 bits."""


def dumps(value: Any) -> bytes:
    """Return a value as text.

    Raises:
        TypeError: JSON cannot say it.
    """
    if isinstance(value, list) and value:
        return b"[\n" + b",\n".join(map(_line, value)) + b"\n]"
    return _line(value)


def loads(text: bytes) -> Any:
    """Return the value of a text."""
    if text.startswith(_STRANGE) or (text.startswith(b"[") and b"\n" + _STRANGE in text):
        return json.loads(text)
    return orjson.loads(text)


def compact(value: Any) -> bytes:
    """Return a value as JSON on one line, for whoever reads JSON and not only this.

    Raises:
        TypeError: JSON cannot say it.
    """
    return _line(value).removeprefix(_STRANGE)


def _line(value: Any) -> bytes:
    try:
        return orjson.dumps(value, default=plain)
    except TypeError:
        return _STRANGE + json.dumps(value, separators=(",", ":"), default=plain).encode()


def plain(value: Any) -> Any:
    """Return what JSON can say of a value that it has no word for: a read-only mapping, a set, a tuple.

    Raises:
        TypeError: it is something else.
    """
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} is nothing that JSON can say")
