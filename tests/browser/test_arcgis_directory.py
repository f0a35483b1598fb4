"""The Services Directory in a browser: find a task, run it from its form, follow to the job, cancel it."""

from __future__ import annotations

from typing import Any

from tests.drivers.server import Client

DEMO = "/arcgis/rest/services/Demo/GPServer"
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'&"


async def advance(client: Client, seconds: float) -> None:
    await client.post("/_control/clock/advance", json={"seconds": seconds})


async def test_a_job_is_submitted_from_the_form_and_followed_to_its_result(client: Client, page: Any) -> None:
    await page.goto(client.make_url("/arcgis/rest/services"))
    await page.click("a[href$='/Demo/GPServer']")
    await page.click("a[href$='/GPServer/Echo']")
    assert "Execution Type: esriExecutionTypeAsynchronous" in await page.text()
    await page.fill("input[name=Input_Text]", "from the form")
    await page.click("input[type=submit]")
    job = await page.url()
    assert job.startswith(str(client.make_url(f"{DEMO}/Echo/jobs/j")))
    assert "?" not in job
    assert "Job Status: esriJobSubmitted" in await page.text()
    await advance(client, 3)
    await page.goto(job)
    assert "Job Status: esriJobSucceeded" in await page.text()
    await page.click("a[href$='/results/Output_Text']")
    assert "Value: from the form" in await page.text()


async def test_a_job_is_cancelled_from_its_page(client: Client, page: Any) -> None:
    await page.goto(client.make_url(f"{DEMO}/Slow/submitJob"))
    await page.click("input[type=submit]")
    await advance(client, 1)
    job = await page.url()
    await page.goto(job)
    assert "esriJobExecuting" in await page.text()
    await page.click("a[href$='/cancel']")
    assert "esriJobCancelling" in await page.text()
    await advance(client, 5)
    await page.goto(job)
    assert "Cancel complete." in await page.text()
    assert await page.run("document.querySelector(\"a[href$='/cancel']\")") is None


async def test_a_synchronous_task_shows_its_result(client: Client, page: Any) -> None:
    await page.goto(client.make_url("/arcgis/rest/services/SyncDemo/GPServer/Sync"))
    await page.fill("input[name=Input_Text]", HOSTILE)
    await page.click("input[type=submit]")
    assert HOSTILE in await page.text()
    assert await page.run("document.images.length + document.scripts.length") == 0


async def test_hostile_parameters_and_messages_stay_text(client: Client, page: Any) -> None:
    await page.goto(client.make_url(f"{DEMO}/Echo/submitJob"))
    await page.fill("input[name=Input_Text]", HOSTILE)
    await page.click("input[type=submit]")
    job = await page.url()
    body = {"state": "SUCCEEDED", "messages": [HOSTILE, {"text": f"</li></ul>{HOSTILE}", "level": "error"}]}
    response = await client.put(f"/_control/jobs/arcgis/{job.rsplit('/', 1)[1]}/state", json=body)
    assert response.status == 200
    for address in (job, f"{job}/inputs", f"{job}/results", f"{job}/inputs/Input_Text"):
        await page.goto(address)
        assert HOSTILE in await page.text()
        assert await page.run("document.images.length + document.scripts.length") == 0


async def test_hostile_addresses_stay_text(client: Client, page: Any) -> None:
    for path in (
        "/arcgis/rest/services/%3Cscript%3Ealert(1)%3C%2Fscript%3E/GPServer",
        f"{DEMO}/Echo/jobs/%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
        f"{DEMO}/Echo?x=%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
    ):
        await page.goto(str(client.make_url("/")).rstrip("/") + path)
        assert await page.run("document.images.length + document.scripts.length") == 0
