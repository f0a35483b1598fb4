"""Fixtures: merged, checked, and wrong ones named by file, line and remedy."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import pytest
from generate.fixture_schemas import with_settings

from mockserver._resources import folder
from mockserver.api.definition import Api
from mockserver.api.settings import settings_schema
from mockserver.apis import APIS
from mockserver.apis.prime.machine import UNBEGUN
from mockserver.app import build
from mockserver.sandbox.fixtures import merge as fixtures
from mockserver.sandbox.fixtures.load import load
from mockserver.sandbox.fixtures.merge import BadFixture
from mockserver.sandbox.reset import reset
from mockserver.settings import Settings
from tests.drivers.server import NOON

T = TypeVar("T")

MERGED = (
    "ges:\n  a: &a {" + ", ".join(f"k{n}: 0" for n in range(2000)) + "}\n  b: {<<: [" + ", ".join(["*a"] * 600) + "]}\n"
)
"""YAML that takes over the same fields again and again."""

ACCOUNTS = [{"wsid": 1, "userid": "a", "password": "x"}]


def write(to: Path, name: str, text: str) -> Path:
    file = to / name
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize(
    ("name", "text", "line", "says"),
    [
        ("a.json", '{\n "ges": {\n  "jobs": [,]\n }\n}', 3, "mend the JSON"),
        ("a.json", '{\n "gas": {}\n}', 1, "gas"),
        ("a.json", "[]", 1, "keys are the APIs"),
        ("a.json", "5", 1, "keys are the APIs"),
        ("a.json", "true", 1, "keys are the APIs"),
        ("a.json", "null", 1, "keys are the APIs"),
        ("a.yaml", "5", 1, "keys are the APIs"),
        (
            "a.yaml",
            "a: &a [x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in pairwise("abcdefgh")),
            1,
            "values, once its aliases",
        ),
        ("a.yaml", "a: &a [*a]", 1, "nested too deep"),
        ("a.yaml", "", 1, "keys are the APIs"),
        ("a.json", '{\n "ges": {\n  "jobs": [\n   {"id": "1", "state": 7}\n  ]\n }\n}', 4, "7"),
        ("a.json", '{\n "ges": {\n  "settings": {\n   "edition": "gold"\n  }\n }\n}', 4, "memory"),
        ("a.json", '{\n "ges": {\n  "settings": {\n   "nonsense": 1\n  }\n }\n}', 4, "nonsense"),
        ("a.json", '{\n "ges": {\n  "settings": {\n   "editon": "memory"\n  }\n }\n}', 4, "did you mean 'edition'?"),
        ("a.json", '{\n "ges": {\n  "jobs": [\n   {"onwer": "x"}\n  ]\n }\n}', 4, "did you mean 'owner'?"),
        ("a.json", '{\n "arcgis": {"jobs": [\n   {"service": "A", "inptus": {}}]}}', 3, "did you mean 'inputs'?"),
        ("a.json", '{\n "casjobs": {"jobs": [\n   {"taksname": "x"}]}}', 3, "did you mean 'taskname'?"),
        (
            "a.json",
            '{"prime": {"jobs": [\n   {"runs": [\n {"result_staus": "x"}]}]}}',
            3,
            "did you mean 'result_status'?",
        ),
        (
            "a.json",
            '{"prime": {"devices": [{"id": "1", "ip_address": "192.0.2.1", "inventory": {"modules": [\n {}]}}]}}',
            2,
            "{}",
        ),
        ("a.json", '{"casjobs": {"types": [\n {"type": ""}]}}', 2, "shorter"),
        ("a.json", '{"prime": {"jobs": [{\n "scenario": "stukc"}]}}', 2, "no scenario 'stukc'; did you mean 'stuck'?"),
        (
            "a.json",
            '{"prime": {"templates": [{"name": "n", "job": {\n "scenario": "x"}}]}}',
            2,
            "no scenario 'x'; there are",
        ),
        (
            "a.json",
            '{"arcgis": {"services": [{"name": "s", "tasks": [{"name": "t",\n "scenario": "x"}]}]}}',
            2,
            "no scenario",
        ),
        ("a.json", '{"ges": {"jobs": []},\n "ges": {}}', 2, 'a second "ges"; mend the JSON'),
        ("a.json", '{"ges": {"jobs": [\n {"id": "1", "id": "2"}]}}', 2, 'a second "id"'),
        ("a.json", '{"ges": {"jobs": [{"result":\n ' + "9" * 5000 + "}]}}", 2, "64 bits are the most"),
        ("a.json", '{"ges": {"jobs": [{"result":\n 18446744073709551616}]}}', 2, "64 bits are the most"),
        ("a.json", '{"ges": {"jobs": [{"result":\n 1e999}]}}', 2, "64 bits are the most"),
        ("a.json", '{"ges": {"jobs": [{"result":\n NaN}]}}', 2, "NaN is a number that cannot be kept"),
        ("a.json", '{"ges": {"jobs": [{"owner":\n "\\ud800"}]}}', 2, "surrogate"),
        ("a.json", "\n" + "[" * 100_000, 2, "mend the JSON"),
        ("a.json", "\n" + "[" * 200 + "]" * 200, 2, "nested more than 100 deep"),
        ("a.json", "\ufeff{}", 1, "save it as UTF-8 without one"),
        ("a.yaml", "ges:\n  jobs: []\nges: {}\n", 3, "a second 'ges'; mend the YAML"),
        ("a.yaml", "ges:\n  settings:\n    edition: memory\n    edition: memory\n", 4, "a second 'edition'"),
        ("a.yaml", "ges:\n  jobs:\n  - result: " + "9" * 5000, 3, "64 bits are the most"),
        ("a.yaml", "ges:\n  jobs:\n  - result: .inf", 3, "64 bits are the most"),
        ("a.yaml", "[" * 100_000, 1, "nested more than 100 deep"),
        ("a.yaml", "ges: " + "[" * 200 + "]" * 200, 1, "nested more than 100 deep"),
        ("a.yaml", "[\n" * 200, 101, "nested more than 100 deep"),
        ("a.yaml", "\n".join(" " * n + "a:" for n in range(200)), 101, "nested more than 100 deep"),
        ("a.yaml", "\n".join(" " * n + "- " for n in range(200)), 101, "nested more than 100 deep"),
        ("a.yaml", "- " * 200, 1, "nested more than 100 deep"),
        ("a.yaml", "? " * 200, 1, "nested more than 100 deep"),
        ("a.yaml", MERGED, 2, "1,000,000 fields"),
        ("a.yaml", "ges:\n  jobs:\n    - id: [\n", 4, "mend the YAML"),
        ("a.yaml", "ges:\n  jobs:\n    - id: '1'\n      state: 7\n", 4, "7"),
    ],
)
def test_what_is_wrong_is_named_by_file_line_and_remedy(
    tmp_path: Path, name: str, text: str, line: int, says: str
) -> None:
    file = write(tmp_path, name, text)
    with pytest.raises(BadFixture) as caught:
        load([file], APIS)
    message = str(caught.value)
    assert message.startswith(f"{file}:{line}")
    assert says in message
    assert "\n" not in message


def test_missing_and_unreadable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadFixture, match=r"nowhere\.json: .*name a fixture"):
        load([tmp_path / "nowhere.json"], APIS)
    with pytest.raises(BadFixture, match="no fixture in this folder"):
        load([tmp_path], APIS)
    binary = tmp_path / "b.json"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadFixture, match="UTF-8"):
        load([binary], APIS)


async def test_a_job_that_cannot_be_followed_is_named_in_the_document_it_came_from(tmp_path: Path) -> None:
    graphs = '{"ges": {"graphs": [{"name": "movie", "id": "g", "project_id": "p"}],'
    job = '\n "jobs": [\n  {"id": "%s", "graph": "movie", "kind": "query-vertices", "state": "%s"}]}}'
    one = write(tmp_path, "a.json", graphs + job % ("1", "running"))
    two = write(tmp_path, "b.json", '{"ges": {' + job % ("2", "flying"))
    services = build(Settings(fixtures=(one, two)))
    with pytest.raises(BadFixture) as caught:
        await services.sandboxes.default.seed()
    assert str(caught.value).startswith(f"{two}:3")
    assert "running" in str(caught.value)


def test_two_jobs_of_one_id_are_refused(tmp_path: Path) -> None:
    job = '{"id": "1", "graph": "movie", "kind": "query-vertices"}'
    file = write(tmp_path, "a.json", '{"ges": {"jobs": [\n' + job + ",\n" + job + "\n]}}")
    with pytest.raises(BadFixture, match=":3: a second ges job '1'"):
        load([file], APIS)


def test_documents_are_merged_settings_by_key_and_lists_one_after_the_other(tmp_path: Path) -> None:
    job = '{"id": "1", "graph": "movie", "kind": "query-vertices"}'
    write(tmp_path, "a.json", '{"ges": {"settings": {"edition": "persistent"}, "jobs": [' + job + "]}}")
    job = "{id: '2', graph: movie, kind: query-vertices}"
    write(tmp_path, "b.yaml", f"ges:\n  settings: {{edition: memory}}\n  jobs:\n    - {job}\n")
    section = load([tmp_path], APIS).section("ges")
    assert section["settings"] == {"edition": "memory"}
    assert [job["id"] for job in section["jobs"]] == ["1", "2"]


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
def test_the_schema_that_editors_read_holds_the_settings_and_scenarios_as_they_are(api: Api) -> None:
    text = (folder("fixtures") / f"{api.name}.schema.json").read_text("utf-8")
    assert with_settings(text, api) == text, "python -m generate.fixture_schemas writes it anew"
    schema = json.loads(text)
    assert schema["properties"]["settings"] == settings_schema(api.settings)
    named = schema["$defs"].get("scenario", schema["$defs"]["job"]["properties"]["scenario"])
    assert named["enum"] == [*api.scenarios]


async def test_what_is_made_of_fixtures_is_made_once_for_all_sandboxes() -> None:
    services = build(Settings(clock="frozen"))
    one = await services.sandboxes.create("one")
    two = await services.sandboxes.create("two")
    for api in services.apis:
        assert one.sites[api.name] is two.sites[api.name]
        jobs, count = await one.jobs.page(api.name)
        others, _ = await two.jobs.page(api.name)
        assert count
        assert jobs == others
        assert all(a.data is b.data for a, b in zip(jobs, others, strict=True) if not api.parts(a))
    assert one.states["prime"] is not two.states["prime"]


async def test_jobs_of_a_reset_sandbox_follow_the_settings_that_were_kept() -> None:
    services = build(Settings(clock="frozen"))
    box = await services.sandboxes.create("one")
    await box.change_settings("ges", {"retention": 5})
    await reset(box, keep=["settings"])
    jobs, _ = await box.jobs.page("ges")
    assert {job.retention for job in jobs} == {5.0}
    await reset(box)
    jobs, _ = await box.jobs.page("ges")
    assert {job.retention for job in jobs} == {None}


async def test_new_ids_of_fixture_jobs_are_drawn_from_the_sandbox_counters() -> None:
    services = build(Settings(clock="frozen"))
    jobs: list[Mapping[str, Any]] = [{"owner": "1", "plan": "stuck"}, {"owner": "1"}]
    fixtures_of_one = fixtures.merge(fixtures.inline([{"casjobs": {"accounts": ACCOUNTS, "jobs": jobs}}]), APIS)
    box = await services.sandboxes.create("one", fixtures_of_one)
    (next_one,) = await box.build_job("casjobs", {"owner": "1"})
    await box.jobs.add(next_one)
    found, _ = await box.jobs.page("casjobs", newest=False)
    assert [job.id for job in found] == ["5000001", "5000002", "5000003"]
    await box.seed()  # Beside what is there already.
    found, _ = await box.jobs.page("casjobs", newest=False)
    assert [job.id for job in found] == ["5000001", "5000002", "5000003", "5000004", "5000005"]


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done in turns is many, and each piece long."""
    monkeypatch.setattr("mockserver.sandbox.fixtures.seeds.FEW", 5)
    monkeypatch.setattr("mockserver.sandbox.fixtures.seeds.PART", 7)
    monkeypatch.setattr("mockserver.sandbox.fixtures.merge.PART", 7)
    monkeypatch.setattr("mockserver.sandbox.turns.LONG", -1.0)


async def _with_turns(work: Coroutine[Any, Any, T]) -> tuple[T, int]:
    """Return what comes of it, and how often others had their turn meanwhile."""
    task, turns = asyncio.ensure_future(work), 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    return await task, turns


@pytest.mark.usefixtures("many")
async def test_many_jobs_of_fixtures_are_those_that_few_would_be() -> None:
    services = build(Settings(clock=NOON))
    (found, fresh), turns = await _with_turns(services.sandboxes.replace("one"))
    assert fresh and turns > 20
    _, turns = await _with_turns(reset(found))
    assert turns > 20
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mockserver.sandbox.fixtures.seeds.FEW", 500)
        few = build(Settings(clock=NOON))
        await few.sandboxes.default.seed()
    for api in services.apis:
        for kind in api.machines:
            jobs, _ = await found.jobs.page(api.name, kind=kind)
            assert jobs == (await few.sandboxes.default.jobs.page(api.name, kind=kind))[0]
    assert (await found.store.counters("one")).items() >= (await few.store.counters("default")).items()


@pytest.mark.usefixtures("many")
async def test_a_job_that_is_there_twice_among_many_is_named() -> None:
    services = build(Settings(clock=NOON))
    twice = [{"id": str(number), "runs": [{"id": "7" if number == 19 else str(number)}]} for number in range(30)]
    given = fixtures.merge(fixtures.inline([{"prime": {"jobs": twice}}]), APIS)
    with pytest.raises(BadFixture, match=r"fixtures: at /prime/jobs/19: .*7"):
        await services.sandboxes.create("one", given)
    assert not await services.store.size("one")


@pytest.mark.usefixtures("many")
async def test_long_lists_are_checked_in_turns_as_they_are_at_once() -> None:
    shipped = build(Settings()).sandboxes.fixtures
    plain = json.loads(json.dumps(shipped.sections))
    (made, turns) = await _with_turns(fixtures.merge_in_turns(fixtures.inline([plain]), APIS))
    assert made.sections == fixtures.merge(fixtures.inline([plain]), APIS).sections
    assert turns > sum(len(section["jobs"]) // 7 for section in plain.values())


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("number", [0, 6, 7, 20, 29])
@pytest.mark.parametrize("wrong", [5, {"id": 5}, {"id": "x", "graph": 5}, {"id": "x", "colour": "red"}])
async def test_what_is_wrong_in_a_long_list_is_named_as_in_a_short_one(number: int, wrong: Any) -> None:
    jobs: list[Any] = [{"id": str(number), "graph": "movie"} for number in range(30)]
    jobs[number] = wrong
    given = fixtures.inline([{"ges": {"jobs": jobs}}])
    with pytest.raises(BadFixture) as expected:
        fixtures.merge(given, APIS)
    with pytest.raises(BadFixture) as found:
        await fixtures.merge_in_turns(given, APIS)
    assert str(found.value) == str(expected.value)
    assert f"/ges/jobs/{number}" in str(found.value)


@pytest.mark.parametrize(
    "document", [{"ges": 5}, {"ges": []}, {"ges": {"jobs": 5}}, {"gse": {}}, {"ges": {"jobs": {}}}]
)
async def test_what_is_no_fixture_is_refused_alike_in_turns(document: Any) -> None:
    given = fixtures.inline([document])
    with pytest.raises(BadFixture) as expected:
        fixtures.merge(given, APIS)
    with pytest.raises(BadFixture) as found:
        await fixtures.merge_in_turns(given, APIS)
    assert str(found.value) == str(expected.value)


async def test_the_default_fixtures_hold_a_job_in_every_state_of_every_api() -> None:
    services = build(Settings())
    box = services.sandboxes.default
    await box.seed()
    for api in services.apis:
        for kind, machine in api.machines.items():
            jobs, _ = await box.jobs.page(api.name, kind=kind)
            # A run that has not begun is in no list of the vendor's: a deployment makes it.
            unbegun = UNBEGUN if (api.name, kind) == ("prime", "run") else frozenset()
            assert {job.state for job in jobs} == set(machine.by_name) - unbegun, f"{api.name} {kind}"


async def test_nothing_in_the_default_fixtures_moves_by_itself() -> None:
    """A test that turns the clock to the next change must meet its own job, not one of ours."""
    services = build(Settings())
    box = services.sandboxes.default
    await box.seed()
    assert await box.jobs.due() is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name")
def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.json")
    with pytest.raises(BadFixture, match=r"a\.json: no file; name a fixture file"):
        load([tmp_path / "a.json"], APIS)


def test_a_yaml_document_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert load([write(tmp_path, "a.yaml", "\ufeffges:\n  jobs: []\n")], APIS).sections == {"ges": {"jobs": []}}


def test_an_api_without_a_schema_of_its_fixtures_is_refused_at_the_start() -> None:
    with pytest.raises(
        BadFixture, match=r"toy\.schema\.json: missing; each API has one \(docs/how-to/add-an-api\.md\)"
    ):
        load([], [*APIS, replace(APIS[0], name="toy")])


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
def test_the_fixtures_of_the_package_are_the_same_with_and_without_a_check(api: Api) -> None:
    checked, known_good = load([folder("fixtures")], APIS), load((), APIS)
    assert known_good.known_good and not checked.known_good
    assert known_good.section(api.name) == checked.section(api.name)
    assert known_good.settings(api) == checked.settings(api)
