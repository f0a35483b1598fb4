"""All that a sandbox holds but its journal, as it stood at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mockserver.core.job import Job


class Whole(NamedTuple):
    """What `Store.whole` returns.

    Attributes:
        jobs: by api and kind, in order of arrival.
        counters: by name.
        documents: by collection and key, in order of arrival; none is empty.
    """

    jobs: Sequence[Job]
    counters: Mapping[str, int]
    documents: Mapping[str, Mapping[str, Any]]
