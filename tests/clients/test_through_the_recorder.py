"""Real clients, unmodified, walk whole with the recorder between them and the server, and keep the contracts."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
import trustme

from mockserver import MockServer
from mockserver.client import Control
from tests.drivers.recording import breaches, recording_of

pytestmark = pytest.mark.filterwarnings("ignore")

LOGIN = {"wsid": 1, "pw": "secret"}
QUERY = {"qry": "select 1", "context": "DR7", "taskname": "t"}


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer(strict=True, tls_port=0) as running:
        yield running


@pytest.mark.parametrize("port", ["JobsSoap", "JobsSoap12"])
def test_zeep(server: MockServer, port: str, missing: Callable[[str], NoReturn]) -> None:
    try:
        import zeep
    except ImportError:
        missing("zeep is not installed")
    with recording_of("casjobs", server.url) as (url, recording):
        wsdl = f"{url}/CasJobs/services/jobs.asmx?WSDL"
        jobs = zeep.Client(wsdl, service_name="Jobs", port_name=port).service
        # The WSDL's address leads to the recorder: otherwise none of the calls would be recorded.
        job = jobs.SubmitJob(**LOGIN, **QUERY, estimate=30)
        assert jobs.GetJobStatus(wsId=1, pw="secret", jobId=job) in (0, 1)
        assert jobs.CancelJob(wsId=1, pw="secret", jobId=job) is None
        found = jobs.GetJobs(owner_wsid=1, owner_pw="secret", conditions=f"jobid : {job}", includeSystem=False)
        assert [one.JobID for one in found] == [job]
    assert [one.operation for one in recording.judged] == [
        "casjobs.ServiceDescription", "casjobs.SubmitJob", "casjobs.GetJobStatus", "casjobs.CancelJob",
        "casjobs.GetJobs",
    ]  # fmt: skip
    assert breaches(recording) == []
    assert "secret" not in json.dumps(recording.archive())
    (fixture,) = recording.fixture()["casjobs"]["jobs"]
    assert fixture["id"] == str(job)


def test_arcgis(server: MockServer, missing: Callable[[str], NoReturn]) -> None:
    try:
        from arcgis.geoprocessing import import_toolbox
    except ImportError:
        missing("PyPI's arcgis is not installed; it is in the dependency group `clients`")
    Control(server.url).change_settings("arcgis", {"queue": 0, "run": 0.2})
    with recording_of("arcgis", server.url) as (url, recording):
        toolbox = import_toolbox(f"{url}/arcgis/rest/services/Demo/GPServer")
        assert toolbox.echo("hi") == "hi"
    called = [one.operation for one in recording.judged]
    assert {"arcgis.Service", "arcgis.SubmitJob", "arcgis.JobStatus", "arcgis.JobResult"} <= set(called)
    assert breaches(recording) == []
    (job,) = recording.fixture()["arcgis"]["jobs"]
    assert (job["state"], job["service"], job["task"]) == ("esriJobSucceeded", "Demo.GPServer", "Echo")


def test_huaweicloud_sdk(server: MockServer, missing: Callable[[str], NoReturn]) -> None:
    try:
        from huaweicloudsdkcore.auth.credentials import BasicCredentials
        from huaweicloudsdkges import v1
    except ImportError:
        missing("the official SDK is not installed")
    # It signs its requests over the Host header, which must therefore reach the server as it was sent.
    with recording_of("ges", server.url, keep_host=True) as (url, recording):
        credentials = BasicCredentials("MOCKACCESSKEY", "mock-secret-key", "0123456789abcdef0123456789abcdef")
        client = v1.GesClient.new_builder().with_credentials(credentials).with_endpoint(url).build()
        shown = client.show_job(
            v1.ShowJobRequest(graph_id="4b5aa3a0000040008000000000000002", job_id="ff80808167f09aaa0167f19b35ec0305")
        )
        assert (shown.status, shown.job_name) == ("success", "ImportGraph")
        assert client.list_jobs(v1.ListJobsRequest(limit=10, offset=0)).job_list
    assert [one.operation for one in recording.judged] == ["ges.ShowJob", "ges.ListManagementJobs"]
    assert breaches(recording) == []
    assert "mock-secret-key" not in json.dumps(recording.archive())


def test_piapi_over_tls_on_both_sides(
    server: MockServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: Callable[[str], NoReturn]
) -> None:
    try:
        import piapi
    except ImportError:
        missing("piapi is not installed")
    authority = trustme.CA()
    own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(own)
    ca = tmp_path / "ca.pem"
    ca.write_bytes(authority.cert_pem.bytes())
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(ca))
    assert server.ca_pem is not None and server.tls_url is not None
    trusted = ssl.create_default_context(cadata=server.ca_pem.decode())
    with recording_of("prime", server.tls_url, tls=own, trusted=trusted) as (url, recording):
        api = piapi.PIAPI(f"{url}/", "nbi", "secret", verify=str(ca))
        assert {"cancel", "runhistory"} <= set(api.service_resources)
        found = api.request_data("JobSummary", {"jobName": '"JobCompleted"'}, hold=0)
        # The addresses in the answer lead to the recorder.
        assert {one["@url"].split("/webacs")[0] for one in found} == {url}
        run = {"jobRunOperationPayload": {"runIds": {"runId": [282800294]}}}
        result = api.request_service("cancelrunning", run)["mgmtResponse"]["operationResult"][0]
        assert result["success"]["success"][0]["id"] == 282800294
        assert api.request_service("runhistory", {"jobId": 15})["mgmtResponse"]["job"]
    called = {one.operation for one in recording.judged}
    assert {"prime.Operations", "prime.JobSummary", "prime.CancelRunning", "prime.RunHistory"} <= called
    assert breaches(recording) == []
    assert "bmJpOnNlY3JldA" not in json.dumps(recording.archive())
