"""`/jobs`: see, add, change, force, hold, release and forget jobs and their parts (runs)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

from mockserver.api.definition import Api
from mockserver.api.errors import BadContent
from mockserver.api.response import Response, json_response
from mockserver.control.errors import ControlError
from mockserver.control.handlers.apis import chosen, unknown_api
from mockserver.control.handlers.joblist import page
from mockserver.control.records import describe, row
from mockserver.control.requests import ControlRequest
from mockserver.core.errors import UnknownJob, meant
from mockserver.core.job import Job
from mockserver.core.job_document import BadFields, amend
from mockserver.core.machine import Machine
from mockserver.journal import forced_states as forced
from mockserver.sandbox.events import RECHECK, Event, Stopped
from mockserver.sandbox.fixtures.schema import check_job
from mockserver.sandbox.job_changes import Pure
from mockserver.sandbox.turns import in_time


async def listing(request: ControlRequest) -> Response:
    """List jobs, newest first."""
    jobs, cursor, total = await page(request)
    shown = row if request.values.get("brief", False) else describe
    records = [await record(request, chosen(request, job.api), job, shown) async for job in in_time(jobs)]
    return json_response({"jobs": records, "total": total, "cursor": cursor})


async def add(request: ControlRequest) -> Response:
    """Add one job, or a list: all of them or none."""
    given = request.body if isinstance(request.body, list) else [request.body]
    built: list[tuple[Api, tuple[Job, ...]]] = []
    async for number, fields in in_time(enumerate(given)):
        api = request.sandbox.apis.get(fields["api"])
        if api is None:
            known = list(request.sandbox.apis)
            raise ControlError(422, "unknown-api", f"no API {fields['api']!r} here", meant(fields["api"], known), known)
        own = {name: value for name, value in fields.items() if name != "api"}
        try:
            check_job(api, own)
        except BadContent as error:
            at = error.pointer if request.body is not given else (number, *error.pointer)
            raise BadContent(at, str(error)) from None
        built.append((api, await request.sandbox.build_job(api.name, own)))
    # In one step: a store that fails in the middle of several would keep what came before.
    await request.sandbox.jobs.add(*chain.from_iterable(parts for _, parts in built))
    records = [await record(request, api, parts[0]) async for api, parts in in_time(built)]
    return json_response(records if request.body is given else records[0], 201)


async def show(request: ControlRequest) -> Response:
    """Show a job; with `until`, wait for a state or phase."""
    api, found = await target(request)
    if "until" in request.values:
        return json_response(await _wait(request, api, found.kind, found.id))
    job = await request.sandbox.jobs.get(api.name, found.id, kind=found.kind, found=found)
    return json_response(await record(request, api, job))


async def change(request: ControlRequest) -> Response:
    """Set some fields of a job; its state is left alone."""
    api, found = await target(request)
    fields = _own_words(api, request.fields)
    _check_fields(api, found.kind, fields, never=("state", "id", "scenario", "runs"))
    fields = _with_owner(request, api, fields)
    landed = await request.sandbox.jobs.change(
        api.name, found.id, lambda machine, job, now: amend(machine, job, fields, now), kind=found.kind, found=found
    )
    return json_response(await record(request, api, landed.after))


async def force(request: ControlRequest) -> Response:
    """Put a job into a state, and hold it there unless told otherwise."""
    api, found = await target(request)
    rest = dict(request.body)
    word, hold = rest.pop("state"), rest.pop("hold", True)
    also: Pure | None = None
    if rest:
        given = _own_words(api, rest)
        _check_fields(api, found.kind, given, never=("id", "scenario", "runs"))
        own = _with_owner(request, api, given)

        def also(machine: Machine, job: Job, now: float) -> Job:
            return amend(machine, job, own, now)

    landed = await request.sandbox.jobs.force(
        api.name, found.id, word, hold=hold, kind=found.kind, amend=also, found=found, along=forced.noted
    )
    return json_response(await record(request, api, landed.after))


async def release(request: ControlRequest) -> Response:
    """Let the clock move a job again."""
    api, found = await target(request)
    landed = await request.sandbox.jobs.release(api.name, found.id, kind=found.kind, found=found)
    return json_response(await record(request, api, landed.after))


async def delete(request: ControlRequest) -> Response:
    """Forget a job and its parts."""
    api, found = await target(request)
    job = await request.sandbox.jobs.get(api.name, found.id, kind=found.kind, found=found)
    shown = await record(request, api, job)
    await request.sandbox.jobs.delete(api.name, job.id, kind=job.kind, parts=api.parts)
    return json_response(shown)


async def runs(request: ControlRequest) -> Response:
    """List the runs of a job."""
    api, found = await target(request)
    _has_runs(request, api)
    job = await request.sandbox.jobs.get(api.name, found.id, kind=found.kind, found=found)
    return json_response({"runs": [describe(api, part) for part in await parts_of(request, api, job)]})


# --- records ------------------------------------------------------------------------------------------


async def record(
    request: ControlRequest, api: Api, job: Job, describe: Callable[[Api, Job], dict[str, Any]] = describe
) -> dict[str, Any]:
    """Return the control API's record of a job, its parts (runs) with it."""
    shown = describe(api, job)
    if job.parent is None and "run" in api.machines and job.kind != "run":
        shown["runs"] = [describe(api, part) for part in await parts_of(request, api, job)]
    return shown


async def parts_of(request: ControlRequest, api: Api, job: Job) -> list[Job]:
    """Return the parts of a job that are still there, newest first."""
    found: list[Job] = []
    for kind, part in api.parts(job):
        try:
            found.append(await request.sandbox.jobs.get(api.name, part, kind=kind))
        except UnknownJob:
            continue
    return found[::-1]


# --- which job ----------------------------------------------------------------------------------------


async def target(request: ControlRequest) -> tuple[Api, Job]:
    """Return API and job, or part of a job, that the path names."""
    name, job_id = request.values["api"], request.values["id"]
    api = request.sandbox.apis.get(name)
    if api is None:
        raise unknown_api(request, name)
    if "run" not in request.values:
        return api, await request.sandbox.jobs.find(api.name, job_id)
    _has_runs(request, api)
    run = await request.sandbox.jobs.get(api.name, request.values["run"], kind="run")
    if run.parent != job_id:
        raise UnknownJob(api.name, f"{job_id}/runs/{run.id}")
    return api, run


def _has_runs(request: ControlRequest, api: Api) -> None:
    if "run" in api.machines:
        return
    having = ", ".join(one.name for one in request.sandbox.apis.values() if "run" in one.machines)
    hint = f"only jobs of {having} have" if having else "no API here has jobs with runs"
    raise ControlError(404, "no-runs", f"jobs of {api.name} have no runs", hint)


def _own_words(api: Api, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fields with `results` under the name that it has in this API's fixtures."""
    if "results" not in fields or api.results in fields:
        return fields
    return {api.results if name == "results" else name: value for name, value in fields.items()}


def _with_owner(request: ControlRequest, api: Api, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fields with the owner as jobs of this API have it."""
    if fields.get("owner") is None:
        return fields
    return {**fields, "owner": api.owner(request.sandbox.sites[api.name], fields["owner"])}


def _check_fields(api: Api, kind: str, fields: Mapping[str, Any], *, never: Sequence[str]) -> None:
    for name in never:
        if name in fields:
            hint = "PUT …/state forces a state" if name == "state" else f"{name} stays as it is"
            raise BadFields(name, f"{name!r} cannot be changed here; {hint}")
    if not fields:
        return
    if kind == "run":
        try:
            check_job(api, {"runs": [dict(fields)]}, partial=True)
        except BadContent as error:
            raise BadContent(error.pointer[2:], str(error)) from None
    else:
        check_job(api, dict(fields), partial=True)


# --- until --------------------------------------------------------------------------------------------


async def _wait(request: ControlRequest, api: Api, kind: str, job_id: str) -> dict[str, Any]:
    """Wait until the job is, or while we wait passes through, a state; nothing is polled."""
    sandbox, machine = request.sandbox, api.machines[kind]
    word = request.values["until"]
    machine.find(word)
    wanted = {
        state.name for state in machine.states if word.casefold() in (state.name.casefold(), state.phase.casefold())
    }
    job: Job | None = None

    async def look(news: Callable[[], list[Event]]) -> float | None:
        nonlocal job
        job = await sandbox.jobs.get(api.name, job_id, kind=kind)
        passed = any(_passes(event, job, wanted) for event in news())
        if passed or job.state in wanted:
            return None
        planned = machine.next(job)
        if planned is None or planned.at is None or (await sandbox.clock()).frozen_at is not None:
            return RECHECK
        return min(RECHECK, max(planned.at - await sandbox.now(), 0.001))

    try:
        holds = await request.wait_until(look, request.values.get("timeout", 10.0))
    except Stopped as stopped:
        raise ControlError(503, "stopping", str(stopped), "ask again when it is back") from None
    assert job is not None
    shown = await record(request, api, job)
    if holds:
        return shown
    message = f"{api.name} job {job_id} did not become {word}; it is {job.state}"
    hint = "force it, advance the clock, or give a longer timeout"
    raise ControlError(408, "not-yet", message, hint, record={"record": shown})


def _passes(event: Event, job: Job, wanted: set[str]) -> bool:
    return (
        event["event"] == "job"
        and (event["api"], event["kind"], event["id"]) == (job.api, job.kind, job.id)
        and event["to"] in wanted
    )
