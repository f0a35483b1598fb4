"""Jobs that are added before they are made: what a new sandbox starts with, of which most is never looked at.

Rules a maintainer must keep:

1. The ids are known from the start; whatever else there is to a job is made with the first that is asked of its API.
2. Making them twice gives equal jobs: a store may do so, or share them among sandboxes.
3. To who does not know about it, a batch is the sequence of its jobs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import overload

from mockserver.core.job import Job
from mockserver.store.placing import Placing

Made = Mapping[str, Sequence[tuple[Job, Placing]]]
"""The jobs of an API with their times, by kind, in order of arrival."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch(Sequence[tuple[Job, Placing]]):
    """Jobs by API.

    Attributes:
        sizes: how many jobs there are, by (api, kind); no two have one id.
        make: makes all jobs of an API.
    """

    sizes: Mapping[tuple[str, str], int]
    make: Callable[[str], Made]

    def apis(self) -> tuple[str, ...]:
        """Return the APIs that have jobs in it."""
        return tuple(dict.fromkeys(api for api, _ in self.sizes))

    def __len__(self) -> int:
        return sum(self.sizes.values())

    def __iter__(self) -> Iterator[tuple[Job, Placing]]:
        for api in self.apis():
            for made in self.make(api).values():
                yield from made

    @overload
    def __getitem__(self, place: int) -> tuple[Job, Placing]: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[tuple[Job, Placing]]: ...

    def __getitem__(self, place: int | slice) -> tuple[Job, Placing] | Sequence[tuple[Job, Placing]]:
        return list(self)[place]
