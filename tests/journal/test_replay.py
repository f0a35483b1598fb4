"""An exported command, run by a shell, asks what was asked: same status, same body, same request in the journal."""

from __future__ import annotations

import asyncio
import gzip
import os
import shutil
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mockserver.journal.entry import Entry
from mockserver.journal.in_parts import everything
from tests.drivers.required import missing
from tests.drivers.server import Client

INFO = "/arcgis/rest/info?f=json"
ECHO = "/arcgis/rest/services/Demo/GPServer/Echo/execute"
ASMX = "/CasJobs/services/jobs.asmx"
UPLOAD = "/arcgis/rest/services/Demo/GPServer/uploads/upload"
ACTION = 'SOAPAction: "http://Services.Cas.jhu.edu/GetJobStatus"'
FORM = "Content-Type: application/x-www-form-urlencoded"
NOT_COMPARED = {"host", "connection", "content-length", "transfer-encoding", "expect", "accept-encoding"}


def soap(charset: str) -> str:
    return (
        f'<?xml version="1.0" encoding="{charset}"?>'
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        '<GetJobStatus xmlns="http://Services.Cas.jhu.edu"><wsId>1</wsId><pw>secret</pw><jobId>1001</jobId>'
        "</GetJobStatus></s:Body></s:Envelope>"
    )


def xml(charset: str, *headers: str) -> tuple[str, ...]:
    return (f"Content-Type: text/xml; charset={charset}", ACTION, *headers)


class Asked(NamedTuple):
    """A request; `same_body` is False where each answer has something new."""

    method: str
    target: str
    headers: Sequence[str] = ()
    body: bytes | None = None
    version: str = "HTTP/1.1"
    same_body: bool = True


PARTS = (
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="it\'s 100%.bin"\r\n\r\n'
    b'\x00\xff\xfe\x01\\n"\r\n--b--\r\n'
)
MULTIPART = "Content-Type: multipart/form-data; boundary=b"
CASES = {
    "gzip": Asked("POST", ASMX, xml("utf-8", "Content-Encoding: gzip"), gzip.compress(soap("utf-8").encode())),
    "deflate": Asked("POST", ASMX, xml("utf-8", "Content-Encoding: DEFLATE"), zlib.compress(soap("utf-8").encode())),
    "utf-16": Asked("POST", ASMX, xml("utf-16"), soap("utf-16").encode("utf-16")),
    "utf-16 without a mark": Asked("POST", ASMX, xml("utf-16"), soap("utf-16").encode("utf-16-le")),
    "utf-8 with a mark": Asked("POST", ASMX, xml("utf-8"), b"\xef\xbb\xbf" + soap("utf-8").encode()),
    "bytes": Asked("POST", UPLOAD, [MULTIPART], PARTS, same_body=False),
    "latin-1": Asked("POST", ECHO, [FORM], b"f=json&Input_Text=\xe9t\xe9"),
    "utf-8": Asked("POST", ECHO, [FORM], "f=json&Input_Text=café 'x' \"y\" `id` $(id) !!\n".encode()),
    "a file's name": Asked("POST", ECHO, [FORM], b"@/etc/passwd"),
    "escapes": Asked("POST", ECHO, [FORM], b"-n f=json&Input_Text=%d%%\\101\\x41\x1b[0m\x7f1\x003"),
    "an option": Asked("POST", ECHO, [FORM], b"--json \xff"),
    "no type": Asked("POST", "/v3/auth/tokens", (), b'{"auth":{"identity":{"methods":["password"]}}}'),
    "an empty type": Asked("POST", ECHO, ["Content-Type:"], b"f=json"),
    "length 0": Asked("POST", ECHO, ["Content-Type: text/plain"], b""),
    "length 0, no type": Asked("POST", ECHO, (), b""),
    "no length": Asked("POST", ECHO),
    "a body with GET": Asked("GET", INFO, [FORM], b"a=1"),
    "chunked": Asked("POST", ECHO, [FORM, "Transfer-Encoding: chunked"], b"6\r\nf=json\r\n0\r\n\r\n"),
    "expected": Asked("POST", ECHO, [FORM, "Expect: 100-continue"], b"f=json"),
    "an encoding nobody reads": Asked("POST", ECHO, [FORM, "Content-Encoding: x-gzip"], b"f=json"),
    "two dots": Asked("GET", "/arcgis/rest/../rest/info?f=json"),
    "a dot": Asked("GET", "/arcgis/rest/./info?f=json"),
    "dots at the end": Asked("GET", "/arcgis/rest/info/.."),
    "escaped dots": Asked("GET", "/arcgis/rest/%2e%2E/rest/info?f=json"),
    "dots in the query": Asked("GET", f"{INFO}&a=/../b"),
    "two slashes": Asked("GET", "//arcgis//rest/info?f=json"),
    "a fragment": Asked("GET", f"{INFO}#a/../b"),
    "a fragment in a sandbox": Asked("GET", f"/~default{INFO}#a"),
    "globs": Asked("GET", f"{INFO}&a=[1-3]&b={{x,y}}"),
    "signs": Asked("GET", "/arcgis/it's/$(id);!\"&|<>\\^`?a=b+c&a=%e9&a&b="),
    "HTTP/1.0": Asked("GET", INFO, version="HTTP/1.0"),
    "HTTP/1.0 with a body": Asked("POST", ECHO, [FORM], b"f=json", version="HTTP/1.0"),
    "HEAD": Asked("HEAD", INFO),
    "OPTIONS": Asked("OPTIONS", INFO),
    "a method nobody knows": Asked("M-SEARCH", INFO),
    "curl's own headers": Asked("GET", INFO, ["Accept: application/json", "User-Agent: x/1 (y; z)"]),
    "empty headers": Asked("GET", INFO, ["X-Empty:", "Accept:", "User-Agent:"]),
    "repeated headers": Asked("GET", INFO, ["X-A: 1", "x-a: 2", "X-A: 1"]),
    "odd headers": Asked("GET", INFO, ['X-A: it\'s "$HOME" `id`;', "X-B: a\tb", "X-C: café", "X-D: @x"]),
    "no accept at Prime": Asked("GET", "/webacs/api/v1/data/JobSummary", ["Authorization: Basic bmJpOnNlY3JldA=="]),
}


async def ask(client: Client, asked: Asked) -> bytes:
    """Send a request as it stands in the table; return the answer."""
    lines = [f"{asked.method} {asked.target} {asked.version}", f"Host: {client.host}:{client.port}", *asked.headers]
    chunked = any(line.startswith("Transfer-Encoding") for line in lines)
    if asked.body is not None and not chunked:
        lines.append(f"Content-Length: {len(asked.body)}")
    head = "".join(f"{line}\r\n" for line in (*lines, "Connection: close")).encode() + b"\r\n"
    return await exchanged(client, head + (asked.body or b""))


async def exchanged(client: Client, sent: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(sent)
    answer = await reader.read()
    writer.close()
    return answer


def parts(answer: bytes) -> tuple[bytes, bytes]:
    """Return status line, without the version, and body."""
    while answer.startswith((b"HTTP/1.1 100", b"HTTP/1.0 100")):
        answer = answer.partition(b"\r\n\r\n")[2]
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.partition(b"\r\n")[0].partition(b" ")[2].rstrip(), body


async def entries(client: Client) -> list[Entry]:
    return await everything(client.services.store, "default")


async def exported(client: Client) -> str:
    """Return the youngest request's command."""
    answer = await client.get("/_control/requests?format=curl&limit=1&secrets=public")
    text: str = (await answer.read()).decode()
    return text


async def run(command: str, folder: Path) -> bytes:
    """Run a command as it is; curl prints what it gets, head and body, and takes no proxy."""
    for program in ("sh", "curl"):
        if shutil.which(program) is None:
            missing(f"{program} is not installed")
    (folder / ".curlrc").write_text("silent\nshow-error\ninclude\nmax-time = 20\nnoproxy = *\n", "utf-8")
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=folder,
        env={**os.environ, "CURL_HOME": str(folder), "HOME": str(folder)},
    )  # fmt: skip
    out, problem = await process.communicate()
    assert (process.returncode, problem) == (0, b""), command
    return out


def request_of(entry: Entry) -> dict[str, Any]:
    """Return what the journal has of a request, but for what a connection makes anew."""
    left_out = NOT_COMPARED | ({"content-encoding"} if entry.headers.get("Content-Encoding") != "x-gzip" else set())
    headers = sorted((name.lower(), value) for name, value in entry.headers.items() if name.lower() not in left_out)
    return {"asked": (entry.method, entry.path, entry.http_version), "headers": headers, "body": entry.body}


@pytest.mark.parametrize("name", CASES)
async def test_a_command_asks_what_was_asked(client: Client, tmp_path: Path, name: str) -> None:
    asked = CASES[name]
    answer = parts(await ask(client, asked))
    command = await exported(client)
    again = parts(await run(command, tmp_path))

    first, second = await entries(client)
    assert again[0] == answer[0], command
    assert not asked.same_body or again[1] == answer[1], command
    assert request_of(second) == request_of(first), command


async def test_a_header_that_is_no_utf_8_is_sent_as_it_was(client: Client, tmp_path: Path) -> None:
    host = f"{client.host}:{client.port}".encode()
    await exchanged(client, b'GET %b HTTP/1.0\r\nHost: %b\r\nX-A: \xe9t\xe9 "%%"\r\n\r\n' % (INFO.encode(), host))
    await run(await exported(client), tmp_path)
    first, second = await entries(client)

    assert first.headers["X-A"] == '\udce9t\udce9 "%"'
    assert request_of(second) == request_of(first)


async def test_of_a_body_that_is_cut_the_beginning_is_sent_and_a_line_says_so(client: Client, tmp_path: Path) -> None:
    await ask(client, Asked("POST", ECHO, ["Content-Type: text/plain"], b"x" + "é".encode() * 50_000))
    command = await exported(client)

    assert command.startswith("# request 1 is not whole: the first part of 100001 bytes\ncurl -X POST ")
    await run(command, tmp_path)
    # The limit goes through the last character.
    assert (await entries(client))[1].body == b"x" + "é".encode() * 32_767


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (Asked("POST", "/nowhere", [FORM], b"a=1"), "# request 1: nothing of its body is here\n"),
        (
            Asked("POST", ECHO, [FORM, "Content-Encoding: x-gzip"], gzip.compress(b"password=hunter2", mtime=0)),
            "# request 1: bytes that are no text are not as they were sent\n",
        ),
        (Asked("HEAD", INFO, [FORM], b"a=1"), "# request 1 had a body, too, which curl sends with no HEAD\n"),
    ],
)
async def test_what_a_command_lacks_stands_above_it(client: Client, tmp_path: Path, asked: Asked, says: str) -> None:
    await ask(client, asked)
    command = await exported(client)

    assert command.startswith((f"{says}curl ", f"{says}printf "))
    await run(command, tmp_path)


async def test_what_could_not_be_read_is_no_command(client: Client) -> None:
    await exchanged(client, b"GET /a b HTTP/1.1\r\n\r\n")

    assert await exported(client) == "# request 1 could not be read, so that nothing can ask the same\n"


async def test_no_command_shows_a_secret_that_another_charset_would_hide(client: Client) -> None:
    await ask(client, Asked("POST", ECHO, [FORM], b'\xff\xfe{"password":"mine"}'))

    assert "mine" not in await exported(client)


async def test_a_masked_body_is_what_was_sent_but_for_the_masks(client: Client, tmp_path: Path) -> None:
    body = PARTS.replace(
        b"--b\r\n", b'--b\r\nContent-Disposition: form-data; name="token"\r\n\r\nhunt\xe9r2\r\n--b\r\n', 1
    )
    await ask(client, Asked("POST", UPLOAD, [MULTIPART], body))
    await run(await exported(client), tmp_path)
    first, second = await entries(client)

    assert (first.body, second.body) == (body, body.replace(b"hunt\xe9r2", b"***"))
