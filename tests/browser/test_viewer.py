"""The page that shows the OpenAPI documents, in Chromium: packaged, and under its Content-Security-Policy."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockserver.apis import APIS
from tests.drivers.server import Client, Serve

NAMES = ["control", *(api.name for api in APIS)]
UNTIL = """new Promise((resolve, reject) => {
  const until = performance.now() + 25000;
  const look = () => {
    const found = (() => %s)();
    if (found) resolve(found);
    else if (performance.now() > until) reject(new Error(document.body.innerText.slice(0, 500)));
    else setTimeout(look, 50);
  };
  look();
})"""

TRY = """{
  const row = [...document.querySelectorAll('.opblock')].find(one => one.id.endsWith(%s));
  const answer = row?.querySelector('.live-responses-table .highlight-code');
  if (answer) return answer.textContent;
  const open = row?.classList.contains('is-open');
  const next = open ? '.execute, .try-out__btn:not(.cancel)' : '.opblock-summary-control';
  row?.querySelector(next)?.click();
}"""
"""A person's next click on the way to an operation's answer, by what the viewer shows at that moment."""


async def until(page: Any, expression: str) -> Any:
    """Wait until an expression is true in the page; return its value."""
    return await page.run(UNTIL % expression)


async def until_said(page: Any, wanted: str) -> None:
    """Wait until the viewer shows a text."""
    await until(page, f"document.getElementById('viewer').textContent.includes({json.dumps(wanted)})")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("control", "Put a job into any state"),
        ("arcgis", "/{context}/admin/about"),
        ("casjobs", "/CasJobs/services/jobs.asmx/CancelJob"),
        ("ges", "Canceling a job"),
        ("prime", "/webacs/api/{version}/op/jobService/cancelrunning"),
    ],
)
async def test_a_document_is_shown(client: Client, page: Any, name: str, wanted: str) -> None:
    await page.watch()
    await page.goto(client.make_url(f"/_control/docs?api={name}"))
    # Swagger UI breaks long paths with zero-width blanks.
    shown = "document.getElementById('viewer').textContent.replace(/\\u200b/g, '')"
    await until(page, f"{shown}.includes({json.dumps(wanted)})")
    assert await page.run("[...document.querySelector('#api').options].map(one => one.value)") == NAMES
    assert await page.run("document.querySelector('#api').value") == name
    # Nothing came from elsewhere: whoever has no network sees the same.
    asked = {entry["request"]["url"] for entry in (await page.archive())["log"]["entries"]}
    assert all(url.startswith((str(client.make_url("/")), "data:")) for url in asked), asked


async def test_an_operation_can_be_tried_from_the_page(client: Client, page: Any) -> None:
    await page.goto(client.make_url("/_control/docs"))
    assert '"frozen": true' in await until(page, TRY % json.dumps("ShowClock"))


async def test_the_token_is_asked_for(serve: Serve, page: Any) -> None:
    client = await serve(control_token="open sesame")
    await page.goto(client.make_url("/_control/docs"))
    await until(page, "!document.querySelector('#ask').hidden")
    assert "Put a job into any state" not in await page.text()
    await page.fill("#token", "open sesame")
    await page.press("#ask button")
    await until_said(page, "Put a job into any state")
