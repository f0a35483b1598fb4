"""`mockserver serve --workers N` as a process, to be asked, killed and stopped."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

STOPPED = 60.0
"""Real seconds that all of it has to end, on a machine that does much else."""

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Made once: it reads all authorities of the system."""


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

    def ask(self) -> int:
        """Ask whether it is ready, over a connection of its own; return the status, 0 when nobody answered."""
        request = urllib.request.Request(f"{self.url}/_control/ready", headers={"Connection": "close"})
        try:
            with OPENER.open(request, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


def children(pid: int) -> set[int]:
    """Return the workers of a supervisor, as Linux tells them."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(one) for one in found if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()}
