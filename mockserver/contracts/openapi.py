"""Contracts as OpenAPI 3.1, whose schemas are JSON Schema 2020-12 as ours are.

What OpenAPI cannot say stays out: one path that serves several operations by its query or body keeps
them apart in `x-operations`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from mockserver._version import __version__
from mockserver.contracts.model import Contract

_NAMES = re.compile(r"{(\w+)\*?}")


def document(title: str, contracts: Iterable[Contract], server: str = "/") -> dict[str, Any]:
    """Return one OpenAPI 3.1 document over some contracts.

    Args:
        server: the base URL the paths are under.
    """
    paths: dict[str, dict[str, Any]] = {}
    schemas: dict[str, Any] = {}
    for one in contracts:
        api = one.operation.partition(".")[0]
        for name, schema in one.document.get("$defs", {}).items():
            schemas[f"{api}.{name}"] = _moved(schema, api)
        for template in one.paths:
            path = _NAMES.sub(r"{\1}", template.partition("?")[0])
            for method in one.methods:
                item = paths.setdefault(path, {})
                described = _operation(one, path, method, api, number=len(one.paths) > 1 or len(one.methods) > 1)
                if method.lower() in item:
                    item[method.lower()].setdefault("x-operations", [item[method.lower()]["operationId"]])
                    item[method.lower()]["x-operations"].append(one.operation)
                    item[method.lower()]["responses"] = {
                        **described["responses"],
                        **item[method.lower()]["responses"],
                    }
                else:
                    item[method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": __version__},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _operation(one: Contract, path: str, method: str, api: str, *, number: bool) -> dict[str, Any]:
    name = one.operation
    if number:
        name = f"{name}.{method.lower()}{re.sub('[^A-Za-z0-9]+', '-', path)}"
    described: dict[str, Any] = {
        "operationId": name,
        "summary": one.title,
        "tags": [api],
        "parameters": _parameters(one, path, method, api),
        "responses": _responses(one, api),
    }
    if "description" in one.document:
        described["description"] = one.document["description"]
    if one.body is not None and method not in ("GET", "HEAD"):
        optional = not isinstance(one.body, bool) and any(
            choice == {"type": "null"} for choice in one.body.get("oneOf", ())
        )
        described["requestBody"] = {
            "required": not optional,
            "content": {"application/json": {"schema": _moved(one.body, api)}},
        }
    return described


def _parameters(one: Contract, path: str, method: str, api: str) -> list[dict[str, Any]]:
    schema = one.parameters
    properties = {} if isinstance(schema, bool) else schema.get("properties", {})
    required = () if isinstance(schema, bool) else schema.get("required", ())
    in_path = _NAMES.findall(path)
    found = [
        {"name": name, "in": "path", "required": True, "schema": _moved(properties.get(name, {"type": "string"}), api)}
        for name in in_path
    ]
    if one.body is None and method not in ("GET", "HEAD", "DELETE"):
        return found  # a form or an envelope, which the parameters describe once decoded
    found += [
        {"name": name, "in": "query", "required": name in required, "schema": _moved(value, api)}
        for name, value in properties.items()
        if name not in in_path
    ]
    return found


def _responses(one: Contract, api: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for response in one.responses:
        status = str(response.status)
        said = f"{response.title or response.name} ({response.confidence})"
        entry = found.setdefault(status, {"description": said})
        if response.content_type is not None:
            kind = response.content_type.partition(";")[0].strip()
            content = entry.setdefault("content", {})
            schema = _moved(response.schema, api)
            if kind in content:
                known = content[kind]["schema"]
                same = known.get("anyOf", [known]) if isinstance(known, dict) else [known]
                content[kind]["schema"] = {"anyOf": [*same, schema]}
            else:
                content[kind] = {"schema": schema}
    return found


def _moved(schema: Mapping[str, Any] | bool, api: str) -> Any:
    """Return a schema whose references lead to the document's components."""
    return json.loads(json.dumps(schema).replace('"#/$defs/', f'"#/components/schemas/{api}.'))
