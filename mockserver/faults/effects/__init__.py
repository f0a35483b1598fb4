"""The effects a fault may have, one file each, and which of them a document of the control API asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.faults.effects.advance import Advance
from mockserver.faults.effects.connection import Connection
from mockserver.faults.effects.delay import Delay
from mockserver.faults.effects.drip import Drip
from mockserver.faults.effects.effect import Effect, Manner, Transport, first_half
from mockserver.faults.effects.garble import Garble
from mockserver.faults.effects.named import Named
from mockserver.faults.effects.status import Status
from mockserver.faults.errors import BadFault

__all__ = ["EFFECTS", "Delay", "Effect", "Manner", "Transport", "first_half", "parse_delay", "parse_effect"]

EFFECTS: tuple[type[Effect], ...] = (Status, Connection, Drip, Garble, Named, Advance)
"""A fault has at most one of these; a delay goes with each of them, or alone."""

_NAMES = tuple(effect.name for effect in EFFECTS)


def parse_delay(given: Mapping[str, Any]) -> Delay | None:
    """Return the delay that a document asks for.

    Raises:
        BadFault: it is no delay.
    """
    if "delay" in given:
        return Delay.parse(given)
    if "before" in given:
        raise BadFault("before goes with a delay")
    return None


def parse_effect(given: Mapping[str, Any]) -> Effect | None:
    """Return the effect that a document asks for, but for its delay; None when it asks for a delay only.

    Raises:
        BadFault: it asks for none, for two at once, or for one that cannot be followed.
    """
    asked = [effect for effect in EFFECTS if effect.name in given]
    if len(asked) > 1:
        raise BadFault(f"{' and '.join(effect.name for effect in asked)} at once; arm two faults", _NAMES)
    if not asked and "delay" not in given:
        raise BadFault("an effect says what goes wrong", (*_NAMES, Delay.name))
    if "status" not in given and ("body" in given or "headers" in given):
        raise BadFault("body and headers go with a status")
    return asked[0].parse(given) if asked else None
