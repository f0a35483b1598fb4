"""A service in the Administrator: how it stands, starting and stopping it, its statistics, its kind; the site's log."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockserver.apis.arcgis.admin_query import BadQuery
from mockserver.apis.arcgis.log_query import log_page, read_log_query
from tests.drivers.arcgis import DEMO, ArcGis

SERVICES = "/arcgis/admin/services"
SERVICE = f"{SERVICES}/Demo.GPServer"
NOT_STARTED = {"error": {"code": 500, "message": "Service Demo/GPServer not started ", "details": []}}
SUCCESS = {"status": "success"}


async def stands(arcgis: ArcGis) -> tuple[str, str, bool]:
    found = await arcgis.get(f"{SERVICE}/status")
    counted = (await arcgis.get(f"{SERVICE}/statistics"))["summary"]["isStatisticsAvailable"]
    assert found["configuredState"] == found["realTimeState"]
    return found["realTimeState"], (await arcgis.get(SERVICE))["configuredState"], counted


async def test_a_service_that_is_stopped_says_so_everywhere_until_it_is_started(arcgis: ArcGis) -> None:
    job = await arcgis.submit()
    assert await stands(arcgis) == ("STARTED", "STARTED", True)
    assert await arcgis.said("POST", f"{SERVICE}/stop") == SUCCESS
    assert await stands(arcgis) == ("STOPPED", "STOPPED", False)
    for path in (DEMO, f"{DEMO}/Echo", f"{DEMO}/Echo/submitJob", job, f"{job}/cancel"):
        assert await arcgis.get(path) == NOT_STARTED
    # Its jobs go on, and it can be stopped twice.
    await arcgis.advance(3)
    assert await arcgis.said("POST", f"{SERVICE}/stop") == SUCCESS
    assert await arcgis.said("POST", f"{SERVICE}/start") == SUCCESS
    assert await stands(arcgis) == ("STARTED", "STARTED", True)
    assert await arcgis.status(job) == "esriJobSucceeded"


async def test_a_service_the_fixtures_stop_can_be_started(arcgis: ArcGis) -> None:
    rest = "/arcgis/rest/services/StoppedDemo/GPServer"
    assert (await arcgis.get(rest))["error"]["code"] == 500
    assert await arcgis.said("POST", f"{SERVICES}/StoppedDemo.GPServer/start") == SUCCESS
    assert "tasks" in await arcgis.get(rest)


async def test_a_reset_and_another_sandbox_know_nothing_of_it(arcgis: ArcGis) -> None:
    await arcgis.client.post("/_control/sandboxes", json={"name": "other"})
    await arcgis.said("POST", f"{SERVICE}/stop")
    assert "tasks" in await arcgis.get(f"/~other{DEMO}")
    await arcgis.client.post("/_control/reset")
    assert "tasks" in await arcgis.get(DEMO)


@pytest.mark.parametrize("verb", ["start", "stop"])
async def test_a_get_of_a_program_moves_nothing(arcgis: ArcGis, verb: str) -> None:
    answer = await arcgis.client.get(f"{SERVICE}/{verb}", params={"f": "json"})
    assert (answer.status, (await answer.json(content_type=None))["code"]) == (405, 405)
    assert await stands(arcgis) == ("STARTED", "STARTED", True)


async def test_statistics_count_what_runs_and_what_ran(arcgis: ArcGis) -> None:
    before = (await arcgis.get(f"{SERVICE}/statistics"))["summary"]
    for number in range(3):
        await arcgis.add(id=f"jb{number:031x}", state="esriJobExecuting")
    found = await arcgis.get(f"{SERVICE}/statistics")
    summary = found["summary"]
    assert summary["transactions"] == before["transactions"] + 3
    # No more than the service has instances are busy.
    assert (summary["max"], summary["busy"], summary["free"], summary["notCreated"]) == (2, 2, 0, 0)
    (machine,) = found["perMachine"]
    assert machine == {
        **{name: value for name, value in summary.items() if name != "startTime"},
        "machineName": "MOCKSERVER.LOCAL",
    }
    await arcgis.advance(2)
    again = (await arcgis.get(f"{SERVICE}/statistics"))["summary"]
    assert again["totalBusyTime"] - summary["totalBusyTime"] >= 6000


@pytest.mark.parametrize(
    ("folder", "name", "kind", "there"),
    [
        ("", "Demo", "GPServer", True),
        ("/", "Demo", "GPServer", True),
        ("", "demo", "GPServer", False),
        ("", "Demo", "MapServer", False),
        ("Analysis", "Hotspots", "GPServer", True),
        ("", "Hotspots", "GPServer", False),
        ("Nope", "Hotspots", "GPServer", False),
        ("Analysis", "", "", True),
        ("Nope", "", "", False),
        ("", "", "", True),
    ],
)
async def test_what_exists(arcgis: ArcGis, folder: str, name: str, kind: str, there: bool) -> None:
    form = {"f": "json", "folderName": folder, "serviceName": name, "type": kind}
    answer = await arcgis.client.post(f"{SERVICES}/exists", data=form)
    assert await answer.json(content_type=None) == {"exists": there}


async def test_types_are_those_of_the_site_and_each_has_an_address(arcgis: ArcGis) -> None:
    found = (await arcgis.get(f"{SERVICES}/types"))["types"]
    names = {one["Name"] for one in found}
    assert {"GPServer", "MapServer"} <= names
    listed = await arcgis.get(SERVICES)
    assert {one["type"] for one in listed["services"]} <= names
    for one in found:
        assert await arcgis.get(f"{SERVICES}/types/{one['Name']}") == one


# --- the log -----------------------------------------------------------------------------------------


async def test_the_log_has_what_failed_newest_first_in_pages(arcgis: ArcGis) -> None:
    await arcgis.client.post("/_control/sandboxes", json={"name": "own", "fixtures": [OWN]})
    log = "/~own/arcgis/admin/logs/query"
    first = await arcgis.get(log, pageSize="2")
    assert [one["time"] for one in first["logMessages"]] == [NOON + 3000, NOON + 2000]
    assert (first["hasMore"], first["startTime"], first["endTime"]) == (True, NOON + 3000, NOON + 1000)
    second = await arcgis.get(log, pageSize="2", startTime=str(first["endTime"]))
    assert [one["time"] for one in second["logMessages"]] == [NOON + 1000]
    assert second["hasMore"] is False
    assert second["logMessages"][0] == {
        "type": "SEVERE",
        "message": f"Error executing tool. Do it Job ID: {'j' + '1' * 32} : ERROR 1: no Failed to execute (Do it).",
        "time": NOON + 1000,
        "source": "Own.GPServer",
        "machine": "HOST",
        "user": "me",
        "code": 20010,
        "elapsed": "1",
        "process": "1",
        "thread": "1",
        "methodName": "GPServerSyncJob.Execute",
    }


NOON = 1767355200000
OWN = {
    "arcgis": {
        "services": [{"name": "Own", "tasks": [{"name": "Do", "displayName": "Do it"}]}],
        "jobs": [
            {
                "id": f"j{str(number) * 32}",
                "service": "Own.GPServer",
                "task": "Do",
                "state": state,
                "owner": "me",
                "machine": "HOST",
                "error": f"ERROR {number}: no",
                "created": "2026-01-02T12:00:00Z",
                "started": "2026-01-02T12:00:00Z",
                "ended": f"2026-01-02T12:00:0{number}Z",
            }
            for number, state in enumerate(
                ("esriJobFailed", "esriJobFailed", "esriJobFailed", "esriJobSucceeded", "esriJobCancelled"), 1
            )
        ],
    }
}

ENTRY = {"type": "SEVERE", "source": "A.GPServer", "machine": "HOST", "code": 20010, "process": "1", "user": "me"}


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({}, True),
        ({"level": "severe"}, True),
        ({"level": "DEBUG"}, True),
        ({"startTime": "99"}, False),
        ({"startTime": "100", "endTime": "100"}, True),
        ({"endTime": "101"}, False),
        ({"startTime": "1970-01-01T00:00:00,100"}, True),
        ({"startTime": "1970-01-01T00:00:00,099"}, False),
        ({"filter": {}}, True),
        ({"filter": {"services": "*", "machines": "*", "codes": [], "server": "*"}}, True),
        ({"filter": {"services": ["A.GPServer", "B.GPServer"]}}, True),
        ({"filter": {"services": ["B.GPServer"]}}, False),
        ({"filter": {"machines": ["host"]}}, True),
        ({"filter": {"machines": ["other"]}}, False),
        ({"filter": {"codes": [20010]}}, True),
        ({"filter": {"codes": [8271, 9003]}}, False),
        ({"filter": {"processIds": [1]}}, True),
        ({"filter": {"requestIds": ["a1fc28db"]}}, False),
        ({"filter": {"server": "*"}}, False),
        ({"filter": {"server": ["Rest"], "services": "*"}}, True),
    ],
)
def test_a_query_admits(parameters: dict[str, Any], found: bool) -> None:
    given = {name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()}
    assert bool(log_page(read_log_query(given), [{**ENTRY, "time": 100}], 0)["logMessages"]) is found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("level", "LOUD"),
        ("pageSize", "0"),
        ("pageSize", "-1"),
        ("pageSize", "many"),
        ("pageSize", "9" * 5000),
        ("startTime", "yesterday"),
        ("endTime", "2011-13-01T00:00:00"),
        ("filter", "services"),
        ("filter", "[]"),
        ("filter", '{"services": {"a": 1}}'),
    ],
)
def test_a_query_that_cannot_be_read_names_the_parameter(name: str, text: str) -> None:
    with pytest.raises(BadQuery, match=rf"^Invalid value for parameter '{name}'\.$"):
        read_log_query({name: text})


def test_a_page_is_never_longer_than_ten_thousand() -> None:
    assert read_log_query({"pageSize": "10001"}).size == 10000
    assert read_log_query({}).size == 1000
