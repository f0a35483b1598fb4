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
        relisted: when time takes it out of its listings, or puts it into others, if nobody else does anything to it
            (the same): it is forgotten, say. None when time does not.
        listings: names of listings, each of some jobs of one api and kind.
    """

    due: float | None = None
    relisted: float | None = None
    listings: tuple[str, ...] = ()


UNPLACED = Placing()
"""Of a job that waits for nothing, and that no listing has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Jobs in the asked order.

    Attributes:
        total: how many there are of that api and kind, or in that listing, in all.
        places: where each of these jobs stands; the next page goes on after the last of them.
    """

    jobs: Sequence[Job]
    total: int
    places: Sequence[int] = ()

    @property
    def last(self) -> int | None:
        """Return the place of the last of these jobs, or None without any."""
        return self.places[-1] if self.places else None
