"""Where a job stands in a store's indexes, and a page of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mockserver.core.job import Job


class Placing(NamedTuple):
    """Where a job stands in the indexes: when it wants to be looked at again by itself, and what lists it.

    Attributes:
        due: when its next planned change comes (epoch seconds of sandbox time); None when none is planned for a time.
        expiry: when it is forgotten (the same); None when it is not.
        listings: names of listings, each of some jobs of one api and kind.
    """

    due: float | None = None
    expiry: float | None = None
    listings: tuple[str, ...] = ()


UNPLACED = Placing()
"""Of a job that waits for nothing, and that no listing has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Jobs in the asked order.

    Attributes:
        total: how many there are of that api and kind, or in that listing, in all.
        last: the place of the last of these jobs, after which the next page goes on; without jobs the one asked for.
    """

    jobs: Sequence[Job]
    total: int
    last: int | None = None
