"""What Chromium says of its own traffic with the ArcGIS pages, as a HAR, is judged by the contracts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mockserver.apis import APIS
from mockserver.drift.interpreter import Interpreter
from mockserver.drift.traffic import in_order, read
from tests.drivers.contracts import shipped
from tests.drivers.server import Client


async def test_a_browsers_archive_keeps_the_contracts(client: Client, page: Any, tmp_path: Path) -> None:
    await page.watch()
    await page.goto(client.make_url("/arcgis/rest/services"))
    await page.click("a[href$='/Demo/GPServer']")
    await page.click("a[href$='/GPServer/Echo']")
    await page.fill("input[name=Input_Text]", "from the form")
    await page.click("input[type=submit]")
    job = await page.url()
    await page.run(f"fetch({json.dumps(job)} + '?f=json').then(answer => answer.json())")
    file = tmp_path / "chromium.har"
    file.write_text(json.dumps(await page.archive()), "utf-8")

    interpreter = Interpreter(APIS, shipped())
    judged = [await interpreter.judge(one) for one in in_order(read(file))]
    named = [(one.operation, one.verdict and one.verdict.clause and one.verdict.clause.name) for one in judged]
    assert [pair for pair in named if pair[0] is not None] == [
        ("arcgis.Catalog", "catalog_page"),
        ("arcgis.Service", "service_page"),
        ("arcgis.Task", "task_page"),
        ("arcgis.SubmitJob", "redirect"),
        ("arcgis.JobStatus", "job_page"),
        ("arcgis.JobStatus", "job"),
    ]
    assert [one.verdict.violations for one in judged if one.verdict is not None if one.verdict.violations] == []
