"""How long a fault makes a client wait, and how much of a sandbox's time passes by it."""

from __future__ import annotations

from mockserver.core.errors import BadPlan
from mockserver.core.plan import seconds
from mockserver.faults.errors import BadFault

LONGEST = 3600.0
"""Seconds a delay may take."""


def duration(value: float | str, longest: float = LONGEST) -> float:
    """Return the seconds that a number, or a text such as `250ms`, says.

    Raises:
        BadFault: it says none, or more than the longest.
    """
    try:
        found = seconds(value)
    except BadPlan as error:
        raise BadFault(str(error)) from None
    if not 0 <= found <= longest:
        raise BadFault(f"{value!r} is no duration between 0 and {longest:g} seconds")
    return found
