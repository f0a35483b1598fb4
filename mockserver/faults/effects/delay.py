"""Waiting. A delay goes with every other effect; alone it leaves the answer as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from mockserver.faults.duration import duration
from mockserver.faults.effects.effect import Effect
from mockserver.faults.errors import BadFault

WORK, ANSWER = "work", "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(Effect):
    """Wait, before the answer (a slow network) or before the work (a slow server).

    Attributes:
        least, most: real seconds, between which chance chooses.
        before_work: the request is carried out after the wait, and not before it.
    """

    name: ClassVar[str] = "delay"
    words: ClassVar[str] = "real seconds or text such as 250ms, or {min, max}; goes with every other effect, or alone"

    least: float
    most: float
    before_work: bool = False

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        delay, before_work = given["delay"], given.get("before", ANSWER) == WORK
        if not isinstance(delay, Mapping):
            return cls(least=duration(delay), most=duration(delay), before_work=before_work)
        least, most = duration(delay.get("min", 0)), duration(delay["max"])
        if least > most:
            raise BadFault("delay: min is more than max")
        return cls(least=least, most=most, before_work=before_work)

    def pause(self, fraction: float) -> float:
        """Return the real seconds to wait, by a chance between 0 and 1."""
        return self.least + (self.most - self.least) * fraction
