"""What a full journal holds in memory: `python benchmarks/journal_memory.py` (Linux).

A server gets a thousand requests of each kind, which fill the ring of one sandbox, and its memory (RSS) is read before and
after. Printed is the growth in MB; exit 1 when one is over its bound.
"""

from __future__ import annotations

import http.client
import subprocess
import sys
from pathlib import Path

from waiters import server_process

GRAPH = "/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie"
ACTION = f"{GRAPH}/action?action_id=execute-algorithm"
TOKEN = {"X-Auth-Token": "mock-token", "Content-Type": "application/json"}
SIZE = 65_110
SMALL = b'{"a":[' + b"{}," * ((SIZE - 11) // 3) + b"{}]}"
XML = b"<jobRunOperationPayload>" + b"<a/>" * ((SIZE - 60) // 4) + b"</jobRunOperationPayload>"
FORM = b"&".join(b"p%d=" % number for number in range(SIZE // 8))
KINDS: dict[str, tuple[str, str, dict[str, str], bytes, float]] = {
    "small": ("GET", f"{GRAPH}/jobs/x/status", TOKEN, b"", 20),
    "JSON of 64 KB, small objects": ("POST", ACTION, TOKEN, SMALL, 100),
    "XML of 64 KB, small elements": (
        "PUT",
        "/webacs/api/v4/op/jobService/cancelrunning",
        {"Authorization": "Basic bmJpOnNlY3JldA==", "Content-Type": "application/xml"},
        XML,
        100,
    ),
    "form of 64 KB, small fields": (
        "POST",
        "/arcgis/rest/services/Demo/GPServer/Echo/submitJob",
        {"Content-Type": "application/x-www-form-urlencoded"},
        FORM,
        100,
    ),
    "JSON of 1 MB, small objects": ("POST", ACTION, TOKEN, b'{"a":[' + b"{}," * 333_000 + b"{}]}", 150),
    "100 headers of 8,000 bytes": (
        "GET",
        f"{GRAPH}/jobs/x/status",
        {**TOKEN, **{f"X-Trace-{number}": "x" * 8000 for number in range(100)}},
        b"",
        40,
    ),
}
"""Request, and the MB by which a thousand of them may make the server grow."""


def resident(process: subprocess.Popen[bytes]) -> float:
    """Return the resident memory of a process in MB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def growth(kind: str, times: int = 1000) -> float:
    """Return by how many MB a server grows by so many requests of a kind, after a few to get warm."""
    method, path, headers, body, _ = KINDS[kind]
    with server_process() as (port, process):
        connection = http.client.HTTPConnection("127.0.0.1", port)

        def ask() -> None:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.will_close:
                connection.close()

        for _ in range(3):
            ask()
        before = resident(process)
        for _ in range(times):
            ask()
        return resident(process) - before


def main() -> int:
    """Measure; return the exit status."""
    over = False
    for kind, (*_, most) in KINDS.items():
        found = growth(kind)
        over |= found > most
        print(f"{kind:30} 1,000 requests: {found:6.1f} MB (allowed {most:.0f})", flush=True)
    return over


if __name__ == "__main__":
    sys.exit(main())
