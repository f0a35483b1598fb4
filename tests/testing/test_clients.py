"""An unmodified client of each API in a sandbox: in this process under xdist, and against a running server."""

from __future__ import annotations

from mockserver import MockServer
from tests.testing.conftest import Inside

GES = """
import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkges.v1 import GesClient, ListJobsRequest

PROJECT = "0123456789abcdef0123456789abcdef"

def client(sandbox):
    credentials = BasicCredentials("MOCKACCESSKEY", "mock-secret-key", PROJECT)
    return GesClient.new_builder().with_credentials(credentials).with_endpoint(sandbox.url).build()

@pytest.mark.mockserver(port=True)
@pytest.mark.parametrize("n", range(2))
def test_sdk(sandbox, n):
    job = sandbox.ges.job(graph="movie", kind="execute-algorithm", state="running")
    ges = client(sandbox)
    assert ges.list_jobs(ListJobsRequest()).job_list is not None
    path = {"project_id": PROJECT, "graph_name": "movie", "job_id": job.id}
    ges.do_http_request(
        "DELETE",
        "/ges/v1.0/{project_id}/graphs/{graph_name}/jobs/{job_id}",
        path_params=path,
        header_params={"X-Auth-Token": "mock-token", "Authorization": "none"},
        response_type="ListJobsResponse",
    )
    assert sandbox.ges.wait(job.id, "CANCELED").held is False
    sandbox.verify({"operation": "ges.CancelJob", "job": job.id}, count=1)
"""

CASJOBS = """
import pytest
import zeep

@pytest.mark.parametrize("n", range(2))
def test_zeep(sandbox, n):
    job = sandbox.casjobs.job(id="77001", owner="1", state="Started", query="select 1", context="DR7")
    client = zeep.Client(sandbox.casjobs.url + "?WSDL")
    assert client.service.GetJobStatus(wsId=1, pw="secret", jobId=77001) == 1
    client.service.CancelJob(wsId=1, pw="secret", jobId=77001)
    assert client.service.GetJobStatus(wsId=1, pw="secret", jobId=77001) in (2, 3)
    sandbox.casjobs.force("77001", "Finished")
    assert client.service.GetJobStatus(wsId=1, pw="secret", jobId=77001) == 5
    assert [one.operation for one in sandbox.casjobs.requests(job="77001")].count("casjobs.CancelJob") == 1
"""

PRIME = """
import pytest
from piapi import PIAPI

@pytest.mark.filterwarnings("ignore")
@pytest.mark.mockserver(port=True)
@pytest.mark.parametrize("n", range(2))
def test_piapi(sandbox, n):
    prime = PIAPI(sandbox.tls_url, "nbi", "secret", verify=False)
    assert "jobService/cancelrunning" in str(prime.service_resources) or prime.service_resources
    assert prime.data_resources
    assert sandbox.prime.requests()
"""

ARCGIS = """
import pytest
import requests

@pytest.mark.parametrize("n", range(2))
def test_submit_poll_cancel(sandbox, n):
    task = sandbox.arcgis.url + "/services/Demo/GPServer/Echo"
    made = requests.post(task + "/submitJob", data={"Input_Text": "hello", "f": "json"}, timeout=20).json()
    job = made["jobId"]
    assert made["jobStatus"] == "esriJobSubmitted"
    sandbox.arcgis.force(job, "EXECUTING")
    def poll():
        return requests.get(f"{task}/jobs/{job}", params={"f": "json"}, timeout=20).json()["jobStatus"]
    assert poll() == "esriJobExecuting"
    requests.post(f"{task}/jobs/{job}/cancel", data={"f": "json"}, timeout=20)
    assert poll() in ("esriJobCancelling", "esriJobCancelled")
    sandbox.verify({"operation": "arcgis.CancelJob", "job": job}, count=1)
"""

CLIENTS = {"test_ges": GES, "test_casjobs": CASJOBS, "test_prime": PRIME, "test_arcgis": ARCGIS}


def test_in_this_process_under_xdist(inside: Inside) -> None:
    inside(CLIENTS, "-n2").assert_outcomes(passed=8)


def test_against_a_running_server(inside: Inside) -> None:
    with MockServer(tls_port=0) as server:
        inside(CLIENTS, "--mockserver-url", server.url).assert_outcomes(passed=8)
