"""What a client of ArcGIS asks: the REST directory as `f=json`, with a token where the service wants one."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from mockserver.api.client_calls import ClientSide
from mockserver.api.walk import LiveRequest
from mockserver.core.job import Job
from mockserver.wire.json import Malformed, read_json


async def cancel_call(job: Job, client: ClientSide) -> LiveRequest | None:
    """Return the call that cancels a job; one of no task has no address in the REST directory."""
    task = job.data.get("task")
    if not task:
        return None
    name, _, kind = str(job.data.get("service", "")).rpartition(".")
    root = "/" + client.settings.contexts[0]
    query: dict[str, Any] = {"f": "json"}
    service = client.site.services.get(f"{name}.{kind}")
    if client.settings.secured != "none" or (service is not None and service.secured):
        token = await _token(job, client, root)
        if token:
            query["token"] = token
    path = f"{root}/rest/services/{quote(name)}/{kind}/{quote(str(task))}/jobs/{quote(job.id)}/cancel"
    return LiveRequest(path=path, query=query)


async def _token(job: Job, client: ClientSide, root: str) -> str:
    accounts = client.site.accounts
    account = accounts.get(job.owner or "") or next((one for one in accounts.values() if one.administrator), None)
    if account is None:
        return ""
    where = f"{root}/tokens/generateToken"
    if client.settings.secured == "federated":
        where = f"/{client.settings.portal_context}/sharing/rest/generateToken"
    form = {"username": account.username, "password": account.password, "client": "requestip", "f": "json"}
    _, body = await client.ask(LiveRequest(method="POST", path=where, form=form))
    answer = read_json(body)
    return str(answer.get("token", "")) if isinstance(answer, dict) and not isinstance(answer, Malformed) else ""
