"""Sends requests as bytes to a server that runs as `serve` runs it, and keeps the bytes that come back.

Everything is compared byte for byte, the order of the header lines too. What differs from run to run stands as a
placeholder instead, and nothing else does:

* `Date: {date}` and `Server: {server}` (time, and versions of Python and aiohttp);
* in answers of `/_control` and `/`, the version of this package (`{version}`), the uptime of the process (`{uptime}`)
  and how long an exchange took (`{took}`: `milliseconds`, and `time` and `wait` in HAR);
* `Content-Length: {length}` where a placeholder in the body has changed its length; that it was right is checked here.

The rest is made to stand still: the clock is frozen, real time is NOON, the seed is 0, each exchange has a fresh
sandbox of one and the same name (so that `X-Mockserver-Request` begins at 1), and every request names the same host,
so that no port is ever in an answer.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from mockserver import MockServer

NOON = "2026-01-02T12:00:00Z"
NOON_SECONDS = 1767355200.0
HOST = "mockserver.test:8080"
SANDBOX = "golden"
BODY_LIMIT = 65536
"""Bytes a request of an API may have here, so that one that is too large is still small."""

PATIENCE = 20.0
"""Real seconds within which a server that answers at all has answered."""

Json = dict[str, Any]
Headers = Mapping[str, str] | Sequence[tuple[str, str]]

_BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})
_WITHOUT_BODY = re.compile(rb"HTTP/1\.[01] (1\d\d|204|304) ")
_VARYING = tuple(
    (re.compile(pattern), placeholder)
    for pattern, placeholder in (
        (rb'(?<="uptime_seconds":)[0-9.e-]+', b'"{uptime}"'),
        (rb'(?<="milliseconds":)[0-9.e-]+', b'"{took}"'),
        (rb'(?<="time":)[0-9.e-]+', b'"{took}"'),
        (rb'(?<="wait":)[0-9.e-]+', b'"{took}"'),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, as bytes.

    Attributes:
        line: its first line, without the line end.
        closes: the server must close the connection after its answer; otherwise it must keep it open.
        later: what is sent once the server has said `100 Continue`.
    """

    line: str
    head: bytes
    body: bytes = b""
    closes: bool = False
    later: bytes | None = None


def request(
    method: str,
    target: str,
    headers: Headers = (),
    body: bytes | None = None,
    *,
    version: str = "HTTP/1.1",
    host: str | None = HOST,
    length: int | None = None,
    closes: bool = False,
    waits: bool = False,
) -> Request:
    """Return a request.

    Args:
        headers: sent after Host, as they are.
        host: None sends no Host; a Host among the headers takes its place.
        length: the Content-Length it claims, if not the body's own.
        waits: the body is sent when the server asks for it.
    """
    pairs = list(headers.items() if isinstance(headers, Mapping) else headers)
    names = {name.lower() for name, _ in pairs}
    if host is not None and "host" not in names:
        pairs.insert(0, ("Host", host))
    size = len(body or b"") if length is None else length
    if (size or method in _BODY_METHODS) and not names & {"content-length", "transfer-encoding"}:
        pairs.append(("Content-Length", str(size)))
    line = f"{method} {target} {version}"
    head = "\r\n".join((line, *(f"{name}: {value}" for name, value in pairs), "", "")).encode()
    if waits:
        return Request(line=line, head=head, later=body or b"", closes=closes)
    return Request(line=line, head=head, body=body or b"", closes=closes)


class Wire:
    """One connection."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._socket = socket.create_connection(address, PATIENCE)
        self._buffer = b""
        self._ended = ""

    def close(self) -> None:
        self._socket.close()

    def send(self, asked: Request) -> None:
        """Send a request."""
        self._socket.sendall(asked.head + asked.body)

    def wait_for(self, sign: bytes) -> None:
        """Return when so much of the answer has come that this is among it."""
        while sign not in self._buffer and self._more():
            pass

    def answer(self, asked: Request, *, last: bool = True) -> Json:
        """Return what a request that was sent is answered with, in the form of the golden files.

        Args:
            last: nothing is asked after it, so that nothing may come after its answer.
        """
        interim = []
        head = self._read_head()
        while head.startswith(b"HTTP/1.1 100 "):
            interim.append(head.decode())
            self._socket.sendall(asked.later or b"")
            head = self._read_head()
        body = self._read_body(asked, head)
        if asked.closes:
            self._read_to_the_end()
        elif last and not self._ended:
            # The answer is whole; who has more to say says it before he closes, too.
            self._socket.shutdown(socket.SHUT_WR)
            self._read_to_the_end()
            self._ended = self._ended.replace("closed", "")
        answer: Json = {"request": asked.line}
        if interim:
            answer["interim"] = interim
        answer.update(_recorded(asked, head, body))
        if self._buffer and (asked.closes or last):
            answer["too much"] = _as_text(self._buffer)
        if self._ended:
            answer["connection"] = self._ended
        return answer

    def _more(self) -> bool:
        if self._ended:
            return False
        try:
            received = self._socket.recv(1 << 20)
        except ConnectionResetError:
            self._ended = "reset"
            return False
        self._buffer += received
        if not received:
            self._ended = "closed"
        return bool(received)

    def _read_head(self) -> bytes:
        while b"\r\n\r\n" not in self._buffer and self._more():
            pass
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        return head

    def _read_body(self, asked: Request, head: bytes) -> bytes:
        """Return all bytes of a body as sent, chunk sizes too."""
        if asked.line.startswith("HEAD ") or _WITHOUT_BODY.match(head):
            return b""
        found = _headers(head)
        if "chunked" in found.get("transfer-encoding", ""):
            while not self._buffer.endswith(b"0\r\n\r\n") and self._more():
                pass
            size = len(self._buffer)
        elif "content-length" in found:
            size = int(found["content-length"])
            while len(self._buffer) < size and self._more():
                pass
        else:
            while self._more():
                pass
            size = len(self._buffer)
        body, self._buffer = self._buffer[:size], self._buffer[size:]
        return body

    def _read_to_the_end(self) -> None:
        while self._more():
            pass


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


def _recorded(asked: Request, head: bytes, body: bytes) -> Json:
    if not head:
        return {"status": None}
    status, *lines = head.decode("latin-1").split("\r\n")
    settled = _settled(asked, body)
    if settled != body:
        length = f"Content-Length: {len(body)}"
        lines = ["Content-Length: {length}" if line == length else line for line in lines]
    return {"status": status, "headers": [_settled_header(line) for line in lines], "body": _as_text(settled)}


def _settled_header(line: str) -> str:
    name = line.partition(": ")[0]
    return f"{name}: {{{name.lower()}}}" if name in ("Date", "Server") else line


def _settled(asked: Request, body: bytes) -> bytes:
    path = re.sub(r"^/~[^/]*", "", asked.line.split(" ")[1])
    if not (path.startswith("/_control") or path == "/"):
        return body
    from mockserver import __version__

    version = re.escape(__version__).encode()
    body = re.sub(rb'(version"?[:=] ?")' + version + rb'(?=")', rb"\1{version}", body)
    for pattern, placeholder in _VARYING:
        body = pattern.sub(placeholder, body)
    return body


def _as_text(body: bytes) -> Any:
    """Return a body as lines of text; one that is not UTF-8 as `{"latin-1": lines}`. Joined, they are the body."""
    try:
        return _lines(body.decode())
    except UnicodeDecodeError:
        return {"latin-1": _lines(body.decode("latin-1"))}


def _lines(text: str) -> list[str]:
    """Cut a text at its line ends, and long lines where JSON and XML may be cut."""
    return [part for line in re.split(r"(?<=\n)", text) if line for part in _parts(line)]


def _parts(line: str) -> Iterator[str]:
    if len(line) <= 160:
        yield line
        return
    part = ""
    for piece in re.split(r"(?<=,)(?=[\"{\[])|(?<=>)(?=<)|(?<=;)(?=&)", line):
        if part and len(part) + len(piece) > 120:
            yield part
            part = ""
        part += piece
    yield part


class Player:
    """A running server, and a fresh sandbox for each exchange."""

    def __init__(self, server: MockServer) -> None:
        self.address = _address(server.url)
        self.control_address = _address(server.control_url)
        self.prefix = f"/~{SANDBOX}"
        self._headers = {"Content-Type": "application/json"}
        if server.settings.control_token is not None:
            self._headers["Authorization"] = f"Bearer {server.settings.control_token}"

    @contextmanager
    def sandbox(self, *, own_port: bool = False) -> Iterator[tuple[str, int]]:
        """Have a sandbox as new, and say where it is reached; leave none behind."""
        made = self.control("POST", "/sandboxes", {"name": SANDBOX, "port": own_port}, prefix="")
        try:
            yield (self.address[0], made["port"]) if own_port else self.address
        finally:
            self.control("DELETE", f"/sandboxes/{SANDBOX}", prefix="")

    def forget_others(self) -> None:
        """End the sandboxes that were made by what was played, and begin anew in the default one."""
        for one in self.control("GET", "/sandboxes", prefix="")["sandboxes"]:
            if one["name"] != "default":
                self.control("DELETE", f"/sandboxes/{one['name']}", prefix="")
        self.control("POST", "/reset", prefix="")

    def control(self, method: str, path: str, body: Any = None, *, prefix: str | None = None) -> Any:
        """Call the control API, of which nothing is recorded; return the decoded answer."""
        data = None if body is None else json.dumps(body).encode()
        target = f"{self.prefix if prefix is None else prefix}/_control{path}"
        (answer,) = self.play([request(method, target, self._headers, data)], self.control_address)
        text = "".join(answer["body"])
        status = int(answer["status"].split(" ")[1])
        if status >= 400:
            raise ValueError(f"{method} {target}: {status} {text}")
        return json.loads(text) if text else None

    def prepare(self, api: str, given: Mapping[str, Any]) -> None:
        """Set clock, settings and jobs as an example's `given` asks."""
        if "now" in given:
            self.control("PUT", "/clock", {"now": given["now"]})
        if "settings" in given:
            self.control("PATCH", f"/apis/{api}/settings", given["settings"])
        for fields in given.get("jobs", ()):
            self.control("POST", "/jobs", {"api": api, **fields})

    def play(self, requests: Sequence[Request], address: tuple[str, int] | None = None) -> list[Json]:
        """Send requests over one connection; return the answers."""
        wire = Wire(address or self.address)
        try:
            answers = []
            for number, one in enumerate(requests, 1):
                wire.send(one)
                answers.append(wire.answer(one, last=number == len(requests)))
            return answers
        finally:
            wire.close()

    def example(self, api: str, example: Mapping[str, Any]) -> list[Json]:
        """Play a contract's example; return all its answers, those to what it needs first too."""
        given = example.get("given", {})
        with self.sandbox():
            self.prepare(api, given)
            return [
                answer
                for one in (*given.get("requests", ()), example["request"])
                for answer in self.play([self._of_example(one)])
            ]

    def _of_example(self, asked: Mapping[str, Any]) -> Request:
        host = next((value for name, value in asked.get("headers", {}).items() if name.lower() == "host"), HOST)
        asked = _filled(asked, f"http://{host}{self.prefix}")
        headers = dict(asked.get("headers", {}))
        body, kind = _body(asked)
        if kind is not None and not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = kind
        return request(asked["method"], self.prefix + asked["path"], headers, body)


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 80


def _body(asked: Mapping[str, Any]) -> tuple[bytes | None, str | None]:
    if "json" in asked:
        return json.dumps(asked["json"], ensure_ascii=False).encode(), "application/json"
    if "form" in asked:
        return urlencode(asked["form"]).encode(), "application/x-www-form-urlencoded"
    if "text" in asked:
        return asked["text"].encode(), None
    return None, None


def _filled(value: Any, base: str) -> Any:
    if isinstance(value, str):
        return value.replace("{base}", base)
    if isinstance(value, Mapping):
        return {key: _filled(item, base) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, base) for item in value]
    return value


@contextmanager
def running(**options: Any) -> Iterator[Player]:
    """Run a server as users run it, but for what must stand still."""
    given = {"clock": NOON, "body_limit": BODY_LIMIT, **options}
    with MockServer(real_time=lambda: NOON_SECONDS, **given) as server:
        yield Player(server)


def closing(asked: Request) -> Request:
    """Return the same request of a client that wants the connection closed."""
    head = asked.head.removesuffix(b"\r\n") + b"Connection: close\r\n\r\n"
    return replace(asked, head=head, closes=True)
