"""What a server imports before it is ready: nothing that waits for the first who needs it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from importlib import import_module

import pytest

import mockserver.apis
from mockserver.api.definition import Api
from mockserver.http.mounts import ApiRouter, Bases

LATE = ("mockserver.client", "mockserver.control", "mockserver.drift", "mockserver.sandbox.snapshot", "jsonschema",
        "jsonschema_rs", "lxml", "spyne", "jinja2", "prometheus_client", "yaml", "mockserver.api.hints",
        "mockserver.api.walk", "mockserver.contracts.description", "mockserver.contracts.judge", "mockserver.faults.model",
        "mockserver.http.tls", "mockserver.sandbox.shared")  # fmt: skip
APIS = ("arcgis", "casjobs", "ges", "prime")
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


_ASKED = """
import asyncio, sys, urllib.error, urllib.request
from mockserver import MockServer, Settings

def loaded():
    return [name for name in ("arcgis", "casjobs", "ges", "prime") if f"mockserver.apis.{name}.whole" in sys.modules]

async def main():
    async with MockServer(Settings(port=0)) as server:
        for path in ["", *sys.argv[1:]]:
            if path:
                try:
                    (await asyncio.to_thread(urllib.request.urlopen, server.url + path)).close()
                except urllib.error.HTTPError as error:
                    error.close()
            print(loaded())

asyncio.run(main())
"""


def test_an_api_is_imported_whole_by_the_first_request_to_it() -> None:
    paths = ["/ges/v1.0/p/graphs/g/jobs/j/status", "/webacs/api/v4/op/jobService/runhistory", "/gateway/rest/services"]
    done = subprocess.run([sys.executable, "-c", _ASKED, *paths], capture_output=True, text=True, check=False)
    # The last may be ArcGIS behind a web adaptor of any name: who knows that is asked when nobody else takes it.
    assert (done.stdout or done.stderr).splitlines() == ["[]", "['ges']", "['ges', 'prime']", str(list(APIS))]


def test_the_nearest_path_is_the_same_whoever_was_asked_first() -> None:
    apis = mockserver.apis.APIS
    fresh, asked = (ApiRouter(apis, Bases(apis)) for _ in range(2))
    assert asked.find("GET", "/webacs/api/v4/op/jobService/runhistory", "") is not None
    assert fresh.nearest("//") == asked.nearest("//") == "/arcgis/rest/info"


@pytest.mark.parametrize("name", APIS)
def test_what_is_imported_late_belongs_to_the_same_record(name: str) -> None:
    api = next(api for api in mockserver.apis.APIS if api.name == name)
    whole = import_module(f"mockserver.apis.{name}.whole").WHOLE
    assert {one.name: getattr(api, one.name) for one in fields(Api) if one.name != "whole"} == {
        one.name: getattr(whole, one.name) for one in fields(Api) if one.name != "whole"
    }
    with pytest.raises(AttributeError, match="no attribute 'no_such'"):
        _ = api.no_such  # type: ignore[attr-defined]
