"""CasJobs by clients that read the WSDL: zeep over all ports, suds, osa, npm's soap in both versions."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn
from urllib.error import HTTPError

import pytest

from mockserver import MockServer
from mockserver.client import Control

NODE = Path(__file__).with_name("node")
SERVICE = "/CasJobs/services/jobs.asmx"
LOGIN = {"wsid": 1, "pw": "secret"}
QUERY = {"qry": "select top 2 ra, dec from PhotoObj", "context": "DR7", "taskname": "t"}
ROWS = "[ra]:Float,[dec]:Float\n195.16,2.5\n194.59,2.48\n"


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(strict=True, port=0, clock="2026-01-02T12:00:00Z") as one:
        yield one


def broken(server: MockServer) -> list[Any]:
    return Control(server.url).requests(violations=True)


@pytest.mark.parametrize("port", ["JobsSoap", "JobsSoap12"])
def test_zeep(server: MockServer, port: str, missing: Callable[[str], NoReturn]) -> None:
    try:
        import zeep
    except ImportError:
        missing("zeep is not installed")
    client = zeep.Client(f"{server.url}{SERVICE}?WSDL", service_name="Jobs", port_name=port)
    jobs = client.service

    job = jobs.SubmitJob(**LOGIN, **QUERY, estimate=30)
    assert jobs.GetJobStatus(wsId=1, pw="secret", jobId=job) == 0
    assert jobs.CancelJob(wsId=1, pw="secret", jobId=job) is None
    assert jobs.GetJobStatus(wsId=1, pw="secret", jobId=job) == 2
    owner = {"owner_wsid": 1, "owner_pw": "secret", "includeSystem": False}
    (found,) = jobs.GetJobs(**owner, conditions=f"jobid : {job}")
    assert (found.JobID, found.Status, found.Context, found.OutputLoc) == (job, 2, "DR7", None)
    assert found.TimeSubmit.isoformat() == "2026-01-02T12:00:00"
    assert jobs.GetJobs(**owner, conditions="jobid : 77") is None
    assert jobs.GetJobsJob(**owner, conditions=f"jobid : {job}")[0].OutputType == "QUERY"
    assert jobs.ExecuteQuickJob(**LOGIN, **QUERY, isSystem=False) == ROWS
    table = jobs.ExecuteQuickJobDS(**LOGIN, **QUERY, isSystem=False)
    assert table is not None
    assert [one.Context for one in jobs.GetQueues(**LOGIN)][:2] == ["MYDB", "MYDB"]
    assert "CSV" in [one.Type for one in jobs.GetJobTypes(**LOGIN)]
    assert jobs.UploadData(**LOGIN, tableName="t", data="a\n1\n", tableExists=False) is None
    extract = jobs.SubmitExtractJob(**LOGIN, tableName="t", type="CSV")
    assert jobs.GetJobStatus(wsId=1, pw="secret", jobId=extract) == 0
    with pytest.raises(zeep.exceptions.Fault, match="Invalid login: wsid 1"):
        jobs.CancelJob(wsId=1, pw="wrong", jobId=job)
    with pytest.raises(zeep.exceptions.Fault, match="Job 900 does not belong to wsid 1"):
        jobs.CancelJob(wsId=1, pw="secret", jobId=900)
    assert broken(server) == []


@pytest.mark.parametrize("port", ["JobsSoap", "JobsSoap12"])
def test_suds(port: str, missing: Callable[[str], NoReturn]) -> None:
    try:
        import suds
        import suds.client
    except ImportError:
        missing("suds-community is not installed")
    with MockServer(strict=True, port=0, clock="2026-01-02T12:00:00Z") as server:
        # It stops at the DataSet's type, as it does at the genuine WSDL.
        with pytest.raises(suds.TypeNotFound):
            suds.client.Client(f"{server.url}{SERVICE}?WSDL", cache=None)
        Control(server.url).change_settings("casjobs", {"dataset_in_wsdl": False})
        client = suds.client.Client(f"{server.url}{SERVICE}?WSDL", cache=None, port=port)
        jobs = client.service

        job = jobs.SubmitJob(1, "secret", "select 1", "DR7", "t", 30)
        assert jobs.GetJobStatus(1, "secret", job) == 0
        jobs.CancelJob(1, "secret", job)
        assert jobs.GetJobStatus(1, "secret", job) == 2
        (found,) = jobs.GetJobs(1, "secret", f"jobid : {job}", False).CJJob
        assert (found.JobID, found.Status) == (job, 2)
        assert jobs.ExecuteQuickJob(1, "secret", QUERY["qry"], "DR7", "t", False) == ROWS
        with pytest.raises(suds.WebFault, match="Invalid login: wsid 1"):
            jobs.CancelJob(1, "wrong", job)
        assert broken(server) == []


@pytest.mark.parametrize("port", ["JobsSoap", "JobsSoap12"])
async def test_zeep_async(server: MockServer, port: str, missing: Callable[[str], NoReturn]) -> None:
    zeep = pytest.importorskip("zeep") if importlib.util.find_spec("httpx") else missing("zeep[async] is not installed")
    async with zeep.AsyncClient(f"{server.url}{SERVICE}?WSDL", service_name="Jobs", port_name=port) as client:
        jobs = client.service

        job = await jobs.SubmitJob(**LOGIN, **QUERY, estimate=30)
        assert await jobs.CancelJob(wsId=1, pw="secret", jobId=job) is None
        assert await jobs.GetJobStatus(wsId=1, pw="secret", jobId=job) == 2
        assert await jobs.ExecuteQuickJobDS(**LOGIN, **QUERY, isSystem=False) is not None
        with pytest.raises(zeep.exceptions.Fault, match="Invalid login: wsid 1"):
            await jobs.CancelJob(wsId=1, pw="wrong", jobId=job)
    assert broken(server) == []


async def test_zeep_async_cannot_call_an_http_port(server: MockServer, missing: Callable[[str], NoReturn]) -> None:
    zeep = pytest.importorskip("zeep") if importlib.util.find_spec("httpx") else missing("zeep[async] is not installed")
    async with zeep.AsyncClient(f"{server.url}{SERVICE}?WSDL", port_name="JobsHttpGet") as client:
        with pytest.raises(AttributeError, match="send_async"):
            await client.service.GetJobStatus(wsId="1", pw="secret", jobId="1001")


def test_osa(missing: Callable[[str], NoReturn]) -> None:
    if importlib.util.find_spec("osa") is None:
        missing("osa is not installed; run `make clients`")
    import osa

    with MockServer(strict=True, port=0, clock="2026-01-02T12:00:00Z") as server:
        # It stops at the DataSet's type, as it does at the genuine WSDL.
        with pytest.raises(ValueError, match="schema not found"):
            osa.Client(f"{server.url}{SERVICE}?WSDL")
        control = Control(server.url)
        control.change_settings("casjobs", {"dataset_in_wsdl": False})
        jobs = osa.Client(f"{server.url}{SERVICE}?WSDL").service

        job = jobs.SubmitJob(**LOGIN, **QUERY, estimate=30)
        jobs.CancelJob(wsId=1, pw="secret", jobId=job)
        assert jobs.GetJobStatus(wsId=1, pw="secret", jobId=job) == 2
        found = jobs.GetJobs(owner_wsid=1, owner_pw="secret", conditions=f"jobid : {job}", includeSystem=False)
        assert [(one.JobID, one.Status, one.OutputLoc) for one in found.CJJob] == [(job, 2, None)]
        assert jobs.ExecuteQuickJob(**LOGIN, **QUERY, isSystem=False) == ROWS
        with pytest.raises(RuntimeError, match="Invalid login: wsid 1"):
            jobs.CancelJob(wsId=1, pw="wrong", jobId=job)
        assert broken(server) == []
        control.add_fault({"named": "bad-request"}, {"operation": "casjobs.GetQueues"})
        with pytest.raises(HTTPError):
            jobs.GetQueues(**LOGIN)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_npm_soap(server: MockServer, version: str, missing: Callable[[str], NoReturn]) -> None:
    node = shutil.which("node")
    if node is None:
        missing("no node on this machine")
    if not (NODE / "node_modules" / "soap").is_dir():
        missing("npm's soap is not installed; run `make clients`")
    done = subprocess.run(
        [node, str(NODE / "soap.mjs"), f"{server.url}{SERVICE}", version],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["services"][:2] == ["JobsSoap", "JobsSoap12"]
    assert (told["ready"], told["canceling"]) == (0, 2)
    assert told["cancelled"] in (None, {}, "")
    assert told["listed"]["JobID"] in (told["submitted"], str(told["submitted"]))
    assert told["listed"]["Status"] == 2
    assert told["none"] is None
    assert told["quick"] == "[Column1]:int\n1"  # the client trims
    assert told["status"] == 500
    assert "Invalid login: wsid 1" in str(told["fault"])
    assert broken(server) == []
