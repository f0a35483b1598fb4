"""The OpenAPI documents: complete, valid, and what schemathesis makes of them finds nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from mockserver import MockServer
from mockserver._resources import folder
from mockserver.apis import APIS
from mockserver.contracts import loader, openapi
from mockserver.control.operations import OPERATIONS
from tests.drivers.server import Client

CONTRACTS = loader.load(folder("contracts"), ["control"])
EXAMPLES = int(os.environ.get("MOCKSERVER_FUZZ", "3"))
ENDLESS = ("/_control/events", "/_control/snapshot")
"""Not fuzzed: a stream without an end, and what replaces the whole sandbox."""


def fuzzed() -> dict[str, Any]:
    """Return the control API's document without what waits or never ends."""
    document = openapi.document("control", CONTRACTS.by_operation.values())
    for path in ENDLESS:
        del document["paths"][path]
    for item in document["paths"].values():
        for operation in item.values():
            operation["parameters"] = [one for one in operation["parameters"] if one["name"] != "timeout"]
    verify = document["paths"]["/_control/requests/verify"]["post"]["requestBody"]["content"]["application/json"]
    del verify["schema"]["properties"]["timeout"]
    return document


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(strict=True, clock="frozen") as running:
        yield running


schema = schemathesis.openapi.from_dict(fuzzed())


@schema.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
@pytest.mark.filterwarnings("ignore")
def test_schemathesis_finds_nothing(case: Any, server: MockServer) -> None:
    case.call_and_validate(
        base_url=server.url,
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )


async def test_every_route_of_the_control_api_is_described(client: Client) -> None:
    document = await (await client.get("/_control/openapi.json")).json()
    described = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert described == {(way.methods[0], f"/_control{way.paths[0]}") for way in OPERATIONS}


@pytest.mark.parametrize("name", ["control", *(api.name for api in APIS)])
async def test_a_document_holds_together(client: Client, name: str) -> None:
    response = await client.get(f"/_control/openapi.json?api={name}")
    document = await response.json()
    assert document["openapi"] == "3.1.0"
    identities: list[str] = []
    for path, item in document["paths"].items():
        for operation in item.values():
            identities.append(operation["operationId"])
            in_path = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
            assert in_path == {part.strip("{}") for part in path.split("/") if part.startswith("{")}, path
            assert operation["responses"]
    assert len(identities) == len(set(identities))
    schemas = document["components"]["schemas"]
    text = await response.text()
    for piece in text.split('"$ref":"#/components/schemas/')[1:]:
        assert piece.partition('"')[0] in schemas
    assert "#/$defs/" not in text
    for one in schemas.values():
        Draft202012Validator.check_schema(one)
