"""The outcome matrix with PyPI's `arcgis`: every row that does not hang by the client's own fault.

The client waits in real time (1 s between polls), so these tests run on the real clock with short plans.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pytest

from mockserver import MockServer
from mockserver.client import Control

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(sys.version_info >= (3, 15), reason="PyPI's arcgis 2.4 declares that it needs Python < 3.15"),
]

DEMO = "/arcgis/rest/services/Demo/GPServer"


@pytest.fixture(scope="module")
def server(missing: Callable[[str], NoReturn]) -> Iterator[MockServer]:
    if importlib.util.find_spec("arcgis") is None:
        missing("PyPI's arcgis is not installed; it is in the dependency group `clients`")
    with MockServer(strict=True) as running:
        Control(running.url).change_settings("arcgis", {"queue": 0, "run": 0.5, "cancel_check": 1})
        yield running


@pytest.fixture(scope="module")
def control(server: MockServer) -> Control:
    return Control(server.url)


@pytest.fixture(scope="module")
def demo(server: MockServer) -> Any:
    """The toolbox as the client makes it from the service: one function for each task."""
    from arcgis.geoprocessing import import_toolbox

    return import_toolbox(server.url + DEMO)


def last_job(control: Control) -> str:
    newest = max(control.requests(operation="arcgis.SubmitJob"), key=lambda entry: entry["number"])
    job: str = newest["job"]
    return job


def test_success(demo: Any) -> None:
    assert demo.echo("hi") == "hi"


def test_synchronous_execution(server: MockServer) -> None:
    from arcgis.geoprocessing import import_toolbox

    assert import_toolbox(server.url + "/arcgis/rest/services/SyncDemo/GPServer").sync("hi") == "hi"


def test_a_task_in_a_folder_whose_name_has_blanks_and_feature_output(server: MockServer) -> None:
    from arcgis.geoprocessing import import_toolbox

    toolbox = import_toolbox(server.url + "/arcgis/rest/services/Analysis/Hotspots/GPServer")
    function = next(value for name, value in vars(toolbox).items() if "calls_hotspot" in name.lower())
    found = function("1=1")
    assert found.output_features.features[0].attributes["Name"] == "Redlands"


def test_every_data_type_can_be_read(demo: Any) -> None:
    found = demo.all_types()
    assert found.out_a_long == 42
    assert found.out_a_linear_unit.distance == 345.678
    assert found.out_a_feature_set.features[0].attributes["Name"] == "Redlands"


def test_a_failed_job_raises_with_its_messages(demo: Any) -> None:
    with pytest.raises(Exception, match=r"Job failed.*Executing\.\.\..*Failed\."):
        demo.fail("x")


def test_a_job_that_timed_out_raises(demo: Any) -> None:
    with pytest.raises(Exception, match=r"Job timed out\."):
        demo.timed_out("x")


def test_a_job_cancelled_from_elsewhere_raises(demo: Any, control: Control) -> None:
    future = demo.slow("x", future=True)
    control.wait("arcgis", last_job(control), "EXECUTING")
    control.force("arcgis", last_job(control), "CANCELED")
    with pytest.raises(Exception, match=r"Job cancelled\."):
        future.result()


def test_cancel_while_executing_is_true_at_once(demo: Any, control: Control) -> None:
    future = demo.slow("x", future=True)
    job = last_job(control)
    control.wait("arcgis", job, "EXECUTING")
    assert future.cancel() is True
    assert future.cancelled() is True
    assert future.result() is None
    assert control.wait("arcgis", job, "CANCELED").history[-1]["cause"] == "clock"
    # A finished job is not even asked.
    before = len(control.requests(operation="arcgis.CancelJob"))
    assert future.cancel() is False
    assert len(control.requests(operation="arcgis.CancelJob")) == before


def test_a_refused_cancel_is_the_error_body_and_the_job_runs_on(demo: Any, control: Control) -> None:
    future = demo.slow("x", future=True)
    job = last_job(control)
    control.force("arcgis", job, "esriJobSubmitted", hold=True)
    refused = {"error": {"code": 400, "message": "Invalid or missing input parameters.", "details": []}}
    assert future.cancel() == refused
    assert future.cancelled() is False
    assert control.job("arcgis", job).state == "esriJobSubmitted"
    # The client's thread polls on; let it find an end.
    control.force("arcgis", job, "SUCCEEDED")


def test_late_results_are_waited_for(demo: Any) -> None:
    assert demo.late_results("x") == "x"


def test_a_real_http_error_is_submitted_six_times(demo: Any, control: Control) -> None:
    """Why refusals are HTTP 200 by default: the client repeats even a POST, and each would have been a job."""
    body = {"error": {"code": 500, "message": "Internal", "details": []}}
    fault = control.add_fault({"status": 500, "body": body}, {"operation": "arcgis.SubmitJob"})
    try:
        with pytest.raises(Exception, match="too many 500 error responses"):
            demo.echo("x")
        hits = control.requests(operation="arcgis.SubmitJob", status=500)
        assert len(hits) == 6
    finally:
        control.remove_fault(fault["id"])


def test_the_client_broke_no_contract(demo: Any, control: Control) -> None:
    assert control.requests(violations=True) == []
