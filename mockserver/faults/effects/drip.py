"""An answer that comes in drops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from mockserver.faults.duration import duration
from mockserver.faults.effects.effect import Effect, Manner, Transport

_WHOLE = 1 << 30
"""Bytes that no answer has more of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drip(Effect):
    """Send the answer in pieces.

    Attributes:
        piece: bytes of each.
        pause: real seconds between two.
    """

    name: ClassVar[str] = "drip"
    words: ClassVar[str] = "{bytes, every}: the answer in pieces of so many bytes, with a pause between two"

    piece: int
    pause: float

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        drip = given["drip"]
        # JSON Schema takes 8.0 and 1e30 for integers.
        return cls(piece=int(min(drip["bytes"], _WHOLE)), pause=duration(drip["every"]))

    @property
    def hides_answer(self) -> bool:
        return False

    @property
    def transport(self) -> Transport:
        return Transport(manner=Manner.DRIP, piece=self.piece, pause=self.pause)
