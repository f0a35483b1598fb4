"""What scrapers rely on: lines, escapes, words; and the whole job page byte for byte."""

from __future__ import annotations

import re
from pathlib import Path

from tests.drivers.server import Client

GOLDEN = Path(__file__).parents[2] / "golden" / "arcgis"
ECHO = "/arcgis/rest/services/Demo/GPServer/Echo"


async def scraped(client: Client, path: str) -> list[str]:
    """The lines an old rlandfire sees: tags taken away, split at CRLF."""
    page = await (await client.get(path)).text()
    assert "\n" not in page.replace("\r\n", "")
    return re.sub(r"<[^>]*>", "", page).split("\r\n")


async def test_the_job_page_byte_for_byte(client: Client) -> None:
    response = await client.get(f"{ECHO}/jobs/j{9:032x}")
    expected = (GOLDEN / "job.html").read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert (await response.read()).replace(str(client.make_url("/")).rstrip("/").encode(), b"http://host") == expected


async def test_status_and_messages_are_lines_of_their_own(client: Client) -> None:
    job = f"j{7:032x}"
    body = {"state": "FAILED", "messages": ['a "quoted" <b>line</b>\r', {"text": "ERROR: it broke", "level": "error"}]}
    await client.put(f"/_control/jobs/arcgis/{job}/state", json=body)
    lines = await scraped(client, f"{ECHO}/jobs/{job}")
    assert "Job Status:  esriJobFailed " in lines
    assert "esriJobMessageTypeError: ERROR: it broke" in lines
    page = await (await client.get(f"{ECHO}/jobs/{job}")).text()
    assert "<i>esriJobMessageTypeInformative</i>: a &quot;quoted&quot; &lt;b&gt;line&lt;/b&gt;" in page


async def test_the_words_of_the_end_are_not_there_before_it(client: Client) -> None:
    for number in range(1, 12):
        record = await (await client.get(f"/_control/jobs/arcgis/j{number:032x}")).json()
        page = await (await client.get(f"{ECHO}/jobs/j{number:032x}")).text()
        for word in ("Failed", "Succeeded"):
            assert (word in page) == (record["state"] == f"esriJob{word}"), record["state"]


async def test_a_scraper_that_submits_by_get_lands_on_the_job_page(client: Client) -> None:
    response = await client.get(f"{ECHO}/submitJob", params={"Input_Text": "hi"})
    job_id = re.sub(".*jobs/(.*)$", r"\1", str(response.url))
    assert re.fullmatch(r"j[0-9a-f]{32}", job_id)
    assert f"<title>Job Details: {job_id} (Echo)</title>" in await response.text()
    again = await (await client.get(f"{response.url.path}?f=pjson")).json(content_type=None)
    assert again["jobId"] == job_id


async def test_a_bare_get_shows_the_form_and_creates_nothing(client: Client) -> None:
    before = (await (await client.get("/_control/jobs?api=arcgis")).json())["total"]
    page = await (await client.get(f"{ECHO}/submitJob")).text()
    assert '<input type="text" name="Input_Text" value="hello"' in page
    assert (await (await client.get("/_control/jobs?api=arcgis")).json())["total"] == before


async def test_the_redirect_can_have_another_status(client: Client) -> None:
    for status in (301, 302, 303):
        await client.patch("/_control/apis/arcgis/settings", json={"redirect_status": status})
        response = await client.post(f"{ECHO}/submitJob", allow_redirects=False)
        assert (response.status, await response.read()) == (status, b"")


async def test_the_web_adaptors_page(client: Client) -> None:
    fault = {"match": {"api": "arcgis"}, "effect": {"named": "web-adaptor-unreachable"}, "times": 2}
    assert (await client.post("/_control/faults", json=fault)).status == 201
    text = "Could not access any server machines. Please contact your system administrator."
    answer = await (await client.get(f"{ECHO}?f=json")).json(content_type=None)
    assert answer == {"status": "error", "messages": [text]}
    assert text in await (await client.get(ECHO)).text()
