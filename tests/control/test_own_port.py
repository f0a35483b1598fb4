"""A sandbox on a port of its own: what it answers there is an address of that port, and knows of no prefix."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import pytest

from mockserver import server as server_module
from mockserver.store.base import Store
from tests.drivers.server import Client, Serve

AUTH = {"Authorization": "Basic bmJpOnNlY3JldA==", "X-Auth-Token": "mock-token"}

# API -> a path whose answer, body or headers, holds addresses of the site.
SAID = {
    "arcgis": "/arcgis/rest/info?f=json",
    "arcgis: a page": "/arcgis/rest/services",
    "arcgis: its links": "/arcgis/admin/services",
    "casjobs": "/CasJobs/services/jobs.asmx?WSDL",
    "ges": "/v3/projects",
    "prime": "/webacs/api/v4/data/JobSummary.json",
    "control": "/_control/",
    "control: an API": "/_control/apis/arcgis",
    "start": "/",
}


async def owned(client: Client) -> tuple[dict[str, Any], str]:
    response = await client.post("/_control/sandboxes", json={"name": "own", "port": True})
    made: dict[str, Any] = await response.json()
    return made, f"http://127.0.0.1:{made['port']}"


async def said(client: Client, url: str, **headers: str) -> str:
    answer = await client.session.get(url, headers={**AUTH, **headers}, allow_redirects=False)
    assert answer.status < 400, await answer.text()
    return f"{await answer.text()}\n{answer.headers}".replace("&#47;", "/")


@pytest.mark.parametrize("path", SAID.values(), ids=SAID)
async def test_its_answers_name_the_port_and_no_prefix(client: Client, path: str) -> None:
    _, url = await owned(client)
    text = await said(client, url + path)
    assert url.removeprefix("http://") in text
    assert "/~own" not in text


@pytest.mark.parametrize("path", SAID.values(), ids=SAID)
async def test_by_its_prefix_and_by_the_header_it_answers_with_the_prefix(client: Client, path: str) -> None:
    _, url = await owned(client)
    assert f"{url}/~own/" in await said(client, f"{url}/~own{path}")
    everybodys = str(client.make_url("/")).rstrip("/")
    assert f"{everybodys}/~own/" in await said(client, everybodys + path, **{"X-Mockserver-Sandbox": "own"})
    # The header on the port says what the port says already.
    assert "/~own" not in await said(client, url + path, **{"X-Mockserver-Sandbox": "own"})


async def test_another_sandbox_asked_for_through_the_port_keeps_its_prefix(client: Client) -> None:
    _, url = await owned(client)
    await client.post("/_control/sandboxes", json={"name": "other"})
    assert f"{url}/~other/" in await said(client, f"{url}/_control/sandboxes/other/apis/arcgis")
    assert "/~own" not in await said(client, f"{url}/_control/sandboxes/own/apis/arcgis")
    by_header = await said(client, f"{url}/arcgis/rest/info?f=json", **{"X-Mockserver-Sandbox": "other"})
    assert f"{url}/~other/arcgis" in by_header


async def test_the_apis_of_the_creating_answer_are_at_that_port(client: Client) -> None:
    made, url = await owned(client)
    assert set(made["apis"]) == {"arcgis", "casjobs", "ges", "prime"}
    for address in made["apis"].values():
        assert address.startswith(f"{url}/")
        assert "~" not in address
    assert made["url"].endswith("/~own")
    shown = await (await client.get("/_control/sandboxes/own")).json()
    assert shown["apis"] == made["apis"]


async def test_a_sign_in_stays_on_the_port(client: Client) -> None:
    _, url = await owned(client)
    form = {"username": "siteadmin", "password": "secret", "redirect": f"{url}/arcgis/rest/services"}
    answer = await client.session.post(f"{url}/arcgis/rest/login", data=form, allow_redirects=False)
    assert answer.headers["Location"] == f"{url}/arcgis/rest/services"
    assert "Path=/arcgis;" in answer.headers["Set-Cookie"]
    session = await client.session.get(f"{url}/webacs/api/v4/data/JobSummary.json", headers=AUTH)
    assert re.search(r"Path=/webacs\b", session.headers["Set-Cookie"])


async def test_its_journal_replays_on_the_port(client: Client) -> None:
    _, url = await owned(client)
    await client.session.get(f"{url}/arcgis/rest/info?f=json")
    assert f"{url}/arcgis/rest/info?f=json" in await said(client, f"{url}/_control/requests?format=curl")


async def test_an_unknown_path_below_a_doubled_slash_is_the_apis_own(client: Client) -> None:
    answer = await client.session.get(f"{client.make_url('/')}/arcgis/nope")
    assert answer.status == 404
    assert "unknown-path" not in await answer.text()


class HeldUp:
    """The end of a sandbox `a`, which the store takes long over: until it may."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self._clear = store.clear
        self.began, self.go_on = asyncio.Event(), asyncio.Event()
        monkeypatch.setattr(store, "clear", self._held)

    async def _held(self, sandbox: str) -> bool:
        if sandbox == "a":
            self.began.set()
            await self.go_on.wait()
        return await self._clear(sandbox)


async def both(client: Client) -> dict[str, int]:
    """Make the sandboxes `a` and `b`; return their ports."""
    ports = {}
    for name in ("a", "b"):
        made = await client.post("/_control/sandboxes", json={"name": name, "port": True, "ttl": 600})
        ports[name] = (await made.json())["port"]
    return ports


async def left(client: Client, ports: Mapping[int, str]) -> None:
    """Return once a server listens on these ports of sandboxes, and no others, beside those that are everybody's."""
    server = client.server
    everybodys = 1 if server.tls_url is None else 2
    async with asyncio.timeout(30):
        while server.pipeline.ports != ports or len(server._runners[0].sites) != everybodys + len(ports):
            await asyncio.sleep(0)


async def test_the_port_of_one_whose_time_is_up_is_closed_though_another_is_deleted_meanwhile(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockserver.app.SWEEP", 0.0)
    client = await serve()
    sandboxes, held = client.services.sandboxes, HeldUp(client.services.store, monkeypatch)
    for name in await both(client):
        sandboxes.get(name).ttl = -1.0
    await held.began.wait()
    assert (await client.delete("/_control/sandboxes/b")).status == 200
    held.go_on.set()
    await left(client, {})


async def test_one_that_is_used_while_another_ends_does_not_end(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.app.SWEEP", 0.0)
    client = await serve()
    ports, sandboxes = await both(client), client.services.sandboxes
    held = HeldUp(client.services.store, monkeypatch)
    for name in ports:
        sandboxes.get(name).ttl = -1.0
    await held.began.wait()
    sandboxes.get("b").ttl = 600.0  # as if it had been used
    held.go_on.set()
    await left(client, {ports["b"]: "b"})
    assert (await client.get("/_control/sandboxes/b")).status == 200


async def test_a_port_that_opens_once_its_sandbox_has_ended_is_closed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_port = client.services.ports.open

    async def late(name: str) -> dict[str, int]:
        assert (await client.delete("/_control/sandboxes/own")).status == 200
        return await open_port(name)

    monkeypatch.setattr(client.services.ports, "open", late)
    await owned(client)
    await left(client, {})


async def test_where_one_of_two_ports_cannot_be_opened_there_is_none(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await serve(tls_port=0)
    bind_again, bound = server_module.bind_again, list[str]()

    def bind_once(*where: Any) -> Any:
        bound.append("one")
        if len(bound) > 1:
            raise OSError("all ports are in use")
        return bind_again(*where)

    monkeypatch.setattr(server_module, "bind_again", bind_once)
    answer = await client.post("/_control/sandboxes", json={"name": "own", "port": True})
    assert (answer.status, (await answer.json())["error"]["code"]) == (409, "no-port")
    await left(client, {})
