"""What schemathesis makes of the four APIs' documents finds nothing: each answer is one that the document describes.

The server is strict, so an answer that breaks its contract is a 500 that says so, in SOAP and XML too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from mockserver import MockServer
from mockserver.apis import APIS
from mockserver.client import Control
from mockserver.contracts import openapi
from tests.drivers import schemathesis_later
from tests.drivers.contracts import shipped
from tests.drivers.properties import fuzz

schemathesis_later.install()

ADDRESS = ("context", "portal", "version", "project_id", "graph_name")
"""What a path names before it comes to the point; with another value there it leads past the API."""

SAID = {
    "/portal": {"X-Mockserver-Sandbox": "federated"},
    "/ges": {"X-Auth-Token": "mock-token"},
    "/webacs": {"Authorization": "Basic bmJpOnNlY3JldA=="},
}
"""Headers by where a path begins: who asks, and where there is a portal."""

PLAIN = {"phases": {"coverage": {"enabled": False}, "stateful": {"enabled": False}}, "generation": {"mode": "positive"}}
"""What breaks the contract is the business of `tests/contracts/test_made_requests.py`."""


def fuzzed() -> dict[str, Any]:
    """Return the documents of all APIs as one, with paths that lead somewhere."""
    together: dict[str, Any] = {"paths": {}, "components": {}}
    for api in APIS:
        contracts = shipped(api.name)
        about = {api.name: contracts.description(api.name)}
        # Parts that operations share are changed below for some of them.
        made = json.loads(json.dumps(openapi.document(api.name, contracts.by_operation.values(), about)))
        for path, item in made["paths"].items():
            known = {
                one["name"]: one["example"]
                for operation in item.values()
                for one in operation["parameters"]
                if one["in"] == "path" and "example" in one
            }
            for operation in item.values():
                operation["parameters"] = [
                    _led(one, known) for one in operation["parameters"] if one["name"] not in ADDRESS
                ]
                operation["security"] = []  # who asks is said by a header below
            leads = path
            for name in ADDRESS:
                leads = leads.replace(f"{{{name}}}", known.get(name, name))
            together["paths"].setdefault(leads, {}).update(item)
        for kind, parts in made["components"].items():
            together["components"].setdefault(kind, {}).update(parts)
    if "MOCKSERVER_FUZZ" not in os.environ:
        _leave_one_path(together["paths"])
    document = {"openapi": "3.1.0", "info": {"title": "all", "version": "1"}, **together}
    found: dict[str, Any] = _without_true(document)
    return found


def _leave_one_path(paths: dict[str, Any]) -> None:
    """Leave out the other paths of an operation, of which all say the same, unless they ask for another format."""
    known = set()
    for path, item in paths.items():
        suffix = path.rpartition(".")[2] if path.endswith((".json", ".xml")) else ""
        for method, operation in list(item.items()):
            names = operation.get("x-operations", operation["operationId"].split(".")[:2])
            key = (method, suffix, *names)
            if key in known:
                del item[method]
            known.add(key)


def _without_true(value: Any) -> Any:
    """Return a document that says `{}` where a property may be anything: schemathesis writes no XML by `true`."""
    if isinstance(value, list):
        return [_without_true(one) for one in value]
    if not isinstance(value, dict):
        return value
    found = {name: _without_true(one) for name, one in value.items()}
    if isinstance(found.get("properties"), dict):
        found["properties"] = {name: {} if one is True else one for name, one in found["properties"].items()}
    return found


def _led(parameter: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    """Return a parameter; one of a path is what the examples have there, or any other name."""
    if parameter["in"] != "path":
        return parameter
    schema: dict[str, Any] = {"type": "string", "pattern": "^[A-Za-z0-9]{1,12}$"}
    if parameter["name"] in known:
        schema = {"anyOf": [{"enum": [known[parameter["name"]]]}, schema]}
    return {**parameter, "schema": schema}


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(strict=True, clock="frozen") as running:
        control = Control(running.url)
        control.create_sandbox("federated")
        Control(running.url, sandbox="federated").change_settings("arcgis", {"secured": "federated"})
        yield running


def keeps_its_contract(context: Any, response: Any, case: Any) -> None:
    """Fail when the server says that its own answer breaks the contract."""
    assert b"contract-breach" not in response.content


schema = schemathesis.openapi.from_dict(fuzzed(), config=SchemathesisConfig.from_dict(PLAIN))


@schema.parametrize()
@settings(max_examples=fuzz(1), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
@pytest.mark.filterwarnings("ignore")
@pytest.mark.hypothesis
def test_schemathesis_finds_nothing(case: Any, server: MockServer) -> None:
    headers = next((said for base, said in SAID.items() if case.path.startswith(base)), {})
    case.call_and_validate(
        base_url=server.url,
        headers=headers,
        allow_redirects=False,
        checks=[
            keeps_its_contract,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )
