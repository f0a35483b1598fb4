"""A fault as a value: which requests it is meant for, what it does to them, how often, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from mockserver.api.context import RequestContext
from mockserver.api.response import Response
from mockserver.core.clock import iso
from mockserver.faults.duration import duration
from mockserver.faults.effects import Delay, Effect, Manner, Transport, first_half, parse_delay, parse_effect
from mockserver.journal.matching import Match


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One armed fault.

    Attributes:
        effect: None when it only delays.
        handled: the request is carried out all the same, only its answer is lost.
        times: hits after which it is spent; None for never.
        after: matching requests that pass first.
        probability: with which a request that matches is hit; None for always.
        ttl: real seconds it was armed for; `ends` is when that is over (epoch seconds). None for ever.
        seen: requests that matched.
        hits: requests it acted on.
        given: the effect as it was armed, in the control API's form; testers see it as they wrote it.
    """

    id: str
    match: Match
    given: Mapping[str, Any]
    effect: Effect | None
    delay: Delay | None
    handled: bool = False
    times: int | None = None
    after: int = 0
    probability: float | None = None
    ttl: float | None = None
    ends: float | None = None
    seen: int = 0
    hits: int = 0

    @classmethod
    def parse(cls, fault_id: str, asked: Mapping[str, Any], now: float) -> Self:
        """Read what the control API is asked to arm.

        Args:
            asked: `match`, `effect`, `times`, `after`, `probability`, `ttl`, in the schema's form.
            now: real time in epoch seconds.

        Raises:
            BadFault: it says two things at once, or one that cannot be followed.
        """
        given, ttl = dict(asked["effect"]), asked.get("ttl")
        effect, delay = parse_effect(given), parse_delay(given)
        lasts = None if ttl is None else duration(ttl)
        return cls(
            id=fault_id,
            match=dict(asked.get("match") or {}),
            given=given,
            effect=effect,
            delay=delay,
            handled=bool(given.get("handled")),
            times=asked.get("times"),
            after=asked.get("after", 0),
            probability=asked.get("probability"),
            ttl=lasts,
            ends=None if lasts is None else now + lasts,
        )

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Read what `as_document` has written."""
        own = {name: value for name, value in document.items() if name != "effect"}
        given = document["effect"]
        return cls(
            **own,
            given=given,
            effect=parse_effect(given),
            delay=parse_delay(given),
            handled=bool(given.get("handled")),
        )

    def as_document(self) -> dict[str, Any]:
        """Return the fault as the store keeps it: plain data."""
        return {
            "id": self.id,
            "match": dict(self.match),
            "effect": dict(self.given),
            "times": self.times,
            "after": self.after,
            "probability": self.probability,
            "ttl": self.ttl,
            "ends": self.ends,
            "seen": self.seen,
            "hits": self.hits,
        }

    def as_record(self, now: float) -> dict[str, Any]:
        """Return the control API's record: `as_document` with `ends` as a moment, and whether it still is `armed`.

        Args:
            now: real time in epoch seconds.
        """
        ends = None if self.ends is None else iso(self.ends)
        return {**self.as_document(), "ends": ends, "armed": not self.is_over(now)}

    # --- when it acts -----------------------------------------------------------------------------

    def is_over(self, now: float) -> bool:
        """Tell whether it will never act again, at a real time in epoch seconds."""
        spent = self.times is not None and self.hits >= self.times
        return spent or (self.ends is not None and now >= self.ends)

    def acts(self, chance: float) -> bool:
        """Tell whether it hits the next request that matches, by a chance between 0 and 1."""
        return self.seen >= self.after and (self.probability is None or chance < self.probability)

    def counted(self, *, hit: bool) -> Fault:
        """Return the fault after one more request that matched."""
        return replace(self, seen=self.seen + 1, hits=self.hits + hit)

    # --- what it does -----------------------------------------------------------------------------

    @property
    def delay_before_work(self) -> bool:
        """Whether the wait comes before the request is carried out; otherwise it comes before the answer."""
        return self.delay is not None and self.delay.before_work

    @property
    def replaces_work(self) -> bool:
        """Whether the request is not carried out."""
        return self.effect is not None and self.effect.replaces_work and not self.handled

    @property
    def unanswered(self) -> bool:
        """Whether the client gets not even a status."""
        return self.effect is not None and self.effect.unanswered

    @property
    def hides_answer(self) -> bool:
        """Whether the client does not get the API's own answer, or not the whole of it."""
        return self.effect is not None and self.effect.hides_answer

    @property
    def passes(self) -> float:
        """Sandbox seconds by which the clock goes forward once the request is answered."""
        return 0.0 if self.effect is None else self.effect.passes

    @property
    def transport(self) -> Transport | None:
        """How the answer is sent, where not as usual."""
        return None if self.effect is None else self.effect.transport

    def sent_of(self, body: bytes) -> bytes:
        """Return what is sent of the body of an answer, if one is sent at all."""
        how = self.transport
        return first_half(body) if how is not None and how.manner is Manner.CLOSE_MID_BODY else body

    def response(self, context: RequestContext[Any, Any] | None) -> Response | None:
        """Return the answer in place of the API's own, if there is one (see `Effect.response`)."""
        return None if self.effect is None else self.effect.response(context)

    def spoil(self, response: Response) -> Response:
        """Return the answer with its content spoilt, where that is the effect."""
        return response if self.effect is None else self.effect.spoil(response)
