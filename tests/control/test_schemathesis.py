"""What schemathesis makes of the control API's document finds nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from mockserver import MockServer
from mockserver.contracts import openapi
from tests.drivers import schemathesis_later
from tests.drivers.contracts import shipped
from tests.drivers.properties import fuzz

schemathesis_later.install()

CONTRACTS = shipped("control")
ABOUT = {"control": CONTRACTS.description("control")}
ENDLESS = ("/_control/events", "/_control/snapshot")
"""Not fuzzed: a stream without an end, and what replaces the whole sandbox."""


def fuzzed() -> dict[str, Any]:
    """Return the control API's document without what waits or never ends."""
    made = openapi.document("control", CONTRACTS.by_operation.values(), ABOUT)
    # Parts that operations share are changed below for some of them.
    document: dict[str, Any] = json.loads(json.dumps(made))
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
@settings(max_examples=fuzz(3), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
@pytest.mark.filterwarnings("ignore")
@pytest.mark.hypothesis
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
