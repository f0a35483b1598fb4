"""Time that passes while a client is at work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from mockserver.faults.duration import duration
from mockserver.faults.effects.effect import Effect

LONGEST = 3.2e8
"""Sandbox seconds that one request may take the clock forward: ten years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance(Effect):
    """Put the sandbox's clock forward once the request is answered: a token expires, results come.

    Attributes:
        time: sandbox seconds.
    """

    name: ClassVar[str] = "advance"
    words: ClassVar[str] = (
        "sandbox seconds or text such as 2h: the clock goes forward by so much once the request is answered"
    )

    time: float

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        return cls(time=duration(given["advance"], LONGEST))

    @property
    def hides_answer(self) -> bool:
        return False

    @property
    def passes(self) -> float:
        return self.time
