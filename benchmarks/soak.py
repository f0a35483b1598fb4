"""What a server holds in memory under a mixed load: `python benchmarks/soak.py` (Linux, ten minutes).

Clients send what the examples of all contracts of the four APIs send, at a bounded rate: each round to a sandbox that is
made for it and deleted after it, and to the default sandbox, which is reset once a minute; beside that listeners that
never read, waiting calls whose clients go away, faults, exports of the journal, and bytes that are no HTTP. The server's
memory (RSS) is read each second. Printed are its medians by minute; exit 1 when the last minute's is over `--most`
percent above the second's. `--full` fills the journal first, so that no bound is left to be filled. `--counts` prints
once a minute what the server holds: Python's blocks, the C library's MB in use and MB free, and of which types there
are more objects than a minute before.
"""

from __future__ import annotations

import argparse
import http.client
import json
import socket
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from journal_memory import resident
from waiters import UNTIL, VERIFY, server_process, wait

from mockserver._resources import folder
from mockserver.apis import APIS
from mockserver.contracts import loader

MINUTE = 60
JUNK = (
    b"\x16\x03\x01\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"POST /v3/auth/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
)
"""What is no request, or only half of one."""


COUNTS = """
import asyncio, collections, ctypes, gc, sys
from mockserver import cli, server

start = server.MockServer.start

class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in
                "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()]

libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Info

async def count(self):
    before = collections.Counter()
    while True:
        gc.collect()
        kinds = collections.Counter(type(one).__name__ for one in gc.get_objects())
        info = libc.mallinfo2()
        more = ", ".join(f"{name} {number:+}" for name, number in (kinds - before).most_common(6)) if before else ""
        store = self.services.store
        journal = [len(await store.entries(one.key)) for one in self.services.sandboxes.all()]
        print(f"    blocks {sys.getallocatedblocks():,}, in use {(info.uordblks + info.hblkhd) / 1e6:.1f} MB,"
              f" free {info.fordblks / 1e6:.1f} MB, journal {sum(journal)} in {len(journal)}; more: {more}",
              file=sys.stderr, flush=True)
        before = kinds
        await asyncio.sleep(60)

async def started(self):
    await start(self)
    self.counting = asyncio.create_task(count(self))

server.MockServer.start = started
cli.main()
"""
"""A server that says once a minute what it holds (glibc 2.33 or newer)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None


def requests() -> list[Request]:
    """Return what the contracts' examples send."""
    contracts = loader.load(folder("contracts"), [api.name for api in APIS], check=False).by_operation
    return [
        _request(one)
        for contract in contracts.values()
        for example in contract.examples
        for one in (*example.get("given", {}).get("requests", ()), example["request"])
    ]


def _request(example: Mapping[str, Any]) -> Request:
    headers, body = dict(example.get("headers", {})), None
    if "json" in example:
        body, kind = json.dumps(example["json"]).encode(), "application/json"
        headers.setdefault("Content-Type", kind)
    elif "form" in example:
        body, kind = urlencode(example["form"]).encode(), "application/x-www-form-urlencoded"
        headers.setdefault("Content-Type", kind)
    elif "text" in example:
        body = example["text"].encode()
    path = quote(example["path"].replace("{base}", "http://x"), safe="/?&=%:,;+$!*'()@~.-_")
    return Request(method=example["method"], path=path, headers=headers, body=body)


class Load:
    """Clients that ask until told to stop."""

    def __init__(self, port: int, rate: float, clients: int) -> None:
        self.port = port
        self.over = threading.Event()
        self.answers: Counter[int] = Counter()
        self.longest = 0.0
        self._pause = clients / rate
        self.requests = requests()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(clients)]
        self._threads.append(threading.Thread(target=self._disturb))

    def __enter__(self) -> Load:
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for one in self._threads:
            one.join()

    def _run(self, number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        turn, due = 0, time.monotonic()
        while not self.over.is_set():
            name = f"soak-{number}-{turn}"
            turn += 1
            self._ask(connection, "POST", "/_control/sandboxes", {"name": name})
            for prefix in (f"/~{name}", ""):
                for one in self.requests:
                    if self.over.is_set():
                        break
                    self.send(connection, one.method, prefix + one.path, one.headers, one.body)
                    due += self._pause
                    time.sleep(max(0.0, due - time.monotonic()))
            self._ask(connection, "DELETE", f"/_control/sandboxes/{name}")

    def _disturb(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        reset = time.monotonic() + MINUTE
        while not self.over.wait(1):
            left = [wait(self.port, *call) for call in (VERIFY, UNTIL, ("GET", "/_control/events", None))]
            for junk in JUNK:
                with socket.create_connection(("127.0.0.1", self.port)) as sock:
                    sock.sendall(junk)
            fault = {"match": {"operation": "ges.JobStatus"}, "effect": {"status": 503}, "times": 3}
            self._ask(connection, "POST", "/_control/faults", fault)
            for export in ("limit=100", "format=har&limit=100", "format=curl&limit=100"):
                self._ask(connection, "GET", f"/_control/requests?{export}")
            self._ask(connection, "POST", "/_control/clock/advance", {"seconds": 5})
            self._ask(connection, "GET", "/_control/snapshot")
            if time.monotonic() >= reset:
                reset += MINUTE
                self._ask(connection, "POST", "/_control/reset")
            for sock in left:
                sock.close()

    def _ask(self, connection: http.client.HTTPConnection, method: str, path: str, body: object = None) -> None:
        data = None if body is None else json.dumps(body).encode()
        self.send(connection, method, path, {"Content-Type": "application/json"}, data)

    def send(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> None:
        began = time.perf_counter()
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            answer.read()
        except (http.client.HTTPException, OSError):
            connection.close()
            self.answers[0] += 1
            return
        self.longest = max(self.longest, time.perf_counter() - began)
        self.answers[answer.status] += 1
        if answer.will_close:
            connection.close()


def fill(port: int) -> None:
    """Fill a journal, and what the server remembers, with one pass after another over all requests."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    load = Load(port, 1, 0)
    for _ in range(2):
        for one in load.requests:
            load.send(connection, one.method, one.path, one.headers, one.body)


def main() -> int:
    """Measure; return the exit status."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--seconds", type=int, default=600)
    reader.add_argument("--rate", type=float, default=300.0, help="requests a second, in all")
    reader.add_argument("--clients", type=int, default=4)
    reader.add_argument("--most", type=float, default=5.0, help="percent that the last minute may be above the second")
    reader.add_argument("--full", action="store_true", help="fill the journal of the default sandbox first")
    reader.add_argument("--counts", action="store_true", help="print what the server holds")
    given = reader.parse_args()
    minutes: list[list[float]] = [[]]
    with server_process("--strict", code=COUNTS if given.counts else None) as (port, process):
        if given.full:
            fill(port)
        print(f"at the start {resident(process):6.1f} MB", flush=True)
        with Load(port, given.rate, given.clients) as load:
            for second in range(given.seconds):
                time.sleep(1)
                minutes[-1].append(resident(process))
                if second % MINUTE == MINUTE - 1:
                    found = minutes[-1]
                    print(
                        f"minute {len(minutes):2}    {statistics.median(found):6.1f} MB"
                        f"  (least {min(found):.1f}, most {max(found):.1f}), {load.answers.total()} requests",
                        flush=True,
                    )
                    minutes.append([])
        print(f"longest answer {load.longest * 1000:.0f} ms; answers {dict(sorted(load.answers.items()))}")
    whole = [statistics.median(one) for one in minutes if len(one) == MINUTE]
    if len(whole) < 3:
        return 0
    growth = (whole[-1] / whole[1] - 1) * 100
    print(f"from the second minute to the last {growth:+.1f} % (allowed {given.most:g} %)")
    return growth > given.most


if __name__ == "__main__":
    sys.exit(main())
