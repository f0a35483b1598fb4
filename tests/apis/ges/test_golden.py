"""The vendor's own samples (2021), request by request: what we answer says the same, key by key, blank by blank."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

# What the pages of github.com/huaweicloudDocs/ges answer: only what is compared below, each with its page and date. Ids
# are made up in the form of the page's; so are the names of files in the list of jobs.
SAMPLES = {
    row["page"]: row["values"] for row in json.loads((Path(__file__).parent / "samples.json").read_text("utf-8"))
}


def answer_of(page: str, part: str) -> Any:
    """Return the sample object of a page that has a key."""
    return SAMPLES[page][part]


VERTICES = {"labels": ["user"]}
EDGES = {"labels": ["rate"]}
PATHS = {"exportPath": "demo_movie/"}

CREATORS: list[tuple[str, str, str, Any]] = [
    ("点过滤查询(1-0-0)", "POST", "vertices/action?action_id=query", VERTICES),
    ("边过滤查询(1-0-0)", "POST", "edges/action?action_id=query", EDGES),
    ("执行算法(1-0-0)", "POST", "action?action_id=execute-algorithm", {"algorithmName": "pagerank"}),
    ("新建索引(1-1-6)", "POST", "indices", {"indexName": "ageIndex", "indexType": "FullTextIndex"}),
    ("删除索引(1-1-6)", "DELETE", "indices/ageIndex", None),
    ("批量删除边(2-1-9)", "POST", "edges/action?action_id=batch-delete", {"executionMode": "async", "edges": []}),
    ("Filtered-query-API(2-2-13)", "POST", "action?action_id=filtered-query", {"executionMode": "async"}),
    ("导出过滤后的点(2-2-7)", "POST", "vertices/action?action_id=export", {**VERTICES, **PATHS}),
    ("导出过滤后的边(2-2-7)", "POST", "edges/action?action_id=export", {**EDGES, **PATHS}),
    ("删除过滤后的点(2-2-7)", "POST", "vertices/action?action_id=delete", VERTICES),
    ("删除过滤后的边(2-2-7)", "POST", "edges/action?action_id=delete", EDGES),
    ("导出图(1-0-5)", "POST", "action?action_id=export-graph", {}),
    ("增量导入图(2-1-14)", "POST", "action?action_id=import-graph", {}),
    ("清空图(2-1-2)", "POST", "action?action_id=clear-graph", None),
    ("通过导入文件更新点边的指定属性(2-2-13)", "POST", "action?action_id=import-properties", {}),
    ("通过读取文件删除点边（2-2-15）", "POST", "action?action_id=delete-by-file", {}),
]


def shape(job_id: str) -> str:
    """Return how an id is written: `uuid`, `uuid+9`, `hex+0` …"""
    uuid = re.fullmatch(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(\d*)", job_id)
    if uuid:
        return f"uuid+{len(uuid[1])}"
    plain = re.fullmatch(r"[0-9a-f]{32}(\d*)", job_id)
    assert plain, job_id
    return f"hex+{len(plain[1])}"


@pytest.mark.parametrize(("page", "method", "path", "body"), CREATORS, ids=[row[0] for row in CREATORS])
async def test_a_call_that_creates_a_job_answers_as_its_sample(
    ges: Any, page: str, method: str, path: str, body: Any
) -> None:
    sample = answer_of(page, "jobId")
    got = await ges.call(method, path, json=body)
    assert got.status == 200
    assert list(got.data) == list(sample)
    assert got.data.get("jobType") == sample.get("jobType")
    assert shape(got.data["jobId"]) == shape(sample["jobId"])


GRAPH_FAULTS = [
    ("执行算法(1-0-0)", "POST", "action?action_id=execute-algorithm"),
    ("新建索引(1-1-6)", "POST", "indices"),
    ("删除索引(1-1-6)", "DELETE", "indices/ageIndex"),
    ("导出job返回结果到文件(2-2-1)", "POST", "jobs/x/action?action_id=export-result"),
    ("Filtered-query-API(2-2-13)", "POST", "action?action_id=filtered-query"),
]


@pytest.mark.parametrize(("page", "method", "path"), GRAPH_FAULTS, ids=[row[0] for row in GRAPH_FAULTS])
async def test_an_unknown_graph_is_told_as_in_the_sample(ges: Any, page: str, method: str, path: str) -> None:
    sample = answer_of(page, "errorMessage")
    ges.graph = re.fullmatch(r"graph \[(.*)\] is not found", sample["errorMessage"])[1]
    got = await ges.call(method, path, json={})
    assert (got.status, got.data) == (400, sample)


@pytest.mark.parametrize(
    ("page", "path"),
    [
        ("点过滤查询(1-0-0)", "vertices/action?action_id=query"),
        ("边过滤查询(1-0-0)", "edges/action?action_id=query"),
        ("导出过滤后的点(2-2-7)", "vertices/action?action_id=export"),
        ("导出过滤后的边(2-2-7)", "edges/action?action_id=export"),
        ("删除过滤后的点(2-2-7)", "vertices/action?action_id=delete"),
        ("删除过滤后的边(2-2-7)", "edges/action?action_id=delete"),
    ],
)
async def test_neither_labels_nor_filters_is_told_as_in_the_sample(ges: Any, page: str, path: str) -> None:
    got = await ges.call("POST", path, json={"exportPath": "x"})
    assert (got.status, got.data) == (400, answer_of(page, "errorMessage"))


async def test_the_status_of_a_finished_query(ges: Any) -> None:
    sample = answer_of("查询Job状态(1-0-0)-业务面", "data")
    got = await ges.status("03e774f5-29ea-4187-9508-5435f3892ead016886200", "?offset=0&limit=2")
    assert got.data == sample
    assert list(got.data["data"]["outputs"]) == list(sample["data"]["outputs"])


async def test_an_unknown_job_has_two_blanks(ges: Any) -> None:
    sample = answer_of("查询Job状态(1-0-0)-业务面", "errorMessage")
    assert "  " in sample["errorMessage"]
    got = await ges.status("9440a7ebXXXXXXXXXXXXXXXXXXXX2d079a67001679122")
    assert (got.status, got.data) == (400, sample)


async def test_the_list_of_jobs(ges: Any) -> None:
    sample = answer_of("查询job列表(2-2-13)", "jobs")
    ges.graph = "movie_fails"
    for job in reversed(sample["jobs"]):
        await ges.add(id=job["jobId"], kind="import-graph", state=job["status"], request=job["request"])
    assert (await ges.call("GET", "jobs/status")).data == sample
    ges.graph = "movidde"
    got = await ges.call("GET", "jobs/status")
    assert (got.status, got.data) == (400, answer_of("查询job列表(2-2-13)", "errorMessage"))


async def test_a_failed_algorithm(ges: Any) -> None:
    job_id = await ges.add(kind="execute-algorithm", algorithm="XXXX", state="failed", error="YYYYYYYYY")
    got = await ges.status(job_id)
    assert (got.status, got.data) == (400, answer_of("算法公共参数", "errorMessage"))


async def test_answers_at_once(ges: Any) -> None:
    path = "action?action_id=execute-algorithm"
    page = "带一般过滤条件最短路径（filtered_shortest_path）(2-2-4)"
    got = await ges.call("POST", path, json={"executionMode": "sync", "algorithmName": "filtered_shortest_path"})
    assert got.data == answer_of(page, "data")
    got = await ges.call("POST", path, json={"executionMode": "async", "algorithmName": "filtered_shortest_path"})
    assert got.data["jobType"] == answer_of(page, "jobId")["jobType"]
    deleted = await ges.call("POST", "edges/action?action_id=batch-delete", json={"edges": []})
    assert deleted.data == answer_of("批量删除边(2-1-9)", "result")
    gremlin = await ges.call("POST", "action?action_id=execute-gremlin-query", json={"command": "g1.V()"})
    assert (gremlin.status, gremlin.data) == (400, answer_of("执行Gremlin查询(1-0-0)", "errorMessage"))
    ges.graph = "movie_no_index"
    cypher = await ges.call(
        "POST", "action?action_id=execute-cypher-query", json={"statements": [{"statement": "match (n) return n"}]}
    )
    assert (cypher.status, cypher.data) == (400, answer_of("Cypher操作API（2-2-16公测）", "errors"))


async def test_the_management_plane(ges: Any) -> None:
    page = "查询Job状态(1-0-0)-管理面"
    path = f"/v1.0/{ges.project}/graphs/4b5aa3a0000040008000000000000002/jobs"
    sample = answer_of(page, "jobId")
    assert (await ges.send("GET", f"{path}/{sample['jobId']}/status")).data == sample
    got = await ges.send("GET", f"{path}/ff808081646e81d40164c5fb414b2b1a1/status")
    assert (got.status, got.data) == (400, answer_of(page, "errorMessage"))
