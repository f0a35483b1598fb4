"""`/jobs`: see, add, change, force, hold, release and forget jobs and their parts (Prime's runs)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.api.context import Response, json_response
from mockserver.api.definition import Api
from mockserver.api.errors import BadContent
from mockserver.control.errors import Refused
from mockserver.control.handlers.apis import chosen
from mockserver.control.handlers.joblist import page
from mockserver.control.records import describe
from mockserver.control.requests import Ask
from mockserver.core.errors import UnknownJob
from mockserver.core.job import Job
from mockserver.core.job_document import BadFields, amend
from mockserver.core.machine import Machine
from mockserver.journal import forced_states as forced
from mockserver.sandbox.fixtures.schema import check_job
from mockserver.sandbox.sandbox import STOP

RECHECK = 1.0
"""Real seconds after which a waiting `until` looks again by itself: another process may have moved the job."""


async def listing(ask: Ask) -> Response:
    """List jobs, newest first."""
    jobs, cursor, total = await page(ask)
    records = [await record(ask, chosen(ask, job.api), job) for job in jobs]
    return json_response({"jobs": records, "total": total, "cursor": cursor})


async def add(ask: Ask) -> Response:
    """Add one job, or a list: all of them or none."""
    given = ask.body if isinstance(ask.body, list) else [ask.body]
    births: list[tuple[Api, tuple[Job, ...]]] = []
    for number, fields in enumerate(given):
        api = ask.sandbox.apis.get(fields["api"])
        if api is None:
            raise Refused(422, "unknown-api", f"no API {fields['api']!r} here", allowed=list(ask.sandbox.apis))
        own = {name: value for name, value in fields.items() if name != "api"}
        try:
            check_job(api, own)
        except BadContent as error:
            at = error.pointer if ask.body is not given else (number, *error.pointer)
            raise BadContent(at, str(error)) from None
        births.append((api, await ask.sandbox.build_job(api.name, own)))
    added: list[Job] = []
    try:
        for _, parts in births:
            added.append(await ask.sandbox.jobs.add(*parts))
    except Exception:
        for job in added:
            await _forget(ask, chosen(ask, job.api), job)
        raise
    for job in added:
        ask.sandbox.publish({"event": "job-added", "api": job.api, "id": job.id, "state": job.state})
    records = [await record(ask, api, parts[0]) for api, parts in births]
    return json_response(records if ask.body is given else records[0], 201)


async def show(ask: Ask) -> Response:
    """Show a job; with `until`, wait for a state or phase."""
    api, kind, job_id = await _target(ask)
    if "until" not in ask.values:
        return json_response(await record(ask, api, await ask.sandbox.jobs.get(api.name, job_id, kind=kind)))
    return json_response(await _wait(ask, api, kind, job_id))


async def change(ask: Ask) -> Response:
    """Set some fields of a job; its state is left alone."""
    api, kind, job_id = await _target(ask)
    fields = _own_words(api, ask.fields)
    _check_fields(api, kind, fields, never=("state", "id", "scenario", "runs"))
    landed = await ask.sandbox.jobs.change(
        api.name, job_id, lambda machine, job, now: amend(machine, job, fields, now), kind=kind
    )
    return json_response(await record(ask, api, landed.after))


async def force(ask: Ask) -> Response:
    """Put a job into a state, and hold it there unless told otherwise."""
    api, kind, job_id = await _target(ask)
    word, hold = ask.fields["state"], ask.fields.get("hold", True)
    given = {name: value for name, value in ask.fields.items() if name not in ("state", "hold")}
    rest = _own_words(api, given)
    _check_fields(api, kind, rest, never=("id", "scenario", "runs"))

    def pure(machine: Machine, job: Job, now: float) -> Job:
        return amend(machine, machine.force(job, word, now, hold=hold), rest, now)

    landed = await ask.sandbox.jobs.change(api.name, job_id, pure, kind=kind)
    await forced.note(ask.sandbox, landed.after)
    return json_response(await record(ask, api, landed.after))


async def release(ask: Ask) -> Response:
    """Let the clock move a job again."""
    api, kind, job_id = await _target(ask)
    landed = await ask.sandbox.jobs.release(api.name, job_id, kind=kind)
    return json_response(await record(ask, api, landed.after))


async def delete(ask: Ask) -> Response:
    """Forget a job and its parts."""
    api, kind, job_id = await _target(ask)
    job = await ask.sandbox.jobs.get(api.name, job_id, kind=kind)
    shown = await record(ask, api, job)
    await _forget(ask, api, job)
    ask.sandbox.publish({"event": "job-deleted", "api": job.api, "kind": job.kind, "id": job.id})
    return json_response(shown)


async def runs(ask: Ask) -> Response:
    """List the runs of a job."""
    api, kind, job_id = await _target(ask)
    if "run" not in api.machines:
        raise Refused(404, "no-runs", f"jobs of {api.name} have no runs", "only jobs of prime have")
    job = await ask.sandbox.jobs.get(api.name, job_id, kind=kind)
    return json_response({"runs": [describe(api, part) for part in await parts_of(ask, api, job)]})


# --- records ------------------------------------------------------------------------------------------


async def record(ask: Ask, api: Api, job: Job) -> dict[str, Any]:
    """Return the control API's record of a job, its parts (Prime's runs) with it."""
    shown = describe(api, job)
    if job.parent is None and "run" in api.machines and job.kind != "run":
        shown["runs"] = [describe(api, part) for part in await parts_of(ask, api, job)]
    return shown


async def parts_of(ask: Ask, api: Api, job: Job) -> list[Job]:
    """Return the parts of a job that are still there, newest first."""
    found: list[Job] = []
    for kind, part in api.parts(job):
        try:
            found.append(await ask.sandbox.jobs.get(api.name, part, kind=kind))
        except UnknownJob:
            continue
    return found[::-1]


async def _forget(ask: Ask, api: Api, job: Job) -> None:
    for part in await parts_of(ask, api, job):
        await ask.sandbox.jobs.delete(api.name, part.id, kind=part.kind)
    await ask.sandbox.jobs.delete(api.name, job.id, kind=job.kind)


# --- which job ----------------------------------------------------------------------------------------


async def _target(ask: Ask) -> tuple[Api, str, str]:
    """Return API, kind and id of the job, or part of a job, that the path names."""
    api = chosen(ask, ask.values["api"])
    job_id: str = ask.values["id"]
    if "run" not in ask.values:
        return api, await _kind(ask, api, job_id), job_id
    if "run" not in api.machines:
        raise Refused(404, "no-runs", f"jobs of {api.name} have no runs", "only jobs of prime have")
    run = await ask.sandbox.jobs.get(api.name, ask.values["run"], kind="run")
    if run.parent != job_id:
        raise UnknownJob(api.name, f"{job_id}/runs/{run.id}")
    return api, "run", run.id


async def _kind(ask: Ask, api: Api, job_id: str) -> str:
    """Return the kind of a job: ids are unique within a kind, and `job` goes first."""
    for kind in sorted(api.machines, key=lambda kind: kind != "job"):
        job = await ask.sandbox.store.get(ask.sandbox.name, api.name, kind, job_id)
        if job is not None and job.parent is None:
            return kind
    raise UnknownJob(api.name, job_id)


def _own_words(api: Api, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fields with `results` under the name that it has in this API's fixtures."""
    if "results" not in fields or api.results in fields:
        return fields
    return {api.results if name == "results" else name: value for name, value in fields.items()}


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


async def _wait(ask: Ask, api: Api, kind: str, job_id: str) -> dict[str, Any]:
    """Wait until the job is, or while we wait passes through, a state; nothing is polled."""
    sandbox, machine = ask.sandbox, api.machines[kind]
    word = ask.values["until"]
    machine.find(word)
    wanted = {
        state.name for state in machine.states if word.casefold() in (state.name.casefold(), state.phase.casefold())
    }
    loop = asyncio.get_running_loop()
    deadline = loop.time() + ask.values.get("timeout", 10.0)
    events = sandbox.listen()
    passed = False
    try:
        while True:
            job = await sandbox.jobs.get(api.name, job_id, kind=kind)
            while not events.empty():
                passed = _passes(events.get_nowait(), api, kind, job_id, wanted) or passed
            if passed or job.state in wanted:
                return await record(ask, api, job)
            left = deadline - loop.time()
            if left <= 0:
                message = f"{api.name} job {job_id} did not become {word}; it is {job.state}"
                hint = "force it, advance the clock, or give a longer timeout"
                raise Refused(408, "not-yet", message, hint, record={"record": await record(ask, api, job)})
            planned, clock = machine.next(job), await sandbox.clock()
            pause = min(left, RECHECK)
            if planned is not None and planned.at is not None and clock.frozen_at is None:
                pause = min(pause, max(planned.at - await sandbox.now(), 0.001))
            try:
                async with asyncio.timeout(pause):
                    passed = _passes(await events.get(), api, kind, job_id, wanted)
            except TimeoutError:
                continue
    finally:
        sandbox.ignore(events)


def _passes(event: Mapping[str, Any], api: Api, kind: str, job_id: str, wanted: set[str]) -> bool:
    if event is STOP:
        raise Refused(503, "stopping", "the server or the sandbox ends", "ask again when it is back")
    return (
        event.get("event") == "job"
        and (event["api"], event["kind"], event["id"]) == (api.name, kind, job_id)
        and event["to"] in wanted
    )
