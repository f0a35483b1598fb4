"""What no server can make sense of: it is answered, never with a 500, and a tester sees that it came."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
from typing import Any

import pytest

from mockserver.core.errors import Unavailable
from mockserver.store.base import Over
from mockserver.store.memory import MemoryStore
from tests.drivers.server import Client, Serve

CJ = "/CasJobs/services/jobs.asmx"
HOST = "Host: x"


def head(line: str, *headers: str) -> bytes:
    lines = (line, *(() if any(one.startswith("Host:") for one in headers) else (HOST,)), "Connection: close", *headers)
    return "".join(f"{one}\r\n" for one in lines).encode("latin-1") + b"\r\n"


def post(path: str, body: bytes, *headers: str) -> bytes:
    return head(f"POST {path} HTTP/1.1", f"Content-Length: {len(body)}", *headers) + body


async def ask(client: Client, request: bytes, *, shut: bool = False) -> tuple[int, bytes]:
    """Send bytes; return status and body of the answer, 0 when there was none."""
    reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(request)
    if shut:
        writer.write_eof()
    answer = await asyncio.wait_for(reader.read(), 30)
    writer.close()
    first, _, body = answer.partition(b"\r\n\r\n")
    return int(first.split()[1]) if first else 0, body


GZIP = "Content-Encoding: gzip"
ODD = {
    "CONNECT": head("CONNECT x:1 HTTP/1.1", "Host: x:1"),
    "asterisk": head("OPTIONS * HTTP/1.1"),
    "no path": head("GET http://x HTTP/1.1"),
    "no path, query": head("GET http://x?a=1 HTTP/1.1"),
    "gzip garbage, CasJobs": post(f"{CJ}/GetJobStatus", b"notgzip", GZIP, "Content-Type: application/x-www-form-urlencoded"),
    "gzip garbage, SOAP": post(CJ, b"notgzip", GZIP, "Content-Type: text/xml"),
    "gzip garbage, ArcGIS": post("/arcgis/tokens/generateToken?f=json", b"notgzip", GZIP),
    "gzip garbage, GES": post("/v3/auth/tokens", b"notgzip", GZIP),
    "gzip garbage, Prime": post("/webacs/api/v4/op/jobService/cancelrunning", b"x" * 9, GZIP, "Authorization: Basic bmJpOnNlY3JldA=="),
    "gzip garbage, nowhere": post("/nowhere", b"notgzip", GZIP),
    "gzip garbage, control": post("/_control/reset", b"notgzip", GZIP),
    "half a gzip": post("/_control/reset", gzip.compress(b"{}" * 99)[:-9], GZIP),
    "an encoding that nobody knows": post("/_control/reset", b"{}", "Content-Encoding: br"),
    "deflate garbage": post("/_control/reset", b"xx", "Content-Encoding: deflate"),
    "Host, control": head("GET /_control/sandboxes HTTP/1.1", "Host: [::1"),
    "Origin": post("/_control/reset", b"", "Origin: http://["),
    "Host in Latin-1, CasJobs": head(f"GET {CJ}?WSDL HTTP/1.1", "Host: \xff"),
    "Host in Latin-1, ArcGIS": head("GET /arcgis/rest/services?f=json HTTP/1.1", "Host: \xff"),
    "Host in Latin-1, GES": head("GET /v3/projects HTTP/1.1", "Host: \xff"),
    "Host in Latin-1, Prime": head("GET /webacs/api/v1/data/JobSummary HTTP/1.1", "Host: \xff", "Authorization: Basic bmJpOnNlY3JldA=="),
    "Host in Latin-1, control": head("GET /_control/ HTTP/1.1", "Host: \xff"),
    "Host in Latin-1, start page": head("GET / HTTP/1.1", "Host: \xff"),
    "a type in Latin-1, CasJobs": post(f"{CJ}/SubmitJob", b"wsid=1", "Content-Type: application/x-www\xadform-urlencoded"),
    "a type in Latin-1, SOAP": post(CJ, b"<a/>", "Content-Type: text/xml; charset=\xad", "SOAPAction: \xad"),
    "a type in Latin-1, ArcGIS": post("/arcgis/tokens/generateToken?f=json", b"a=1", "Content-Type: \xad"),
    "empty Host": head("GET /webacs/api/v1/op/ HTTP/1.1", "Host:"),
}  # fmt: skip
REFUSED = {
    "UTF-8 in the address": head("GET /\xc3\xa9?pw=S3cret HTTP/1.1"),
    "a blank in the address": head("GET /a S3cret HTTP/1.1"),
    "an address that is none": head("GET http://x:S3cret@[ HTTP/1.1"),
    "a long header": head("GET /a HTTP/1.1", "X-Auth-Token: " + "S3cret" * 2000),
    "NUL in a header": head("GET /a HTTP/1.1", "X-Auth-Token: S3cret\0"),
    "no Host": b"GET /a HTTP/1.1\r\nX-Auth-Token: S3cret\r\n\r\n",
    "LF": b"GET /a?pw=S3cret HTTP/1.1\nHost: x\n\n",
    "TLS": b"\x16\x03\x01S3cret\r\n\r\n",
    "two lengths": head("POST /a HTTP/1.1", "Content-Length: 1", "Content-Length: 2"),
    "length and chunks": head("POST /a HTTP/1.1", "Content-Length: 1", "Transfer-Encoding: chunked"),
}


@pytest.mark.parametrize("name", ODD)
async def test_no_bad_input_is_a_500(client: Client, caplog: pytest.LogCaptureFixture, name: str) -> None:
    status, body = await ask(client, ODD[name])
    if status >= 500:
        # ASMX and Tomcat say 500 themselves to a body that is none.
        assert name.startswith("gzip garbage") or name.endswith(("Latin-1, CasJobs", "Latin-1, SOAP")), body
    assert 200 <= status < 600
    assert b"got itself in trouble" not in body
    assert b"NullReference" not in body
    assert "a bug of ours" not in caplog.text


@pytest.mark.parametrize("name", REFUSED)
async def test_what_the_parser_refuses_is_seen(client: Client, caplog: pytest.LogCaptureFixture, name: str) -> None:
    caplog.set_level(logging.DEBUG)
    before = client.services.metrics.requests.get(("", "", 400), 0)
    status, body = await ask(client, REFUSED[name])
    listed = await (await client.get("/_control/requests")).text()
    [entry] = json.loads(listed)["requests"]
    violations = await (await client.get("/_control/violations")).text()
    har = await (await client.get("/_control/requests?format=har")).text()

    assert (status, json.loads(body)["error"]["code"]) == (400, "unreadable")
    assert (entry["status"], entry["api"], len(entry["violations"])) == (400, None, 1)
    assert client.services.metrics.requests["", "", 400] == before + 1
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(lines) == 1
    assert lines[0].startswith("a request that could not be read was refused: ")
    assert "S3cret" not in body.decode() + listed + violations + har + caplog.text


async def whole_answer(client: Client, request: bytes) -> tuple[str, dict[str, str], bytes]:
    """Send bytes; return the answer's status line, headers and body."""
    reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(request)
    first, _, body = (await asyncio.wait_for(reader.read(), 30)).partition(b"\r\n\r\n")
    writer.close()
    line, *headers = first.decode().split("\r\n")
    return line, dict(one.split(": ", 1) for one in headers), body


async def test_what_the_parser_refuses_has_no_header_of_ours_where_none_is_wanted(serve: Serve) -> None:
    for shown in (True, False):
        _, headers, _ = await whole_answer(await serve(headers=shown), REFUSED["LF"])
        assert ("X-Mockserver-Request" in headers) == shown
        assert headers["Content-Type"] == "application/json"


class Failing(MemoryStore):
    """Fails in one of its steps, once it is told to."""

    step, error = "", Exception()

    def __getattribute__(self, name: str) -> Any:
        if name == super().__getattribute__("step"):
            raise super().__getattribute__("error")
        return super().__getattribute__(name)


@pytest.mark.parametrize("error", [Over("default@1"), Unavailable("away")], ids=["over", "away"])
@pytest.mark.parametrize("step", ["begin_request", "record"])
async def test_what_the_parser_refuses_is_answered_whatever_has_become_of_its_sandbox(
    serve: Serve, caplog: pytest.LogCaptureFixture, step: str, error: Exception
) -> None:
    store = Failing()
    client = await serve(store=store)
    before = client.services.metrics.requests.get(("", "", 400), 0)
    store.error, store.step = error, step
    line, headers, body = await whole_answer(client, REFUSED["LF"])
    store.step = ""
    assert line.partition(" ")[2] == "400 Bad Request"
    assert json.loads(body)["error"]["code"] == "unreadable"
    assert headers["Content-Type"] == "application/json"
    assert client.services.metrics.requests["", "", 400] == before + 1
    assert (await (await client.get("/_control/requests")).json())["requests"] == []
    assert "Error handling request" not in caplog.text


@pytest.mark.parametrize(
    "path",
    [f"{CJ}/GetJobStatus", "/v3/auth/tokens", "/arcgis/rest/login", "/webacs/api/v4/op/jobService/cancelrunning"],
)
async def test_who_goes_away_with_half_a_body_breaks_no_contract_of_ours(
    client: Client, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    await ask(
        client, head(f"POST {path} HTTP/1.1", "Content-Length: 9", "Content-Type: application/json") + b"{", shut=True
    )
    for _ in range(1000):
        [entry] = (await (await client.get("/_control/requests")).json())["requests"]
        if entry["status"] is not None:
            break
    assert (entry["status"], entry["path"], entry["violations"]) == (400, path, [])
    assert "breaks its contract" not in caplog.text


@pytest.mark.parametrize("effect", [None, {"delay": "20ms"}])
async def test_who_has_said_all_gets_an_answer(client: Client, effect: object) -> None:
    if effect is not None:
        await client.post("/_control/faults", json={"effect": effect})
    assert (await ask(client, head("GET /arcgis/rest/info?f=json HTTP/1.1"), shut=True))[0] == 200
    assert (await ask(client, head("GET /_control/health HTTP/1.1"), shut=True))[0] == 200


@pytest.mark.parametrize("piece", [8.0, 1e30])
async def test_a_drip_by_a_number_that_counts_as_whole(client: Client, piece: float) -> None:
    made = await client.post("/_control/faults", json={"effect": {"drip": {"bytes": piece, "every": 0}}})
    assert made.status == 201
    assert (await (await client.get("/arcgis/rest/info?f=json")).json())["currentVersion"]


TOLD = {
    "Prime's page": ("GET /webacs/api/v4/data/JobSummary", ["Authorization: Basic bmJpOnNlY3JldA=="], "http://{}/webacs/"),
    "CasJobs' help": (f"GET {CJ}?op=GetQueues", [], "Host: {name}\n"),
    "WSDL": (f"GET {CJ}?WSDL", [], 'location="http://{}/CasJobs/'),
    "ArcGIS' sign-in": ("GET /arcgis/rest/login?redirect=/arcgis/rest/info", [], "http://{}/arcgis/rest/info"),
    "GES' graphs": ("GET /v2/0123456789abcdef0123456789abcdef/graphs", ["X-Auth-Token: mock-token"], '"private_ip":"{name}"'),
    "start page": ("GET /", ["Accept: application/json"], '"http://{}/arcgis'),
}  # fmt: skip


@pytest.mark.parametrize("told", TOLD)
async def test_an_empty_host_makes_addresses_by_which_the_client_came(client: Client, told: str) -> None:
    asked, headers, wanted = TOLD[told]
    _, body = await ask(client, head(f"{asked} HTTP/1.1", "Host:", *headers))
    assert wanted.format(f"{client.host}:{client.port}", name=client.host) in body.decode()
    assert b"http:///" not in body


HOSTS = [
    "a b", "a, b", "x<script>", 'x"y', "x/y", "user@x", "x?y", "x#y", "x:y", "x:123456", "x\\y", "[::1", "::1", "[x]", "[192.0.2.1]",
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
async def test_a_host_that_is_none_is_refused(client: Client, host: str) -> None:
    status, body = await ask(client, head("GET /arcgis/rest/info?f=json HTTP/1.1", f"Host: {host}"))
    assert (status, json.loads(body)["error"]["code"]) == (400, "unreadable")


@pytest.mark.parametrize(
    "host", ["", "x", "x:", "x_y.example.test:80", "[::1]:8080", "[fe80::1%eth0]", "192.0.2.1:1", "%41"]
)
async def test_a_host_that_is_one_is_taken(client: Client, host: str) -> None:
    assert (await ask(client, head("GET /arcgis/rest/info?f=json HTTP/1.1", f"Host: {host}")))[0] == 200
