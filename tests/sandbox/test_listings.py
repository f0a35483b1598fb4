"""Listings: whatever is done to jobs, each has those that its name stands for; and a page of one reads no others."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.errors import DuplicateJob, IllegalEvent, UnknownJob
from mockserver.core.job import Job, evolve
from mockserver.sandbox.jobs import CHUNK
from mockserver.store.base import Store
from mockserver.store.placing import Page
from tests.drivers.arcgis import ArcGis
from tests.drivers.casjobs import CasJobs
from tests.drivers.ges import PROJECT, Ges
from tests.drivers.prime import Prime
from tests.drivers.redis import RedisServer
from tests.drivers.server import Client
from tests.drivers.stores import store_of
from tests.sandbox.test_jobs import MACHINE, World

PLACES = ("a", "b", "of 'c'\n")


def places(job: Job) -> tuple[str, ...]:
    """Return what the jobs of this file say of themselves."""
    owned = () if job.owner is None else (f"owner {job.owner}",)
    return (*job.data.get("in", ()), *owned)


LISTING = replace(MACHINE, listings=places)

numbers = st.integers(0, 5).map(str)
subsets = st.lists(st.sampled_from(PLACES), unique=True).map(tuple)
owners = st.sampled_from([None, "x", "y"])
deeds = st.one_of(
    st.tuples(st.just("add"), numbers, subsets, owners, st.sampled_from([None, 3.0])),
    st.tuples(st.just("put"), numbers, subsets),
    st.tuples(st.just("give"), numbers, owners),
    st.tuples(st.just("cancel"), numbers),
    st.tuples(st.just("delete"), numbers),
    st.tuples(st.just("wait"), st.sampled_from([1.0, 6.0, 11.0])),
)


async def done(world: World, deed: Sequence[Any]) -> None:
    """Do one of `deeds`; what cannot be done changes nothing."""
    word, *given = deed

    def change(pure: Callable[[Job], Job]) -> Any:
        return world.jobs.change("x", given[0], lambda machine, job, now: pure(job))

    match word:
        case "add":
            await world.add(given[0], data={"in": given[1]}, owner=given[2], retention=given[3])
        case "put":
            await change(lambda job: evolve(job, data={**job.data, "in": given[1]}, version=job.version + 1))
        case "give":
            await change(lambda job: evolve(job, owner=given[1], version=job.version + 1))
        case "cancel":
            await world.jobs.fire("x", given[0], "cancel")
        case "delete":
            await world.jobs.delete("x", given[0])
        case "wait":
            world.time += given[0]


async def holds(world: World) -> None:
    """Compare each listing with what all jobs say."""
    for name in (*PLACES, "owner x", "owner y"):
        for newest in (True, False):
            expected = [job.id async for job in world.jobs.each("x", newest=newest) if name in places(job)]
            found, total = await world.jobs.listed("x", name, newest=newest)
            assert ([job.id for job in found], total) == (expected, len(expected))
            assert [job.id async for job in world.jobs.each("x", listing=name, newest=newest)] == expected
            part, total = await world.jobs.listed("x", name, start=1, limit=2, newest=newest)
            assert ([job.id for job in part], total) == (expected[1:3], len(expected))
            some = [one for one in expected if one != "1"]
            part, total = await world.jobs.listed(
                "x", name, start=1, limit=2, newest=newest, where=lambda job: job.id != "1"
            )
            assert ([job.id for job in part], total) == (some[1:3], len(some))


async def lived(store: Store, life: Sequence[Sequence[Any]]) -> None:
    world = World(store, LISTING)
    for deed in life:
        with contextlib.suppress(UnknownJob, DuplicateJob, IllegalEvent):
            await done(world, deed)
    await holds(world)


@given(st.lists(deeds, max_size=30))
def test_a_listing_has_what_its_name_stands_for_whatever_was_done(life: Sequence[Sequence[Any]]) -> None:
    asyncio.run(lived(store_of("yielding", None), life))


async def test_a_listing_in_redis_has_what_its_name_stands_for(redis_server: RedisServer) -> None:
    store = store_of("redis", redis_server)
    await store.open()
    life: list[Sequence[Any]] = [
        ("add", str(number), PLACES[number % 3 :], "xy"[number % 2], 3.0) for number in range(6)
    ]
    life += [("put", "0", ("a",)), ("give", "1", None), ("cancel", "2"), ("wait", 6.0), ("delete", "3"), ("wait", 6.0)]
    life += [("add", "3", ("b",), "x", None), ("put", "4", ("a",)), ("give", "5", "x"), ("wait", 3.5)]
    for number in range(len(life)):
        await lived(store_of("redis", redis_server), life[:number])
    await store.close()


# --- the lists of the APIs -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list that clients ask for.

    Attributes:
        mine: a job in the fixture's form that stands in it.
        other: what a job that does not is made of besides: fields of a `Job`.
        asked: returns the ids of the first two of it, and how many there are.
        whole: it comes in one piece.
    """

    api: str
    mine: dict[str, Any]
    other: dict[str, Any]
    asked: Callable[[Client], Any]
    whole: bool = False


async def _service_plane(client: Client) -> tuple[list[str], int]:
    await Ges(client).set(edition="persistent")
    got = (await Ges(client).call("GET", "jobs/status?limit=2")).data
    return [one["jobId"] for one in got["jobs"]], got["totalCount"]


async def _management_plane(client: Client) -> tuple[list[str], int]:
    got = (await Ges(client).send("GET", f"/v2/{PROJECT}/graphs/jobs?limit=2")).data
    return [one["job_id"] for one in got["job_list"]], got["job_count"]


async def _administrator(client: Client) -> tuple[list[str], int]:
    got = await ArcGis(client).said("GET", "/arcgis/admin/services/Demo.GPServer/jobs/query?number=2")
    return list(got["results"]), got["total"]


async def _job_summary(client: Client) -> tuple[list[str], int]:
    got = (await Prime(client).get("/v4/data/JobSummary.json?.maxResults=2")).data["queryResponse"]
    return [one["$"] for one in got["entityId"]], got["@count"]


async def _casjobs(client: Client) -> tuple[list[str], int]:
    jobs = [one["JobID"] for one in await CasJobs(client).listed(system=True)]
    return jobs[:2], len(jobs)


LISTINGS = {
    "ges": Listing(
        api="ges",
        mine={"graph": "movie", "kind": "query-vertices", "state": "running"},
        other={"data": {"graph": "other", "project_id": PROJECT}},
        asked=_service_plane,
    ),
    "ges management": Listing(
        api="ges",
        mine={"graph": "movie", "plane": "management", "kind": "import-graph", "state": "running"},
        other={"data": {"project_id": "0" * 32}},
        asked=_management_plane,
    ),
    "arcgis": Listing(
        api="arcgis",
        mine={"service": "Demo.GPServer", "task": "Echo", "state": "esriJobExecuting"},
        other={"data": {"service": "Other.GPServer"}},
        asked=_administrator,
    ),
    "casjobs": Listing(
        api="casjobs",
        mine={"owner": "1", "state": "Started", "query": "select 1", "context": "DR7", "type": "QUERY"},
        other={"owner": "2"},
        asked=_casjobs,
        whole=True,
    ),
    "prime": Listing(
        api="prime",
        mine={"name": "Mine", "type": "T", "state": "COMPLETED", "owner": "nbi"},
        other={"owner": "SYSTEM"},
        asked=_job_summary,
    ),
}


@pytest.mark.parametrize("name", LISTINGS)
async def test_a_list_reads_none_of_the_jobs_of_others(
    client_of_each: Client, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, listing = client_of_each, LISTINGS[name]
    sandbox, store = client.sandbox, client.services.store
    _, before = await listing.asked(client)
    model = (await sandbox.build_job(listing.api, {"id": "1", **listing.mine}))[0]
    other = evolve(model, **{**listing.other, "data": {**model.data, **listing.other.get("data", {})}})
    await sandbox.jobs.add(*(evolve(other, id=str(10**6 + number)) for number in range(3 * CHUNK)))
    await sandbox.jobs.add(*(evolve(model, id=str(2 * 10**6 + number)) for number in range(3)))
    await sandbox.jobs.add(*(evolve(other, id=str(3 * 10**6 + number)) for number in range(3 * CHUNK)))
    read: list[str] = []
    page = store.page

    async def counted(*args: Any, **options: Any) -> Page:
        found = await page(*args, **options)
        read.extend(job.id for job in found.jobs)
        return found

    monkeypatch.setattr(store, "page", counted)
    ids, total = await listing.asked(client)
    assert total == before + 3
    assert len(ids) == 2
    assert len(read) == (total if listing.whole else 2)
    assert not {one for one in read if one.startswith(("10", "30")) and len(one) == 7}
