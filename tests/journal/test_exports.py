"""HAR and curl say what went over the wire, in full and in order, with secrets masked."""

from __future__ import annotations

import asyncio
import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.drivers.server import Client

SCHEMA = Draft202012Validator(json.loads(Path(__file__).with_name("har.schema.json").read_text("utf-8")))
SOAP = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    '<CancelJob xmlns="http://Services.Cas.jhu.edu"><wsid>1</wsid><pw>hunter2</pw><jobId>1001</jobId></CancelJob>'
    "</soap:Body></soap:Envelope>"
)


async def send(client: Client, line: str, headers: Sequence[str] = (), body: bytes = b"") -> bytes:
    """Send a request as bytes; return the answer."""
    url = client.make_url("/")
    reader, writer = await asyncio.open_connection(url.host, url.port)
    lines = (line, "Host: sandbox.test", "Connection: close", f"Content-Length: {len(body)}", *headers)
    writer.write("".join(f"{one}\r\n" for one in lines).encode() + b"\r\n" + body)
    answer = await reader.read()
    writer.close()
    return answer


async def har(client: Client) -> list[dict[str, Any]]:
    document = await (await client.get("/_control/requests?format=har&limit=1000")).json()
    assert [error.message for error in SCHEMA.iter_errors(document)] == []
    entries: list[dict[str, Any]] = document["log"]["entries"]
    return entries


async def curl(client: Client) -> list[str]:
    """Return the words of the youngest request's command."""
    text = await (await client.get("/_control/requests?format=curl&limit=1")).text()
    return shlex.split(text)


def pairs(found: Sequence[dict[str, str]]) -> list[tuple[str, str]]:
    return [(one["name"], one["value"]) for one in found]


async def test_repeated_names_of_a_query_are_kept_in_order(client: Client) -> None:
    await send(client, "GET /webacs/api/v1/data/JobSummary.json?.sort=jobName&.sort=-jobType&empty=&token=t HTTP/1.1")
    [entry] = await har(client)

    assert pairs(entry["request"]["queryString"]) == [
        (".sort", "jobName"), (".sort", "-jobType"), ("empty", ""), ("token", "***"),
    ]  # fmt: skip


async def test_a_secret_hides_behind_no_escape_in_the_query(client: Client) -> None:
    await send(client, "GET /nowhere?%74oken=hunter2&p=1 HTTP/1.1")
    [entry] = await har(client)

    assert pairs(entry["request"]["queryString"]) == [("token", "***"), ("p", "1")]


async def test_several_headers_of_one_name_are_kept(client: Client) -> None:
    await send(client, "GET /nowhere HTTP/1.1", ["X-Trace: one", "Accept: a/b", "X-Trace: two", "X-Empty:"])
    [entry] = await har(client)
    words = await curl(client)

    traced = [pair for pair in pairs(entry["request"]["headers"]) if pair[0].startswith("X-")]
    assert traced == [("X-Trace", "one"), ("X-Trace", "two"), ("X-Empty", "")]
    assert [word for word in words if word.startswith("X-")] == ["X-Trace: one", "X-Trace: two", "X-Empty;"]


async def test_sizes_are_of_the_whole_bodies(client: Client) -> None:
    body = b'{"a":"' + b"x" * 200_000 + b'"}'
    await send(client, "POST /ges/nothing HTTP/1.1", ["Content-Type: application/json"], body)
    [entry] = await har(client)
    sent = entry["request"]

    assert sent["bodySize"] == len(body)
    assert len(sent["postData"]["text"]) == 65_536
    assert sent["postData"]["comment"] == f"the first part of {len(body)} bytes"
    assert entry["response"]["bodySize"] == entry["response"]["content"]["size"] > 0
    assert "comment" not in entry["response"]["content"]


@pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/1.1"])
async def test_version_status_text_and_cookies(client: Client, version: str) -> None:
    headers = ["Authorization: Basic bmJpOnNlY3JldA==", "Cookie: theme=dark; JSESSIONID=hunter2; odd"]
    answer = await send(client, f"GET /webacs/api/v1/op/jobService/runhistory.json {version}", headers)
    assert answer.startswith(f"{version} 200 OK".encode())
    [entry] = await har(client)

    assert (entry["request"]["httpVersion"], entry["response"]["httpVersion"]) == (version, version)
    assert (entry["response"]["status"], entry["response"]["statusText"]) == (200, "OK")
    assert pairs(entry["request"]["cookies"]) == [("theme", "***"), ("JSESSIONID", "***"), ("odd", "***")]
    assert ("--http1.0" in await curl(client)) is (version == "HTTP/1.0")


async def test_cookies_that_are_set(client: Client) -> None:
    headers = {
        "Set-Cookie": "JSESSIONID=hunter2; Path=/webacs; Secure; HttpOnly; SameSite=Lax",
        "Location": "/x?token=t",
    }
    await client.post("/_control/faults", json={"effect": {"status": 302, "headers": headers}})
    await send(client, "GET /nowhere HTTP/1.1")
    [entry] = await har(client)

    assert entry["response"]["cookies"] == [
        {"name": "JSESSIONID", "value": "***", "path": "/webacs", "httpOnly": True, "secure": True}
    ]
    assert (entry["response"]["statusText"], entry["response"]["redirectURL"]) == ("Found", "/x?token=***")


async def test_who_got_no_answer_has_no_status(client: Client) -> None:
    await client.post("/_control/faults", json={"effect": {"connection": "close-before"}})
    assert await send(client, "GET /nowhere HTTP/1.1") == b""
    [entry] = await har(client)

    assert (entry["response"]["status"], entry["response"]["statusText"]) == (0, "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
async def test_no_encoding_shows_a_password_anywhere(client: Client, encoding: str) -> None:
    headers = [f"Content-Type: text/xml; charset={encoding}", 'SOAPAction: "http://Services.Cas.jhu.edu/CancelJob"']
    await send(client, "POST /CasJobs/services/jobs.asmx HTTP/1.1", headers, SOAP.encode(encoding))
    [entry] = await har(client)
    near = await client.post("/_control/requests/verify", json={"match": {"api": "casjobs", "body": "not in there"}})
    shown = [
        json.dumps(entry),
        " ".join(await curl(client)),
        await (await client.get("/_control/requests")).text(),
        await near.text(),
    ]

    assert near.status == 409
    assert entry["request"]["postData"]["text"] == SOAP.replace("hunter2", "***")
    assert [text for text in shown if "hunter2" in text.replace("\0", "").replace("\\u0000", "")] == []
    assert all("<pw>***</pw>" in text for text in shown)


async def test_a_sentence_about_a_breach_is_masked(serve: Any) -> None:
    client = await serve(strict=False)
    await send(client, "GET /ges/v1.0/p/graphs/movie/jobs/x/status?token=hunter2 HTTP/1.1")
    [entry] = await har(client)
    [listed] = (await (await client.get("/_control/requests")).json())["requests"]

    assert entry["_mockserver"]["violations"] == listed["violations"]
    assert "hunter2" not in json.dumps(entry)


async def test_curl_can_be_run_again(client: Client) -> None:
    await send(client, "POST /ges/x[1]?a=it's HTTP/1.1", ["Content-Type: text/plain", "Expect:"], b"it's\n@file")
    words = await curl(client)

    assert words[:4] == ["curl", "-X", "POST", "--globoff"]
    assert words[4].startswith("http://")
    assert words[4].endswith("/ges/x[1]?a=it's")
    assert words[5:] == ["-H", "Content-Type: text/plain", "--data-raw", "it's\n@file"]


async def test_curl_asks_for_a_head_without_waiting_for_a_body(client: Client) -> None:
    await send(client, "HEAD /nowhere HTTP/1.1")

    assert (await curl(client))[:2] == ["curl", "--head"]
