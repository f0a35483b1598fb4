"""What a server imports before it is ready: nothing that waits for the first who needs it."""

from __future__ import annotations

import subprocess
import sys

LATE = ("mockserver.client", "mockserver.control", "mockserver.drift", "mockserver.sandbox.snapshot", "jsonschema",
        "jsonschema_rs", "lxml", "spyne", "jinja2", "prometheus_client", "yaml")  # fmt: skip
_READY = """
import asyncio, sys, urllib.request
import mockserver.cli.serve
from mockserver import MockServer, Settings

def loaded():
    return sorted(name for name in sys.argv[1:] if name in sys.modules)

async def main():
    async with MockServer(Settings(port=0)) as server:
        print(loaded())
        print((await asyncio.to_thread(urllib.request.urlopen, server.url + "/_control/health")).status)
        print(loaded())

asyncio.run(main())
"""


def test_what_a_server_needs_for_no_request_yet_is_not_imported() -> None:
    done = subprocess.run([sys.executable, "-c", _READY, *LATE], capture_output=True, text=True, check=False)
    before, status, after = done.stdout.splitlines() or [done.stderr] * 3
    assert before == "[]"
    assert status == "200"
    assert "mockserver.control" in after
