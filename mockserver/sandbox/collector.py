"""Python's garbage collector, kept from looking through what comes by the hundred thousand and stays."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def spared() -> Iterator[None]:
    """Collect nothing meanwhile; what has come by the end counts as there for good, as what a server begins with does.

    A look at a hundred thousand objects takes half as many microseconds, in which nobody is answered. Only in a process
    of the server's own (`mockserver serve`), which has spared the collector at its start: elsewhere it is others'.
    """
    if not gc.isenabled() or not gc.get_freeze_count():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
