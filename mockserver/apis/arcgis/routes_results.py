"""Results and inputs of a job, one by one and all together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.api.context import Reply
from mockserver.api.definition import Operation
from mockserver.apis.arcgis import documents, errors, site
from mockserver.apis.arcgis.content import Task
from mockserver.apis.arcgis.security import GpCall
from mockserver.apis.arcgis.wire import answer
from mockserver.core.job import Job


async def job_result(call: GpCall) -> Reply:
    """Return one output value; names are compared without regard to letter case, as servers link them in either."""
    _, task, job = await site.open_job(call)
    return _one(call, _results(call, task, job))


async def job_input(call: GpCall) -> Reply:
    """Return one input value."""
    _, task, job = await site.open_job(call)
    return _one(call, _inputs(task, job))


async def job_results(call: GpCall) -> Reply:
    """Return all output values as a list; an empty one when there are none yet [results, 11.1]."""
    _, task, job = await site.open_job(call)
    return _all(call, _results(call, task, job), "Results")


async def job_inputs(call: GpCall) -> Reply:
    """Return all input values as a list [inputs, 11.1]."""
    _, task, job = await site.open_job(call)
    return _all(call, _inputs(task, job), "Inputs")


def _results(call: GpCall, task: Task, job: Job) -> Mapping[str, Any]:
    return {} if documents.is_late(call.settings, job, call.now) else documents.job_results(task, job)


def _inputs(task: Task, job: Job) -> dict[str, Any]:
    types = {parameter.name: parameter.data_type for parameter in task.inputs}
    return {
        name: {"dataType": types.get(name, "GPString"), "value": value}
        for name, value in documents.job_inputs(job).items()
    }


def _one(call: GpCall, values: Mapping[str, Any]) -> Reply:
    wanted = call.values["parameter"]
    name = wanted if wanted in values else next((one for one in values if one.lower() == wanted.lower()), None)
    if name is None:
        raise errors.RestError(400, call.settings.unable_text)
    data = {"paramName": name, **site.local(call, values[name])}
    return answer(call, data, page="results.html", facts={"heading": f"Parameter: {name}", "values": [data]})


def _all(call: GpCall, values: Mapping[str, Any], heading: str) -> Reply:
    if site.version_number(call.settings) < 11.1:
        raise errors.invalid_url()
    data = [{"paramName": name, **site.local(call, value)} for name, value in values.items()]
    return answer(call, data, page="results.html", facts={"heading": heading, "values": data})


def _paths(end: str) -> tuple[str, ...]:
    return tuple(path + end for path in site.JOB_PATHS)


_BOTH = ("GET", "POST")

OPERATIONS: tuple[Operation, ...] = (
    Operation(name="JobResult", methods=_BOTH, paths=_paths("/results/{parameter}"), handler=job_result),
    Operation(name="JobInput", methods=_BOTH, paths=_paths("/inputs/{parameter}"), handler=job_input),
    Operation(name="JobResults", methods=_BOTH, paths=_paths("/results"), handler=job_results),
    Operation(name="JobInputs", methods=_BOTH, paths=_paths("/inputs"), handler=job_inputs),
)
