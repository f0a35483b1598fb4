"""Backups of graphs: made by jobs, listed, deleted (ges.md §6, huaweicloudsdkges v1 and v2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.api.response import Response
from mockserver.api.sandbox import Row
from mockserver.apis.ges.auth import project_of
from mockserver.apis.ges.errors import ManagementError
from mockserver.apis.ges.graph_records import graph_with_id
from mockserver.apis.ges.handlers.graphs import check_body, created_job, find_graph, incorrect, management_job
from mockserver.apis.ges.machine import JOB
from mockserver.apis.ges.management_documents import api_version, described_backup, in_version
from mockserver.apis.ges.requests import GesContext, whole
from mockserver.apis.ges.responses import gateway_answer
from mockserver.core.errors import UnknownJob
from mockserver.core.job import Job
from mockserver.core.machine import FINAL, Phase

_COLLECTION = "backups"
_LIMIT = 10


async def create_backup(context: GesContext) -> Response:
    """Back a graph up: a job, and a backup that is ready when the job has ended."""
    known = await find_graph(context)
    check_body(context, needed=False)
    number = await context.sandbox.count("ges.backup")
    backup_id = context.sandbox.ids.hex("ges.backup", number)
    backup = {
        "id": backup_id,
        "name": f"{known.graph.name}-{number}",
        "graph_id": known.graph.id,
        "graph_name": known.graph.name,
        "graph_status": known.status,
        "project_id": known.graph.project_id,
        "started": context.now,
        "vertices": len(known.graph.vertices),
    }

    async def along(job: Job) -> Sequence[Row]:
        made = {**backup, "job": job.id}
        return (context.sandbox.documents("ges").replacing(_COLLECTION, backup_id, None, made),)

    return created_job(context, await management_job(context, known.graph, "create-backup", along))


async def list_backups(context: GesContext) -> Response:
    """List the backups of all graphs of a project."""
    return await _listed(context, await project_of(context), None)


async def list_graph_backups(context: GesContext) -> Response:
    """List the backups of a graph."""
    known = await find_graph(context)
    return await _listed(context, known.graph.project_id, known.graph.id)


async def delete_backup(context: GesContext) -> Response:
    """Delete a backup, at once."""
    known = await find_graph(context)
    backup = await _backup(context, context.values["backup_id"])
    if backup is None or backup["graph_id"] != known.graph.id:
        raise _no_backup()
    if not await context.sandbox.documents("ges").replace(_COLLECTION, backup["id"], dict(backup), None):
        raise _no_backup()  # Another request has deleted it meanwhile.
    return gateway_answer(context, {})


async def export_backup(context: GesContext) -> Response:
    """Export a backup to files (v2 only): a job."""
    known = await find_graph(context)
    check_body(context, needed=True)
    backup = await _backup(context, str(context.payload.get("backup_id")))
    if not context.payload.get("export_path"):
        raise incorrect()
    if backup is None or backup["graph_id"] != known.graph.id:
        raise _no_backup()
    return created_job(context, await management_job(context, known.graph, "export-backup"))


async def import_backup(context: GesContext) -> Response:
    """Import a backup from files (v2 only): a job."""
    known = await find_graph(context)
    check_body(context, needed=True)
    if not context.payload.get("import_path"):
        raise incorrect()
    return created_job(context, await management_job(context, known.graph, "import-backup"))


async def _listed(context: GesContext, project_id: str, graph_id: str | None) -> Response:
    offset, limit = whole(context.query.get("offset", 0)), whole(context.query.get("limit", _LIMIT))
    if offset is None or limit is None:
        raise incorrect()
    every = await context.sandbox.documents("ges").all(_COLLECTION)
    found = [
        backup
        for backup in every.values()
        if backup["project_id"] == project_id and graph_id in (None, backup["graph_id"])
    ]
    shown = [await _shown(context, backup) for backup in found[offset : offset + limit]]
    listing = {"backupCount": len(found), "backupList": shown}
    return gateway_answer(context, in_version(listing, api_version(context)))


async def _shown(context: GesContext, backup: Mapping[str, Any]) -> dict[str, Any]:
    status, ended = "success", None
    try:
        job = await context.jobs.get("ges", backup["job"])
    except UnknownJob:
        pass
    else:
        phase, ended = JOB.phase(job), job.ended
        if phase not in FINAL:
            status = "backing_up"
        elif phase is not Phase.SUCCEEDED:
            status = "failed"
    graph = await graph_with_id(context, backup["project_id"], backup["graph_id"])
    return described_backup(backup, status, ended, None if graph is None else graph.status)


async def _backup(context: GesContext, backup_id: str) -> Any:
    return await context.sandbox.documents("ges").get(_COLLECTION, backup_id)


def _no_backup() -> ManagementError:
    # The code of an unknown backup is not known; GES.0001 is that of a parameter which is wrong (inferred).
    return ManagementError("GES.0001", "The backup does not exist.")
