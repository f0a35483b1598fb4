"""What a sandbox saw that a test should not have passed with, each as a sentence."""

from __future__ import annotations

from collections.abc import Collection

from mockserver.client import ControlError
from mockserver.client.sentences import broken_contract, fault_for_nothing
from mockserver.testing.asked import Asked
from mockserver.testing.handles import Sandbox


def problems(sandbox: Sandbox, asked: Asked, alternatives: Collection[str] = ()) -> list[str]:
    """Return what is wrong with what happened in a sandbox, as far as the test asks; it stays as it is.

    Args:
        alternatives: ids of faults of which one is enough to fire: clients ask by different operations.
    """
    found = [] if asked.allow_violations else broken_contracts(sandbox)
    if not asked.allow_unused_faults:
        found += faults_for_nothing(sandbox, alternatives)
    if asked.jobs_seen_to_the_end:
        found += jobs_left(sandbox)
    return found


def broken_contracts(sandbox: Sandbox) -> list[str]:
    """Return each breach of contract that happened in a sandbox, as a sentence."""
    return [broken_contract(one, _asked(sandbox, one["request"])) for one in sandbox.control.violations()]


def _asked(sandbox: Sandbox, number: int) -> str:
    try:
        request = sandbox.control.request(number)
    except ControlError:
        return f"request {number}"  # the journal has dropped it
    return f"request {number} ({request.method} {request.path})"


def faults_for_nothing(sandbox: Sandbox, alternatives: Collection[str] = ()) -> list[str]:
    """Return each armed fault that nothing has hit, as a sentence; of alternatives when nothing has hit any."""
    unused = sandbox.faults.list(unused=True)
    found = [fault_for_nothing(one) for one in unused if one.id not in alternatives]
    if alternatives and sum(one.id in alternatives for one in unused) == len(alternatives):
        found.append("no fault of the scenario fired: the client never asked what they are armed for")
    return found


def jobs_left(sandbox: Sandbox) -> list[str]:
    """Return each job that a client left before it was told that the job had ended, as a sentence."""
    last: dict[tuple[str, str], str | None] = {}
    for one in sandbox.requests():
        if one.api is None or one.job is None:
            continue
        key = (one.api, one.job)
        last.setdefault(key, f"asked about it in request {one.number} ({one.operation}) and never what became of it")
        if one.told is not None:
            seen = f"last saw it {one.told.state} in request {one.number} ({one.operation})"
            last[key] = None if one.told.final else seen
    return [
        f"the client left {api} job {job} while it was not final: it {seen}"
        for (api, job), seen in last.items()
        if seen is not None and _is_there(sandbox, api, job)
    ]


def _is_there(sandbox: Sandbox, api: str, job: str) -> bool:
    try:
        sandbox.control.job(api, job)
    except ControlError:
        return False  # a client that deleted it has seen the end of it; one that never was has none
    return True


def states_for_nothing(sandbox: Sandbox) -> list[str]:
    """Return each forced state that no client saw, as a sentence; the sandbox is reset by it."""
    return [
        f"no client saw {one['api']} {one['kind']} {one['id']} in the forced state {one['state']}: "
        "it has tested nothing"
        for one in sandbox.control.reset().get("forced_unseen", ())
    ]
