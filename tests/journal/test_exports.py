"""HAR and curl say what went over the wire, in full and in order, with secrets masked."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mockserver.journal.entry import bounded
from mockserver.journal.export_har import har_entry
from mockserver.journal.in_parts import everything
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


INFO = "/arcgis/rest/info?f=json"
BODY = "a\n" * 20


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "effect",
    [
        None,
        {"delay": "1ms"},
        *({"status": status, "body": BODY, "headers": {"X-A": "b"}} for status in (200, 204, 205, 299, 304, 418, 599)),
        {"status": 200},
        {"connection": "close-mid-body"},
        {"connection": "close-before"},
        {"connection": "close-before", "handled": True},
        {"connection": "reset"},
        {"connection": "reset", "handled": True},
        {"drip": {"bytes": 100, "every": "1ms"}},
        *({"garble": how} for how in ("truncate", "empty", "wrong-content-type", "not-utf8")),
    ],
    ids=str,
)
async def test_of_an_answer_that_is_shown_which_was_sent(
    client_of_each: Client, method: str, effect: dict[str, Any] | None
) -> None:
    client = client_of_each
    if effect is not None:
        await client.post("/_control/faults", json={"effect": effect})
    try:
        answer = await send(client, f"{method} {INFO} HTTP/1.1")
    except ConnectionError:
        answer = b""
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    [entry] = await har(client)
    shown, content = entry["response"], entry["response"]["content"]
    [listed] = (await (await client.get("/_control/requests")).json())["requests"]

    assert f"{shown['httpVersion']} {shown['status'] or ''} {shown['statusText']}".strip() == status.strip()
    assert [line for line in (f"{name}: {value}" for name, value in pairs(shown["headers"])) if line not in lines] == []
    assert (shown["bodySize"], content["size"]) == (len(body), len(body))
    assert listed["answer"]["body"] == body.decode("utf-8", "replace")
    if content.get("encoding") == "base64":
        assert base64.b64decode(content["text"]) == body
    else:
        assert content["text"] == body.decode()
    broken = effect == {"connection": "close-mid-body"} and method == "GET"
    assert ("comment" in content, "size" in listed["answer"]) == (broken, broken)
    assert listed["told"] is None


async def test_of_a_long_answer_that_breaks_off_the_sizes_are_of_what_was_sent(client: Client) -> None:
    await client.post("/_control/faults", json={"effect": {"connection": "close-mid-body"}})
    answer = await send(client, "GET /CasJobs/services/jobs.asmx?WSDL HTTP/1.1")
    head, _, body = answer.partition(b"\r\n\r\n")
    whole, sent = int(head.partition(b"Content-Length: ")[2].split()[0]), len(body)
    [broken] = await everything(client.services.store, "default")
    assert (len(broken.answer), broken.sent, broken.answer_size) == (sent, sent, whole)
    long = bounded(broken._replace(answer=b"x" * 100_000, sent=100_000, answer_size=200_001))
    content = har_entry(long, "http://h")["response"]["content"]

    assert (content["size"], len(content["text"])) == (100_000, 65_536)
    assert content["comment"] == "the first part of 200001 bytes"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("headers", "body", "size", "text", "comment"),
    [
        (["Content-Encoding: gzip"], gzip.compress(b"f=json", mtime=0), 26, "f=json", "it came as gzip"),
        (["Content-Encoding: identity"], b"f=json", 6, "f=json", None),
        (["Content-Encoding: br"], b"f=json", -1, "", "nothing of its body is here"),
        (["Content-Encoding: gzip"], b"no gzip", -1, "", "nothing of its body is here"),
        ([], b"a=\xff", 3, "a=\ufffd", "bytes that are no text are not shown as they were sent"),
        (["Content-Type: text/plain; charset=utf-16"], "\ufeffé".encode("utf-16-le"), 4, "é", None),
        ([], b"", 0, None, None),
    ],
)
async def test_of_a_request_s_body_the_size_is_what_went_over_the_wire(
    client: Client, method: str, headers: list[str], body: bytes, size: int, text: str | None, comment: str | None
) -> None:
    await send(client, f"{method} {INFO} HTTP/1.1", headers, body)
    [entry] = await har(client)
    posted = entry["request"].get("postData", {})

    assert (entry["request"]["bodySize"], posted.get("text"), posted.get("comment")) == (size, text, comment)


async def test_a_body_that_nobody_read_is_said_to_be_missing(client: Client) -> None:
    await send(client, "POST /nowhere HTTP/1.1", [], b"a=1")
    [entry] = await har(client)

    assert entry["request"]["bodySize"] == -1
    assert entry["request"]["postData"] == {"mimeType": "", "text": "", "comment": "nothing of its body is here"}


async def test_a_cut_goes_through_no_character(client: Client) -> None:
    body = b"x" + "é".encode() * 40_000
    await send(client, f"POST {INFO} HTTP/1.1", ["Content-Type: text/plain"], body)
    [entry] = await har(client)

    assert entry["request"]["postData"]["text"] == "x" + "é" * 32_767
    assert entry["request"]["bodySize"] == len(body)


async def test_all_cookies_of_a_request_are_named(client: Client) -> None:
    await send(client, f"GET {INFO} HTTP/1.1", ["Cookie: a=1; b=2", "cookie: c=3; a=4"])
    [entry] = await har(client)

    assert pairs(entry["request"]["cookies"]) == [("a", "***"), ("b", "***"), ("c", "***"), ("a", "***")]


async def test_an_address_has_no_fragment(client: Client) -> None:
    await send(client, f"GET {INFO}#a HTTP/1.1")
    [entry] = await har(client)

    assert entry["request"]["url"].endswith(f"{INFO}%23a")
    assert pairs(entry["request"]["queryString"]) == [("f", "json#a")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
async def test_no_encoding_shows_a_password_anywhere(client: Client, encoding: str) -> None:
    headers = [f"Content-Type: text/xml; charset={encoding}", 'SOAPAction: "http://Services.Cas.jhu.edu/CancelJob"']
    await send(client, "POST /CasJobs/services/jobs.asmx HTTP/1.1", headers, SOAP.encode(encoding))
    [entry] = await har(client)
    near = await client.post("/_control/requests/verify", json={"match": {"api": "casjobs", "body": "not in there"}})
    shown = [
        json.dumps(entry),
        " ".join(await curl(client)).replace("\\000", ""),
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
    added = ["-H", "Accept:", "-H", "User-Agent:"]
    assert words[5:] == ["-H", "Content-Type: text/plain", *added, "--data-raw", "it's\n@file"]


async def test_curl_asks_for_a_head_without_waiting_for_a_body(client: Client) -> None:
    await send(client, "HEAD /nowhere HTTP/1.1")

    assert (await curl(client))[:2] == ["curl", "--head"]
