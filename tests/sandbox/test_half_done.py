"""The store goes away, or the process ends, after any step of a request: all of what it does is done, or nothing."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

import pytest

from mockserver.core.errors import Unavailable
from mockserver.core.job import Job
from mockserver.store.memory import MemoryStore
from tests.drivers.ges import GRAPH, PROJECT, TOKEN
from tests.drivers.prime import API, COMMAND, DEPLOY, basic
from tests.drivers.server import Client, Serve

MOVIE = "4b5aa3a0000040008000000000000001"
GRAPHS = f"/v2/{PROJECT}/graphs"
JOBS = "/_control/jobs"

BESIDE = ("prime.limits",)
"""What is kept of a request itself, however it ends."""


class Cut(MemoryStore):
    """Goes away after a number of steps.

    Attributes:
        left: how many it still takes; None: any number.
    """

    left: int | None = None

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if not inspect.iscoroutinefunction(found):
            return found

        async def step(*args: Any, **options: Any) -> Any:
            if self.left is not None:
                if not self.left:
                    raise Unavailable("the store is away")
                self.left -= 1
            return await found(*args, **options)

        return step


class Call(NamedTuple):
    """A request; the path follows the sandbox's prefix."""

    method: str
    path: str
    json: Any = None
    headers: Mapping[str, str] = {}


def _job(api: str, job_id: str, **fields: Any) -> Call:
    return Call("POST", JOBS, {"api": api, "id": job_id, **fields})


def _prime(word: str) -> Call:
    body = {"jobOperationPayload": {"jobIds": {"jobId": [8000000]}}}
    return Call("PUT", f"{API}/v4/op/jobService/{word}.json", body, basic())


def _ges(method: str, path: str, body: Any = None) -> Call:
    return Call(method, path, body, TOKEN)


WAITING = _job("prime", "8000000", name="w", type="T", owner="nbi", starts_after=600)
"""A job whose run is to come."""

PERSISTENT = Call("PATCH", "/_control/apis/ges/settings", {"edition": "persistent"})
HYG = f"/ges/v1.0/{PROJECT}/hyg/movie"
EXPORT = f"{GRAPH}/jobs/done/action?action_id=export-result"

OPERATIONS: Mapping[str, tuple[Sequence[Call], Call]] = {
    "Prime cancel": ([WAITING], _prime("cancel")),
    "Prime suspend": ([WAITING], _prime("suspend")),
    "Prime resume": ([WAITING, _prime("suspend")], _prime("resume")),
    "Prime deploy": ([], Call("PUT", f"{API}{DEPLOY}", {"cliTemplateCommand": COMMAND}, basic())),
    "GES CreateGraph": ([], _ges("POST", GRAPHS, {"graph": {"name": "fresh", "graph_size_type_index": "1"}})),
    "GES CreateGraph of a name that was deleted": (
        [_ges("DELETE", f"{GRAPHS}/{MOVIE}"), Call("POST", "/_control/clock/advance", {"seconds": 60})],
        _ges("POST", GRAPHS, {"graph": {"name": "movie", "graph_size_type_index": "1"}}),
    ),
    "GES DeleteGraph": ([], _ges("DELETE", f"{GRAPHS}/{MOVIE}")),
    "GES StopGraph": ([], _ges("POST", f"{GRAPHS}/{MOVIE}/stop")),
    "GES CreateBackup": ([], _ges("POST", f"{GRAPHS}/{MOVIE}/backups")),
    "GES DeleteGraph of a persistent engine": (
        [PERSISTENT],
        _ges("DELETE", GRAPH),
    ),
    "GES ExportResult": (
        [_job("ges", "done", graph="movie", kind="execute-algorithm", state="success")],
        _ges("POST", EXPORT, {"exportPath": "x"}),
    ),
    "GES CancelHygJobs": (
        [PERSISTENT, *[_ges("POST", f"{HYG}/algorithm", {"algorithmName": "pagerank"})] * 3],
        _ges("DELETE", f"{HYG}/jobs"),
    ),
    "ArcGIS purgeQueue": (
        [
            _job("arcgis", f"j{number}", service="Demo.GPServer", task="Echo", state="esriJobWaiting")
            for number in (1, 2)
        ],
        Call("POST", "/webadaptor/admin/services/Demo.GPServer/jobs/purgeQueue?f=json"),
    ),
    "force": ([WAITING], Call("PUT", f"{JOBS}/prime/8000000/state", {"state": "SUSPENDED"})),
    "removal of all faults": (
        [Call("POST", "/_control/faults", {"effect": {"status": status}}) for status in (500, 501, 502)],
        Call("DELETE", "/_control/faults"),
    ),
    "delete": ([WAITING], Call("DELETE", f"{JOBS}/prime/8000000")),
}
"""What goes before, and the request that is cut, by name."""


async def ask(client: Client, name: str, call: Call) -> tuple[int, str]:
    answer = await client.request(call.method, f"/~{name}{call.path}", json=call.json, headers=call.headers)
    return answer.status, (await answer.text()).replace(f"/~{name}", "")


async def there(store: Cut, name: str) -> tuple[Sequence[Job], Mapping[str, Any]]:
    """Return the jobs and documents of a sandbox."""
    jobs, _, documents = await store.whole(name)
    return jobs, {key: some for key, some in documents.items() if not key.startswith(BESIDE)}


def sizes(found: tuple[Sequence[Job], Mapping[str, Any]]) -> tuple[int, Mapping[str, int]]:
    return len(found[0]), {name: len(some) for name, some in found[1].items()}


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_a_request_that_is_cut_is_done_wholly_or_not_at_all(serve: Serve, operation: str) -> None:
    store = Cut()
    client = await serve(apis=("arcgis", "ges", "prime"), store=store)
    before, cut = OPERATIONS[operation]

    async def prepared(name: str) -> tuple[Sequence[Job], Mapping[str, Any]]:
        made = await client.post("/_control/sandboxes", json={"name": name})
        assert made.status == 201, await made.text()
        for call in before:
            assert (await ask(client, name, call))[0] < 300, call
        return await there(store, name)

    nothing = await prepared("uncut")
    usual = await ask(client, "uncut", cut)
    assert usual[0] < 300
    everything = await there(store, "uncut")
    assert everything != nothing
    outcomes = []
    for steps in count():
        assert await prepared(f"t{steps}") == nothing
        store.left = steps
        answer, done = await ask(client, f"t{steps}", cut), store.left > 0
        store.left = None
        left = await there(store, f"t{steps}")
        assert left in (nothing, everything), (steps, answer)
        outcomes.append(left == everything)
        if left == nothing:
            assert answer != usual
            assert (await ask(client, f"t{steps}", cut))[0] == usual[0]
            assert sizes(await there(store, f"t{steps}")) == sizes(everything)
        if done:
            break
    assert outcomes == sorted(outcomes)
    assert {*outcomes} == {False, True}
