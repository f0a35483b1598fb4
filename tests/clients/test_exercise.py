"""Thin scripts, one for each real client: each submits a job, waits as its library does, and ends with 0 when it succeeded."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import pytest

from mockserver import MockServer
from mockserver.client import Control

FOLDER = Path(__file__).with_name("exercise")
NODE = Path(__file__).with_name("node")
TASKS = {"arcgis": "Demo/GPServer/Echo", "casjobs": "select 1", "ges": "pagerank", "prime": "T"}
SCRIPTS = [
    ("zeep_sync.py", "casjobs", "zeep"),
    ("zeep_async.py", "casjobs", "httpx"),
    ("casjobs_monitor.py", "casjobs", "casjobs"),
    ("mastcasjobs_monitor.py", "casjobs", "mastcasjobs"),
    ("suds_client.py", "casjobs", "suds"),
    ("osa_client.py", "casjobs", "osa"),
    ("npm_soap.mjs", "casjobs", "soap"),
    ("strong_soap.mjs", "casjobs", "strong-soap"),
    ("soap.php", "casjobs", "soap"),
    ("arcgis_toolbox.py", "arcgis", "arcgis"),
    ("restapi_run.py", "arcgis", "restapi"),
    ("python_ags.py", "arcgis", "ags"),
    ("arcrest_job.py", "arcgis", "arcrest"),
    ("arcgis_rest_request.mjs", "arcgis", "@esri/arcgis-rest-request"),
    ("esri_leaflet_gp.mjs", "arcgis", "esri-leaflet-gp"),
    ("huaweicloudsdkges_raw.py", "ges", "huaweicloudsdkges"),
    ("huaweicloud_core.mjs", "ges", "@huaweicloud/huaweicloud-sdk-core"),
    ("piapi_deploy.py", "prime", "piapi"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(port=0) as one:
        yield one


@pytest.fixture
def started(missing: Callable[[str], NoReturn]) -> Callable[[str, str], list[str]]:
    """The words that start a script; where its client is not installed, it is missing."""

    def words(script: str, client: str) -> list[str]:
        kind = script.rpartition(".")[2]
        program = {"py": sys.executable, "mjs": shutil.which("node"), "php": shutil.which("php")}[kind]
        if program is None:
            missing(f"nothing here runs {script}")
        there = {
            "py": lambda: importlib.util.find_spec(client) is not None,
            "mjs": lambda: (NODE / "node_modules" / client).is_dir(),
            "php": lambda: subprocess.run([program, "--re", client], check=False, capture_output=True).returncode == 0,
        }
        if not there[kind]():
            missing(f"{client} is not installed; run `make clients`")
        browser = ["--import", (NODE / "browser.mjs").as_uri()] if script == "esri_leaflet_gp.mjs" else []
        return [program, *browser, script]

    return words


@pytest.mark.parametrize(("script", "api", "client"), SCRIPTS, ids=[script for script, _, _ in SCRIPTS])
def test_a_job_that_succeeds(
    server: MockServer, started: Callable[[str, str], list[str]], tmp_path: Path, script: str, api: str, client: str
) -> None:
    if client == "arcgis" and sys.version_info >= (3, 15):
        pytest.skip("PyPI's arcgis 2.4 declares that it needs Python < 3.15")
    words = started(script, client)
    control = Control(server.url)
    control.reset()
    before = len(control.jobs(api=api))
    # A module is looked for beside the script, so scripts for Node lie beside the packages.
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    (tmp_path / "node_modules").symlink_to(NODE / "node_modules")
    environ = {
        **os.environ,
        "MOCKSERVER_URL": server.url,
        "MOCKSERVER_CONTROL_URL": f"{server.url}/_control",
        "MOCKSERVER_ARCGIS_URL": f"{server.url}/arcgis/rest",
        "MOCKSERVER_CASJOBS_URL": f"{server.url}/CasJobs/services/jobs.asmx",
        "MOCKSERVER_TASK": TASKS[api],
    }
    output = tmp_path / "output.txt"
    with output.open("w") as file, subprocess.Popen(words, cwd=tmp_path, env=environ, stdout=file, stderr=file) as run:
        while run.poll() is None:
            # restapi cannot report a job that is over within its first second.
            if script != "restapi_run.py":
                control.advance(1)
            with suppress(subprocess.TimeoutExpired):
                run.wait(timeout=0.5)

    assert run.returncode == 0, output.read_text()
    assert len(control.jobs(api=api)) == before + 1
    assert control.requests(violations=True) == []
