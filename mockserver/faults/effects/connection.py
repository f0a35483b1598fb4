"""A connection that ends too early."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from mockserver.faults.effects.effect import Effect, Manner, Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection(Effect):
    """End the connection before the answer, in the middle of its body, or by a reset."""

    name: ClassVar[str] = "connection"
    words: ClassVar[tuple[str, ...]] = (Manner.CLOSE_BEFORE.value, Manner.CLOSE_MID_BODY.value, Manner.RESET.value)

    ends: Manner

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        return cls(ends=Manner(given["connection"]))

    @property
    def replaces_work(self) -> bool:
        return self.unanswered

    @property
    def unanswered(self) -> bool:
        return self.ends is not Manner.CLOSE_MID_BODY

    @property
    def transport(self) -> Transport:
        return Transport(manner=self.ends)
