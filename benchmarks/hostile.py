"""What a hostile client costs everybody else: `python benchmarks/hostile.py` (Linux, some minutes).

A server is polled from a process of its own, as in `saving.py`, while somebody sends what no client should: bombs,
messages of a million small parts, requests without end, what is no HTTP, and listeners that never read. Printed are what
was answered, the longest wait of a poll and the longest turn of the server's loop in milliseconds, and by how many MB the
server has grown (RSS). Exit 1 when one of them met a bug of the server, a turn is over `--most` (1,500), or the growth over `--grows` (300).
`--only TEXT` tries those whose name has it.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import socket
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from saving import Poller, serving
from waiters import ask

GES = "/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie"
ACTION = f"{GES}/action?action_id=execute-algorithm"
CASJOBS = "/CasJobs/services/jobs.asmx"
SUBMIT = "/arcgis/rest/services/Demo/GPServer/Echo/submitJob"
PRIME = "/webacs/api/v4/op/jobService/cancelrunning"
LOGIN = "Authorization: Basic bmJpOnNlY3JldA=="
TOKEN = "X-Auth-Token: mock-token"
JSON = "Content-Type: application/json"
FORM = "Content-Type: application/x-www-form-urlencoded"
XML = "Content-Type: text/xml; charset=utf-8"
SOAP = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    '<GetQueues xmlns="http://Services.Cas.jhu.edu">%s</GetQueues></soap:Body></soap:Envelope>'
)
MIB = 1 << 20


class Attacker:
    """Sends bytes; counts statuses, and 0 where a connection ends without an answer."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: Counter[int] = Counter()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def send(self, *pieces: bytes, shut: bool = False) -> bytes:
        """Send on a connection of its own, and read to its end."""
        found = b""
        with self.connect() as sock:
            try:
                for piece in pieces:
                    sock.sendall(piece)
                if shut:
                    sock.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # it was refused while it was sent
            try:
                while more := sock.recv(65536):
                    found += more[: max(0, MIB - len(found))]
            except OSError:
                pass
        first = found.split(None, 2)[1:2]
        self.answers[int(first[0]) if found.startswith(b"HTTP/1.") and first else 0] += 1
        return found

    def post(self, path: str, body: bytes, *headers: str) -> bytes:
        """Send a body of a length that is said."""
        return self.send(head("PUT" if path == PRIME else "POST", path, *headers, f"Content-Length: {len(body)}"), body)


def head(method: str, path: str, *headers: str) -> bytes:
    """Return the head of a request, the last on its connection."""
    lines = (f"{method} {path} HTTP/1.1", "Host: x", "Connection: close", *headers, "", "")
    return "\r\n".join(lines).encode("latin-1")


def flated(raw: bool) -> bytes:
    """Return 64 MB of zeros, deflated."""
    made = zlib.compressobj(9, zlib.DEFLATED, -15 if raw else 15)
    return b"".join(made.compress(bytes(MIB)) for _ in range(64)) + made.flush()


def gzipped(times: int) -> bytes:
    """Return 64 MB of zeros, zipped so many times."""
    body = bytes(64 * MIB)
    for _ in range(times):
        body = gzip.compress(body, 9)
    return body


def attacks(a: Attacker) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what is tried, by name."""
    everywhere: Mapping[str, tuple[str, ...]] = {
        ACTION: (TOKEN, JSON),
        SUBMIT: (FORM,),
        CASJOBS: (XML, 'SOAPAction: "http://Services.Cas.jhu.edu/GetQueues"'),
        PRIME: (LOGIN, "Content-Type: application/xml"),
        "/_control/jobs": (JSON,),
    }

    def to_all(body: bytes, *headers: str) -> Callable[[], object]:
        return lambda: [a.post(path, body, *own, *headers) for path, own in everywhere.items()]

    def each(*tries: Callable[[], object]) -> Callable[[], object]:
        return lambda: [one() for one in tries]

    # --- coded bodies
    yield "gzip of 64 MB", to_all(gzipped(1), "Content-Encoding: gzip")
    yield "gzip twice", to_all(gzipped(2), "Content-Encoding: gzip, gzip")
    yield "deflate of 64 MB", to_all(flated(raw=False), "Content-Encoding: deflate")
    yield "raw deflate of 64 MB", to_all(flated(raw=True), "Content-Encoding: deflate")
    yield (
        "br, zstd, nonsense",
        each(
            *[
                to_all(b"\x28\xb5\x2f\xfd" + bytes(99), f"Content-Encoding: {name}")
                for name in ("br", "zstd", "x", "gzip;q=1")
            ]
        ),
    )

    # --- framing
    chunked = "Transfer-Encoding: chunked"
    yield (
        "1 MB in chunks of a byte",
        lambda: a.send(head("POST", ACTION, TOKEN, JSON, chunked), b"1\r\n \r\n" * MIB, b"0\r\n\r\n"),
    )
    yield (
        "chunks with long extensions",
        lambda: a.send(
            head("POST", ACTION, TOKEN, JSON, chunked), (b"1;" + b"x" * 4000 + b"\r\n \r\n") * 5000, b"0\r\n\r\n"
        ),
    )
    yield (
        "a chunk extension without end",
        lambda: a.send(head("POST", ACTION, TOKEN, JSON, chunked), b"1;", b"x" * 50 * MIB),
    )
    yield "a chunk size without end", lambda: a.send(head("POST", ACTION, TOKEN, JSON, chunked), b"0" * 50 * MIB)
    yield (
        "100,000 trailers",
        lambda: a.send(
            head("POST", ACTION, TOKEN, JSON, chunked),
            b"2\r\n{}\r\n0\r\n",
            b"".join(b"X-%d: y\r\n" % number for number in range(100_000)),
            b"\r\n",
        ),
    )
    yield (
        "Expect without a body",
        lambda: [
            a.send(head("POST", ACTION, TOKEN, JSON, "Expect: 100-continue", "Content-Length: 2"), shut=True)
            for _ in range(50)
        ],
    )
    yield "20,000 requests at once, unread", lambda: unread(a, head_kept("GET", f"{GES}/jobs/x/status", TOKEN) * 20_000)
    yield "50 MB of empty lines", lambda: a.send(b"\r\n" * 25 * MIB)
    yield "a first line without end", lambda: a.send(b"GET /" + b"a" * 50 * MIB)
    yield "headers without end", lambda: a.send(head("GET", "/")[:-2], b"X-A: b\r\n" * 6 * MIB)

    # --- many small parts
    yield (
        "1,000 headers",
        lambda: a.send(head("GET", f"{GES}/jobs/x/status", TOKEN, *(f"X-{n}: y" for n in range(1000)))),
    )
    yield (
        "1,000 cookies of 8 KB",
        lambda: a.send(
            head("GET", "/arcgis/rest/services?f=json", *(f"Cookie: a{n}=" + "x" * 8000 for n in range(1000)))
        ),
    )
    yield (
        "a query of 2,000 pairs",
        lambda: a.send(head("GET", f"{SUBMIT}?f=json&" + "&".join(f"{n}=" for n in range(1200)))),
    )
    yield "a form of 5 MB", lambda: a.post(SUBMIT, b"&".join(b"p%d=" % n for n in range(600_000)), FORM)
    yield "a form of 5 MB, one name", lambda: a.post(SUBMIT, b"f=json&" + b"a&" * 2_500_000, FORM)
    yield "a form of percents", lambda: a.post(SUBMIT, b"f=json&a=" + b"%41" * 1_500_000, FORM)
    yield "10,000 parts", lambda: a.post(SUBMIT, parts(10_000), "Content-Type: multipart/form-data; boundary=b")
    yield "100,000 parts", lambda: a.post(SUBMIT, parts(100_000), "Content-Type: multipart/form-data; boundary=b")
    yield (
        "a part without end",
        lambda: a.post(
            SUBMIT,
            b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n" + b"-" * 5 * MIB,
            "Content-Type: multipart/form-data; boundary=b",
        ),
    )

    # --- JSON
    texts = {
        "small objects": b'{"a":[' + b"{}," * 1_600_000 + b"{}]}",
        "names": b"{" + b",".join(b'"k%d":0' % n for n in range(400_000)) + b"}",
        "escapes": b'{"a":"' + b"\\u0041" * 800_000 + b'"}',
        "brackets": b"[" * 5_000_000,
        "quotes": b'"\\"' * 1_600_000,
        "digits": b"9" * 5_000_000,
    }
    for name, body in texts.items():
        yield (
            f"JSON, 5 MB of {name}",
            each(
                lambda body=body: a.post(ACTION, body, TOKEN, JSON),  # type: ignore[misc]
                lambda body=body: a.post("/v3/auth/tokens", body, JSON),  # type: ignore[misc]
                lambda body=body: a.post("/_control/faults", body[:900_000], JSON),  # type: ignore[misc]
            ),
        )

    # --- XML
    def soap(inside: str) -> Callable[[], object]:
        return lambda: a.post(
            CASJOBS, (SOAP % inside).encode(), XML, 'SOAPAction: "http://Services.Cas.jhu.edu/GetQueues"'
        )

    yield "SOAP, 1,000,000 elements", soap("<a/>" * 1_000_000)
    yield "SOAP, 300,000 attributes", soap("<a " + " ".join(f'b{n}="c"' for n in range(300_000)) + "/>")
    yield "SOAP, 200,000 namespaces", soap("<a " + " ".join(f'xmlns:b{n}="c"' for n in range(200_000)) + "/>")
    yield "SOAP, 1,000,000 comments", soap("<!--a-->" * 700_000)
    yield "SOAP, nested 100,000 deep", soap("<a>" * 100_000)
    yield "SOAP, a text of 5 MB of references", soap("<wsid>" + "&#65;" * 1_000_000 + "</wsid>")
    yield (
        "XML, 1,000,000 elements",
        lambda: a.post(PRIME, b"<a>" + b"<b/>" * 1_200_000 + b"</a>", LOGIN, "Content-Type: application/xml"),
    )

    # --- what is no HTTP, or another
    yield "HTTP/2 preface", lambda: a.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9) * 1000)
    yield "a client hello", lambda: a.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500))
    yield "5 MB of nonsense", lambda: a.send(bytes(range(256)) * 20_000)
    upgrade = ("Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")
    yield "WebSocket", lambda: a.send(head("GET", "/arcgis/rest/info?f=json", "Connection: Upgrade", *upgrade))

    # --- those who stay
    yield "50 listeners that never read", lambda: listeners(a, 50)


def head_kept(method: str, path: str, *headers: str) -> bytes:
    """Return the head of a request after which more come."""
    return head(method, path, *headers).replace(b"Connection: close\r\n", b"")


def parts(number: int) -> bytes:
    """Return a multipart body of so many small parts."""
    return (
        b"".join(b'--b\r\nContent-Disposition: form-data; name="p%d"\r\n\r\nx\r\n' % one for one in range(number))
        + b"--b--\r\n"
    )


def unread(a: Attacker, requests: bytes) -> None:
    """Send all that is taken, and read nothing."""
    with a.connect() as sock:
        sock.settimeout(2)
        try:
            sock.sendall(requests)
        except TimeoutError:
            a.answers[0] += 1


def listeners(a: Attacker, number: int) -> None:
    """Listen to what happens, read nothing of it, and let much happen."""
    socks = []
    for _ in range(number):
        sock = a.connect()
        sock.sendall(head_kept("GET", "/_control/events").replace(b"Host: x", b"Host: localhost"))
        socks.append(sock)
    connection = http.client.HTTPConnection("127.0.0.1", a.port)
    for _ in range(300):
        ask(connection, "GET", f"{GES}/jobs/x/status")
    for sock in socks:
        sock.close()


def main() -> int:
    """Measure; return the exit status."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--most", type=float, default=1500.0, help="milliseconds that a turn may take")
    reader.add_argument("--grows", type=float, default=300.0, help="MB that the server may grow by")
    reader.add_argument("--only", default="", help="what the name of those has that are tried")
    given = reader.parse_args()
    over = False
    with tempfile.TemporaryDirectory() as made, serving(Path(made), {}) as (port, state):
        pid = int(Path(made, "pid").read_text())
        connection = http.client.HTTPConnection("127.0.0.1", port)
        job = {"api": "ges", "graph": "movie", "kind": "execute-algorithm", "id": "x", "state": "running"}
        assert ask(connection, "POST", "/_control/jobs", job) == 201
        poller = Poller(port, state.with_name("busy"))
        poller.during(lambda: time.sleep(1))
        a = Attacker(port)
        for name, attack in attacks(a):
            if given.only not in name:
                continue
            a.answers.clear()
            before = resident(pid)
            longest, turn, _, took = poller.during(attack)
            grown = resident(pid) - before
            bad = turn > given.most or grown > given.grows
            over |= bad
            answers = " ".join(f"{status}x{times}" for status, times in sorted(a.answers.items()))
            print(
                f"{name:36} longest wait {longest:7.1f} ms  longest turn {turn:7.1f} ms  {grown:+7.1f} MB"
                f"  {took:5.2f} s  {answers}{'  <--' if bad else ''}",
                flush=True,
            )
        connection.close()
        connection.request("GET", "/_control/requests?limit=1000&bodies=false")
        bugs = [one for one in json.loads(connection.getresponse().read())["requests"] if one.get("error")]
        print(f"{len(bugs)} bugs of the server's own in the journal: {[one['number'] for one in bugs]}")
    return over or bool(bugs)


def resident(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    sys.exit(main())
