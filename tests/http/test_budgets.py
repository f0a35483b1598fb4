"""What a request may cost: calls into the package, and steps of the store, of the third of three equal requests.

A call more is a function, a property or a generator more on a path that clients wait on. Whoever needs one finds
one to spare; a budget is raised in the commit that says why.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import pytest

import mockserver
from tests.drivers.server import Client

T = TypeVar("T")

PACKAGE = str(Path(mockserver.__file__).parent)
UNASKED = ("/app.py", "/http/slow_clients.py")
"""What runs beside requests, now and then, with all that it calls."""
ONCE_A_SECOND = "http_date"
"""What the first answer of each second calls."""
PROJECT = "0123456789abcdef0123456789abcdef"
JOBS = {
    "ges": {"id": "b", "graph": "movie", "kind": "query-vertices", "state": "running"},
    "arcgis": {"id": "jb", "service": "Demo.GPServer", "task": "Echo", "state": "esriJobExecuting", "owner": None},
    "casjobs": {"id": "999999", "owner": "1", "state": "Started", "query": "select 1", "context": "DR7",
                "type": "QUERY", "on_cancel": "stuck"},
    "prime": {"id": "8000000", "name": "b", "type": "Bench", "state": "COMPLETED", "owner": "nbi",
              "runs": [{"id": "5000000", "state": "RUNNING", "on_cancel": "stuck"}]},
}  # fmt: skip
"""The jobs that are asked about, by API."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request.

    Attributes:
        again: the state into which the job is forced before each, so that each changes it.
        forced: the path of that force.
    """

    method: str = "GET"
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    again: str = ""
    forced: str = ""


_GES = Asked(path=f"/ges/v1.0/{PROJECT}/graphs/movie/jobs/b/status", headers={"X-Auth-Token": "mock-token"})
_ARCGIS = "/arcgis/rest/services/Demo/GPServer/Echo/jobs/jb"
_CAS = "/CasJobs/services/jobs.asmx"
_CANCEL = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
    '<soap:Body><CancelJob xmlns="http://Services.Cas.jhu.edu"><wsId>1</wsId><pw>secret</pw><jobId>999999</jobId>'
    "</CancelJob></soap:Body></soap:Envelope>"
)
_RUNS = "<jobRunOperationPayload><runIds><runId>5000000</runId></runIds></jobRunOperationPayload>"
_FORCE = Asked(
    method="PUT",
    path="/_control/jobs/ges/b/state",
    headers={"Content-Type": "application/json"},
    body='{"state": "running"}',
)

CALLS = {
    "GES status": (13, _GES),
    "GES status of a job that has changed": (43, replace(_GES, again="running", forced="ges/b")),
    "ArcGIS status, json": (12, Asked(path=f"{_ARCGIS}?f=json")),
    "ArcGIS status, json, of a job that has changed": (
        63,
        Asked(path=f"{_ARCGIS}?f=json", again="esriJobExecuting", forced="arcgis/jb"),
    ),
    "ArcGIS status, pjson": (12, Asked(path=f"{_ARCGIS}?f=pjson")),
    "CasJobs GetJobStatus, GET": (12, Asked(path=f"{_CAS}/GetJobStatus?wsId=1&pw=secret&jobId=999999")),
    "CasJobs CancelJob, SOAP 1.1": (
        52,
        Asked(
            method="POST",
            path=_CAS,
            headers={
                "Content-Type": "text/xml; charset=utf-8",
                "SOAPAction": '"http://Services.Cas.jhu.edu/CancelJob"',
            },
            body=_CANCEL,
            again="Started",
            forced="casjobs/999999",
        ),
    ),
    "Prime cancelrunning, XML": (
        65,
        Asked(
            method="PUT",
            path="/webacs/api/v4/op/jobService/cancelrunning",
            headers={"Content-Type": "application/xml", "Authorization": "Basic bmJpOnNlY3JldA=="},
            body=_RUNS,
            again="RUNNING",
            forced="prime/8000000/runs/5000000",
        ),
    ),
    "force": (45, _FORCE),
}
"""Budget and request, by name. Up to five calls are those of `http/connection.py`, each in place of some of aiohttp's."""


def is_asked(frame: FrameType) -> bool:
    """Tell whether a call is one into the package that a request pays for."""
    if not frame.f_code.co_filename.startswith(PACKAGE) or frame.f_code.co_qualname == ONCE_A_SECOND:
        return False
    caller: FrameType | None = frame
    while caller is not None:
        if caller.f_code.co_filename.removeprefix(PACKAGE) in UNASKED:
            return False
        caller = caller.f_back
    return True


@contextmanager
def counting(counts: Callable[[FrameType], bool] = lambda _: True) -> Iterator[list[str]]:
    """Note each call into the package, of this thread, that counts."""
    calls: list[str] = []

    def note(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        # A comprehension is a call in Python 3.11 only.
        if event == "call" and is_asked(frame) and not code.co_qualname.endswith("comp>") and counts(frame):
            calls.append(f"{code.co_filename.removeprefix(PACKAGE)} {code.co_qualname}")

    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(None)


async def third(client: Client, asked: Asked, measured: Callable[[], AbstractContextManager[list[T]]]) -> list[T]:
    """Return what was measured while the third of three equal requests was answered."""
    made = await client.post("/_control/jobs", json=[{"api": api, **job} for api, job in JOBS.items()])
    assert made.status == 201, await made.text()
    found: list[list[T]] = []
    for _ in range(3):
        if asked.again:
            forced = await client.put(f"/_control/jobs/{asked.forced}/state", json={"state": asked.again})
            assert forced.status == 200, await forced.text()
        with measured() as one:
            answer = await client.request(asked.method, asked.path, headers=asked.headers, data=asked.body)
        assert answer.status == 200, await answer.text()
        found.append(one)
    return found[-1]


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("sweeping", [False, True], ids=["", "beside the sweep"])
async def test_calls_into_the_package(
    serve: Callable[..., Any], name: str, sweeping: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sweeping:
        monkeypatch.setattr("mockserver.app.SWEEP", 0.0)
    budget, asked = CALLS[name]
    calls = await third(await serve(strict=False), asked, counting)
    assert len(calls) <= budget, "\n".join(calls)


async def test_a_force_takes_three_steps_of_the_store(serve: Callable[..., Any]) -> None:
    def step(frame: FrameType) -> bool:
        code = frame.f_code
        return "/store/memory.py" in code.co_filename and code.co_qualname.startswith("MemoryStore.")

    calls = await third(await serve(strict=False), _FORCE, partial(counting, step))
    assert 0 < len(calls) <= 3, calls
