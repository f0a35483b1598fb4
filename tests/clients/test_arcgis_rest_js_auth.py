"""Signing in with npm's @esri/arcgis-rest-request: a federated site, and a server on its own (captures w5)."""

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


def play(missing: Callable[[str], NoReturn], secured: str) -> dict[str, Any]:
    """What came of each step: the client's value, or its error; and what it asked."""
    node = shutil.which("node")
    if node is None:
        missing("no node on this machine")
    if not (NODE / "node_modules" / "@esri" / "arcgis-rest-request").is_dir():
        missing("@esri/arcgis-rest-request is not installed; run `make clients`")
    with MockServer(strict=True) as server:
        control = Control(server.url)
        control.change_settings("arcgis", {"secured": secured, "queue": 0, "run": 0})
        command = [node, str(NODE / "rest_auth.mjs"), server.url, secured]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        requests = control.requests(limit=1000)
    told["operations"] = [entry["operation"] for entry in reversed(requests)]
    told["violations"] = [entry for entry in requests if entry["violations"]]
    return told


@pytest.fixture(scope="module")
def federated(missing: Callable[[str], NoReturn]) -> dict[str, Any]:
    return play(missing, "federated")


@pytest.fixture(scope="module")
def standalone(missing: Callable[[str], NoReturn]) -> dict[str, Any]:
    return play(missing, "standalone")


@pytest.mark.parametrize("site", ["federated", "standalone"])
def test_a_job_with_a_token(site: str, request: pytest.FixtureRequest) -> None:
    told = request.getfixturevalue(site)
    output = {"paramName": "Output_Text", "dataType": "GPString", "value": "a"}
    assert told["a job"] == {"value": {"Output_Text": output}}
    assert told["violations"] == []


@pytest.mark.parametrize("site", ["federated", "standalone"])
def test_the_client_knows_the_two_refusals(site: str, request: pytest.FixtureRequest) -> None:
    told = request.getfixturevalue(site)
    assert told["nobody"] == {"error": "ArcGISAuthError", "message": "499: Token Required"}
    assert told["a token nobody made"] == {"error": "ArcGISAuthError", "message": "498: Invalid Token"}


def test_the_portal_says_who_one_is(federated: dict[str, Any]) -> None:
    assert federated["signed in"]["value"]["username"] == "analyst"
    assert federated["portal"]["value"] == "analyst"


def test_a_wrong_password(federated: dict[str, Any]) -> None:
    assert federated["wrong password"]["message"].endswith("400: Unable to generate token.")


def test_a_portals_token_is_changed_for_a_servers(federated: dict[str, Any]) -> None:
    assert federated["a server's token"] == {"value": ["Echo"]}


def test_a_server_on_its_own_is_asked_at_its_token_services_url(standalone: dict[str, Any]) -> None:
    assert standalone["operations"][2:6] == ["arcgis.Info", "arcgis.Info", "arcgis.GenerateToken", "arcgis.SubmitJob"]
