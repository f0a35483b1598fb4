"""Whatever JSON comes, the answer keeps its contract: a breach or a bug of ours would be a 500 of the house."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.apis.ges import GES
from tests.drivers.properties import examples

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
KEYS = st.sampled_from(
    ["labels", "vertexFilters", "edgeFilters", "offset", "limit", "exportPath", "erase", "algorithmName", "parameters",
     "executionMode", "indexName", "indexType", "hasLabel", "edges", "filters", "vertices", "statements", "command",
     "edgesetPath", "auth", "obsParameters"]
)  # fmt: skip
BODIES = st.dictionaries(KEYS, ANYTHING, max_size=5)
WORDS = st.sampled_from(["", "0", "1", "-1", "x", "true", "100001", "running", "movie", "2026-01-01", " 1 ", "１"])
NAMES = {
    "project_id": "0123456789abcdef0123456789abcdef",
    "graph_name": "movie",
    "graph_id": "4b5aa3a0000040008000000000000002",
    "index_name": "i",
}
FAKED = [operation for operation in GES.operations if operation.handler is not None]


@pytest.mark.parametrize("operation", FAKED, ids=lambda operation: operation.name)
@settings(
    max_examples=examples(10),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
async def test_any_input_gets_an_answer_that_keeps_the_contract(ges: Any, operation: Any, data: st.DataObject) -> None:
    await ges.set(edition=data.draw(st.sampled_from(["memory", "memory-2025", "persistent"])))
    path = data.draw(st.sampled_from(operation.paths))
    jobs = ["4448c9fb-0b16-4a78-8d89-2a137c53454a001679122", "03e774f5-29ea-4187-9508-5435f3892ead016886200", "x"]
    for name, value in {**NAMES, "job_id": data.draw(st.sampled_from(jobs))}.items():
        path = path.replace(f"{{{name}}}", value)
    query = data.draw(st.dictionaries(st.sampled_from(["offset", "limit", "status", "version", "name"]), WORDS))
    params = [*query.items()]
    if "?" in path:
        path, _, given_query = path.partition("?")
        params += [tuple(given_query.split("=", 1))]
    body = data.draw(ANYTHING | BODIES) if "POST" in operation.methods else None
    got = await ges.send(operation.methods[0], path, params=params, json=body)
    assert got.status < 500, got.data
    elsewhere = ("HygJob", "HygJobs", "HygGraphs", "EngineGraph", "EngineGraphs", "BatchBuildIndices")
    assert got.status != 404 or operation.name.endswith((*elsewhere, "ExportResult", "CreateToken")), got.data
