"""What a step may be made of that changes several things of a sandbox together (`Store.commit`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mockserver.core.job import Job
from mockserver.store.placing import Placing


class Added(NamedTuple):
    """A job is added; refused when there is one of its id."""

    job: Job
    placing: Placing


class Swapped(NamedTuple):
    """A job is replaced; refused when it is no longer as `old` says (its version differs).

    Attributes:
        listed: the listings that `old` stands in; None: `new` stands in the same, whatever `placing` says of them.
    """

    old: Job
    new: Job
    placing: Placing
    listed: Sequence[str] | None


class Replaced(NamedTuple):
    """A document is replaced (None: absent); refused when it is no longer `old`."""

    collection: str
    key: str
    old: Any
    new: Any


class Appended(NamedTuple):
    """A value is added to a document that is a list, and the oldest go beyond `limit`; never refused.

    Its field `number` says which request was the last that had begun.
    """

    collection: str
    key: str
    value: Mapping[str, Any]
    limit: int


Row = Added | Swapped | Replaced | Appended
