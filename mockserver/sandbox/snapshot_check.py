"""Whether a snapshot can be restored, found out whole before anything changes: the pointer to what is wrong, and why.

Rules a maintainer must keep:

1. Whatever is restored is used without another look, so that a wrong type that passes here is a failure later.
2. What an API keeps of its own is described beside its fixtures: `$defs/kept` of `fixtures/<api>.schema.json`.
3. What a server writes to its own file it can read again, whatever it was given and however long it has gone on since.
"""

from __future__ import annotations

import asyncio
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.api.definition import Api
from mockserver.contracts.checker import pointer
from mockserver.core.clock import CLOCK_ENDS, Clock, clock_moment
from mockserver.core.errors import DomainError
from mockserver.core.job import Job
from mockserver.core.machine import Machine
from mockserver.faults.model import Fault
from mockserver.journal import forced_states as forced
from mockserver.journal.match_names import UnknownName, check_match
from mockserver.sandbox.fixtures import schema
from mockserver.sandbox.fixtures.merge import BadFixture, Fixtures, inline, merge_in_turns
from mockserver.sandbox.sandbox import Sandbox
from mockserver.sandbox.settings import settings_of
from mockserver.sandbox.snapshot_schema import COLLECTIONS, FORMAT, counted, problem_of
from mockserver.store import codec
from mockserver.store.base import CLOCK, FAULTS, SETTINGS

BREATH = 20
"""Jobs checked before other requests get their turn."""


class BadSnapshot(DomainError):
    """The document is no snapshot this server can restore; nothing has changed.

    Attributes:
        pointer: JSON pointer to what is wrong.
    """

    def __init__(self, place: str, reason: str) -> None:
        place, reason = schema.without_secrets(place, reason)
        super().__init__(f"the snapshot cannot be restored: at {place or 'its top'}: {reason}")
        self.pointer = place


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSnapshot:
    """A snapshot that has been checked whole."""

    fixtures: Fixtures
    jobs: tuple[Job, ...]
    counters: Mapping[str, int]
    documents: Mapping[str, Mapping[str, Any]]


async def check(sandbox: Sandbox, document: Any, *, given: bool = True) -> CheckedSnapshot:
    """Check a snapshot whole; other requests get their turn meanwhile.

    Args:
        given: it comes from somebody, and not from this server's own file: counts in it leave room to be counted on.

    Raises:
        BadSnapshot: the document is not one of ours.
    """
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise BadSnapshot("/format", f"not a snapshot of format {FORMAT}; take one with GET /_control/snapshot")
    _fits("head", {name: _outline(value) for name, value in document.items()}, "", given=given)
    fixtures = await _fixtures(sandbox, document["fixtures"])
    sites = {name: fixtures.site(api) for name, api in sandbox.apis.items()}
    jobs, parts, whole = [], [], set()
    for number, one in enumerate(document["jobs"]):
        job = _job(sandbox, one, f"/jobs/{number}", given=given)
        _check_owner(sandbox.apis[job.api], sites[job.api], job, f"/jobs/{number}/owner")
        jobs.append(job)
        if job.parent is None and job.kind != "run":
            whole.add((job.api, job.id))
        else:
            parts.append((job, f"/jobs/{number}/parent"))
        if number % BREATH == BREATH - 1:
            await asyncio.sleep(0)
    for part, place in parts:
        _check_parent(part, whole, place)
    documents = {name: dict(values) for name, values in document["documents"].items()}
    for name, values in documents.items():
        _check_collection(sandbox, name)
        for number, (key, value) in enumerate(values.items()):
            _document(sandbox, fixtures, name, key, value, given=given)
            if number % BREATH == BREATH - 1:
                await asyncio.sleep(0)
    # JSON Schema takes 5.0 for an integer; ids are made of these.
    counters = {name: int(value) for name, value in document["counters"].items()}
    return CheckedSnapshot(fixtures=fixtures, jobs=tuple(jobs), counters=counters, documents=documents)


def _outline(value: Any) -> Any:
    """Return what the head's schema looks at of a value: of objects and lists in it no more than that they are."""
    if isinstance(value, list):
        return []
    if not isinstance(value, Mapping):
        return value
    return {name: type(one)() if isinstance(one, dict | list) else one for name, one in value.items()}


async def _fixtures(sandbox: Sandbox, sections: Mapping[str, Any]) -> Fixtures:
    """Return what a snapshot says that its sandbox began with; mostly this one did, too.

    Raises:
        BadSnapshot: they are no fixtures.
    """
    if await _are(sandbox.fixtures, sections):
        return sandbox.fixtures
    try:
        return await merge_in_turns(inline([sections]), list(sandbox.apis.values()))
    except BadFixture as error:
        raise BadSnapshot("/fixtures", str(error)) from None


async def _are(fixtures: Fixtures, sections: Mapping[str, Any]) -> bool:
    """Tell whether fixtures have these sections; there may be as many jobs in them as in the whole snapshot."""
    if sections.keys() != fixtures.sections.keys():
        return False
    for name, known in fixtures.sections.items():
        section = sections[name]
        if not isinstance(section, Mapping) or section.keys() != known.keys():
            return False
        for key, value in known.items():
            given = section[key]
            if not isinstance(value, list):
                if value != given:
                    return False
                continue
            if not isinstance(given, list) or len(value) != len(given):
                return False
            for start in range(0, len(value), BREATH):
                if value[start : start + BREATH] != given[start : start + BREATH]:
                    return False
                await asyncio.sleep(0)
    return True


def _job(sandbox: Sandbox, document: Any, place: str, *, given: bool) -> Job:
    """Read one job.

    Raises:
        BadSnapshot: it has a wrong type or id, or is, was or will be in a state its machine does not have.
    """
    _fits("job", document, place, given=given)
    document = counted(document)
    machine = _machine(sandbox, document, place)
    problem = schema.problem_of_kept_job(sandbox.apis[document["api"]], machine.kind, document)
    if problem is not None:
        raise BadSnapshot(place + pointer(problem.pointer), problem.message)
    try:
        job = codec.load(document)
    except (KeyError, TypeError, ValueError, DomainError) as error:
        raise BadSnapshot(f"{place}/plan", str(error)) from None
    named = [
        ("/state", job.state),
        ("/plan/end", job.plan.end),
        *((f"/plan/steps/{number}/state", step.state) for number, step in enumerate(job.plan.steps)),
        ("/resume/0", job.resume and job.resume[0]),
        *((f"/history/{number}/source", move.source) for number, move in enumerate(job.history)),
        *((f"/history/{number}/to", move.to) for number, move in enumerate(job.history)),
    ]
    for where, state in named:
        if state is not None:
            _check_state(machine, job.api, state, place + where)
    return job


def _check_owner(api: Api, site: Any, job: Job, place: str) -> None:
    """Refuse an owner that jobs of the API do not have, also one that only fixtures name so."""
    if job.owner is None:
        return
    try:
        owner = api.owner(site, job.owner)
    except DomainError as error:
        raise BadSnapshot(place, str(error)) from None
    if owner != job.owner:
        raise BadSnapshot(place, f"jobs have {owner!r} for {job.owner!r}")


def _machine(sandbox: Sandbox, document: Mapping[str, Any], place: str) -> Machine:
    """Return the machine of a job, or of what is said of one: by its `api` and `kind`."""
    api = sandbox.apis.get(document["api"])
    if api is None:
        known = ", ".join(sandbox.apis)
        raise BadSnapshot(f"{place}/api", f"no API {document['api']!r} here; there are {known} (--apis)")
    machine = api.machines.get(document["kind"])
    if machine is None:
        raise BadSnapshot(f"{place}/kind", f"{api.name} has no kind {document['kind']!r} of jobs")
    return machine


def _check_state(machine: Machine, api: str, state: str, place: str) -> None:
    if state not in machine.by_name:
        raise BadSnapshot(place, f"{api} has no state {state!r}")


def _check_parent(part: Job, whole: Container[tuple[str, str]], place: str) -> None:
    """Refuse a part of a job that is not there; of a job's parts some may have been deleted."""
    if part.parent is None:
        raise BadSnapshot(place, f"a {part.kind} is a part of a job")
    if (part.api, part.parent) not in whole:
        raise BadSnapshot(place, f"no job {part.parent!r} of {part.api} in the snapshot")


def _check_collection(sandbox: Sandbox, collection: str) -> None:
    if collection in COLLECTIONS:
        return
    name, _, own = collection.partition(".")
    api = sandbox.apis.get(name)
    if api is None or not schema.keeps(api, own):
        raise BadSnapshot(pointer(("documents", collection)), "nothing here keeps documents of that name")


def _document(sandbox: Sandbox, fixtures: Fixtures, collection: str, key: str, value: Any, *, given: bool) -> None:
    """Check one document.

    Raises:
        BadSnapshot: it is not what is kept under that name.
    """
    place = pointer(("documents", collection, key))
    if collection in COLLECTIONS:
        _fits(collection, value, place, given=given)
    try:
        if collection == CLOCK:
            if key != CLOCK:
                raise BadSnapshot(place, f"the clock stands under {CLOCK!r}")
            if given:  # older versions' own files have others, which stand at the bound
                _check_clock(Clock(**value), place)
        elif collection == SETTINGS:
            if key not in sandbox.apis:
                raise BadSnapshot(place, f"no API {key!r} here")
            settings_of(sandbox.apis[key], fixtures, value)
        elif collection == FAULTS:
            _check_match(sandbox, value["match"], f"{place}/match")
            fault = Fault.from_document(value)
            if fault.id != key:
                raise BadSnapshot(f"{place}/id", f"not {key!r}, under which it stands")
            if fault.effect is not None:
                fault.effect.check(fault.match, sandbox.apis)
        elif collection == forced.COLLECTION:
            for number, one in enumerate(value):
                _check_state(
                    _machine(sandbox, one, f"{place}/{number}"), one["api"], one["state"], f"{place}/{number}/state"
                )
        elif collection not in COLLECTIONS:
            name, _, own = collection.partition(".")
            problem = schema.problem_of_kept_document(sandbox.apis[name], own, key, value)
            if problem is not None:
                raise BadSnapshot(place + pointer(problem.pointer), problem.message)
    except BadSnapshot:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, DomainError) as error:
        raise BadSnapshot(place, str(error) or type(error).__name__) from None


def _check_clock(clock: Clock, place: str) -> None:
    """Refuse a clock that nobody can have set; one that goes on has come to its end where that is reached."""
    if clock.frozen_at is not None:
        try:
            clock_moment(clock.frozen_at)
        except ValueError as error:
            raise BadSnapshot(f"{place}/frozen_at", str(error)) from None
    if abs(clock.offset) > CLOCK_ENDS:
        raise BadSnapshot(f"{place}/offset", f"no clock is further from real time than {CLOCK_ENDS:.0f} s")


def _check_match(sandbox: Sandbox, match: Mapping[str, Any], place: str) -> None:
    try:
        check_match(match, sandbox.apis)
    except UnknownName as error:
        raise BadSnapshot(place, f"{error}; nothing would ever hit this fault") from None


def _fits(part: str, value: Any, place: str, *, given: bool) -> None:
    problem = problem_of(part, value, given=given)
    if problem is not None:
        raise BadSnapshot(place + pointer(problem.pointer), problem.message)
