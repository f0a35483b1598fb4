"""Python's garbage collector, kept from looking through what comes by the hundred thousand and stays."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 2_000
"""Objects that are looked at in one go: a fraction of a millisecond. By it a process that was spared is known, too."""


def spare() -> None:
    """Keep the collector of a process of the server's own from what stays for good, and from each hundred requests.

    The journal's ring keeps young objects alive, which the collector takes for a sign to look at everything; a
    request leaves no cycles behind, so there is next to nothing to find. What it does look at is little at a time:
    50,000 objects take it ten milliseconds, for which everybody waits.
    """
    gc.freeze()
    gc.enable()
    # Where the collector takes the old ones in steps (3.14), a larger second number makes the steps shorter.
    gc.set_threshold(YOUNG, 4 if sys.version_info < (3, 14) else 20, 5_000)


@contextmanager
def spared() -> Iterator[None]:
    """Collect nothing meanwhile; what has come by the end counts as there for good, as what a server begins with does.

    A look at a hundred thousand objects takes half as many microseconds, in which nobody is answered. Only in a process
    of the server's own (`mockserver serve`), which has spared the collector at its start: elsewhere it is others'.
    """
    # To count what is frozen (`gc.get_freeze_count`) takes a tenth of a second for a million objects.
    if not gc.isenabled() or gc.get_threshold()[0] != YOUNG:
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
