"""A Prime client: raw paths and Basic login."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from yarl import URL

from tests.drivers.driver import Answer, Driver, Poll

API = "/webacs/api"
DEPLOY = "/v4/op/cliTemplateConfiguration/deployTemplateThroughJob.json"
COMMAND = {"targetDevices": {"targetDevice": {"targetDeviceID": "1"}}, "templateName": "T"}


def basic(user: str = "nbi:secret") -> dict[str, str]:
    """Return the header of a Basic login."""
    return {"Authorization": "Basic " + base64.b64encode(user.encode()).decode()}


POLL = Poll(
    job={"api": "prime", "id": "777", "name": "Race", "type": "CliTemplateDeployIOSDevices", "owner": "nbi"},
    path=f"{API}/v1/op/jobService/runhistory.json?jobId=777",
    headers=basic(),
    states=("SCHEDULED", "SUSPENDED"),
    operation="RunHistory",
)


class Prime(Driver):
    """Asks as one user; paths go out as they are, and no cookie is kept."""

    api = "prime"

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        user: str | None = "nbi:secret",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        sent = basic(user) if user else {}
        if body is not None and not isinstance(body, str | bytes):
            body = json.dumps(body)
            sent["Content-Type"] = "application/json"
        elif body is not None:
            sent["Content-Type"] = "application/xml"
        self.client.session.cookie_jar.clear()
        async with self.client.session.request(
            method,
            URL(self.client.base + path, encoded=True),
            data=body,
            headers={**sent, **(headers or {})},
            allow_redirects=False,
            skip_auto_headers=("Content-Type", "Accept"),
        ) as response:
            return Answer(status=response.status, headers=response.headers, body=await response.read())

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.ask("GET", API + path, **options)

    async def put(self, path: str, body: Any, **options: Any) -> Answer:
        return await self.ask("PUT", API + path, body, **options)

    async def submit(self, query: str = "", **fields: Any) -> str:
        """Deploy a template by a job; return the job's name."""
        answer = await self.put(DEPLOY + query, {"cliTemplateCommand": {**COMMAND, **fields}})
        assert answer.status == 200, answer.text
        name: str = answer.data["mgmtResponse"]["cliTemplateCommandJobResult"][0]["jobName"]
        return name

    async def status(self, job_id: object) -> str:
        """Return the status of a job's latest run."""
        return str((await self.run(job_id))["runStatus"])

    async def result(self, job_id: object) -> str | None:
        """Return how a job's latest run ended, if it has."""
        found: str | None = (await self.run(job_id)).get("resultStatus")
        return found

    async def cancel(self, job_id: object) -> Answer:
        """Cancel a job, which leaves a run of its own alone (v4)."""
        return await self.put("/v4/op/jobService/cancel.json", {"jobOperationPayload": {"jobIds": {"jobId": job_id}}})

    async def run(self, job_id: object) -> dict[str, Any]:
        """Return the latest run of a job as runhistory shows it (v4)."""
        found = (await self.get(f"/v4/op/jobService/runhistory.json?jobId={job_id}")).data
        run: dict[str, Any] = found["mgmtResponse"]["job"][0]["runInstances"]["runInstance"][-1]
        return run

    async def job(self, job_id: object) -> dict[str, Any]:
        """Return a job as JobSummary shows it (v4)."""
        found = (await self.get(f"/v4/data/JobSummary/{job_id}.json")).data
        job: dict[str, Any] = found["queryResponse"]["entity"][0]["jobSummaryDTO"]
        return job

    async def cancel_run(self, *runs: int) -> dict[str, Any]:
        """Return the operationResult of a cancelrunning (v4)."""
        payload = {"jobRunOperationPayload": {"runIds": {"runId": list(runs)}}}
        answer = await self.put("/v4/op/jobService/cancelrunning.json", payload)
        assert answer.status == 200, answer.text
        result: dict[str, Any] = answer.data["mgmtResponse"]["operationResult"][0]
        return result
