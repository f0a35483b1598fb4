"""The Administrator Directory: the site's log."""

from __future__ import annotations

from typing import Any

from mockserver.api.response import Response
from mockserver.apis.arcgis.admin_pages import Field, HtmlForm, Page
from mockserver.apis.arcgis.handlers.admin import answer_page, for_administrators
from mockserver.apis.arcgis.log_query import failure_entry, log_page, read_log_query
from mockserver.apis.arcgis.machine import JOB
from mockserver.apis.arcgis.messages import failure_texts
from mockserver.apis.arcgis.requests import GpContext
from mockserver.core.clock import milliseconds
from mockserver.core.job import Job
from mockserver.core.machine import Phase


@for_administrators
async def query_logs(context: GpContext) -> Response:
    """`…/admin/logs/query`: the messages that the filters admit, the newest first."""
    query = read_log_query(context.parameters)
    failed = context.jobs.each("arcgis", where=lambda job: JOB.phase(job) is Phase.FAILED)
    entries = [_entry(context, job) async for job in failed]
    data = log_page(query, entries, milliseconds(context.now))
    given = context.parameters
    fields = tuple(
        Field(name=name, label=name, value=str(given.get(name, default)))
        for name, default in (
            ("startTime", ""),
            ("endTime", ""),
            ("level", query.level),
            ("filter", ""),
            ("pageSize", ""),
        )
    )
    page = Page(
        title="Query Logs",
        facts=[(f"{one['type']} {one['source']}", one["message"]) for one in data["logMessages"]],
        forms=[HtmlForm(label="Query", action=f"{context.base}{context.path}", method="get", fields=fields)],
    )
    return answer_page(context, data, page)


def _entry(context: GpContext, job: Job) -> dict[str, Any]:
    service, name = context.site.services.get(job.data["service"]), str(job.data.get("task") or "")
    task = None if service is None else service.tasks.get(name)
    return failure_entry(job, name if task is None else task.display_name, failure_texts(task, job))
