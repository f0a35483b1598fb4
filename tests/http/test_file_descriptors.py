"""A process that has no file descriptor left answers those it speaks with, and everybody again when it has some."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

PATIENCE = 60.0
"""Seconds; far more than anything here takes."""

FILES = 64
LIMITED = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, ({FILES}, {FILES}))
from mockserver.cli import main
main()
"""
READS = {
    "/_control/health": 200,
    "/_control/contracts/ges.JobStatus": 200,
    "/_control/openapi.json": 200,
    "/_control/docs": 200,
    "/_control/": 200,
    "/": 200,
    "/arcgis/rest/services?f=json": 200,
    "/arcgis/rest/services": 200,
    "/CasJobs/services/jobs.asmx?WSDL": 200,
    "/CasJobs/services/jobs.asmx/GetJobStatus?wsId=1&pw=secret&jobId=1001": 200,
    "/v3/projects": 401,
    "/webacs/api/v4/data/JobSummary": 302,
}


@pytest.fixture
def server() -> Iterator[tuple[str, int]]:
    if not hasattr(os, "fork"):
        pytest.skip("no limit of file descriptors here")
    process = subprocess.Popen(
        [sys.executable, "-c", LIMITED, "serve", "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        url = urlsplit(json.loads(line)["url"])
        assert url.hostname is not None and url.port is not None
        yield url.hostname, url.port
        assert process.poll() is None
    finally:
        process.kill()
        process.communicate()


def status(connection: http.client.HTTPConnection, path: str) -> int:
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def test_a_server_without_file_descriptors_answers_whom_it_speaks_with(server: tuple[str, int]) -> None:
    known = http.client.HTTPConnection(*server, timeout=PATIENCE)
    assert status(known, "/_control/ready") == 200
    crowd = [socket.create_connection(server, timeout=PATIENCE) for _ in range(2 * FILES)]
    try:
        assert {path: status(known, path) for path in READS} == READS
        known.request("POST", "/_control/sandboxes", json.dumps({"name": "t1", "port": True}))
        answer = known.getresponse()
        assert (answer.status, json.load(answer)["error"]["code"]) == (409, "no-port")
        assert status(known, "/_control/sandboxes/t1") == 404
    finally:
        for sock in crowd:
            sock.close()
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        # It may not have noticed yet that the crowd has gone.
        with contextlib.suppress(ConnectionError):
            assert status(http.client.HTTPConnection(*server, timeout=PATIENCE), "/_control/health") == 200
            return
    pytest.fail("nobody new is let in")
