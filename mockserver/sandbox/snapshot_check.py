"""Whether a snapshot can be restored, found out whole before anything changes: the pointer to what is wrong, and why.

Rules a maintainer must keep:

1. Whatever is restored is used without another look, so that a wrong type that passes here is a failure later.
2. What an API keeps of its own is described beside its fixtures: `$defs/kept` of `fixtures/<api>.schema.json`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockserver._resources import folder
from mockserver.contracts.checker import pointer
from mockserver.core.clock import EARLIEST, LATEST, Clock
from mockserver.core.errors import DomainError
from mockserver.core.job import Cause, Job
from mockserver.core.plan import CancelMode
from mockserver.faults.model import Fault
from mockserver.journal import coverage
from mockserver.journal import forced_states as forced
from mockserver.sandbox.fixtures import schema
from mockserver.sandbox.fixtures.merge import BadFixture, Fixtures, inline, merge_in_turns
from mockserver.sandbox.sandbox import Sandbox
from mockserver.sandbox.settings import settings_of
from mockserver.store import codec
from mockserver.store.base import CLOCK, FAULTS, SETTINGS
from mockserver.wire.json_document import read_document

FORMAT = 1
"""The form of snapshots that this version writes and reads."""

BREATH = 20
"""Jobs checked before other requests get their turn."""

_TEXT = {"type": "string"}
_TEXT_OR_NONE = {"type": ["string", "null"]}
_WHOLE = {"type": "integer", "minimum": 0, "maximum": 2**53}
_MOMENT = {"type": "number", "minimum": EARLIEST, "maximum": LATEST}
_MOMENT_OR_NONE = {**_MOMENT, "type": ["number", "null"]}
_WAIT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["seconds", "looks"],
    "properties": {
        "seconds": {"type": ["number", "null"], "minimum": 0},
        "looks": {"type": ["integer", "null"], "minimum": 1, "maximum": 2**53},
    },
}


def _object(required: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of an object that has these names and no other."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [*required],
        "properties": dict(required),
    }


_JOB = _object(
    {
        "api": _TEXT,
        "id": {"type": "string", "minLength": 1},
        "state": _TEXT,
        "plan": _object(
            {"steps": {"type": "array", "items": _object({"state": _TEXT, "wait": _WAIT})}, "end": _TEXT_OR_NONE}
        ),
        "created": _MOMENT,
        "since": _MOMENT,
        "kind": _TEXT,
        "owner": _TEXT_OR_NONE,
        "parent": _TEXT_OR_NONE,
        "on_cancel": _object({"mode": {"enum": [str(mode) for mode in CancelMode]}, "after": _WAIT}),
        "held": {"type": "boolean"},
        "looks": _WHOLE,
        "resume": {
            "oneOf": [
                {"type": "null"},
                {"type": "array", "prefixItems": [_TEXT, _MOMENT], "items": False, "minItems": 2},
            ]
        },
        "started": _MOMENT_OR_NONE,
        "ended": _MOMENT_OR_NONE,
        "retention": {"type": ["number", "null"], "minimum": 0, "maximum": LATEST},
        "messages": {"type": "array", "items": _object({"text": _TEXT, "level": _TEXT})},
        "error": _TEXT_OR_NONE,
        "progress": {"type": ["object", "null"]},
        "data": {"type": "object"},
        "history": {
            "type": "array",
            "items": _object(
                {
                    "source": _TEXT,
                    "to": _TEXT,
                    "at": _MOMENT,
                    "cause": {"enum": [str(cause) for cause in Cause]},
                    "request": {**_WHOLE, "type": ["integer", "null"]},
                }
            ),
        },
        "forgotten": _WHOLE,
        "version": _WHOLE,
    }
)

_NUMBER_OR_NONE = {"type": ["number", "null"]}
_WHOLE_OR_NONE = {**_WHOLE, "type": ["integer", "null"]}
_DOCUMENTS: Mapping[str, Any] = {
    CLOCK: _object(
        {
            "frozen_at": _MOMENT_OR_NONE,
            "offset": {"type": "number", "minimum": EARLIEST - LATEST, "maximum": LATEST - EARLIEST},
        }
    ),
    SETTINGS: {"type": "object"},
    FAULTS: _object(
        {
            "id": _TEXT,
            "match": {"$ref": "#/$defs/match"},
            "effect": {"$ref": "#/$defs/effect"},
            "times": _WHOLE_OR_NONE,
            "after": _WHOLE,
            "probability": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
            "ttl": _NUMBER_OR_NONE,
            "ends": _MOMENT_OR_NONE,
            "seen": _WHOLE,
            "hits": _WHOLE,
        }
    ),
    forced.COLLECTION: {
        "type": "array",
        "minItems": 1,
        "items": _object(
            {"api": _TEXT, "kind": _TEXT, "id": _TEXT, "state": _TEXT, "version": _WHOLE, "number": _WHOLE}
        ),
    },
    coverage.VIOLATIONS: {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["request", "operation", "side", "part", "pointer", "message"],
            "properties": {
                "request": _WHOLE,
                "operation": _TEXT_OR_NONE,
                "side": {"enum": ["client", "server"]},
                "part": _TEXT,
                "pointer": _TEXT,
                "message": _TEXT,
            },
        },
    },
}
"""What the documents of a collection are, of those that belong to no API."""

_HEAD = {
    "type": "object",
    "required": ["format", "fixtures", "jobs", "counters", "documents"],
    "properties": {
        "format": {"const": FORMAT},
        "fixtures": {"type": "object"},
        "jobs": {"type": "array"},
        "counters": {"type": "object", "additionalProperties": _WHOLE},
        "documents": {"type": "object", "additionalProperties": {"type": "object"}},
    },
}

_validators: dict[str, Any] = {}


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


async def check(sandbox: Sandbox, document: Any) -> CheckedSnapshot:
    """Check a snapshot whole; other requests get their turn meanwhile.

    Raises:
        BadSnapshot: the document is not one of ours.
    """
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise BadSnapshot("/format", f"not a snapshot of format {FORMAT}; take one with GET /_control/snapshot")
    _fits("head", _HEAD, {name: _outline(value) for name, value in document.items()}, "")
    fixtures = await _fixtures(sandbox, document["fixtures"])
    jobs = []
    for number, one in enumerate(document["jobs"]):
        jobs.append(_job(sandbox, one, f"/jobs/{number}"))
        if number % BREATH == BREATH - 1:
            await asyncio.sleep(0)
    documents = {name: dict(values) for name, values in document["documents"].items()}
    for name, values in documents.items():
        for number, (key, value) in enumerate(values.items()):
            _document(sandbox, fixtures, name, key, value)
            if number % BREATH == BREATH - 1:
                await asyncio.sleep(0)
    return CheckedSnapshot(
        fixtures=fixtures, jobs=tuple(jobs), counters=dict(document["counters"]), documents=documents
    )


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


def _job(sandbox: Sandbox, document: Any, place: str) -> Job:
    """Read one job.

    Raises:
        BadSnapshot: it has a wrong type, or is, was or will be in a state its machine does not have.
    """
    _fits("job", _JOB, document, place)
    api = sandbox.apis.get(document["api"])
    if api is None:
        known = ", ".join(sandbox.apis)
        raise BadSnapshot(f"{place}/api", f"no API {document['api']!r} here; there are {known} (--apis)")
    machine = api.machines.get(document["kind"])
    if machine is None:
        raise BadSnapshot(f"{place}/kind", f"{api.name} has no kind {document['kind']!r} of jobs")
    problem = schema.problem_of_kept_job(api, machine.kind, document["data"])
    if problem is not None:
        raise BadSnapshot(f"{place}/data{pointer(problem.pointer)}", problem.message)
    try:
        job = codec.load(document)
    except (KeyError, TypeError, ValueError, DomainError) as error:
        raise BadSnapshot(f"{place}/plan", str(error)) from None
    named = [
        ("/state", job.state),
        ("/plan/end", job.plan.end),
        *((f"/plan/steps/{number}/state", step.state) for number, step in enumerate(job.plan.steps)),
        ("/resume/0", job.resume and job.resume[0]),
    ]
    for where, state in named:
        if state is not None and state not in machine.by_name:
            raise BadSnapshot(f"{place}{where}", f"{job.api} has no state {state!r}")
    return job


def _document(sandbox: Sandbox, fixtures: Fixtures, collection: str, key: str, value: Any) -> None:
    """Check one document.

    Raises:
        BadSnapshot: it is not what is kept under that name.
    """
    place = pointer(("documents", collection, key))
    if collection in _DOCUMENTS:
        _fits(f"documents.{collection}", _DOCUMENTS[collection], value, place)
    try:
        if collection == CLOCK:
            if key != CLOCK or not EARLIEST <= Clock(**value).now(sandbox.real()) <= LATEST:
                raise BadSnapshot(place, "its clock stands outside the years 1 to 9999")
        elif collection == SETTINGS:
            if key not in sandbox.apis:
                raise BadSnapshot(place, f"no API {key!r} here")
            settings_of(sandbox.apis[key], fixtures, value)
        elif collection == FAULTS:
            fault = Fault.from_document(value)
            if fault.id != key:
                raise BadSnapshot(f"{place}/id", f"not {key!r}, under which it stands")
            if fault.effect is not None:
                fault.effect.check(fault.match, sandbox.apis)
        else:
            name, _, own = collection.partition(".")
            api = sandbox.apis.get(name)
            problem = None if api is None else schema.problem_of_kept_document(api, own, key, value)
            if problem is not None:
                raise BadSnapshot(place + pointer(problem.pointer), problem.message)
    except BadSnapshot:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, DomainError) as error:
        raise BadSnapshot(place, str(error) or type(error).__name__) from None


def _fits(name: str, asked: Mapping[str, Any], value: Any, place: str) -> None:
    validator = _validators.get(name)
    if validator is None:
        import jsonschema_rs

        # A fault is kept in the form in which it was armed.
        shared = read_document((folder("contracts") / "control" / "definitions.json").read_bytes())["$defs"]
        whole = {**asked, "$defs": shared}
        validator = _validators[name] = jsonschema_rs.Draft202012Validator(whole)
    if not validator.is_valid(value):
        problem = next(iter(validator.iter_errors(value)))
        raise BadSnapshot(place + pointer(problem.instance_path), problem.message[:300])
