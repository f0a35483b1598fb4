"""Graphs and their backups on the management plane, and the graphs of a persistent engine."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mockserver.core.errors import Unavailable
from mockserver.core.job import Job
from mockserver.sandbox.jobs import Jobs
from mockserver.store.memory import MemoryStore
from tests.drivers.ges import GRAPHS, PROJECT
from tests.store.yielding import YieldingStore

MOVIE = "4b5aa3a0000040008000000000000001"


async def plane(ges: Any, method: str, path: str, version: str = "v2", status: int = 200, **options: Any) -> Any:
    got = await ges.send(method, f"/{version}/{PROJECT}/graphs{path}", **options)
    assert got.status == status, got.data
    assert got.headers["X-Request-Id"]
    return got.data


async def shown(ges: Any, graph_id: str = MOVIE) -> str:
    return str((await plane(ges, "GET", f"/{graph_id}"))["graph"]["status"])


async def task(ges: Any, job_id: str) -> Any:
    return await plane(ges, "GET", f"/{MOVIE}/jobs/{job_id}/status")


async def test_a_client_learns_the_id_of_its_graph(ges: Any) -> None:
    first = await plane(ges, "GET", "?limit=100")
    ids = {graph["name"]: graph["id"] for graph in first["graphs"]}
    assert (first["graph_count"], ids["movie"]) == (len(ids), MOVIE)
    camel = await plane(ges, "GET", "?limit=100", "v1.0")
    assert [graph["id"] for graph in camel["graphs"]] == list(ids.values())
    assert camel["graphCount"] == len(ids)
    assert {"privateIp", "dataStoreVersion", "graphSizeTypeIndex"} < set(camel["graphs"][0])
    assert {"private_ip", "data_store_version", "graph_size_type_index"} < set(first["graphs"][0])


async def test_pages_of_graphs(ges: Any) -> None:
    every = (await plane(ges, "GET", "?limit=100"))["graphs"]
    assert len((await plane(ges, "GET", ""))["graphs"]) == min(10, len(every))
    assert (await plane(ges, "GET", "?offset=1&limit=2"))["graphs"] == every[1:3]
    assert (await plane(ges, "GET", "?limit=x", status=400))["error_code"] == "GES.0001"


async def test_a_graph_says_where_it_is_and_what_its_fixture_says(ges_with: Any, tmp_path: Any) -> None:
    file = tmp_path / "fixture.json"
    details = '{"private_ip": "192.0.2.9", "enable_rbac": true, "status": "900"}'
    file.write_text(f'{{"ges": {{"graphs": [{{"name": "g", "id": "1", "details": {details}}}]}}}}', "utf-8")
    ges = await ges_with(fixtures=(file,))
    graph = (await plane(ges, "GET", "/1", "v1.0"))["graph"]
    assert (graph["privateIp"], graph["enableRBAC"], graph["status"]) == ("192.0.2.9", True, "900")
    assert graph["publicIp"] == "127.0.0.1"
    assert (await plane(ges, "GET", "/1"))["graph"]["enable_rbac"] is True


@pytest.mark.parametrize(
    ("word", "kind", "during", "done"),
    [
        ("stop", "StopGraph", "901", "900"),
        ("start", "StartGraph", "920", "200"),
        ("restart", "RestartGraph", "920", "200"),
        ("upgrade", "UpgradeGraph", "201", "200"),
        ("clear-graph", "ClearGraph", "205", "200"),
        ("import-graph", "ImportGraph", "202", "200"),
        ("export-graph", "ExportGraph", "204", "200"),
    ],
)
@pytest.mark.parametrize("version", ["v1.0", "v2"])
async def test_a_job_changes_its_graph(ges: Any, version: str, word: str, kind: str, during: str, done: str) -> None:
    path = f"/{MOVIE}/action?action_id={word}" if version == "v1.0" else f"/{MOVIE}/{word}"
    made = await plane(ges, "POST", path, version, json={})
    job_id = made["jobId" if version == "v1.0" else "job_id"]
    assert (await task(ges, job_id))["job_name"] == kind
    assert await shown(ges) == during
    await ges.advance(3)
    assert (await task(ges, job_id))["status"] == "success"
    assert await shown(ges) == done


@pytest.mark.parametrize(("word", "during"), [("resize", "207"), ("expand", "211")])
async def test_graphs_grow(ges: Any, word: str, during: str) -> None:
    await plane(ges, "POST", f"/{MOVIE}/{word}", json={word: {}})
    assert await shown(ges) == during


async def test_a_job_that_fails_leaves_the_graph_as_it_was(ges: Any) -> None:
    job_id = (await plane(ges, "POST", f"/{MOVIE}/stop"))["job_id"]
    await ges.control("PUT", f"/jobs/ges/{job_id}/state", {"state": "failed", "error": "no"})
    assert await shown(ges) == "200"


async def test_one_change_after_the_other(ges: Any) -> None:
    for word, after in (("stop", "900"), ("upgrade", "900"), ("start", "200")):
        await plane(ges, "POST", f"/{MOVIE}/{word}")
        await ges.advance(3)
        assert await shown(ges) == after


async def test_a_graph_is_created_used_and_deleted(ges: Any) -> None:
    wanted = {"graph": {"name": "fresh", "graph_size_type_index": "3", "vpc_id": "v"}}
    made = await plane(ges, "POST", "", json=wanted)
    assert made["name"] == "fresh"
    graph = (await plane(ges, "GET", f"/{made['id']}"))["graph"]
    assert (graph["status"], graph["graph_size_type_index"], graph["vpc_id"]) == ("100", "3", "v")
    assert (await plane(ges, "POST", "", status=400, json=wanted))["error_code"] == "GES.0001"
    await ges.advance(3)
    assert await shown(ges, made["id"]) == "200"
    ges.graph = "fresh"
    job_id = await ges.submit()
    await ges.advance(3)
    assert (await ges.status(job_id)).data["status"] == "complete"
    assert (await plane(ges, "GET", "?limit=100"))["graphs"][-1]["id"] == made["id"]
    deleted = (await plane(ges, "DELETE", f"/{made['id']}"))["job_id"]
    assert await shown(ges, made["id"]) == "200"
    await ges.advance(3)
    assert (await plane(ges, "GET", f"/{made['id']}", status=400))["error_code"] == "GES.7000"
    assert (await ges.status(job_id)).data["errorMessage"] == "graph [fresh] is not found"
    assert (await task(ges, deleted))["related_graph"] == "fresh"
    assert "fresh" not in str(await plane(ges, "GET", "?limit=100"))


@pytest.mark.parametrize("later", [0, 3])
async def test_a_graph_that_is_being_deleted_goes_whatever_comes_after_that(ges: Any, later: int) -> None:
    deleted = (await plane(ges, "DELETE", f"/{MOVIE}"))["job_id"]
    for _ in range(2):
        upgraded = (await plane(ges, "POST", f"/{MOVIE}/upgrade"))["job_id"]
    assert await shown(ges) == "201"
    await ges.force(deleted, "success")
    assert (await plane(ges, "GET", f"/{MOVIE}", status=400))["error_code"] == "GES.7000"
    await ges.force(upgraded, "success")
    await ges.advance(later)
    assert (await plane(ges, "GET", f"/{MOVIE}", status=400))["error_code"] == "GES.7000"
    made = (await plane(ges, "POST", "", json={"graph": {"name": "movie"}}))["id"]
    await ges.advance(3)
    assert await shown(ges, made) == "200"


async def test_one_whose_deletion_fails_stays(ges: Any) -> None:
    deleted = (await plane(ges, "DELETE", f"/{MOVIE}"))["job_id"]
    await plane(ges, "POST", f"/{MOVIE}/upgrade")
    await ges.force(deleted, "failed")
    await ges.advance(3)
    assert await shown(ges) == "200"


async def test_a_seeded_graph_can_be_deleted_and_a_reset_brings_it_back(ges: Any) -> None:
    await plane(ges, "DELETE", f"/{MOVIE}", "v1.0")
    await ges.advance(3)
    assert (await ges.call("GET", "jobs/status")).status == 400
    made = (await plane(ges, "POST", "", json={"graph": {"name": "movie"}}))["id"]
    await ges.advance(3)
    named = [one["id"] for one in (await plane(ges, "GET", "?limit=100"))["graphs"] if one["name"] == "movie"]
    assert (named, await shown(ges, made)) == ([made], "200")
    assert (await plane(ges, "GET", f"/{MOVIE}", status=400))["error_code"] == "GES.7000"
    await ges.control("POST", "/reset")
    assert (await ges.call("GET", "jobs/status")).status == 200
    assert await shown(ges) == "200"


@pytest.mark.parametrize("body", [None, [], {}, {"graph": {}}, {"graph": {"name": 5}}, {"graph": "x"}])
async def test_a_graph_needs_a_name(ges: Any, body: Any) -> None:
    assert (await plane(ges, "POST", "", status=400, json=body))["error_code"] == "GES.0001"


async def test_of_two_that_create_a_graph_of_one_name_one_is_refused(ges_with: Any) -> None:
    ges = await ges_with(store=YieldingStore())
    for _ in range(2):
        path, wanted = f"/v2/{PROJECT}/graphs", {"graph": {"name": "fresh"}}
        got = await asyncio.gather(*(ges.send("POST", path, json=wanted) for _ in range(3)))
        made, *refused = sorted(got, key=lambda one: one.status)
        assert [made.status, *((one.status, one.data["error_code"]) for one in refused)] == [
            200,
            (400, "GES.0001"),
            (400, "GES.0001"),
        ]
        graph_id = made.data["id"]
        named = [one["id"] for one in (await plane(ges, "GET", "?limit=100"))["graphs"] if one["name"] == "fresh"]
        assert (named, await shown(ges, graph_id)) == ([graph_id], "100")
        await ges.advance(3)
        assert await shown(ges, graph_id) == "200"
        # The name of a graph that is gone is free again.
        await plane(ges, "DELETE", f"/{graph_id}")
        await ges.advance(3)


async def test_a_graph_whose_job_cannot_be_made_takes_no_name(ges: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {"graph": {"name": "fresh"}}

    async def away(*_: Any) -> Job:
        raise Unavailable("the store is away")

    with monkeypatch.context() as patch:
        patch.setattr(Jobs, "add", away)
        assert (await ges.send("POST", f"/v2/{PROJECT}/graphs", json=wanted)).status >= 500
    assert "fresh" not in str(await plane(ges, "GET", "?limit=100"))
    await plane(ges, "POST", "", json=wanted)


# --- backups ----------------------------------------------------------------------------------------


async def test_the_life_of_a_backup(ges: Any) -> None:
    job_id = (await plane(ges, "POST", f"/{MOVIE}/backups"))["job_id"]
    (backup,) = (await plane(ges, "GET", f"/{MOVIE}/backups"))["backup_list"]
    assert (backup["status"], "end_time" in backup, backup["graph_name"]) == ("backing_up", False, "movie")
    await ges.advance(3)
    listed = await plane(ges, "GET", "/backups", "v1.0")
    (backup,) = listed["backupList"]
    assert (listed["backupCount"], backup["status"], backup["duration"]) == (1, "success", 3)
    assert (await task(ges, job_id))["job_name"] == "CreateBackup"
    export = {"backup_id": backup["id"], "export_path": "bucket/x"}
    assert (await plane(ges, "POST", f"/{MOVIE}/backups/export", json=export))["job_id"]
    assert (await plane(ges, "POST", f"/{MOVIE}/backups/import", json={"import_path": "bucket/x"}))["job_id"]
    path = f"/{MOVIE}/backups/{backup['id']}"
    assert await plane(ges, "DELETE", path) == {}
    assert (await plane(ges, "DELETE", path, status=400))["error_code"] == "GES.0001"
    assert (await plane(ges, "GET", "/backups"))["backup_count"] == 0


async def test_of_two_that_delete_a_backup_one_is_refused(ges_with: Any) -> None:
    both = asyncio.Barrier(2)

    class Store(MemoryStore):
        async def read(self, sandbox: str, collection: str, key: str) -> Any:
            found = await super().read(sandbox, collection, key)
            if collection == "ges.backups":
                await both.wait()
            return found

    ges = await ges_with(store=Store())
    await plane(ges, "POST", f"/{MOVIE}/backups")
    (backup,) = (await plane(ges, "GET", "/backups"))["backup_list"]
    path = f"/v2/{PROJECT}/graphs/{MOVIE}/backups/{backup['id']}"
    got = await asyncio.gather(*(ges.send("DELETE", path) for _ in range(2)))
    assert sorted(one.status for one in got) == [200, 400]


async def test_a_backup_can_fail(ges: Any) -> None:
    job_id = (await plane(ges, "POST", f"/{MOVIE}/backups"))["job_id"]
    await ges.control("PUT", f"/jobs/ges/{job_id}/state", {"state": "failed"})
    assert (await plane(ges, "GET", "/backups"))["backup_list"][0]["status"] == "failed"


async def test_backups_are_of_one_graph(ges: Any) -> None:
    await plane(ges, "POST", f"/{MOVIE}/backups")
    other = next(one["id"] for one in (await plane(ges, "GET", "?limit=9"))["graphs"] if one["id"] != MOVIE)
    assert (await plane(ges, "GET", f"/{other}/backups"))["backup_count"] == 0
    backup = (await plane(ges, "GET", "/backups"))["backup_list"][0]["id"]
    assert (await plane(ges, "DELETE", f"/{other}/backups/{backup}", status=400))["error_code"] == "GES.0001"


# --- the persistent engine ----------------------------------------------------------------------------


async def test_a_persistent_engine_lists_and_deletes_graphs(ges: Any) -> None:
    await ges.set(edition="persistent")
    listed = (await ges.send("GET", GRAPHS)).data
    assert listed["result"] == "success"
    assert listed["graphs"][0] == {
        "graphName": "movie",
        "idType": "fixedLengthString",
        "idLength": 20,
        "averageImportRate": 0.0,
    }
    job_id = (await ges.send("DELETE", f"{GRAPHS}/movie")).data["jobId"]
    assert (await ges.status(job_id)).data == {"status": "pending", "result": "success"}
    await ges.advance(3)
    got = await ges.send("DELETE", f"{GRAPHS}/movie")
    assert (got.status, got.data["errorCode"]) == (400, "GES.8301")
    assert (
        got.data["errorMessage"] == f"Graph [{PROJECT}-movie] does not exist, please check project_id and graph_name."
    )
    assert "movie" not in [one["graphName"] for one in (await ges.send("GET", GRAPHS)).data["graphs"]]


async def test_indexes_in_batches(ges: Any) -> None:
    await ges.set(edition="persistent")
    index = {"indexType": "GlobalCompositeEdgeIndex", "indexName": "e", "indexProperty": [], "hasLabel": True}
    path = "indices/action?action_id=batch-build&targetGraphName=movie"
    job_id = (await ges.call("POST", path, json={"indices": [index]})).data["jobId"]
    await ges.advance(3)
    job = next(one for one in (await ges.call("GET", "jobs/status")).data["jobs"] if one["jobId"] == job_id)
    assert (job["status"], job["request"]["command"]) == ("complete", "batch_build_index")
    assert job["request"]["url"].endswith(path)
    assert (await ges.call("POST", path, json={"indices": [{**index, "indexType": "x"}]})).status == 400


async def test_hyg_graphs_are_listed(ges: Any) -> None:
    await ges.set(edition="persistent")
    got = (await ges.send("GET", f"/ges/v1.0/{PROJECT}/hyg")).data
    movie = next(one for one in got["data"] if one["name"] == "movie")
    assert (got["result"], movie["policy"], movie["vertexNum"] > 0) == ("success", "oec", True)
    assert {"label": "user"} in movie["vertex"]


@pytest.mark.parametrize("path", [GRAPHS, f"/ges/v1.0/{PROJECT}/hyg"])
async def test_lists_of_an_engine_want_a_token_of_the_project(ges: Any, path: str) -> None:
    await ges.set(edition="persistent")
    for token, code in (("nobody's", "GES.8007"), ("mock-token-of-bob", "GES.8006"),
                        ("mock-token-without-permission", "GES.8020"), ("mock-token-expired", "GES.8007")):  # fmt: skip
        ges.token = token
        assert (await ges.send("GET", path)).data["errorCode"] == code
    ges.token = None
    await ges.set(token_required=False)
    assert (await ges.send("GET", path)).status == 200
