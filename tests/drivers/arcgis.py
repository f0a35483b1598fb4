"""An ArcGIS client: the REST directory of a geoprocessing service, the Administrator, and their tokens."""

from __future__ import annotations

from typing import Any

from tests.drivers.driver import Driver, Poll

DEMO = "/arcgis/rest/services/Demo/GPServer"
ECHO = f"{DEMO}/Echo"

POLL = Poll(
    job={"api": "arcgis", "id": "jrace", "service": "Demo.GPServer", "task": "Echo"},
    path=f"{ECHO}/jobs/jrace?f=json",
    states=("esriJobSubmitted", "esriJobExecuting"),
    operation="JobStatus",
)


class ArcGis(Driver):
    """Asks for JSON; a job is named by its path."""

    api = "arcgis"

    async def said(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """Return what an operation answers a program."""
        options = {"data": {"f": "json"}} if method == "POST" else {"params": {"f": "json"}}
        answer = await self.client.request(method, path, **options, **more)
        found: dict[str, Any] = await answer.json(content_type=None)
        return found

    async def get(self, path: str, **parameters: str) -> Any:
        """Return a resource; its status is 200, refused or not."""
        response = await self.client.get(path, params={"f": "json", **parameters})
        assert response.status == 200
        return await response.json(content_type=None)

    async def submit(self, task: str = "Echo", service: str = DEMO, **inputs: str) -> str:
        """Submit a job; return its path."""
        response = await self.client.post(f"{service}/{task}/submitJob", data={"f": "json", **inputs})
        job_id: str = (await response.json(content_type=None))["jobId"]
        return f"{service}/{task}/jobs/{job_id}"

    async def status(self, job: str) -> str:
        return str((await self.get(job))["jobStatus"])

    async def cancel(self, job: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.get(f"{job}/cancel")
        return found

    async def result(self, job: str, name: str = "Output_Text") -> Any:
        """Return an output parameter, or how it is refused."""
        return await self.get(f"{job}/results/{name}")

    async def add(self, **fields: Any) -> str:
        return await super().add(**{"service": "Demo.GPServer", "task": "Echo", **fields})

    async def force(self, job: object, state: str, **more: Any) -> dict[str, Any]:
        """Put a job into a state, whether it is named by its id or its path."""
        return await super().force(str(job).rpartition("/")[2], state, **more)

    async def token(self, user: str = "siteadmin", path: str = "/arcgis/tokens/", **more: str) -> str:
        """Return a token of an account of the default fixtures."""
        form = {"username": user, "password": "secret", "f": "json", **more}
        answer = await (await self.client.post(path, data=form)).json(content_type=None)
        value: str = answer["token"]
        return value
