"""What an open console costs the server: `python benchmarks/console.py` (needs wrk; Chromium and node for `--browser`).

A server is polled as fast as it answers, by turns with nobody watching and with one console open: its stream of events
is read, or (`--browser`) Chromium shows the page, on the same machine, whose cores it then takes from server and load.
Printed are requests a second and their ratio; exit 1 when the ratio is under `--least` (0.9). On a machine that others use,
too, `--cpu` judges by the processor time that the server takes for a request (Linux): that does not depend on them.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

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


class Speed(NamedTuple):
    """Requests a second, and requests that the server answers in a second of processor time (0: nobody knows)."""

    rate: float
    of_cpu: float


def speed(port: int, pid: int, seconds: float) -> Speed:
    """Return how fast polls are answered over one connection for each of 8 clients."""
    command = ["wrk", "-t1", "-c8", f"-d{seconds:g}s", f"http://127.0.0.1:{port}{POLL}"]
    before = cpu_seconds(pid)
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    spent = cpu_seconds(pid) - before
    found, all_of_them = re.search(r"Requests/sec:\s+([\d.]+)", text), re.search(r"(\d+) requests in", text)
    assert found is not None and all_of_them is not None, text
    return Speed(float(found[1]), int(all_of_them[1]) / spent if spent else 0.0)


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has taken; 0 where /proc does not say."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Measure by turns, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--least", type=float, default=0.9)
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--cpu", action="store_true", help="judge by the processor time for a request")
    options = parser.parse_args()
    ratios: list[Speed] = []
    with server_process() as (port, process):
        socket.create_connection(("127.0.0.1", port)).close()
        speed(port, process.pid, 1)
        for number in range(options.rounds):
            before = speed(port, process.pid, options.seconds)
            with (showing if options.browser else reading)(port):
                watched = speed(port, process.pid, options.seconds)
            after = speed(port, process.pid, options.seconds)
            alone = Speed((before.rate + after.rate) / 2, (before.of_cpu + after.of_cpu) / 2)
            ratios.append(Speed(watched.rate / alone.rate, watched.of_cpu / alone.of_cpu if alone.of_cpu else 0.0))
            print(
                f"round {number + 1}: alone {alone.rate:.0f}/s ({alone.of_cpu:.0f} for a second of processor time), "
                f"watched {watched.rate:.0f}/s ({watched.of_cpu:.0f}), "
                f"ratio {ratios[-1].rate:.3f} ({ratios[-1].of_cpu:.3f})"
            )
    found = Speed(statistics.median(one.rate for one in ratios), statistics.median(one.of_cpu for one in ratios))
    print(f"ratio {found.rate:.3f}, by processor time {found.of_cpu:.3f} (at least {options.least:g})")
    return 0 if (found.of_cpu if options.cpu else found.rate) >= options.least else 1


if __name__ == "__main__":
    sys.exit(main())
