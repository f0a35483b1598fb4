"""The control API has contracts like every other API: each of its examples runs, each route is described."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer

from mockserver._resources import folder
from mockserver.app import SERVICES, create_app
from mockserver.cli.example_target import SandboxTarget
from mockserver.contracts import examples, loader
from mockserver.contracts.model import Contract
from mockserver.control.operations import OPERATIONS
from mockserver.settings import Settings

CONTRACTS = loader.load(folder("contracts"), ["control"]).by_operation
EXAMPLES = [(one, example) for one in CONTRACTS.values() for example in one.examples]


def _id(value: Any) -> str:
    return value.operation if isinstance(value, Contract) else str(value["name"]).replace(" ", "-")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def targets() -> AsyncIterator[Any]:
    app = await create_app(Settings(strict=True, clock=examples.NOON))
    server = TestServer(app)
    await server.start_server()
    numbers = itertools.count(1)
    async with aiohttp.ClientSession() as session:

        async def make() -> SandboxTarget:
            sandbox = await app[SERVICES].sandboxes.create(f"example{next(numbers)}")
            return SandboxTarget(sandbox, str(server.make_url("/")), session)

        yield make
    await server.close()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("one", "example"), EXAMPLES, ids=_id)
async def test_the_example_runs_as_written(one: Contract, example: Mapping[str, Any], targets: Any) -> None:
    assert await examples.run(one, example, await targets()) == []


def test_every_route_has_a_contract_and_every_contract_a_route() -> None:
    routes = {f"control.{way.name}": (way.methods[0], f"/_control{way.paths[0]}") for way in OPERATIONS}
    described = {name: (one.methods[0], one.paths[0]) for name, one in CONTRACTS.items()}
    assert described == routes
