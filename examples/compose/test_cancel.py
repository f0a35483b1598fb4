"""What a client's own contract test looks like: zeep, unmodified, against the sandbox that compose started."""

import os
from collections.abc import Iterator

import pytest
import zeep

from mockserver.client import Control

URL = os.environ.get("MOCKSERVER_URL", "http://127.0.0.1:8080")
CANCELING = 2


@pytest.fixture
def sandbox() -> Iterator[Control]:
    """A sandbox of this test's own: nobody else sees its jobs, and it starts from the fixtures."""
    control = Control(URL)
    name = control.create_sandbox()["name"]
    yield Control(f"{URL}/~{name}")
    control.delete_sandbox(name)


def test_a_started_job_is_canceled(sandbox: Control) -> None:
    job = sandbox.add("casjobs", owner="1", state="Started", query="select 1", context="DR7", hold=True)
    service = zeep.Client(f"{sandbox.url}/CasJobs/services/jobs.asmx?WSDL").service

    service.CancelJob(wsId=1, pw="secret", jobId=int(job["id"]))

    assert service.GetJobStatus(wsId=1, pw="secret", jobId=int(job["id"])) == CANCELING
    sandbox.verify({"operation": "casjobs.CancelJob", "job": job["id"]}, count=1)
