"""Listings: whatever is done to jobs, each has those that its name stands for; and a page of one reads no others."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.errors import DuplicateJob, IllegalEvent, UnknownJob
from mockserver.core.job import Job, evolve
from mockserver.core.machine import Machine
from mockserver.core.plan import Plan, Step, Wait
from mockserver.sandbox.job_placing import placing, steady_until
from mockserver.sandbox.jobs import CHUNK
from mockserver.store.base import Store
from mockserver.store.placing import UNPLACED, Page, Placing
from tests.drivers.arcgis import ArcGis
from tests.drivers.casjobs import CasJobs
from tests.drivers.ges import PROJECT, Ges
from tests.drivers.prime import Prime
from tests.drivers.redis import RedisServer
from tests.drivers.server import Client
from tests.drivers.stores import STORES, store_of
from tests.sandbox.test_jobs import MACHINE, PLAN, World

PLACES = ("a", "b", "of 'c'\n")


def places(job: Job) -> tuple[str, ...]:
    """Return what the jobs of this file say of themselves."""
    owned = () if job.owner is None else (f"owner {job.owner}",)
    return owned if "from" in job.data else (*job.data.get("in", ()), *owned)


LISTING = replace(MACHINE, listings=places, appears="from")

numbers = st.integers(0, 5).map(str)
subsets = st.lists(st.sampled_from(PLACES), unique=True).map(tuple)
owners = st.sampled_from([None, "x", "y"])
deeds = st.one_of(
    st.tuples(
        st.just("add"), numbers, subsets, owners, st.sampled_from([None, 3.0]), st.sampled_from([None, 2.0, 7.0])
    ),
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
            unseen = {} if given[4] is None else {"from": world.time + given[4]}
            await world.add(given[0], data={"in": given[1], **unseen}, owner=given[2], retention=given[3])
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
            # Before anything else has settled them: what was done last is the first to be seen here.
            found, total = await world.jobs.listed("x", name, newest=newest)
            expected = [job.id async for job in world.jobs.each("x", newest=newest) if name in places(job)]
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
        ("add", str(number), PLACES[number % 3 :], "xy"[number % 2], 3.0, (None, 2.0)[number % 2])
        for number in range(6)
    ]
    life += [("put", "0", ("a",)), ("give", "1", None), ("cancel", "2"), ("wait", 6.0), ("delete", "3"), ("wait", 6.0)]
    life += [("add", "3", ("b",), "x", None, 7.0), ("put", "4", ("a",)), ("give", "5", "x"), ("wait", 3.5)]
    for number in range(len(life)):
        await lived(store_of("redis", redis_server), life[:number])
    await store.close()


PASSES = Plan(
    steps=(Step(state="working", wait=Wait(seconds=2)), Step(state="done", wait=Wait(seconds=5))), end="stopped"
)


@pytest.mark.parametrize(
    ("changes", "stands", "steady"),
    [
        ({}, Placing(10.0), 10.0),
        ({"retention": 3.0}, Placing(10.0, 13.0), 10.0),
        ({"retention": 3.0, "held": True}, UNPLACED, inf),
        ({"retention": 3.0, "plan": PLAN.counting(Wait(looks=2))}, UNPLACED, inf),
        ({"retention": 3.0, "state": "done"}, Placing(None, 3.0), 3.0),
        ({"retention": 3.0, "plan": PASSES}, Placing(2.0, 5.0), 2.0),
        ({"retention": 5.0, "plan": PASSES}, Placing(2.0, 12.0), 2.0),
        ({"retention": 3.0, "plan": PASSES, "state": "done"}, Placing(5.0, 3.0), 3.0),
        ({"retention": 3.0, "data": {"from": 4.0}}, Placing(10.0, 4.0), 4.0),
        ({"retention": 3.0, "data": {"from": 14.0}}, Placing(10.0, 13.0), 10.0),
        ({"held": True, "data": {"from": 4.0}}, Placing(None, 4.0), 4.0),
    ],
)
def test_when_time_changes_a_job_and_its_listings(changes: dict[str, Any], stands: Placing, steady: float) -> None:
    job = Job(**{"api": "x", "id": "1", "state": "working", "plan": PLAN, "created": 0.0, "since": 0.0, **changes})
    assert (placing(LISTING, job), steady_until(LISTING, job)) == (stands, steady)


# --- what a page costs ------------------------------------------------------------------------------


class Counted:
    """A store that counts the jobs that are read of it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.read: list[Job] = []
        self.steps: list[str] = []

    def __getattr__(self, name: str) -> Any:
        step = getattr(self._store, name)

        async def counted(*args: Any, **options: Any) -> Any:
            self.steps.append(name)
            found = await step(*args, **options)
            if isinstance(found, Page):
                self.read += found.jobs
            elif name == "timed":
                self.read += (found := list(found))
            return found

        return counted


@pytest.fixture(params=STORES)
async def counted(request: pytest.FixtureRequest) -> AsyncIterator[Counted]:
    redis = request.getfixturevalue("redis_server") if request.param == "redis" else None
    store = store_of(request.param, redis)
    await store.open()
    yield Counted(store)
    await store.close()


def due(api: str = "x", kind: str = "job", **changes: Any) -> list[Job]:
    """Return many jobs that come due at 10."""
    given = {"state": "working", "plan": PLAN, "created": 0.0, "since": 0.0, "data": {"in": ("a",)}, **changes}
    return [Job(api=api, kind=kind, id=f"{api} {kind} {number}", **given) for number in range(2000)]


OTHERS = {
    "of another API": due("y"),
    "of another API, that age out": due("y", retention=1.0),
    "of the API, of another kind": due("x", "run", parent="1"),
    "of the listing": due(),
    "of the listing, that are remembered": due(retention=1000.0),
    "of the API, that come later": due(data={"in": ("a",), "from": 1000.0}),
}


@pytest.mark.parametrize("others", OTHERS)
async def test_a_page_costs_nothing_for_jobs_that_are_due_and_stay_where_they_are(
    counted: Counted, others: str
) -> None:
    """Their moves are made when somebody looks at them."""
    many = OTHERS[others]
    world = World(cast("Store", counted))
    world.jobs.home.machines.update({(api, kind): LISTING for api in "xy" for kind in ("job", "run")})  # type: ignore[attr-defined]
    listed = sum(places(job) == ("a",) for job in many if (job.api, job.kind) == ("x", "job"))
    costs = []
    for added in ((), many):
        if added:
            await world.jobs.add(*added)
        shown = [f"{len(added)} {number}" for number in range(3)]
        for one in shown:
            await world.add(one, held=True, data={"in": ("a",)})
        world.time = 20.0
        counted.steps.clear()
        counted.read.clear()
        found, total = await world.jobs.listed("x", "a", limit=3)
        assert ([job.id for job in found], total) == (shown[::-1], listed + 6 if added else 3)
        costs.append((list(counted.steps), len(counted.read)))
    assert costs[0] == costs[1]


async def test_a_listing_lets_go_of_those_that_time_took_out_of_it_without_any_look(counted: Counted) -> None:
    """Jobs that were still working when somebody last looked, and others that come into it."""
    world = World(cast("Store", counted), LISTING)
    for number in range(30):
        await world.add(f"gone {number}", data={"in": ("a",)}, retention=3.0)
        await world.add(f"come {number}", data={"in": ("a",), "from": 12.0}, held=True)
    await world.add("stays", data={"in": ("a",)})
    assert (await world.jobs.listed("x", "a", limit=1))[1] == 31
    world.time = 13.0
    assert (await world.jobs.listed("x", "a", limit=1))[1] == 61
    world.time = 13.1
    found, total = await world.jobs.listed("x", "a", limit=1)
    assert ([job.id for job in found], total) == (["stays"], 31)
    counted.read.clear()
    await world.jobs.listed("x", "a", limit=1)
    assert len(counted.read) == 1


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


def reading(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the ids of the jobs that are read from now on, a page at a time or because they have come up."""
    read: list[str] = []
    page, timed = store.page, store.timed

    async def counted_page(*args: Any, **options: Any) -> Page:
        found = await page(*args, **options)
        read.extend(job.id for job in found.jobs)
        return found

    async def counted_timed(*args: Any, **options: Any) -> list[Job]:
        found = list(await timed(*args, **options))
        read.extend(job.id for job in found)
        return found

    monkeypatch.setattr(store, "page", counted_page)
    monkeypatch.setattr(store, "timed", counted_timed)
    return read


@pytest.mark.parametrize("is_overdue", [False, True])
@pytest.mark.parametrize("name", LISTINGS)
async def test_a_list_reads_none_of_the_jobs_of_others(
    client_of_each: Client, name: str, monkeypatch: pytest.MonkeyPatch, is_overdue: bool
) -> None:
    """Neither of those that are none of the list, nor of those of another API; due or not."""
    client, listing = client_of_each, LISTINGS[name]
    sandbox, store = client.sandbox, client.services.store
    _, before = await listing.asked(client)
    model = (await sandbox.build_job(listing.api, {"id": "1", **listing.mine}))[0]
    foreign = LISTINGS["casjobs" if listing.api != "casjobs" else "prime"]
    strange = (await sandbox.build_job(foreign.api, {"id": "1", **foreign.mine}))[0]
    other = evolve(model, **{**listing.other, "data": {**model.data, **listing.other.get("data", {})}})
    if is_overdue:
        other, strange = (overdue(one, sandbox.apis[one.api].machines["job"]) for one in (other, strange))
    await sandbox.jobs.add(*(evolve(other, id=str(10**6 + number)) for number in range(3 * CHUNK)))
    await sandbox.jobs.add(*(evolve(model, id=str(2 * 10**6 + number)) for number in range(3)))
    await sandbox.jobs.add(*(evolve(other, id=str(3 * 10**6 + number)) for number in range(3 * CHUNK)))
    await sandbox.jobs.add(*(evolve(strange, id=str(3 * 10**6 + number)) for number in range(CHUNK, 2 * CHUNK)))
    assert bool(list(await sandbox.jobs.coming(await sandbox.now()))) == is_overdue
    read = reading(store, monkeypatch)
    ids, total = await listing.asked(client)
    assert total == before + 3
    assert len(ids) == 2
    assert len(read) == (total if listing.whole else 2)
    assert not {one for one in read if one.startswith(("10", "30")) and len(one) == 7}


def overdue(job: Job, machine: Machine) -> Job:
    """Return a job that should have moved long ago."""
    end = next(state for state in machine.rows if state != job.state)
    plan = Plan(steps=(Step(state=job.state, wait=Wait(seconds=1)),), end=end)
    return evolve(job, held=False, plan=plan, since=job.since - 1000)


async def test_primes_list_reads_no_jobs_that_are_too_new_to_be_seen_until_they_can_be(
    client_of_each: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were all looked at for each page, to see whether one had come."""
    client, sandbox, listing = client_of_each, client_of_each.sandbox, LISTINGS["prime"]
    _, before = await listing.asked(client)
    model = (await sandbox.build_job("prime", {"id": "1", "hold": True, **listing.mine, "visible_after": 60}))[0]
    later = evolve(model, data={**model.data, "visible_at": model.data["visible_at"] + 60})
    await sandbox.jobs.add(*(evolve(model, id=str(10**6 + number)) for number in range(5)))
    await sandbox.jobs.add(*(evolve(later, id=str(2 * 10**6 + number)) for number in range(2 * CHUNK)))
    read = reading(client.services.store, monkeypatch)
    clock, real = await sandbox.clock(), sandbox.real()
    for seconds, total in ((0, before), (59, before), (60, before + 5)):
        await sandbox.set_clock(clock.set(clock.now(real) + seconds, real))
        read.clear()
        assert (await listing.asked(client))[1] == total
        assert len(read) == 2
