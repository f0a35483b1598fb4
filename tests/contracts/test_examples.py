"""Every contract of every API: well-formed, reachable, and each of its examples runs as written."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from mockserver._resources import folder
from mockserver.api.definition import Api
from mockserver.api.operation import Entrance, Operation
from mockserver.apis import APIS
from mockserver.contracts import examples
from mockserver.contracts.model import Contract
from mockserver.http.mounts import routes
from mockserver.http.router import Found, Router
from tests.drivers.contracts import shipped

CONTRACTS = shipped().by_operation
EXAMPLES = [(one, example) for one in CONTRACTS.values() for example in one.examples]
OPERATIONS = [(api, operation) for api in APIS for operation in api.operations]
ROUTER: Router[tuple[Api, Operation | Entrance]] = Router([route for api in APIS for route in routes(api)])


def _id(value: Any) -> str:
    if isinstance(value, Contract):
        return value.operation
    if isinstance(value, Api | Operation):
        return value.name
    return str(value["name"]).replace(" ", "-") if isinstance(value, Mapping) else str(value)


@pytest.mark.parametrize(("one", "example"), EXAMPLES, ids=_id)
async def test_the_example_runs_as_written(one: Contract, example: Mapping[str, Any], example_targets: Any) -> None:
    assert await examples.run(one, example, await example_targets()) == []


@pytest.mark.parametrize(("api", "operation"), OPERATIONS, ids=_id)
def test_every_operation_has_a_contract(api: Api, operation: Operation) -> None:
    found = CONTRACTS.get(f"{api.name}.{operation.name}")
    assert found is not None, f"write contracts/{api.name}/{operation.name}.json"
    if operation.paths:
        assert set(found.methods) == set(operation.methods)


@pytest.mark.parametrize("one", CONTRACTS.values(), ids=_id)
def test_every_contract_has_a_route(one: Contract) -> None:
    name = one.operation.partition(".")[0]
    api = next(api for api in APIS if api.name == name)
    operation = api.operation(one.operation)
    for method, template in itertools.product(one.methods, one.paths):
        path, _, query = template.partition("?")
        found = ROUTER.find(method, path, query)
        assert isinstance(found, Found), f"nothing answers {method} {template}"
        owner, way = found.target
        assert owner is api
        assert way is operation or isinstance(way, Entrance), f"{method} {template} leads elsewhere"


@pytest.mark.parametrize("one", CONTRACTS.values(), ids=_id)
def test_a_contract_is_consistent(one: Contract) -> None:
    responses = {response.name: response for response in one.responses}
    for example in one.examples:
        expected = example["response"]
        assert expected["name"] in responses
        assert expected["status"] == responses[expected["name"]].status
    names = Counter(example["name"] for example in one.examples)
    assert max(names.values()) == 1, "give each example a name of its own"


@pytest.mark.parametrize(("api", "operation"), OPERATIONS, ids=_id)
def test_what_is_not_faked_says_so(api: Api, operation: Operation) -> None:
    if operation.handler is None:
        assert operation.title
        assert any(response.status == 501 for response in CONTRACTS[f"{api.name}.{operation.name}"].responses)


@pytest.mark.parametrize("api", APIS, ids=_id)
def test_operations_of_an_api_have_names_of_their_own(api: Api) -> None:
    names = Counter(operation.name for operation in api.operations)
    assert max(names.values()) == 1


def test_the_folders_are_those_of_the_apis() -> None:
    folders = {path.name for path in folder("contracts").iterdir() if path.is_dir()}
    assert folders - {"control"} <= {api.name for api in APIS}
