"""Real clients, unmodified, walk whole with the recorder between them and the server, and keep the contracts.

What was recorded is written as `record` writes it, and works: the fixture starts a server, the examples run.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
import trustme
from click.testing import CliRunner

from mockserver import MockServer
from mockserver.cli import main
from mockserver.cli.record import save
from mockserver.client import Control
from mockserver.drift.recording import Recording
from tests.drivers.recording import CONTRACTS, breaches, recording_of

pytestmark = pytest.mark.filterwarnings("ignore")

PROJECT = "0123456789abcdef0123456789abcdef"
LOGIN = {"wsid": 1, "pw": "secret"}
QUERY = {"qry": "select 1", "context": "DR7", "taskname": "t"}


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer(strict=True, tls_port=0) as running:
        yield running


def plays(recording: Recording, root: str, out: Path) -> set[str]:
    """Write a recording, check what was written as a user does; return the operations that have examples."""
    asyncio.run(save(recording, CONTRACTS, out, root))
    checked = CliRunner().invoke(main, ["contracts", "check", str(out / "examples")])
    assert checked.exit_code == 0, checked.output
    with MockServer(fixtures=(out / "fixtures.json",)):
        pass  # it starts: each job of the fixture can be made
    assert CliRunner().invoke(main, ["check-traffic", str(out / "traffic.har")]).exit_code == 0
    return {file.stem for file in (out / "examples").iterdir()}


@pytest.mark.parametrize("port", ["JobsSoap", "JobsSoap12"])
def test_zeep(server: MockServer, port: str, tmp_path: Path, missing: Callable[[str], NoReturn]) -> None:
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
        owner = {"owner_wsid": 1, "owner_pw": "secret", "includeSystem": False}
        assert jobs.GetJobsJob(**owner, conditions=f"jobid : {job}")[0].OutputType == "QUERY"
        assert jobs.ExecuteQuickJob(**LOGIN, **QUERY, isSystem=False)
        assert jobs.ExecuteQuickJobDS(**LOGIN, **QUERY, isSystem=False) is not None
        assert [one.Context for one in jobs.GetQueues(**LOGIN)][:1] == ["MYDB"]
        assert "CSV" in [one.Type for one in jobs.GetJobTypes(**LOGIN)]
        assert jobs.UploadData(**LOGIN, tableName="t", data="a\n1\n", tableExists=False) is None
        assert jobs.SubmitExtractJob(**LOGIN, tableName="t", type="CSV")
        with pytest.raises(zeep.exceptions.Fault, match="Invalid login: wsid 1"):
            jobs.CancelJob(wsId=1, pw="wrong", jobId=job)
    called = [one.operation for one in recording.judged]
    assert called[:5] == [
        "casjobs.ServiceDescription", "casjobs.SubmitJob", "casjobs.GetJobStatus", "casjobs.CancelJob",
        "casjobs.GetJobs",
    ]  # fmt: skip
    assert len(called) == 13
    assert breaches(recording) == []
    assert "secret" not in json.dumps(recording.archive())
    assert str(job) in [one["id"] for one in recording.fixture()["casjobs"]["jobs"]]
    assert {"casjobs.CancelJob", "casjobs.GetJobStatus"} <= plays(recording, server.url, tmp_path / "out")


def test_arcgis(server: MockServer, tmp_path: Path, missing: Callable[[str], NoReturn]) -> None:
    try:
        from arcgis.geoprocessing import import_toolbox
    except ImportError:
        missing("PyPI's arcgis is not installed; it is in the dependency group `clients`")
    Control(server.url).change_settings("arcgis", {"queue": 0, "run": 0.2})
    with recording_of("arcgis", server.url) as (url, recording):
        toolbox = import_toolbox(f"{url}/arcgis/rest/services/Demo/GPServer")
        assert toolbox.echo("hi") == "hi"
        with pytest.raises(Exception, match="Job failed"):
            toolbox.fail("x")
        assert toolbox.slow("x", future=True).cancel() is not None
        assert import_toolbox(f"{url}/arcgis/rest/services/SyncDemo/GPServer").sync("hi") == "hi"
    called = [one.operation for one in recording.judged]
    walk = {"Service", "Task", "SubmitJob", "JobStatus", "JobResult", "CancelJob", "ExecuteTask"}
    assert {f"arcgis.{name}" for name in walk} <= set(called)
    assert breaches(recording) == []
    jobs = {job["task"]: (job["state"], job["service"]) for job in recording.fixture()["arcgis"]["jobs"]}
    assert jobs["Echo"] == ("esriJobSucceeded", "Demo.GPServer") and jobs["Fail"][0] == "esriJobFailed"
    assert {"arcgis.SubmitJob", "arcgis.JobStatus"} <= plays(recording, server.url, tmp_path / "out")


def test_huaweicloud_sdk(server: MockServer, tmp_path: Path, missing: Callable[[str], NoReturn]) -> None:
    try:
        from huaweicloudsdkcore.auth.credentials import BasicCredentials
        from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
        from huaweicloudsdkges import v1, v2
    except ImportError:
        missing("the official SDK is not installed")
    # It signs its requests over the Host header, which must therefore reach the server as it was sent.
    with recording_of("ges", server.url, keep_host=True) as (url, recording):
        credentials = BasicCredentials("MOCKACCESSKEY", "mock-secret-key", PROJECT)
        client, newer = (
            one.GesClient.new_builder().with_credentials(credentials).with_endpoint(url).build() for one in (v1, v2)
        )
        shown = client.show_job(
            v1.ShowJobRequest(graph_id="4b5aa3a0000040008000000000000002", job_id="ff80808167f09aaa0167f19b35ec0305")
        )
        assert (shown.status, shown.job_name) == ("success", "ImportGraph")
        assert client.list_jobs(v1.ListJobsRequest(limit=10, offset=0)).job_list
        graphs = {one.name: one.id for one in newer.list_graphs2(v2.ListGraphs2Request(limit=100)).graphs}
        stopped = newer.stop_graph2(v2.StopGraph2Request(graph_id=graphs["movie"])).job_id
        assert newer.show_graph2(v2.ShowGraph2Request(graph_id=graphs["movie"])).graph.name == "movie"
        shown = newer.show_job2(v2.ShowJob2Request(graph_id=graphs["movie"], job_id=stopped))
        assert shown.job_name == "StopGraph"
        with pytest.raises(ClientRequestException):
            newer.show_job2(v2.ShowJob2Request(graph_id=graphs["movie"], job_id="nobody"))

        # The service plane has no methods in the SDK: its own `do_http_request`, with a token.
        def plane(method: str, path: str, body: Any = None, query: Any = ()) -> Any:
            answer = newer.do_http_request(
                method,
                f"/ges/v1.0/{PROJECT}/graphs/movie{path}",
                query_params=list(query),
                header_params={
                    "Content-Type": "application/json",
                    "X-Auth-Token": "mock-token",
                    "Authorization": "none",
                },
                body=None if body is None else json.dumps(body),
                response_type="ShowJob2Response",
            )
            return json.loads(answer.raw_content)

        made = plane("POST", "/action", {"algorithmName": "pagerank"}, [("action_id", "execute-algorithm")])
        assert plane("GET", f"/jobs/{made['jobId']}/status")["status"] in ("pending", "running")
        assert plane("DELETE", f"/jobs/{made['jobId']}") == {}
    called = {one.operation for one in recording.judged}
    assert {"ges.ShowJob", "ges.ListManagementJobs", "ges.ListGraphs", "ges.StopGraph", "ges.ShowGraph"} <= called
    assert {"ges.ExecuteAlgorithm", "ges.JobStatus", "ges.CancelJob"} <= called
    assert breaches(recording) == []
    assert "mock-secret-key" not in json.dumps(recording.archive())
    assert {"ges.ExecuteAlgorithm", "ges.CancelJob"} <= plays(recording, server.url, tmp_path / "out")


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
    Control(server.url).add("prime", id="9001", name="Nightly", type="T", state="SCHEDULED", owner="nbi", hold=True)
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
        assert api.request_data("Devices", {"reachability": "REACHABLE"}, hold=0)
        for operation in ("suspend", "resume", "cancel"):
            payload = {"jobOperationPayload": {"jobIds": {"jobId": [9001]}}}
            result = api.request_service(operation, payload)["mgmtResponse"]["operationResult"][0]
            assert result["success"]["success"][0]["id"] == 9001
    called = {one.operation for one in recording.judged}
    walk = {"Operations", "JobSummary", "CancelRunning", "RunHistory", "Devices", "Suspend", "Resume", "Cancel"}
    assert {f"prime.{name}" for name in walk} <= called
    assert breaches(recording) == []
    assert "bmJpOnNlY3JldA" not in json.dumps(recording.archive())
    assert {"prime.CancelRunning", "prime.Cancel"} <= plays(recording, server.tls_url, tmp_path / "out")
