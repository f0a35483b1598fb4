"""What a client of GES asks: the service plane, with a token of the job's project."""

from __future__ import annotations

from mockserver.api.client_calls import ClientSide
from mockserver.api.walk import LiveRequest
from mockserver.apis.ges.job_types import HYG_ALGORITHM
from mockserver.apis.ges.site import Account
from mockserver.core.job import Job


async def cancel_call(job: Job, client: ClientSide) -> LiveRequest | None:
    """Return the call that cancels a job; the management plane has none."""
    if job.data.get("plane") == "management":
        return None
    project = job.data.get("project_id")
    account = next((one for one in client.site.accounts if one.project_id == project and one.permitted), None)
    if account is None:
        return None
    token = account.token or await _token(account, client)
    plane = "hyg" if job.data.get("kind") == HYG_ALGORITHM.name else "graphs"
    return LiveRequest(
        method="DELETE",
        path=f"/ges/v1.0/{project}/{plane}/{job.data.get('graph')}/jobs/{job.id}",
        headers={"X-Auth-Token": token},
    )


async def _token(account: Account, client: ClientSide) -> str:
    user = {"name": account.user, "password": account.password, "domain": {"name": account.domain}}
    identity = {"methods": ["password"], "password": {"user": user}}
    body = {"auth": {"identity": identity, "scope": {"project": {"id": account.project_id}}}}
    headers, _ = await client.ask(LiveRequest(method="POST", path="/v3/auth/tokens", json=body))
    return str(headers.get("X-Subject-Token", ""))
