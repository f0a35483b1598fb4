"""How much memory something takes, for tests of what is remembered."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterable
from typing import Any


def most_kept(call: Callable[[Any], object], arguments: Iterable[Any]) -> int:
    """Return the bytes that calls with each of the arguments had kept at most, at any time."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for argument in arguments:
            call(argument)
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
