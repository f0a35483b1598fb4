"""The outcome matrix with npm's @esri/arcgis-rest-request: every row that does not hang by the client's own fault."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from mockserver import MockServer
from mockserver.client import Control

NODE = Path(__file__).with_name("node")
SUBMITTED_STILL = "esriJobSubmitted"


@pytest.fixture(scope="module")
def told(missing: Callable[[str], NoReturn]) -> dict[str, Any]:
    """What came of each row: the client's value, or its error."""
    node = shutil.which("node")
    if node is None:
        missing("no node on this machine")
    if not (NODE / "node_modules" / "@esri" / "arcgis-rest-request").is_dir():
        missing("@esri/arcgis-rest-request is not installed; run `make clients`")
    with MockServer(strict=True, port=0) as server:
        control = Control(server.url)
        control.change_settings("arcgis", {"queue": 0, "run": 0.2, "cancel_check": 1})
        done = subprocess.run(
            [node, str(NODE / "rest_request.mjs"), server.url], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        rows: dict[str, Any] = json.loads(done.stdout)
        rows["state after a refused cancel"] = control.job("arcgis", "jcancelsubmitted")["state"]
        rows["violations"] = control.requests(violations=True)
    return rows


def test_success(told: dict[str, Any]) -> None:
    assert told["success"] == {
        "value": {"Output_Text": {"paramName": "Output_Text", "dataType": "GPString", "value": "hi"}}
    }


def test_structured_values_come_back(told: dict[str, Any]) -> None:
    found = told["structured"]["value"]
    assert found["Out_A_Multi_Value"]["value"] == ["x", "y"]
    assert found["Out_A_Linear_Unit"]["value"] == {"distance": 2, "units": "esriMiles"}
    assert found["Out_A_Boolean"]["value"] is False


def test_feature_output(told: dict[str, Any]) -> None:
    value = told["feature output"]["value"]["value"]
    assert value["geometryType"] == "esriGeometryPoint"
    assert value["features"][0]["attributes"]["Name"] == "Redlands"


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ("failed", "Failed"),
        ("timed out", "TimedOut"),
        ("cancelled from elsewhere", "Cancelled"),
        ("expected failure at the first poll", "Failure"),
    ],
)
def test_a_bad_end_is_a_job_error(told: dict[str, Any], row: str, status: str) -> None:
    assert (told[row]["error"], told[row]["status"]) == ("ArcGISJobError", status)


def test_cancel_while_executing_resolves_with_the_raw_body(told: dict[str, Any]) -> None:
    assert told["cancel while executing"] == {"value": {"jobId": "jcancelexecuting", "jobStatus": "esriJobCancelling"}}


@pytest.mark.parametrize("row", ["cancel while submitted", "cancel of a finished job"])
def test_a_refused_cancel_is_a_request_error(told: dict[str, Any], row: str) -> None:
    assert told[row] == {
        "error": "ArcGISRequestError",
        "message": "400: Invalid or missing input parameters.",
        "code": 400,
        "status": None,
    }


def test_a_job_whose_cancel_was_refused_is_where_it_was(told: dict[str, Any]) -> None:
    assert told["state after a refused cancel"] == SUBMITTED_STILL


def test_late_results_are_more_than_the_client_can_take(told: dict[str, Any]) -> None:
    assert told["results late"]["error"] == "TypeError"


def test_tokens(told: dict[str, Any]) -> None:
    assert (told["token required"]["error"], told["token required"]["code"]) == ("ArcGISAuthError", 499)
    assert (told["invalid token"]["error"], told["invalid token"]["code"]) == ("ArcGISAuthError", 498)


def test_a_real_http_error_is_an_error_of_its_own(told: dict[str, Any]) -> None:
    found = told["HTTP 500 on submit"]
    assert found["error"] == "ArcGISRequestError"
    assert found["code"] == "HTTP 500 Internal Server Error"


def test_an_unknown_job_is_a_request_error(told: dict[str, Any]) -> None:
    assert (told["unknown job"]["error"], told["unknown job"]["code"]) == ("ArcGISRequestError", 400)


def test_the_client_broke_no_contract(told: dict[str, Any]) -> None:
    assert told["violations"] == []
