"""What a client of Prime asks: jobService in JSON with a Basic login."""

from __future__ import annotations

import base64

from mockserver.api.client_calls import ClientSide
from mockserver.api.walk import LiveRequest
from mockserver.apis.prime.accounts import Group
from mockserver.apis.prime.machine import RUN
from mockserver.core.job import Job


async def cancel_call(job: Job, client: ClientSide) -> LiveRequest | None:
    """Return the call that cancels a job (`cancel`), or a run of one (`cancelrunning`)."""
    accounts = client.site.accounts
    writers = [one for one in accounts.values() if one.may(Group.WRITE)]
    account = accounts.get(job.owner or "")
    if account not in writers:
        account = writers[0] if writers else None
    if account is None:
        return None
    login = base64.b64encode(f"{account.username}:{account.password}".encode()).decode()
    number = int(job.id) if job.id.isdecimal() else job.id
    if job.kind == RUN.kind:
        name, body = "cancelrunning", {"jobRunOperationPayload": {"runIds": {"runId": number}}}
    else:
        name, body = "cancel", {"jobOperationPayload": {"jobIds": {"jobId": number}}}
    return LiveRequest(
        method="PUT",
        path=f"/webacs/api/v4/op/jobService/{name}.json",
        json=body,
        headers={"Authorization": f"Basic {login}"},
    )
