"""Results and inputs of a job, one by one and all together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.api.response import Response
from mockserver.apis.arcgis import documents, errors
from mockserver.apis.arcgis.addresses import localized
from mockserver.apis.arcgis.handlers.resources import open_job
from mockserver.apis.arcgis.requests import GpContext
from mockserver.apis.arcgis.responses import answer
from mockserver.apis.arcgis.site import Task
from mockserver.core.job import Job


async def job_result(context: GpContext) -> Response:
    """Return one output value; names are compared without regard to letter case, as servers link them in either."""
    _, task, job = await open_job(context)
    return _one(context, _results(context, task, job))


async def job_input(context: GpContext) -> Response:
    """Return one input value."""
    _, task, job = await open_job(context)
    return _one(context, _inputs(task, job))


async def job_results(context: GpContext) -> Response:
    """Return all output values as a list; an empty one when there are none yet [results, 11.1]."""
    _, task, job = await open_job(context)
    return _all(context, _results(context, task, job), "Results")


async def job_inputs(context: GpContext) -> Response:
    """Return all input values as a list [inputs, 11.1]."""
    _, task, job = await open_job(context)
    return _all(context, _inputs(task, job), "Inputs")


def _results(context: GpContext, task: Task, job: Job) -> Mapping[str, Any]:
    return {} if documents.is_late(context.settings, job, context.now) else documents.job_results(task, job)


def _inputs(task: Task, job: Job) -> dict[str, Any]:
    types = {parameter.name: parameter.data_type for parameter in task.inputs}
    return {
        name: {"dataType": types.get(name, "GPString"), "value": value}
        for name, value in documents.job_inputs(job).items()
    }


def _one(context: GpContext, values: Mapping[str, Any]) -> Response:
    wanted = context.values["parameter"]
    name = wanted if wanted in values else next((one for one in values if one.lower() == wanted.lower()), None)
    if name is None:
        raise errors.unable(context)
    data = {"paramName": name, **localized(context, values[name])}
    return answer(context, data, template="results.html", facts={"heading": f"Parameter: {name}", "values": [data]})


def _all(context: GpContext, values: Mapping[str, Any], heading: str) -> Response:
    if context.settings.current_version < 11.1:
        raise errors.invalid_url()
    data = [{"paramName": name, **localized(context, value)} for name, value in values.items()]
    return answer(context, data, template="results.html", facts={"heading": heading, "values": data})
