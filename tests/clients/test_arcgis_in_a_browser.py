"""npm's @arcgis/core and esri-leaflet-gp, unmodified, in Node with a browser's objects from jsdom."""

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
Missing = Callable[[str], NoReturn]


def drive(missing: Missing, script: str, package: str) -> dict[str, Any]:
    """Return what a script printed of its rows, and the breaches of contract that it caused."""
    node = shutil.which("node")
    if node is None:
        missing("no node on this machine")
    if not all((NODE / "node_modules" / name).is_dir() for name in (*package.split(), "jsdom")):
        missing(f"{package} is not installed; run `make clients`")
    with MockServer(strict=True) as server:
        control = Control(server.url)
        control.change_settings("arcgis", {"queue": 0, "run": 0.2, "cancel_check": 1})
        done = subprocess.run(
            [node, str(NODE / script), server.url], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        rows: dict[str, Any] = json.loads(done.stdout)
        rows["violations"] = control.requests(violations=True)
    return rows


@pytest.fixture(scope="module")
def core(missing: Missing) -> dict[str, Any]:
    return drive(missing, "core.mjs", "@arcgis/core")


@pytest.fixture(scope="module")
def leaflet(missing: Missing) -> dict[str, Any]:
    return drive(missing, "leaflet_gp.mjs", "esri-leaflet-gp esri-leaflet leaflet")


def test_core_walks_to_the_result(core: dict[str, Any]) -> None:
    assert core["success"] == {"value": ["job-submitted", "job-succeeded", "hi"]}
    assert core["execute"] == {"value": "now"}


def test_core_rejects_with_the_job_that_failed(core: dict[str, Any]) -> None:
    assert core["failure"]["refused"] == "job-failed"


def test_core_cancels(core: dict[str, Any]) -> None:
    assert core["cancel"] == {"value": "job-cancelled"}


def test_core_reads_a_refusal(core: dict[str, Any]) -> None:
    assert core["unknown task"] == {"refused": "request:server", "code": 400}


def test_leaflet_walks_to_the_result(leaflet: dict[str, Any]) -> None:
    assert leaflet["success"] == {"error": None, "value": "hi", "type": "GPString"}


def test_leaflet_says_that_a_job_failed(leaflet: dict[str, Any]) -> None:
    assert leaflet["failure"] == {"error": "Job Failed", "value": None, "type": None}


def test_neither_breaks_a_contract(core: dict[str, Any], leaflet: dict[str, Any]) -> None:
    assert core["violations"] == []
    assert leaflet["violations"] == []
