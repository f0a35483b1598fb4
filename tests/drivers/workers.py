"""`mockserver serve --workers N` as a process, to be asked, killed and stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from types import TracebackType
from typing import Any

STOPPED = 60.0
"""Real seconds that all of it has to end, on a machine that does much else."""


class Workers:
    """Runs while it is entered.

    Attributes:
        url: what all of them are reached by.
        said: what `--json` printed.
        process: the supervisor.
    """

    url: str
    said: dict[str, Any]
    process: subprocess.Popen[str]

    def __init__(self, store: str, number: int, *options: str) -> None:
        self._command = [
            sys.executable, "-m", "mockserver", "serve", "--port", "0", "--json", "--strict", "--store", store,
            "--workers", str(number), *options,
        ]  # fmt: skip

    def __enter__(self) -> Workers:
        self.process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"serve --workers ended with {self.process.wait()}"
        self.said = json.loads(line)
        self.url = self.said["url"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.stop()

    def stop(self) -> int:
        """Ask it to end; return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOPPED)
        finally:
            self.process.kill()
            assert self.process.stdout is not None
            self.process.stdout.close()

    def seen(self) -> int | None:
        """Return the process that answers a new connection; None when it was killed over it."""
        request = urllib.request.Request(f"{self.url}/_control/health", headers={"Connection": "close"})
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
                found: int = json.load(answer)["pid"]
                return found
        except OSError:
            return None

    def all_seen(self, number: int, without: int | None = None) -> set[int]:
        """Ask until so many processes have answered; return them.

        Args:
            without: one that is not to be among them.
        """
        found: set[int] = set()
        deadline = time.monotonic() + 120
        while len(found) < number:
            assert time.monotonic() < deadline, found
            one = self.seen()
            if one is not None and one != without:
                found.add(one)
        return found


def kill(pid: int) -> None:
    """End a process at once, as a machine that fails does."""
    os.kill(pid, signal.SIGKILL)
