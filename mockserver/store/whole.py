"""All that a sandbox holds but its journal, as it stood at one moment; and what was taken away of it."""

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


class Gone(NamedTuple):
    """What `Store.move` took away.

    Attributes:
        jobs: how many, by (api, kind).
        entries: how many journal entries.
        documents: by collection and key.
    """

    jobs: Mapping[tuple[str, str], int]
    entries: int
    documents: Mapping[str, Mapping[str, Any]]
