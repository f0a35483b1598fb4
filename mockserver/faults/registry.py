"""Faults: what goes wrong on purpose, for which requests, and how often.

A fault is a document of the sandbox, so that all processes agree on it and `reset` forgets it; it is
counted by compare-and-swap. What an effect does to an answer is in `effects`.

Rules a maintainer must keep:

1. When nothing is armed, a request pays nothing: the store says so when it arrives.
2. The first fault that matches and is due acts; one that lets a request pass leaves it to the next.
3. Chance comes from the seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mockserver.core.clock import iso
from mockserver.core.errors import BadPlan, DomainError
from mockserver.core.plan import seconds
from mockserver.journal.matching import FIELDS, Facts, fits
from mockserver.store.base import FAULTS

if TYPE_CHECKING:
    from mockserver.api.definition import Api
    from mockserver.sandbox.sandbox import Sandbox

LIMIT = 1000
"""Faults a sandbox may have: each is looked at by every request."""

CONNECTION = ("close-before", "close-mid-body", "reset")
GARBLE = ("truncate", "not-utf8", "wrong-content-type", "empty")
LONGEST = 3600.0
"""Seconds a delay may take."""

MAIN = ("status", "connection", "drip", "garble", "named")
"""Effects of which a fault has at most one; `delay` goes with each of them, or alone."""


class BadFault(DomainError):
    """A fault that cannot be armed; `allowed` lists what could stand there."""

    def __init__(self, message: str, allowed: tuple[str, ...] | None = None) -> None:
        super().__init__(message)
        self.allowed = allowed


class UnknownFault(DomainError):
    """No fault of that id."""

    def __init__(self, fault_id: str) -> None:
        super().__init__(f"no fault {fault_id!r}")


class Faults:
    """The faults of one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._store = sandbox.store
        self._box = sandbox.name

    async def arm(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Arm a fault; return its record.

        Args:
            given: `match`, `effect`, `times`, `after`, `probability`, `ttl`, in the control API's form.

        Raises:
            BadFault: it could never act, or says two things at once.
        """
        match, effect = given.get("match") or {}, given["effect"]
        _check_match(match, self._sandbox.apis)
        _check_effect(effect, match, self._sandbox.apis)
        if len(await self._store.collection(self._box, FAULTS)) >= LIMIT:
            raise BadFault(f"{LIMIT} faults are armed already; remove some")
        number = await self._store.count(self._box, "fault")
        ttl = given.get("ttl")
        fault = {
            "id": f"fault-{number}",
            "match": dict(match),
            "effect": dict(effect),
            "times": given.get("times"),
            "after": given.get("after", 0),
            "probability": given.get("probability"),
            "ttl": None if ttl is None else _duration(ttl),
            "ends": None if ttl is None else self._sandbox.real() + _duration(ttl),
            "seen": 0,
            "hits": 0,
        }
        await self._store.write(self._box, FAULTS, fault["id"], fault)
        return self.describe(fault)

    async def all(self, *, unused: bool = False) -> list[dict[str, Any]]:
        """Return the faults in the order in which they were armed."""
        found = await self._store.collection(self._box, FAULTS)
        return [self.describe(fault) for fault in found.values() if not unused or fault["hits"] == 0]

    async def get(self, fault_id: str) -> dict[str, Any]:
        """Return one fault.

        Raises:
            UnknownFault: there is none of that id.
        """
        fault = await self._store.read(self._box, FAULTS, fault_id)
        if fault is None:
            raise UnknownFault(fault_id)
        return self.describe(fault)

    async def disarm(self, fault_id: str) -> dict[str, Any]:
        """Remove one fault; return its last record.

        Raises:
            UnknownFault: there is none of that id.
        """
        while True:
            fault = await self._store.read(self._box, FAULTS, fault_id)
            if fault is None:
                raise UnknownFault(fault_id)
            if await self._store.replace(self._box, FAULTS, fault_id, fault, None):
                return self.describe(fault)

    async def meet(self, facts: Facts) -> Mapping[str, Any] | None:
        """Return the fault that acts on a request, counted; None when none does."""
        for fault_id, fault in (await self._store.collection(self._box, FAULTS)).items():
            named = fault["effect"].get("named")
            if named is not None and not self._has(facts.api, named):
                continue
            if fits(fault["match"], facts):
                acting = await self._count(fault_id, fault)
                if acting is not None:
                    return acting
        return None

    async def _count(self, fault_id: str, fault: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """Count one matching request; return the fault when it acts on it."""
        while fault is not None:
            if self._over(fault):
                return None
            acts = fault["seen"] >= fault["after"] and self._by_chance(fault)
            counted = {**fault, "seen": fault["seen"] + 1, "hits": fault["hits"] + acts}
            if await self._store.replace(self._box, FAULTS, fault_id, fault, counted):
                return counted if acts else None
            fault = await self._store.read(self._box, FAULTS, fault_id)
        return None

    def _over(self, fault: Mapping[str, Any]) -> bool:
        spent = fault["times"] is not None and fault["hits"] >= fault["times"]
        return spent or (fault["ends"] is not None and self._sandbox.real() >= fault["ends"])

    def _by_chance(self, fault: Mapping[str, Any]) -> bool:
        likely = fault["probability"]
        return likely is None or self._sandbox.ids.fraction(f"fault/{fault['id']}", fault["seen"]) < likely

    def _has(self, api: str | None, named: str) -> bool:
        return api is not None and any(one.name == named for one in self._sandbox.apis[api].faults)

    def pause(self, fault: Mapping[str, Any]) -> float:
        """Return the real seconds a fault delays this hit by."""
        delay = fault["effect"].get("delay")
        if delay is None:
            return 0.0
        if not isinstance(delay, Mapping):
            return seconds(delay)
        least, most = seconds(delay.get("min", 0)), seconds(delay["max"])
        return least + (most - least) * self._sandbox.ids.fraction(f"delay/{fault['id']}", fault["hits"])

    def describe(self, fault: Mapping[str, Any]) -> dict[str, Any]:
        """Return a fault's record."""
        ends = fault["ends"]
        return {**fault, "ends": None if ends is None else iso(ends), "armed": not self._over(fault)}


def catalogue(apis: Mapping[str, Api]) -> dict[str, Any]:
    """Return what a fault may match and do, and each API's named faults."""
    return {
        "match": list(FIELDS[:5]) + list(FIELDS[6:]),
        "effects": {
            "delay": "real seconds or text such as 250ms, or {min, max}; goes with every other effect, or alone",
            "status": "a number, with optional headers and body (text, or an object sent as JSON)",
            "connection": list(CONNECTION),
            "drip": "{bytes, every}: the answer in pieces of so many bytes, with a pause after each",
            "garble": list(GARBLE),
            "named": "one of the API's own failures, in its own bytes",
            "handled": "true: the request is carried out all the same, only its answer is lost",
        },
        "named": {
            api.name: [
                {
                    "name": fault.name,
                    "title": fault.title,
                    "confidence": str(fault.confidence),
                    "source": fault.source,
                }
                for fault in api.faults
            ]
            for api in apis.values()
        },
    }


def _check_match(match: Mapping[str, Any], apis: Mapping[str, Api]) -> None:
    api, operation = match.get("api"), match.get("operation")
    if api is not None and api not in apis:
        raise BadFault(f"no API {api!r} here", tuple(apis))
    if operation is not None:
        known = [f"{one.name}.{each.name}" for one in apis.values() for each in one.operations]
        if operation not in known and not any(name.endswith(f".{operation}") for name in known):
            likely = tuple(name for name in known if api is None or name.startswith(f"{api}."))
            raise BadFault(f"no operation {operation!r} here, so nothing would ever hit this fault", likely)
        if api is not None and "." in operation and not operation.startswith(f"{api}."):
            raise BadFault(f"{operation} is no operation of {api}, so nothing would ever hit this fault")


def _check_effect(effect: Mapping[str, Any], match: Mapping[str, Any], apis: Mapping[str, Api]) -> None:
    main = [name for name in MAIN if name in effect]
    if len(main) > 1:
        raise BadFault(f"{' and '.join(main)} at once; arm two faults", MAIN)
    if not main and "delay" not in effect:
        raise BadFault("an effect says what goes wrong", (*MAIN, "delay"))
    if "status" not in effect and ("body" in effect or "headers" in effect):
        raise BadFault("body and headers go with a status")
    delay = effect.get("delay")
    if isinstance(delay, Mapping):
        if _duration(delay.get("min", 0)) > _duration(delay["max"]):
            raise BadFault("delay: min is more than max")
    elif delay is not None:
        _duration(delay)
    if "drip" in effect:
        _duration(effect["drip"]["every"])
    if "named" in effect:
        api = match.get("api") or match.get("operation", "").partition(".")[0]
        of = [apis[api]] if api in apis else list(apis.values())
        names = tuple(dict.fromkeys(fault.name for one in of for fault in one.faults))
        if effect["named"] not in names:
            raise BadFault(f"no fault {effect['named']!r} of {', '.join(one.name for one in of)}", names)


def _duration(value: float | str) -> float:
    try:
        found = seconds(value)
    except BadPlan as error:
        raise BadFault(str(error)) from None
    if not 0 <= found <= LONGEST:
        raise BadFault(f"{value!r} is no duration between 0 and {LONGEST:g} seconds")
    return found
