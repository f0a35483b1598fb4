"""HEAD and OPTIONS: what link checkers and browsers ask before, and instead of, a request."""

from __future__ import annotations

import pytest

from tests.drivers.server import Client

DIRECTORY = (
    "/arcgis/rest", "/arcgis/rest/services", "/arcgis/rest/services/Demo", "/arcgis/rest/services/Demo/GPServer",
    "/arcgis/rest/services/Demo/GPServer/Echo", "/arcgis/rest/info",
)  # fmt: skip
ELSEWHERE = (
    "/arcgis/rest/services/Demo/GPServer/Echo/submitJob", "/arcgis/rest/services/Demo/GPServer/Echo/execute", "/arcgis/admin",
    "/arcgis/rest/services/Demo/GPServer/Echo/jobs/j00000000000000000000000000000004", "/arcgis/tokens/generateToken",
)  # fmt: skip


@pytest.mark.parametrize("path", DIRECTORY)
@pytest.mark.parametrize("query", ["?f=json", "?f=pjson", "?F=json", "?f=kmz", "?f=json&token=no"])
async def test_head_is_answered_as_get_without_a_body_where_a_format_is_named(
    client: Client, path: str, query: str
) -> None:
    if query.startswith("?F"):
        assert (await client.head(path + query)).status == 405  # a name in another letter case names nothing
        return
    read, head = await client.get(path + query, allow_redirects=False), await client.head(path + query)
    kept = {name: value for name, value in read.headers.items() if name not in ("Date", "X-Mockserver-Request")}
    assert (head.status, await head.read()) == (read.status, b"")
    assert {name: head.headers.get(name) for name in kept} == kept


@pytest.mark.parametrize("path", [*DIRECTORY, *(f"{path}?f=html" for path in DIRECTORY), *ELSEWHERE])
async def test_head_of_a_page_or_of_an_operation_is_refused(client: Client, path: str) -> None:
    head = await client.head(path)
    assert (head.status, await head.read()) == (405, b"")
    assert (await client.get("/_control/violations")).status == 200


@pytest.mark.parametrize("path", [*DIRECTORY, *ELSEWHERE])
async def test_a_preflight_is_answered_anywhere(client: Client, path: str) -> None:
    headers = {"Origin": "https://app.example.test", "Access-Control-Request-Method": "POST"}
    answer = await client.options(path, headers=headers)
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, "https://app.example.test")
    assert "X-Esri-Authorization" in answer.headers["Access-Control-Allow-Headers"]
