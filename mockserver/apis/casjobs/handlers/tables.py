"""Tables in MyDB: uploads, and the files that finished jobs have made of them."""

from __future__ import annotations

from mockserver.api.errors import NoRoute
from mockserver.api.response import Response
from mockserver.apis.casjobs.auth import login
from mockserver.apis.casjobs.documents import output_of
from mockserver.apis.casjobs.jobs import API, QUERY
from mockserver.apis.casjobs.responses import document_response
from mockserver.apis.casjobs.service_types import CasContext
from mockserver.core.errors import UnknownJob


async def upload_data(
    context: CasContext, wsid: int, pw: str | None, table: str | None, data: str | None, exists: bool = False
) -> None:
    """Store CSV text as a table."""
    account = login(context, wsid, pw)
    documents, key = context.sandbox.documents(API), f"{account.wsid}/{(table or '').casefold()}"
    while True:
        old = await documents.get("tables", key)
        # guess: rows are added to a table that exists; otherwise it is made anew.
        kept = [] if old is None or not exists else old["data"]
        new = {"wsid": account.wsid, "name": table or "", "data": [*kept, data or ""]}
        if await documents.replace("tables", key, old, new):
            return


def job_of_file(file: str) -> str:
    """Return the id of the job that a file's name says."""
    return file.partition(".")[0]


async def output(context: CasContext) -> Response:
    """A finished job's file, under the URL that its OutputLoc names. The address is ours."""
    try:
        job = await context.jobs.get(API, job_of_file(context.values["file"]))
    except UnknownJob:
        raise NoRoute(context.path) from None
    if output_of(job, context.settings, context.base, context.now) is None:
        raise NoRoute(context.path)
    text = job.data.get("output_data")
    if text is None:
        table = str(job.data.get("query") or "").casefold()
        stored = await context.sandbox.documents(API).get("tables", f"{job.owner}/{table}")
        text = context.settings.default_quick_result if stored is None else "\n".join(stored["data"])
    as_text = job.data.get("type", QUERY).casefold() in ("csv", "tcsv")
    content_type = "text/csv" if as_text else "application/octet-stream"
    return document_response(text.encode(), content_type, context.settings)
