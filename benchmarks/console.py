"""What an open console costs the server: `python benchmarks/console.py` (needs wrk; Chromium and node for `--browser`).

A server is polled as fast as it answers, by turns with nobody watching and with one console open: its stream of events
is read, or (`--browser`) Chromium shows the page, on the same machine, whose cores it then takes from server and load.
Printed are requests a second and their ratio; exit 1 when the ratio is under `--least` (0.9).
"""

from __future__ import annotations

import argparse
import re
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from waiters import server_process

ROOT = Path(__file__).parent.parent
READER = """
import socket, sys
sock = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
sock.sendall(b"GET /_control/events?records=true HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\n\\r\\n")
print("open", flush=True)
while sock.recv(1 << 16):
    pass
"""
POLL = "/CasJobs/services/jobs.asmx/GetJobStatus?wsId=1&pw=secret&jobId=1001"


@contextmanager
def reading(port: int) -> Iterator[None]:
    """Read the stream of events as the page does."""
    process = subprocess.Popen([sys.executable, "-c", READER, str(port)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield
    finally:
        process.kill()
        process.wait()


@contextmanager
def showing(port: int) -> Iterator[None]:
    """Show the page in Chromium."""
    sys.path.insert(0, str(ROOT))
    import shutil

    from tests.control.console.conftest import Browser, Page

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    browser = Browser(shutil.which("node") or "node", chromium or "chromium")
    Page(browser, f"http://127.0.0.1:{port}/_control/").open("#/requests")
    try:
        yield
    finally:
        browser.close()


def rate(port: int, seconds: float) -> float:
    """Return the requests a second that are answered over one connection for each of 8 clients."""
    command = ["wrk", "-t1", "-c8", f"-d{seconds:g}s", f"http://127.0.0.1:{port}{POLL}"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", text)
    assert found is not None, text
    return float(found[1])


def main() -> int:
    """Measure by turns, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--least", type=float, default=0.9)
    parser.add_argument("--browser", action="store_true")
    options = parser.parse_args()
    alone: list[float] = []
    watched: list[float] = []
    with server_process() as (port, _):
        socket.create_connection(("127.0.0.1", port)).close()
        rate(port, 1)
        for number in range(options.rounds):
            before = rate(port, options.seconds)
            with (showing if options.browser else reading)(port):
                watched.append(rate(port, options.seconds))
            alone.append((before + rate(port, options.seconds)) / 2)
            print(
                f"round {number + 1}: alone {alone[-1]:.0f}/s, watched {watched[-1]:.0f}/s, ratio {watched[-1] / alone[-1]:.3f}"
            )
    ratio = statistics.median(seen / free for seen, free in zip(watched, alone, strict=True))
    print(f"ratio {ratio:.3f} (at least {options.least:g})")
    return 0 if ratio >= options.least else 1


if __name__ == "__main__":
    sys.exit(main())
