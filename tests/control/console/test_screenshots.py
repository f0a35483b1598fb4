"""What the console looks like, light, dark and on a phone: `build/screenshots/`, from which `docs/images/` was taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer
from mockserver.client import Control
from tests.control.console.conftest import Browser, Page
from tests.control.console.test_console import PROJECT, ask

OUT = Path(__file__).parents[3] / "build" / "screenshots"
LARGEST = 200 * 1024
"""Bytes a picture may have that goes into the repository."""


def _scene(server: MockServer) -> None:
    control = Control(server.url)
    control.force("casjobs", "1001", "Ready", hold=False)
    ask(server, "/CasJobs/services/jobs.asmx/GetJobStatus?wsId=1&pw=secret&jobId=1001")
    control.advance(1)
    ask(server, "/CasJobs/services/jobs.asmx/GetJobStatus?wsId=1&pw=secret&jobId=1001")
    ask(server, "/CasJobs/services/jobs.asmx/CancelJob?wsId=1&pw=secret&jobId=1001")
    ask(server, "/CasJobs/services/jobs.asmx/GetJobStatus?wsId=x&pw=secret&jobId=1001")
    headers = {"X-Auth-Token": "mock-token", "Content-Type": "application/json"}
    path = f"/ges/v1.0/{PROJECT}/graphs/movie/action?action_id=execute-algorithm"
    ask(server, path, "POST", {"algorithmName": "pagerank", "parameters": {}}, **headers)
    ask(server, "/arcgis/rest/services/Demo/GPServer/Slow/submitJob?f=json")
    control.advance(0.5)


@pytest.mark.parametrize(
    ("name", "view", "options"),
    [
        ("console-light", "#/jobs?api=casjobs", {}),
        ("console-dark", "#/jobs?api=casjobs", {"colorScheme": "dark"}),
        ("console-job", "#/jobs/casjobs/1001", {"viewport": {"width": 1280, "height": 860}}),
        ("console-request", "#/requests/4", {}),
        ("console-phone", "#/jobs?api=arcgis", {"viewport": {"width": 360, "height": 720}, "deviceScaleFactor": 2}),
    ],
)
def test_a_picture_is_taken(browser: Browser, name: str, view: str, options: dict[str, Any]) -> None:
    with MockServer(strict=True, clock="2026-01-02T12:00:00Z", port=0) as server:
        _scene(server)
        page = Page(browser, f"{server.url}/_control/", reducedMotion="reduce", **options)
        page.run(
            "await page.goto(args.url + args.view); await page.locator('.connection.live').waitFor();"
            "await page.locator('.list-body .row, .panel').first().waitFor(); await page.evaluate(() => document.fonts.ready)",
            view=view,
        )
        OUT.mkdir(parents=True, exist_ok=True)
        file = OUT / f"{name}.png"
        page.run("await page.screenshot({ path: args.path, animations: 'disabled' })", path=str(file))
        assert 0 < file.stat().st_size < LARGEST
        assert page.errors() == []
