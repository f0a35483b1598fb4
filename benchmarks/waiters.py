"""What those who wait cost everybody else: `python benchmarks/waiters.py`.

A server with a full journal is polled over one connection; then again while others wait for what never comes (`verify`
and `until`), and again when their clients have gone. Printed are the medians of a poll in milliseconds, the processor time
that the server takes for one, waiters included, and the ratios to those alone; exit 1 when eight who have
gone cost more than `--most` (1.5) times the processor time. Who waits may take a twentieth of all time there is, and on a
shared machine a poll waits for its processor, too: there the rest says little.
"""

from __future__ import annotations

import argparse
import http.client
import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from servers import cpu

JOB = "/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie/jobs/x"
TOKEN = {"X-Auth-Token": "mock-token"}
VERIFY = ("POST", "/_control/requests/verify", {"match": {"operation": "ges.CancelJob", "job": "y"}, "timeout": 290})
UNTIL = ("GET", "/_control/jobs/ges/x?until=success&timeout=290", None)


@contextmanager
def server_process(*options: str, code: str | None = None) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run a server on a free port, by code that runs one in its place; yield the port and the process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    how = ["-m", "mockserver"] if code is None else ["-c", code]
    command = [sys.executable, *how, "serve", "--port", str(port), "--json", *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.1)
        yield port, process
    finally:
        process.terminate()
        process.wait(20)


def ask(connection: http.client.HTTPConnection, method: str, path: str, body: object = None) -> int:
    """Return the status of one call."""
    data = None if body is None else json.dumps(body)
    connection.request(method, path, data, {"Content-Type": "application/json", **TOKEN})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def wait(port: int, method: str, path: str, body: object) -> socket.socket:
    """Begin a call that waits; whoever closes the socket has gone."""
    data = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {len(data)}\r\n\r\n"
    sock = socket.create_connection(("127.0.0.1", port))
    sock.sendall(head.encode() + data)
    return sock


class Cost(NamedTuple):
    """What a poll costs, in milliseconds: until it is answered, and of the server's processor time."""

    took: float
    spent: float

    def over(self, alone: Cost) -> str:
        """Return it in words, with the ratios to another."""
        return (
            f"{self.took:.3f} ms ({self.took / alone.took:.2f} x), {self.spent:.3f} ({self.spent / alone.spent:.2f} x)"
        )


def cost(connection: http.client.HTTPConnection, times: int, pid: int) -> Cost:
    """Return the median of polls, and what the server took for each."""
    before = cpu(pid)
    took = median(connection, times)
    return Cost(took, (cpu(pid) - before) * 1000 / times)


def median(connection: http.client.HTTPConnection, times: int) -> float:
    """Return the median of a poll in milliseconds."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        assert ask(connection, "GET", f"{JOB}/status") == 200
        found.append((time.perf_counter() - began) * 1000)
    return statistics.median(found)


def main() -> int:
    """Measure; return the exit status."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--waiters", type=int, nargs="+", default=[1, 8, 100])
    reader.add_argument("--polls", type=int, default=2000)
    reader.add_argument("--most", type=float, default=1.5, help="the ratio that eight who have gone may cost")
    given = reader.parse_args()
    worst = 0.0
    with server_process() as (port, process):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        job = {"api": "ges", "graph": "movie", "kind": "execute-algorithm", "id": "x", "state": "running"}
        assert ask(connection, "POST", "/_control/jobs", job) == 201
        median(connection, 1000)  # the journal is full
        for name, call in (("verify", VERIFY), ("until", UNTIL)):
            for count in given.waiters:
                alone = cost(connection, given.polls, process.pid)
                waiting = [wait(port, *call) for _ in range(count)]
                time.sleep(0.2)
                during = cost(connection, given.polls, process.pid)
                for sock in waiting:
                    sock.close()
                gone = cost(connection, given.polls, process.pid)
                print(
                    f"{count:4} {name:6}  alone {alone.took:.3f} ms, {alone.spent:.3f}"
                    f"  waiting {during.over(alone)}  gone {gone.over(alone)}",
                    flush=True,
                )
                if count == 8:
                    worst = max(worst, gone.spent / alone.spent)
    print(f"worst of 8 who have gone: {worst:.2f} x, allowed {given.most} x")
    return worst > given.most


if __name__ == "__main__":
    sys.exit(main())
