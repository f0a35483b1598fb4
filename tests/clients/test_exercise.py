"""Thin scripts, one for each real client: each submits a job, waits as its library does, and ends with 0 when it succeeded."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import pytest

from mockserver import MockServer
from mockserver.client import Control
from mockserver.exercise.scenario import suite
from tests.clients.real_clients import CLIENTS, FOLDER, RealClient, lay_out

BESIDE = {"casjobs.mjs", "dataset.py", "pace.py"}
"""What several scripts share."""


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(port=0) as one:
        yield one


def test_each_script_is_of_a_client() -> None:
    assert {one.name for one in FOLDER.iterdir() if one.is_file()} - BESIDE == {one.script for one in CLIENTS}


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.script)
def test_a_job_that_succeeds(
    server: MockServer, missing: Callable[[str], NoReturn], tmp_path: Path, client: RealClient
) -> None:
    if client.package == "arcgis" and sys.version_info >= (3, 15):
        pytest.skip("PyPI's arcgis 2.4 declares that it needs Python < 3.15")
    if client.version() is None:
        missing(f"{client.name} is not installed; `make clients` gets what comes from PyPI and npm")
    control = Control(server.url)
    control.reset()
    before = len(control.jobs(api=client.api))
    lay_out(tmp_path)
    environ = {
        **os.environ,
        "MOCKSERVER_URL": server.url,
        "MOCKSERVER_CONTROL_URL": f"{server.url}/_control",
        "MOCKSERVER_ARCGIS_URL": f"{server.url}/arcgis/rest",
        "MOCKSERVER_CASJOBS_URL": f"{server.url}/CasJobs/services/jobs.asmx",
        "MOCKSERVER_TASK": suite(client.api).task,
    }
    output = tmp_path / "output.txt"
    with (
        output.open("w") as file,
        subprocess.Popen(client.command, cwd=tmp_path, env=environ, stdout=file, stderr=file) as run,
    ):
        while run.poll() is None:
            # restapi cannot report a job that is over within its first second.
            if client.script != "restapi_run.py":
                control.advance(1)
            with suppress(subprocess.TimeoutExpired):
                run.wait(timeout=0.5)

    assert run.returncode == 0, output.read_text()
    assert len(control.jobs(api=client.api)) == before + 1
    assert control.requests(violations=True) == []
