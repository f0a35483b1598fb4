"""A control API on a port of its own: what it says of the APIs is where they are, and the other way round."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from mockserver import MockServer

HTML = {"Accept": "text/html"}


async def read(session: aiohttp.ClientSession, url: str, **headers: str) -> Any:
    async with session.get(url, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json() if answer.content_type == "application/json" else await answer.text()


# What the control API answers -> the address in it, by the server's own and with the sandbox's prefix.
SAYS = {
    "/": lambda said: next(one["urls"][0] for one in said["apis"] if one["name"] == "arcgis"),
    "/apis/arcgis": lambda said: said["urls"][0],
    "/openapi.json?api=ges": lambda said: said["servers"][0]["url"] + "/arcgis/rest",
}


@pytest.mark.parametrize("path", SAYS)
async def test_the_control_port_names_the_port_of_the_apis(path: str) -> None:
    async with MockServer(control_port=0) as server, aiohttp.ClientSession() as session:
        said = await read(session, server.control_url + path)
        assert SAYS[path](said) == f"{server.url}/arcgis/rest"
        await (await session.post(f"{server.control_url}/sandboxes", json={"name": "t1"})).release()
        said = await read(session, server.control_url.replace("/_control", "/~t1/_control") + path)
        assert SAYS[path](said) == f"{server.url}/~t1/arcgis/rest"


async def test_addresses_of_the_control_api_are_its_own_on_both_ports() -> None:
    async with MockServer(control_port=0) as server, aiohttp.ClientSession() as session:
        for asked in (server.url, server.control_url):
            known = await read(session, f"{asked}/")
            assert (known["control"], known["console"]) == (server.control_url, f"{server.control_url}/")
            assert await read(session, known["openapi"])
        page = await read(session, f"{server.url}/", **HTML)
        assert f'href="{server.control_url}/"' in page
        assert f"{server.url}/_control" not in page
        document = await read(session, f"{server.control_url}/openapi.json")
        assert document["servers"][0]["url"] == server.control_url.removesuffix("/_control")


async def test_the_addresses_of_a_sandbox_can_be_used_as_they_are() -> None:
    async with MockServer(control_port=0) as server, aiohttp.ClientSession() as session:
        async with session.post(f"{server.control_url}/sandboxes", json={"name": "t1", "port": True}) as answer:
            made = await answer.json()
        assert made["url"] == f"{server.url}/~t1"
        own = f"http://127.0.0.1:{made['port']}"
        assert (made["own_urls"]["http"], made["apis"]["arcgis"]) == (own, f"{own}/arcgis/rest")
        for base in (made["url"], own):
            await read(session, f"{base}/arcgis/rest/info?f=json")
        assert (await read(session, f"{made['control']}/clock"))["frozen"] is False
        # What the sandbox's own port says of the control API has the prefix that the control port needs.
        assert (await read(session, f"{own}/"))["control"] == made["control"]


async def test_its_exports_are_sent_to_the_apis() -> None:
    async with MockServer(control_port=0) as server, aiohttp.ClientSession() as session:
        url = f"{server.url}/arcgis/rest/info?f=json"
        await read(session, url)
        assert url in await read(session, f"{server.control_url}/requests?format=curl")
        har = await read(session, f"{server.control_url}/requests?format=har")
        assert har["log"]["entries"][0]["request"]["url"] == url


@pytest.mark.parametrize(
    ("options", "asked", "apis"),
    [
        ({"host": "127.0.0.1"}, "localhost", "localhost"),  # both there: by the name that was used
        ({"host": "0.0.0.0", "control_host": "127.0.0.1"}, "localhost", "localhost"),  # anywhere: by that name, too
        ({"host": "127.0.0.2", "control_host": "127.0.0.1"}, "localhost", "127.0.0.2"),  # not where it was asked
    ],
    ids=["one host", "any host", "two hosts"],
)
async def test_the_name_is_the_askers_where_the_apis_answer_to_it(
    options: dict[str, str], asked: str, apis: str
) -> None:
    async with MockServer(control_port=0, **options) as server, aiohttp.ClientSession() as session:
        port = server.control_url.removesuffix("/_control").rpartition(":")[2]
        host = {"Host": f"{asked}:{port}"}
        said = await read(session, f"http://127.0.0.1:{port}/_control/apis/casjobs", **host)
        assert said["urls"][0] == f"http://{apis}:{server.url.rpartition(':')[2]}/CasJobs/services/jobs.asmx"
