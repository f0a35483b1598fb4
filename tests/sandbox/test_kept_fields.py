"""Jobs of a snapshot that lack their own fields: what an API cannot do without is asked for, the rest may be missing."""

from __future__ import annotations

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


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
async def test_a_job_without_anything_else_is_one(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """The requests of all examples of its API meet with no bug of ours, nor does whoever lists the jobs."""
    spoken = await started()
    sandbox = spoken.services.sandboxes.default
    document = deepcopy(await snapshot.take(sandbox))
    for job in document["jobs"]:
        if job["api"] == api.name:
            _strip(api, job["kind"], job["data"])
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


def _strip(api: Api, kind: str, data: dict[str, Any]) -> None:
    """Take every field away without which a job is still one."""
    for name in [*data]:
        value = data.pop(name)
        if schema.problem_of_kept_job(api, kind, data) is not None:
            data[name] = value
