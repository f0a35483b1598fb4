"""What exists at the vendor and is not faked: 501 in the plane's own envelope, by name, and after the token check."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.api.operation import Operation
from mockserver.apis.arcgis import ARCGIS
from tests.drivers.arcgis import ArcGis

NAMES = {"context": "arcgis", "portal": "portal", "folder": "Analysis", "task": "Echo", "rest*": "a/b"}
UNFAKED = [
    pytest.param(one, path, id=f"{one.name} {path}")
    for one in ARCGIS.operations
    if one.handler is None
    for path in one.paths
]


def address(path: str) -> str:
    # REST says Demo/GPServer, the Administrator Demo.GPServer; both have one of each in a folder.
    rest = "/rest/" in path
    service = "Hotspots" if "{folder}" in path else "Demo"
    names = {
        **NAMES,
        "service": service if rest else f"{service}.GPServer",
        "task": "911 Calls Hotspot" if "{folder}" in path else "Echo",
    }
    for name, value in names.items():
        path = path.replace(f"{{{name}}}", value)
    return path


async def ask(arcgis: ArcGis, one: Operation, path: str, **form: str) -> tuple[int, Any, str]:
    asked = {"data" if one.methods == ("POST",) else "params": {"f": "json", **form}}
    answer = await arcgis.client.request(one.methods[0], address(path), **asked)
    return answer.status, await answer.json(content_type=None), answer.headers["Content-Type"]


@pytest.mark.parametrize(("one", "path"), UNFAKED)
async def test_it_names_itself_in_the_envelope_of_its_plane(arcgis: ArcGis, one: Operation, path: str) -> None:
    if "{portal}" in path:
        await arcgis.set(secured="federated")
    status, said, kind = await ask(arcgis, one, path)
    text = f"arcgis.{one.name} ({one.title}) exists at the vendor but is not faked"
    assert (status, kind) == (501, "application/json;charset=UTF-8")
    if "/admin" in path:
        assert said == {"status": "error", "messages": [text], "code": 501}
    else:
        assert said == {"error": {"code": 501, "message": text, "details": []}}


@pytest.mark.parametrize(("one", "path"), [one for one in UNFAKED if "{portal}" not in one.values[1]])
async def test_who_has_no_token_is_told_so_first(arcgis: ArcGis, one: Operation, path: str) -> None:
    await arcgis.set(secured="standalone")
    admin, open_to_all = "/admin" in path, "{service}" not in path and "/rest/" in path
    status, said, _ = await ask(arcgis, one, path)
    code = said["code"] if admin else said["error"]["code"]
    assert (status, code) == ((501, 501) if open_to_all else (200, 499))
    status, said, _ = await ask(arcgis, one, path, token="nobody-made-this")
    assert (status, said["code"] if admin else said["error"]["code"]) == (200, 498)
    status, said, _ = await ask(arcgis, one, path, token=await arcgis.token())
    assert status == 501
    if admin:
        _, said, _ = await ask(arcgis, one, path, token=await arcgis.token("publisher"))
        assert said["code"] == 403


async def test_pages_and_other_formats_say_the_same(arcgis: ArcGis) -> None:
    text = "arcgis.AdminMachines (Machines) exists at the vendor but is not faked"
    for path in ("/arcgis/admin/machines", "/arcgis/rest/services/Demo/GPServer/uploads"):
        page = await arcgis.client.get(path)
        assert (page.status, page.headers["Content-Type"]) == (501, "text/html;charset=utf-8")
        assert "exists at the vendor but is not faked" in await page.text()
        callback = await arcgis.client.get(path, params={"f": "json", "callback": "cb"})
        assert (callback.status, (await callback.text())[:3]) == (501, "cb(")
    pretty = await arcgis.client.get("/arcgis/admin/machines", params={"f": "pjson"})
    assert text in await pretty.text()


async def test_a_service_that_is_not_there_has_nothing_that_is_not_faked(arcgis: ArcGis) -> None:
    answer = await arcgis.get("/arcgis/rest/services/Nope/GPServer/info")
    assert answer["error"]["code"] == 404


@pytest.mark.parametrize(
    "path", ["/arcgis/admin/nope", "/arcgis/admin/services/Demo.GPServer/nope", "/arcgis/rest/nope"]
)
async def test_what_nobody_has_a_page_for_is_not_found(arcgis: ArcGis, path: str) -> None:
    said = await arcgis.get(path)
    assert (said["code"] if "/admin" in path else said["error"]["code"]) in (400, 404)
