"""The OpenAPI documents: complete, valid, with examples that fit their schemas; a client is made from one."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from mockserver import MockServer
from mockserver._resources import folder
from mockserver.apis import APIS
from mockserver.cli import main
from mockserver.contracts import loader, openapi
from mockserver.contracts.sharing import DESCRIPTION, BadContract
from mockserver.control.operations import OPERATIONS
from tests.drivers.contracts import shipped
from tests.drivers.server import Client

NAMES = ["control", *(api.name for api in APIS)]
SERVER = "http://mock.example.test"


def made(name: str) -> dict[str, Any]:
    """Return the document of one API as it goes over the wire."""
    contracts = shipped(name)
    about = {name: contracts.description(name)}
    document = openapi.document(name, contracts.by_operation.values(), about, SERVER)
    found: dict[str, Any] = json.loads(json.dumps(document))
    return found


@pytest.fixture(scope="module", params=NAMES)
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    return made(request.param)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method and operation, answers that several share written out."""
    shared = document["components"]["responses"]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            answers = {
                status: shared[answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer
                for status, answer in operation["responses"].items()
            }
            yield path, method, {**operation, "responses": answers}


def media(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the media types of an operation's request and answers."""
    yield from operation.get("requestBody", {}).get("content", {}).items()
    for answer in operation["responses"].values():
        yield from answer.get("content", {}).items()


def test_a_document_is_valid(document: dict[str, Any]) -> None:
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_a_document_holds_together(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    identities = []
    for path, _, operation in operations(document):
        identities.append(operation["operationId"])
        in_path = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path)), path
        assert operation["responses"] and all(one["description"] for one in operation["responses"].values())
    assert len(identities) == len(set(identities))
    # Two templates that differ in their names alone are one path.
    templates = [re.sub(r"{\w+}", "{}", path) for path in document["paths"]]
    assert len(templates) == len(set(templates))
    text = json.dumps(document)
    assert "#/$defs/" not in text
    for name in re.findall(r'"\$ref": "#/components/schemas/([^"]*)"', text):
        assert name in document["components"]["schemas"]
    for one in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(one)


def test_examples_in_json_fit_their_schemas(document: dict[str, Any]) -> None:
    components = {"components": document["components"]}
    shown = 0
    for _, _, operation in operations(document):
        for kind, one in media(operation):
            for name, example in one.get("examples", {}).items() if kind == "application/json" else ():
                shown += 1
                schema = one["schema"]
                checked = schema if isinstance(schema, bool) else {**schema, **components}
                problems = [error.message for error in Draft202012Validator(checked).iter_errors(example["value"])]
                assert problems == [], (operation["operationId"], name)
    assert shown > 0 or "casjobs" in document["info"]["title"]


def test_who_may_is_said_for_each_operation(document: dict[str, Any]) -> None:
    known = set(document["components"]["securitySchemes"])
    named = {name for _, _, one in operations(document) for needed in one["security"] for name in needed}
    assert named == known and known


def test_each_operation_of_each_contract_is_there(document: dict[str, Any]) -> None:
    name = document["info"]["title"]
    found = set()
    for _, _, one in operations(document):
        found |= set(one.get("x-operations", [".".join(one["operationId"].split(".")[:2])]))
    assert found == set(shipped(name).by_operation)


async def test_every_route_of_the_control_api_is_described(client: Client) -> None:
    document = await (await client.get("/_control/openapi.json")).json()
    described = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert described == {(way.methods[0], f"/_control{path}") for way in OPERATIONS for path in way.paths}


@pytest.mark.parametrize("name", NAMES)
async def test_the_server_shows_what_the_command_prints(client: Client, name: str) -> None:
    served = await (await client.get(f"/_control/openapi.json?api={name}")).json()
    printed = json.loads(CliRunner().invoke(main, ["openapi", name]).stdout)
    assert served["servers"] == [{"url": client.base}]
    assert served["paths"].keys() == printed["paths"].keys()
    assert served["info"] == {**printed["info"], "title": served["info"]["title"]}


# --- forms, XML and SOAP ---------------------------------------------------------------------------


def test_a_form_is_described_in_each_of_its_media_types() -> None:
    item = made("arcgis")["paths"]["/{context}/rest/services/{service}/GPServer/{task}/submitJob"]
    content = item["post"]["requestBody"]["content"]
    assert set(content) == {"application/x-www-form-urlencoded", "multipart/form-data"}
    form = content["application/x-www-form-urlencoded"]
    assert "callback" in form["schema"]["properties"]
    assert form["examples"]["two keys, no more"]["value"] == {"f": "json", "Input_Text": "hi"}
    assert "f" in [one["name"] for one in item["get"]["parameters"] if one["in"] == "query"]


def test_a_soap_message_is_described_by_its_elements() -> None:
    operation = made("casjobs")["paths"]["/CasJobs/services/jobs.asmx"]["post"]
    assert "casjobs.CancelJob" in operation["x-operations"]
    content = operation["requestBody"]["content"]
    assert set(content) == {"text/xml", "application/soap+xml"}
    (cancel,) = (one for one in content["text/xml"]["schema"]["anyOf"] if one["title"] == "CancelJob")
    assert cancel["xml"]["namespace"] == "http://schemas.xmlsoap.org/soap/envelope/"
    element = cancel["properties"]["Body"]["properties"]["CancelJob"]
    assert element["xml"] == {"name": "CancelJob", "namespace": "http://Services.Cas.jhu.edu"}
    assert element["required"] == ["wsId", "jobId"]
    assert any("<CancelJob" in one["value"] for one in content["text/xml"]["examples"].values())


def test_xml_is_described_by_its_root_and_attributes() -> None:
    document = made("prime")
    operation = document["paths"]["/webacs/api/{version}/op/jobService/cancelrunning.xml"]["put"]
    root = operation["requestBody"]["content"]["application/xml"]["schema"]
    assert root["xml"] == {"name": "jobRunOperationPayload"} and "runIds" in root["properties"]
    dto = document["components"]["schemas"]["prime.dto_v2"]
    assert dto["properties"]["@id"]["xml"] == {"attribute": True, "name": "id"}


def test_operations_of_one_path_are_told_apart() -> None:
    path = "/ges/v1.0/{project_id}/graphs/{graph_name}/vertices/action"
    operation = made("ges")["paths"][path]["post"]
    (parameter,) = (one for one in operation["parameters"] if one["name"] == "action_id")
    assert parameter["required"] and set(parameter["schema"]["enum"]) >= {"query", "batch-query", "export"}
    assert len(parameter["schema"]["enum"]) == len(operation["x-operations"])


@pytest.mark.parametrize(("document", "said"), [({"forms": "x"}, "at /forms"), ({"forme": []}, "at /"), ("{", "JSON")])
def test_a_broken_file_is_refused_in_one_line(tmp_path: Path, document: Any, said: str) -> None:
    (tmp_path / "contract.schema.json").write_bytes((folder("contracts") / "contract.schema.json").read_bytes())
    (tmp_path / "toy").mkdir()
    text = document if isinstance(document, str) else json.dumps(document)
    (tmp_path / "toy" / DESCRIPTION).write_text(text)
    with pytest.raises(BadContract) as caught:
        loader.load(tmp_path, ["toy"]).description("toy")
    assert said in str(caught.value) and "\n" not in str(caught.value)


# --- a client made from the document -----------------------------------------------------------------


def test_a_client_generated_from_the_control_document_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openapi_python_client", reason="it does not run on this Python")
    file = tmp_path / "control.json"
    file.write_text(json.dumps(made("control")), "utf-8")
    words = [
        "generate",
        "--path",
        str(file),
        "--meta",
        "none",
        "--overwrite",
        "--output-path",
        str(tmp_path / "generated"),
    ]
    done = subprocess.run([sys.executable, "-m", "openapi_python_client", *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    monkeypatch.syspath_prepend(tmp_path)
    client_of = importlib.import_module("generated")

    def call(name: str, *values: Any, **named: Any) -> Any:
        return importlib.import_module(f"generated.api.control.control_{name}").sync_detailed(*values, **named)

    with MockServer(clock="frozen") as server:
        client = client_of.Client(base_url=server.url)
        assert call("health", client=client).parsed.status == "healthy"
        known = call("show_job", "casjobs", "1001", client=client)
        assert known.status_code == 200 and known.parsed.state == "Started"
        assert call("release_job", "casjobs", "1001", client=client).status_code == 200
        refused = call("show_job", "casjobs", "none", client=client)
        assert refused.status_code == 404
