"""Each plane in its own keys, with its own headers: errors, what is not faked, addresses with two slashes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.drivers.ges import GRAPHS, PROJECT

JOBS = {
    "v1.0": (f"/v1.0/{PROJECT}/graphs/jobs", "ges.ListManagementJobs", ("errorMessage", "errorCode")),
    "v2": (f"/v2/{PROJECT}/graphs/jobs", "ges.ListManagementJobs", ("error_msg", "error_code")),
    "v3": ("/v3/projects", "ges.ListProjects", ("error_msg", "error_code")),
}


@pytest.mark.parametrize("plane", JOBS)
@pytest.mark.parametrize("name", ["GES.8302", "GES.8007", "GES.8601"])
async def test_a_named_refusal_speaks_as_the_plane_does(ges: Any, plane: str, name: str) -> None:
    path, operation, keys = JOBS[plane]
    await ges.control("POST", "/faults", {"match": {"operation": operation}, "effect": {"named": name}, "times": 1})
    got = await ges.send("GET", path)
    assert (set(got.data), got.data[keys[1]]) == (set(keys), name)
    assert got.headers["X-Request-Id"]


@pytest.mark.parametrize("plane", JOBS)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 500, 503])
async def test_a_refusal_without_a_body_has_a_request_id_behind_the_gateway(ges: Any, plane: str, status: int) -> None:
    path, operation, _ = JOBS[plane]
    fault = {"match": {"operation": operation}, "effect": {"named": str(status)}, "times": 1}
    await ges.control("POST", "/faults", fault)
    got = await ges.send("GET", path)
    assert (got.status, got.body) == (status, b"")
    assert got.headers["X-Request-Id"]


REFUSED = {
    "unknown graph": (f"{GRAPHS}/nobody/jobs/status", 400, None),
    "unknown job": (f"{GRAPHS}/movie/jobs/nobody/status", 400, None),
    "unknown call": (f"{GRAPHS}/movie/nobody", 404, None),
    "a refusal without a body": (f"{GRAPHS}/movie/jobs/status", 503, "503"),
    "an engine's code": (f"{GRAPHS}/movie/jobs/status", 500, "GES.8302"),
}


@pytest.mark.parametrize("refused", REFUSED)
async def test_a_graph_has_no_gateway_in_front_of_it(ges: Any, refused: str) -> None:
    path, status, fault = REFUSED[refused]
    if fault is not None:
        await ges.control("POST", "/faults", {"effect": {"named": fault}, "times": 1})
    got = await ges.send("GET", path)
    assert (got.status, "TraceID" in got.headers, "X-Request-Id" in got.headers) == (status, True, False)


@pytest.mark.parametrize(
    ("method", "path", "header"),
    [
        ("GET", f"/v2/{PROJECT}/graphs/quotas", "X-Request-Id"),
        ("GET", f"/v1.0/{PROJECT}/graphs/metadatas", "X-Request-Id"),
        ("GET", f"{GRAPHS}/movie/summary", "TraceID"),
    ],
)
async def test_what_is_not_faked_names_itself_with_the_headers_of_its_plane(
    ges: Any, method: str, path: str, header: str
) -> None:
    got = await ges.send(method, path)
    assert (got.status, got.data["error"]["code"]) == (501, "not-faked")
    assert got.headers[header]


@pytest.mark.parametrize(
    "path",
    [f"//v2/{PROJECT}/graphs/jobs", f"//v1.0/{PROJECT}/graphs/jobs", "//v3/projects", f"///v2/{PROJECT}/graphs"],
)
async def test_two_slashes_at_the_start_are_an_api_that_the_gateway_does_not_have(ges: Any, path: str) -> None:
    got = await ges.send("GET", ges.client.base + path)
    assert (got.status, got.data["error_code"]) == (404, "APIGW.0101")
    assert got.headers["X-Request-Id"]


async def test_two_slashes_are_no_address_of_a_graph_either(ges: Any) -> None:
    got = await ges.send("GET", f"{ges.client.base}/{GRAPHS}/movie/jobs/status")
    assert (got.status, got.data) == (404, {"errorMessage": "Incorrect parameter format.", "errorCode": "GES.8000"})
    got = await ges.send(
        "POST",
        f"{ges.client.base}/{GRAPHS}/movie/action?action_id=execute-algorithm",
        json={"algorithmName": "pagerank"},
    )
    assert got.status == 404
