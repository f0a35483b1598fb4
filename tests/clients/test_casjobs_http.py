"""CasJobs by PyPI's casjobs 0.0.2 (GET and POST, answers taken apart with regular expressions and minidom) and mastcasjobs."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pytest

from mockserver import MockServer
from mockserver.client import Control

SERVICE = "/CasJobs/services/jobs.asmx"


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(strict=True, port=0, clock="2026-01-02T12:00:00Z") as one:
        yield one


@pytest.fixture(params=["GET", "POST"])
def jobs(server: MockServer, request: pytest.FixtureRequest, missing: Callable[[str], NoReturn]) -> Any:
    try:
        import casjobs
    except ImportError:
        missing("casjobs is not installed")
    return casjobs.CasJobs(userid=1, password="secret", base_url=f"{server.url}{SERVICE}", request_type=request.param)


def test_submit_poll_list_cancel(server: MockServer, jobs: Any) -> None:
    control = Control(server.url)
    job = jobs.submit("select top 10 ra from PhotoObj", task_name="t")
    assert jobs.status(job) == (0, "ready")
    (found,) = jobs.job_info(jobid=job)
    assert found["Status"] == "0"
    assert found["Query"] == "select top 10 ra from PhotoObj"
    jobs.cancel(job)
    assert jobs.status(job) == (2, "canceling")
    control.advance(10)
    assert jobs.monitor(job, timeout=0) == (3, "cancelled")
    assert jobs.job_info(jobid=job, status=5) == []
    assert control.requests(violations=True) == []


def test_a_file_is_fetched(server: MockServer, jobs: Any) -> None:
    output = io.BytesIO()
    jobs.get_output(1006, output)

    assert output.getvalue() == b"ra,dec\n195.16,2.5\n194.59,2.48\n"


def test_every_job_of_the_fixtures_can_be_listed(jobs: Any) -> None:
    found = {one["JobID"]: one for one in jobs.job_info()}

    assert {"1000", "1001", "1002", "1003", "1004", "1005"} <= set(found)
    assert "1009" not in found
    assert found["1004"]["Error"] == "Invalid object name 'Nowhere'."


def test_quick_jobs(jobs: Any) -> None:
    assert jobs.quick("select top 2 ra, dec from PhotoObj").split("\n")[0] == "[ra]:Float,[dec]:Float"
    assert jobs.count("from PhotoObj") == 1


def test_uploads_are_listed(jobs: Any) -> None:
    before = jobs.list_tables()
    parameters = {"tableName": f"Table{jobs.request_type}", "data": "a\n1\n", "tableExists": False}
    jobs._send_request("UploadData", params=parameters)

    assert sorted(jobs.list_tables()) == sorted({*before, f"Table{jobs.request_type}"})


def test_errors_carry_the_sentence(jobs: Any) -> None:
    with pytest.raises(Exception, match=r"ExecuteQuickJob failed with status: 500\nInvalid object name 'Nowhere'\."):
        jobs.quick("select * from Nowhere")
    jobs.password = "wrong"
    with pytest.raises(Exception, match=r"CancelJob failed with status: 500\nSystem\.Exception: Invalid login: wsid 1"):
        jobs.cancel(1001)


def test_mastcasjobs(server: MockServer, missing: Callable[[str], NoReturn]) -> None:
    try:
        from mastcasjobs import MastCasJobs
    except ImportError:
        missing("mastcasjobs is not installed; run `make clients`")
    site = f"{server.url}/ps1casjobs"
    addresses = {"base_url": f"{site}/services/jobs.asmx", "wsid_url": f"{site}/casusers.asmx/GetWebServiceId"}
    with pytest.raises(ValueError, match="Incorrect MAST CasJobs username/password"):
        MastCasJobs(username="alice", password="wrong", **addresses)
    jobs = MastCasJobs(username="alice", password="secret", context="DR7", **addresses)

    job = jobs.submit("select top 10 ra from PhotoObj", task_name="t")
    assert jobs.status(job) == (0, "ready")
    jobs.cancel(job)
    assert jobs.status(job) == (2, "canceling")
    table = jobs.quick("select top 2 ra, dec from PhotoObj")
    assert [list(row) for row in table] == [[195.16, 2.5], [194.59, 2.48]]
    with pytest.raises(Exception, match=r"Invalid object name 'Nowhere'"):
        jobs.quick("select * from Nowhere")
    assert Control(server.url).requests(violations=True) == []
