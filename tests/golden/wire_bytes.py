"""Sends requests as bytes to a server that runs as `serve` runs it, and keeps the bytes that come back.

Everything is compared byte for byte, the order of the header lines too. What differs from run to run stands as a
placeholder instead, and nothing else does:

* `Date: {date}` and `Server: {server}` (time, and versions of Python and aiohttp);
* in answers of `/_control` and `/`, the version of this package (`{version}`), the uptime of the process (`{uptime}`)
  and how long an exchange took (`{took}`: `milliseconds`, `time` and `wait` in HAR, and the metrics' seconds);
* the reason after 413 and 422, which Python 3.13 has renamed (`{reason}`);
* `Content-Length: {length}` where a placeholder in the body has changed its length; that it was right is checked here.

The rest is made to stand still: the clock is frozen, real time is NOON, the seed is 0, each exchange has a fresh
sandbox of one and the same name (so that `X-Mockserver-Request` begins at 1), and every request names the same host,
so that no port is ever in an answer.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from mockserver import __version__

HOST = "mockserver.test:8080"

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
        (rb"(?<=mockserver_request_seconds_bucket\{)([^}]*)\} [0-9.]+", rb"\1} {count}"),
        (rb"(?<=mockserver_request_seconds_sum\{)([^}]*)\} [0-9.e-]+", rb"\1} {took}"),
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


def closing(asked: Request) -> Request:
    """Return the same request of a client that wants the connection closed."""
    head = asked.head.removesuffix(b"\r\n") + b"Connection: close\r\n\r\n"
    return replace(asked, head=head, closes=True)


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
    return {
        "status": _settled_status(status),
        "headers": [_settled_header(line) for line in lines],
        "body": _as_text(settled),
    }


def _settled_status(line: str) -> str:
    version, code, reason = line.split(" ", 2)
    return f"{version} {code} {{reason}}" if code in ("413", "422") and reason == HTTPStatus(int(code)).phrase else line


def _settled_header(line: str) -> str:
    name = line.partition(": ")[0]
    return f"{name}: {{{name.lower()}}}" if name in ("Date", "Server") else line


def _settled(asked: Request, body: bytes) -> bytes:
    path = re.sub(r"^/~[^/]*", "", asked.line.split(" ")[1])
    if not (path.startswith("/_control") or path == "/"):
        return body
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
