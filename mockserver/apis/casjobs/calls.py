"""What a client of CasJobs asks: its operations by HTTP POST, as the account that owns the job."""

from __future__ import annotations

from mockserver.api.client_calls import ClientSide
from mockserver.api.walk import LiveRequest
from mockserver.core.job import Job


async def cancel_call(job: Job, client: ClientSide) -> LiveRequest | None:
    """Return the call that cancels a job."""
    accounts = client.site.accounts
    account = accounts.get(job.owner or "") or next(iter(accounts.values()), None)
    if account is None:
        return None
    form = {"wsId": account.wsid, "pw": account.password, "jobId": job.id}
    return LiveRequest(method="POST", path="/CasJobs/services/jobs.asmx/CancelJob", form=form)
