"""piapi 0.1.5, unmodified, over TLS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mockserver.server import MockServer

RUN = {"jobRunOperationPayload": {"runIds": {"runId": [282800294]}}}


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer(tls_port=0, apis=("prime",), strict=True, clock="2026-01-02T12:00:00Z") as server:
        yield server


@pytest.fixture
def piapi(missing: Any) -> Any:
    try:
        import piapi
    except ImportError:
        missing("piapi is not installed")
    return piapi


@pytest.fixture
def connect(piapi: Any, server: MockServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    ca = tmp_path / "ca.pem"
    assert server.ca_pem is not None
    ca.write_bytes(server.ca_pem)
    # Its first request of each data resource forgets `verify`, so that the CA must come from outside.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(ca))

    def login(user: str = "nbi", password: str = "secret") -> Any:
        return piapi.PIAPI(f"{server.tls_url}/", user, password, verify=str(ca))

    return login


def test_it_finds_what_there_is_to_call(connect: Any) -> None:
    api = connect()
    assert set(api.data_resources) == {"CliTemplate", "Devices", "InventoryDetails", "JobSummary"}
    assert {"cancel", "cancelrunning", "suspend", "resume", "runhistory"} <= set(api.service_resources)


def test_it_pages_through_job_summary(connect: Any) -> None:
    found = connect().request_data("JobSummary", paging_size=10, hold=0)
    assert len(found) == 39
    # Pages come in the order its threads end in.
    assert len({one["jobSummaryDTO"]["@id"] for one in found}) == 39
    assert {one["@url"].partition(":")[0] for one in found} == {"https"}


def test_it_cancels_a_run_and_reads_the_history(connect: Any, server: MockServer) -> None:
    api = connect()
    result = api.request_service("cancelrunning", RUN)["mgmtResponse"]["operationResult"][0]
    assert result["success"]["success"][0]["id"] == 282800294
    history = api.request_service("runhistory", {"jobId": 15})["mgmtResponse"]["job"][0]
    assert history["runInstances"]["runInstance"][0]["runStatus"] == "RUNNING"
    from mockserver.client import Control

    Control(server.control_url.removesuffix("/_control")).advance(2)
    history = api.request_service("runhistory", {"jobId": 15})["mgmtResponse"]["job"][0]
    assert history["runInstances"]["runInstance"][0]["runStatus"] == "CANCELLED"


def test_its_virtual_domain_is_taken(connect: Any) -> None:
    found = connect().request("JobSummary", {"jobName": '"JobCompleted"'}, virtual_domain="ROOT-DOMAIN", hold=0)
    assert [one["jobSummaryDTO"]["jobStatus"] for one in found] == ["COMPLETED"]


def test_it_looks_up_devices_and_templates(connect: Any) -> None:
    api = connect()
    found = api.request_data("Devices", {"reachability": "REACHABLE"}, hold=0)
    assert {one["devicesDTO"]["ipAddress"] for one in found} == {"192.0.2.1", "192.0.2.2", "192.0.2.4"}
    (template,) = api.request_data("CliTemplate", {"name": '"Access Port"'}, hold=0)
    variables = template["cliTemplateDTO"]["variables"]["variable"]
    assert [one["name"] for one in variables if one["required"]] == ["InterfaceName"]


def test_its_virtual_domain_narrows_and_a_wrong_one_is_refused(piapi: Any, connect: Any) -> None:
    # Its parameters by default are one dictionary for all calls, in which a domain stays: give it one of your own.
    found = connect().request("Devices", {}, virtual_domain="Site-A", hold=0)
    assert [one["devicesDTO"]["@id"] for one in found] == [700004]
    with pytest.raises(piapi.PIAPIRequestError, match="Forbidden access"):
        connect().request("Devices", {}, virtual_domain="Nowhere")


def test_nothing_found_is_its_count_error(piapi: Any, connect: Any) -> None:
    with pytest.raises(piapi.PIAPICountError):
        connect().request_data("JobSummary", {"jobName": '"Nobody"'})


@pytest.mark.parametrize(
    ("user", "password", "payload", "says"),
    [
        ("reader", "secret", RUN, "Forbidden access"),
        ("nbi", "secret", {}, "Invalid request: .*jobRunOperationPayload is missing"),
    ],
)
def test_refusals_are_read_as_its_own_errors(
    piapi: Any, connect: Any, user: str, password: str, payload: Any, says: str
) -> None:
    with pytest.raises(piapi.PIAPIRequestError, match=says):
        connect(user, password).request_service("cancelrunning", payload)


def test_a_wrong_password_ends_in_the_login_page_that_is_no_json(piapi: Any, connect: Any) -> None:
    # It follows the redirect, and never reaches its own words for 302.
    with pytest.raises(ValueError, match="Expecting value"):
        _ = connect("nbi", "wrong").data_resources
