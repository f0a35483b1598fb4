"""What has been exercised since the last reset: operations, the named responses of their contracts, states.

Counters of the sandbox hold it, so that neither the journal's ring nor a second process can lose any.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from mockserver.api.definition import Api
from mockserver.contracts.loader import Contracts
from mockserver.contracts.model import Violation
from mockserver.journal import masking
from mockserver.store.base import Store

CALLED, ANSWERED, SEEN = "called ", "answered ", "seen "
VIOLATIONS = "violations"
VIOLATIONS_KEPT = 1000
"""Requests whose breaches a sandbox remembers: the first, for they are what the rest follows from."""


@lru_cache(maxsize=1024)
def counters(operation: str | None, response: str | None, seen: tuple[str, str, str] | None) -> Sequence[str]:
    """Return what a finished call adds one to.

    Args:
        operation: with the API's name; None when the call reached none.
        response: the named response it got.
        seen: API, kind and state of the job whose state it was told.
    """
    if operation is None:
        return ()
    called = f"{ANSWERED}{operation} {response}" if response else f"{CALLED}{operation}"
    return (called,) if seen is None else (called, f"{SEEN}{'/'.join(seen)}")


async def keep_violations(
    store: Store, sandbox: str, number: int, operation: str | None, found: Sequence[Violation]
) -> None:
    """Remember breaches of one request."""
    if await store.count(sandbox, VIOLATIONS) <= VIOLATIONS_KEPT:
        kept = [{"request": number, "operation": operation, **one.as_dict()} for one in found]
        await store.write(sandbox, VIOLATIONS, str(number), kept)


async def violations(store: Store, sandbox: str) -> list[dict[str, Any]]:
    """Return the breaches since the last reset, oldest first, secrets masked."""
    kept = await store.collection(sandbox, VIOLATIONS)
    hide = masking.current()
    return [
        {**one, "message": hide.sentence(one["pointer"], one["message"])} for found in kept.values() for one in found
    ]


async def report(store: Store, sandbox: str, apis: Iterable[Api], contracts: Contracts) -> dict[str, Any]:
    """Return what has been exercised, and what there is.

    Keys: `operations` (name -> `requests`, `responses`), `states` (API -> kind -> state -> times told), `summary`
    (of each, how many were `exercised` and how many there are).
    """
    apis = tuple(apis)
    # Most are asked for here for the first time, and others are served meanwhile.
    await asyncio.to_thread(_read, apis, contracts)
    counters = await store.counters(sandbox)
    operations: dict[str, Any] = {}
    states: dict[str, Any] = {}
    for api in apis:
        for operation in api.operations:
            name = f"{api.name}.{operation.name}"
            operations[name] = _operation(name, contracts, counters)
        states[api.name] = _states(api, counters)
    return {"operations": operations, "states": states, "summary": _summary(operations, states)}


def _read(apis: Iterable[Api], contracts: Contracts) -> None:
    for api in apis:
        for operation in api.operations:
            contracts.get(f"{api.name}.{operation.name}")


def _operation(name: str, contracts: Contracts, counters: Mapping[str, int]) -> dict[str, Any]:
    contract = contracts.get(name)
    named = [response.name for response in contract.responses] if contract else []
    responses = {response: counters.get(f"{ANSWERED}{name} {response}", 0) for response in named}
    calls = sum(responses.values()) + counters.get(f"{CALLED}{name}", 0)
    return {"requests": calls, "responses": responses}


def _summary(operations: Mapping[str, Any], states: Mapping[str, Any]) -> dict[str, Any]:
    answered = [times for one in operations.values() for times in one["responses"].values()]
    shown = [times for kinds in states.values() for kind in kinds.values() for times in kind.values()]
    return {
        "operations": _share([one["requests"] for one in operations.values()]),
        "responses": _share(answered),
        "states": _share(shown),
    }


def _states(api: Api, counters: Mapping[str, int]) -> dict[str, dict[str, int]]:
    return {
        kind: {str(name): counters.get(f"{SEEN}{api.name}/{kind}/{name}", 0) for name in machine.by_name}
        for kind, machine in api.machines.items()
    }


def _share(times: list[int]) -> dict[str, int]:
    return {"exercised": sum(count > 0 for count in times), "of": len(times)}
