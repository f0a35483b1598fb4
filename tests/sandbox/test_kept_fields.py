"""Jobs of a snapshot that lack their own fields: what an API cannot do without is asked for, the rest may be missing."""

from __future__ import annotations

import json
import logging
from copy import deepcopy
from typing import Any

import pytest

from mockserver.api.definition import Api
from mockserver.apis import APIS
from mockserver.sandbox import snapshot
from mockserver.sandbox.fixtures import schema
from mockserver.sandbox.snapshot_check import BadSnapshot
from tests.drivers.mutations import HOST, examples
from tests.drivers.server import NOON
from tests.drivers.socketless import Spoken


async def started() -> Spoken:
    made = Spoken(strict=False, clock=NOON, allowed_host=(HOST,))
    await made.services.sandboxes.default.seed()
    return made


@pytest.mark.parametrize(
    ("api", "name"),
    [
        ("arcgis", "service"),
        ("ges", "kind"),
        ("ges", "request"),
        ("prime", "name"),
        ("prime", "type"),
        ("prime", "description"),
        ("prime", "runs"),
    ],
)
async def test_a_job_without_what_its_api_needs_is_no_job(api: str, name: str) -> None:
    sandbox = (await started()).services.sandboxes.default
    before = await snapshot.take(sandbox)
    wrong = deepcopy(before)
    place, job = next(
        (place, one) for place, one in enumerate(wrong["jobs"]) if one["api"] == api and name in one["data"]
    )
    del job["data"][name]
    with pytest.raises(BadSnapshot, match=name) as caught:
        await snapshot.restore(sandbox, wrong)
    assert caught.value.pointer == f"/jobs/{place}/data"
    assert await snapshot.take(sandbox) == before


@pytest.mark.parametrize(
    ("api", "kind", "wrong"),
    [
        ("arcgis", "job", "j/1"),
        ("casjobs", "job", "x"),
        ("casjobs", "job", "-1"),
        ("casjobs", "job", "9" * 19),  # no xs:long
        ("ges", "job", ""),
        ("prime", "job", "x"),
        ("prime", "job", "9" * 400),
        ("prime", "run", "-1"),
    ],
)
async def test_an_id_that_its_api_would_not_give_is_none(api: str, kind: str, wrong: str) -> None:
    await _refused({"id": wrong}, api, kind, "/id")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"owner": "bob"}, "/owner"),
        ({"owner": "alice"}, "/owner"),  # an account, but jobs have its number
        ({"owner": "9" * 19}, "/owner"),  # no xs:long
        ({"since": 253402300799}, "/since"),
        ({"history": [{"source": "Ready", "to": "Started", "at": 2e11, "cause": "clock", "request": None}]}, "/history/0/at"),
        ({"resume": ["Started", 2e11]}, "/resume"),
        ({"data": {"estimate": 62135596800}}, "/data/estimate"),
    ],
)  # fmt: skip
async def test_what_no_answer_can_say_is_refused(fields: dict[str, Any], pointer: str) -> None:
    await _refused(fields, "casjobs", "job", pointer)


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
async def test_a_count_that_is_written_as_a_fraction_is_counted_on_from(api: Api) -> None:
    sandbox = (await started()).services.sandboxes.default
    document = json.loads(json.dumps(await snapshot.take(sandbox)))
    move = {"source": "", "to": "", "at": 0, "cause": "clock", "request": 7.0}
    for job in document["jobs"]:
        history = [{**move, "source": job["state"], "to": job["state"]}]
        job |= {"looks": 1.0, "forgotten": 5.0, "version": 3.0, "history": history}
        job["on_cancel"] |= {"after": {"seconds": None, "looks": 2.0}}
    await snapshot.restore(sandbox, document)
    for job in [one for one in document["jobs"] if one["api"] == api.name]:
        machine = api.machines[job["kind"]]
        landed = await sandbox.jobs.force(api.name, job["id"], machine.states[-1].name, kind=job["kind"])
        counts = (landed.after.forgotten, landed.after.version, landed.after.history[0].request, landed.after.looks)
        assert {type(one) for one in (*counts, landed.after.on_cancel.after.looks)} == {int}


@pytest.mark.parametrize(
    ("kind", "fields", "pointer"),
    [
        ("job", {"data": {"runs": [{}]}}, "/data/runs/0"),
        ("job", {"data": {"runs": [{"id": "x"}]}}, "/data/runs/0/id"),
        ("job", {"data": {"visible_at": "noon"}}, "/data/visible_at"),
        ("run", {"parent": "77777"}, "/parent"),
        ("run", {"parent": None}, "/parent"),
    ],
)
async def test_a_job_and_its_runs_know_each_other(kind: str, fields: dict[str, Any], pointer: str) -> None:
    await _refused(fields, "prime", kind, pointer)


async def test_a_run_may_have_been_deleted() -> None:
    sandbox = (await started()).services.sandboxes.default
    document = await snapshot.take(sandbox)
    rest = {**document, "jobs": [one for one in document["jobs"] if one["kind"] != "run"]}
    await snapshot.restore(sandbox, rest)
    assert (await snapshot.take(sandbox))["jobs"] == rest["jobs"]


async def _refused(fields: dict[str, Any], api: str, kind: str, pointer: str) -> None:
    """Have a snapshot refused whose first such job has other fields; its own (`data`) are put among those it has."""
    sandbox = (await started()).services.sandboxes.default
    before = await snapshot.take(sandbox)
    wrong = deepcopy(before)
    place, job = next(
        (place, one) for place, one in enumerate(wrong["jobs"]) if (one["api"], one["kind"]) == (api, kind)
    )
    job |= {**fields, "data": {**job["data"], **fields.get("data", {})}}
    with pytest.raises(BadSnapshot) as caught:
        await snapshot.restore(sandbox, wrong)
    assert caught.value.pointer == f"/jobs/{place}{pointer}"
    assert await snapshot.take(sandbox) == before


async def test_what_an_api_keeps_has_the_words_of_its_answers() -> None:
    sandbox = (await used("ges")).services.sandboxes.default
    before = await snapshot.take(sandbox)
    for collection, name, wrong in (
        ("ges.graphs", "status", "x"),
        ("ges.graphs", "done", "1"),
        ("ges.graphs", "failed", ""),
        ("ges.graphs", "details", {"arch": 5}),
        ("ges.graphs", "details", {"graph_size_type_index": None}),
        ("ges.backups", "graph_status", "x"),
        ("ges.backups", "vertices", -1),
    ):
        document = deepcopy(before)
        key, kept = next(iter(document["documents"][collection].items()))
        kept[name] = wrong
        with pytest.raises(BadSnapshot) as caught:
            await snapshot.restore(sandbox, document)
        assert caught.value.pointer.startswith("/".join(("/documents", collection, key.replace("/", "~1"), name)))
    assert await snapshot.take(sandbox) == before


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
async def test_what_an_api_keeps_can_be_put_back(api: Api) -> None:
    """After the requests of all its examples: jobs, ids, documents and counters that only a server makes."""
    sandbox = (await used(api.name)).services.sandboxes.default
    document = await snapshot.take(sandbox)
    await snapshot.restore(sandbox, document)
    again = await snapshot.take(sandbox)
    for part in ("jobs", "counters", "documents"):
        assert again[part] == document[part]


async def used(api: str) -> Spoken:
    """Return a server that was asked the requests of all examples of an API."""
    spoken = await started()
    for asked in examples():
        if asked.api == api:
            await spoken.say(asked.raw())
    return spoken


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
async def test_a_job_without_anything_else_is_one(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """The requests of all examples of its API meet with no bug of ours, nor does whoever lists the jobs."""
    spoken = await started()
    sandbox = spoken.services.sandboxes.default
    document = deepcopy(await snapshot.take(sandbox))
    for job in document["jobs"]:
        if job["api"] == api.name:
            _strip(api, job)
    await snapshot.restore(sandbox, document)
    caplog.set_level(logging.ERROR)
    for asked in examples():
        if asked.api == api.name:
            await spoken.say(asked.raw())
    listed = await spoken.say(
        f"GET /_control/jobs?limit=1000 HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
    )
    assert listed.startswith(b"HTTP/1.1 200 ")
    assert [record.getMessage() for record in caplog.records] == []


def _strip(api: Api, job: dict[str, Any]) -> None:
    """Take every field away without which a job is still one."""
    data = job["data"]
    for name in [*data]:
        value = data.pop(name)
        if schema.problem_of_kept_job(api, job["kind"], job) is not None:
            data[name] = value
