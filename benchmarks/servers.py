"""Servers under load: start one on a free port, wait until it answers, read what it takes, end it again."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ENV = {
    **{key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"},
    "PYTHONPATH": str(HERE.parent),
}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@contextmanager
def running(command: Sequence[str], port: int, given: str | None = None) -> Iterator[tuple[int, float]]:
    """Start a server, wait until it listens, end it again; yield its pid and the seconds it took."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=ENV,
        start_new_session=True,
    )
    try:
        assert process.stdin is not None
        if given is not None:
            process.stdin.write(given.encode())
        process.stdin.close()
        while time.perf_counter() - began < 120:
            if process.poll() is not None:
                raise SystemExit(f"{' '.join(command[0:4])} ended with {process.returncode}")
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                time.sleep(0.005)
        yield process.pid, time.perf_counter() - began
    finally:
        # Its children too: some peers are started by a script.
        with suppress(ProcessLookupError):  # one that has ended by itself
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def ours(port: int, fixture: Mapping[str, Any] | None, apis: str = "") -> list[str]:
    """Return the command that starts our server with a fixture beside the default ones."""
    command = [sys.executable, "-m", "mockserver", "serve", "--port", str(port)]
    if apis:
        command += ["--apis", apis]
    if fixture:
        file = Path(tempfile.mkdtemp(prefix="mockserver-bench-")) / "bench.json"
        file.write_text(json.dumps(fixture))
        command += ["--fixtures", str(HERE.parent / "fixtures"), "--fixtures", str(file)]
    return command


def yardstick(port: int, route: str, loop: str = "asyncio") -> list[str]:
    """Return the command that starts the yardstick, on asyncio's loop or uvloop's."""
    return [sys.executable, str(HERE / "yardstick.py"), str(port), route, loop]


def cpu(pid: int) -> float:
    """Return the seconds of CPU a process and those that it started have taken."""
    found = 0.0
    for one in family(pid):
        for task in Path(f"/proc/{one}/task").iterdir():
            found += int((task / "schedstat").read_text().split()[0]) / 1e9
    return found


def rss(pid: int) -> float:
    """Return the resident memory of a process and those that it started, in MB."""
    found = 0.0
    for one in family(pid):
        match = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{one}/status").read_text())
        found += int(match[1]) / 1024 if match else 0.0
    return found


def family(pid: int) -> list[int]:
    """Return a process and those that it started."""
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in below for one in family(int(child)))]
