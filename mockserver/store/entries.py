"""A journal's entries as stores hand them out: some of them at a time, however many and however long they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

PART = 200
"""Entries that one step reads at most: others have their turn between two."""

BYTES = 1 << 19
"""Bytes of entries that one step reads at most where they are text, unless one alone is longer: some milliseconds."""


class Numbered(Protocol):
    """A journal entry, as far as a store looks into it."""

    @property
    def number(self) -> int:
        """The number that `begin_request` drew for it."""

    @property
    def is_answered(self) -> bool:
        """Whether it says what came of the request."""


class Part(NamedTuple):
    """Some entries of a journal, and what the journal was at that moment.

    Attributes:
        entries: in the order that was asked for.
        rest: the number beyond which there are more of those asked for; None: these were the last.
        size: how many there are of those asked for, in this part and the next ones.
        first, last: the lowest and the highest number in the whole journal; 0 when it is empty.
    """

    entries: Sequence[Any]
    rest: int | None
    size: int
    first: int
    last: int
