"""The Administrator Directory in a browser: sign in, find a job, cancel it; and nothing a client wrote is a script."""

from __future__ import annotations

from typing import Any

from tests.drivers.server import Client

ID = "jb0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0"
JOB = f"/webadaptor/admin/services/Demo.GPServer/jobs/{ID}"


async def add(client: Client, **more: Any) -> None:
    job = {"api": "arcgis", "id": ID, "service": "Demo.GPServer", "task": "Echo", "state": "esriJobExecuting", **more}
    assert (await client.post("/_control/jobs", json=job)).status == 201


async def state(client: Client) -> str:
    record = await (await client.get(f"/_control/jobs/arcgis/{ID}")).json()
    found: str = record["state"]
    return found


async def test_a_job_is_cancelled_from_its_page(client: Client, page: Any) -> None:
    await add(client)
    await page.goto(client.make_url(JOB))
    assert "esriJobExecuting" in await page.text()
    await page.click("input[value='Cancel Job']")
    assert "success" in await page.text()
    assert await state(client) == "esriJobCancelling"
    await page.click(f"ul a[href$='{ID}']")
    assert "esriJobCancelling" in await page.text()
    await page.click("input[value='Cancel Job']")
    assert f"Unable to cancel job :[{ID}]" in await page.text()


async def test_somebody_signs_in_on_the_way(client: Client, page: Any) -> None:
    await client.patch("/_control/apis/arcgis/settings", json={"secured": "standalone"})
    await add(client)
    await page.goto(client.make_url(JOB))
    assert "/webadaptor/admin/login?redirect=" in await page.url()
    await page.fill("input[name=username]", "siteadmin")
    await page.fill("input[name=password]", "secret")
    await page.click("input[type=submit]")
    assert await page.url() == str(client.make_url(JOB))
    await page.click("input[value='Cancel Job']")
    assert "success" in await page.text()
    assert await state(client) == "esriJobCancelling"
    assert await page.run("document.cookie") == "", "no script can read the token"


async def test_the_directory_leads_to_the_job(client: Client, page: Any) -> None:
    await add(client, owner="the-only-one")
    await page.goto(client.make_url("/webadaptor/admin"))
    await page.click("a[href$='/admin/services']:not(p a)")
    await page.click("a[href$='/services/Demo.GPServer']")
    await page.click("a[href$='/jobs']")
    await page.click("a[href$='/jobs/query']")
    await page.fill("input[name=userName]", "the-only-one")
    await page.click("input[value=Query]")
    await page.click(f"a[href$='{ID}']")
    assert "the-only-one" in await page.text()
    await page.click("input[value='Delete Job']")
    assert (await client.get(f"/_control/jobs/arcgis/{ID}")).status == 404


async def test_what_a_client_wrote_stays_text(client: Client, page: Any) -> None:
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    await add(client, owner=hostile)
    await page.goto(client.make_url(JOB))
    assert hostile in await page.text()
    assert await page.run("document.images.length + document.scripts.length") == 0
