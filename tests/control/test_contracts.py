"""The control API has contracts like every other API: each of its examples runs, each route is described."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mockserver.contracts import examples
from mockserver.contracts.model import Contract
from mockserver.control.operations import OPERATIONS
from tests.drivers.contracts import shipped

CONTRACTS = shipped("control").by_operation
EXAMPLES = [(one, example) for one in CONTRACTS.values() for example in one.examples]


def _id(value: Any) -> str:
    return value.operation if isinstance(value, Contract) else str(value["name"]).replace(" ", "-")


@pytest.mark.parametrize(("one", "example"), EXAMPLES, ids=_id)
async def test_the_example_runs_as_written(one: Contract, example: Mapping[str, Any], example_targets: Any) -> None:
    assert await examples.run(one, example, await example_targets()) == []


def test_every_route_has_a_contract_and_every_contract_a_route() -> None:
    routes = {f"control.{way.name}": (way.methods[0], f"/_control{way.paths[0]}") for way in OPERATIONS}
    described = {name: (one.methods[0], one.paths[0]) for name, one in CONTRACTS.items()}
    assert described == routes
