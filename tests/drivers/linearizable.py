"""Whether what clients saw of one register could have happened one after the other: Wing and Gong's search, by hand.

A call that got no answer may have been done at any time after it was made, or never. Small histories only: the search
is exponential in the calls that overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call.

    Attributes:
        value: what it wrote, or read.
        began, ended: by one clock; `inf` for a call that got no answer.
    """

    writes: bool
    value: str
    began: float
    ended: float = inf


def is_linearizable(calls: Sequence[Call], first: str) -> bool:
    """Tell whether there is an order of the calls that agrees with their times and with what they read.

    Args:
        first: the value before all of them.
    """
    # A read that got no answer says nothing.
    known = [call for call in calls if call.writes or call.ended < inf]
    seen: set[tuple[frozenset[int], str]] = set()
    stack = [(frozenset(range(len(known))), first)]
    while stack:
        left, value = stack.pop()
        if all(known[place].ended == inf for place in left):
            return True
        if (left, value) in seen:
            continue
        seen.add((left, value))
        earliest = min(known[place].ended for place in left)
        for place in left:
            call = known[place]
            # What began after another had ended comes after it.
            if call.began <= earliest and (call.writes or call.value == value):
                stack.append((left - {place}, call.value))
    return False
