"""Contracts as OpenAPI 3.1, whose schemas are JSON Schema 2020-12 as ours are.

What OpenAPI cannot say: one path that serves several operations by its query or body is one operation there, which
names them all in `x-operations`; answers that are not JSON are described as text, or as the XML they are.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mockserver._version import __version__
from mockserver.contracts.description import Description
from mockserver.contracts.model import Contract
from mockserver.contracts.openapi_messages import Address
from mockserver.contracts.openapi_schemas import Schemas, any_of


def document(
    title: str, contracts: Iterable[Contract], about: Mapping[str, Description], server: str = "/"
) -> dict[str, Any]:
    """Return one OpenAPI 3.1 document over some contracts.

    Args:
        about: what is said of each API besides its contracts, by its name.
        server: the base URL the paths are under.
    """
    schemas: dict[str, Any] = {}
    addresses: dict[tuple[str, str], list[Address]] = {}
    known: dict[str, tuple[Description, Schemas]] = {}
    for one in contracts:
        api = one.operation.partition(".")[0]
        said, moving = known.setdefault(api, (about.get(api, Description()), Schemas(api)))
        for name, schema in one.document.get("$defs", {}).items():
            if f"{api}.{name}" not in schemas:
                schemas[f"{api}.{name}"] = moving.moved(schema)
        for address in _addresses(one, said, moving, server):
            addresses.setdefault((address.path, address.method), []).append(address)
    answers = _Answers()
    paths: dict[str, dict[str, Any]] = {}
    for (path, method), found in addresses.items():
        paths.setdefault(path, {})[method.lower()] = _operation(found, answers)
    schemes = {f"{api}.{name}": one for api, (said, _) in known.items() for name, one in said.schemes.items()}
    components = {"schemas": schemas, "responses": answers.shared(paths), "securitySchemes": schemes}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": __version__,
            "description": "\n\n".join(said.text for said, _ in known.values() if said.text),
        },
        "servers": [{"url": server}],
        "tags": [{"name": api} for api in known],
        "paths": paths,
        "components": components,
    }


def _addresses(one: Contract, about: Description, schemas: Schemas, server: str) -> Iterator[Address]:
    """Yield where an operation is reached; at the path of SOAP only by SOAP, unless it has no other."""
    for template, method in itertools.product(one.paths, one.methods):
        soap = about.soap is not None and template == about.soap.path
        if soap and method != "POST" and len(one.paths) > 1:
            continue
        base = server.rstrip("/")
        yield Address(contract=one, method=method, template=template, about=about, base=base, schemas=schemas)


def _operation(addresses: Sequence[Address], answers: _Answers) -> dict[str, Any]:
    """Return the Operation Object of all operations that one method and path lead to."""
    first = addresses[0]
    described: dict[str, Any] = {
        "operationId": _identity(addresses),
        "summary": first.contract.title if len(addresses) == 1 else f"One of {len(addresses)} operations",
        "tags": [first.api],
        "parameters": _parameters(addresses),
    }
    said = (
        [f"* `{address.contract.operation}`: {address.contract.title}" for address in addresses]
        if len(addresses) > 1
        else []
    )
    if len(addresses) == 1 and "description" in first.contract.document:
        said = [first.contract.document["description"]]
    if said:
        described["description"] = "\n".join(said)
    body = _merged_body(addresses)
    if body is not None:
        described["requestBody"] = body
    described["responses"] = dict(sorted(answers.of(addresses).items()))
    needed = [sorted(f"{address.api}.{name}" for name in one) for address in addresses for one in _security(address)]
    alternatives = [list(one) for one in dict.fromkeys(map(tuple, needed))]
    described["security"] = [{name: [] for name in one} for one in alternatives]
    if len(addresses) > 1:
        described["x-operations"] = [address.contract.operation for address in addresses]
    return described


def _security(address: Address) -> Sequence[Sequence[str]]:
    return address.about.security_of(address.name, address.template)


def _identity(addresses: Sequence[Address]) -> str:
    address = addresses[0]
    one = address.contract
    if len(addresses) > 1:
        return f"{address.api}.{address.method.lower()}{re.sub('[^A-Za-z0-9]+', '-', address.path)}".rstrip("-")
    if len(one.paths) * len(one.methods) == 1:
        return one.operation
    soap = address.about.soap
    if len(one.paths) == 1 or (soap is not None and len(one.paths) == 2 and soap.path in one.paths):
        return f"{one.operation}.{address.method.lower()}"
    return f"{one.operation}.{address.method.lower()}{re.sub('[^A-Za-z0-9]+', '-', address.path)}".rstrip("-")


def _parameters(addresses: Sequence[Address]) -> list[dict[str, Any]]:
    """Return the parameters of all addresses; needed is what each of them needs."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    counted: dict[tuple[str, str], int] = {}
    for address in addresses:
        for one in address.parameters():
            key = (one["in"], one["name"])
            counted[key] = counted.get(key, 0) + one["required"]
            known = found.setdefault(key, dict(one))
            known["schema"] = any_of([known["schema"], one["schema"]])
            if "examples" in one and "examples" in known:
                known["examples"] = {**one["examples"], **known["examples"]}
    for key, one in found.items():
        one["required"] = key[0] == "path" or counted[key] == len(addresses)
    return list(found.values())


def _merged_body(addresses: Sequence[Address]) -> dict[str, Any] | None:
    bodies = [(address, body) for address in addresses if (body := address.body()) is not None]
    if not bodies:
        return None
    if len(addresses) == 1:
        return bodies[0][1]
    content: dict[str, Any] = {}
    for address, body in bodies:
        for kind, media in body["content"].items():
            known = content.setdefault(kind, {})
            schema = media["schema"]
            titled = {"title": address.name, **schema} if isinstance(schema, dict) else schema
            known["schema"] = any_of([known["schema"], titled]) if "schema" in known else titled
            for name, example in media.get("examples", {}).items():
                known.setdefault("examples", {})[f"{address.name}: {name}"] = example
    required = len(bodies) == len(addresses) and all(body["required"] for _, body in bodies)
    return {"required": required, "content": content}


class _Answers:
    """The answers of operations. An operation that several addresses lead to has one set, made once."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, bool], dict[str, Any]] = {}

    def of(self, addresses: Sequence[Address]) -> dict[str, Any]:
        """Return the Responses Object of all operations that one method and path lead to."""
        if len(addresses) == 1:
            return dict(self._one(addresses[0]))
        found: dict[str, Any] = {}
        for address in addresses:
            for status, answer in self._one(address).items():
                known = found.setdefault(status, {"description": ""})
                lines = dict.fromkeys([*known["description"].splitlines(), *answer["description"].splitlines()])
                known["description"] = "\n".join(lines)
                for kind, media in answer.get("content", {}).items():
                    there = known.setdefault("content", {}).setdefault(kind, {})
                    there["schema"] = any_of([one["schema"] for one in (there, media) if "schema" in one])
                    for name, example in media.get("examples", {}).items():
                        there.setdefault("examples", {})[f"{address.name}: {name}"] = example
        return found

    def shared(self, paths: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """Put references in place of answers that stand in several operations; return those answers by name."""
        places: dict[str, list[tuple[dict[str, Any], str, str]]] = {}
        texts: dict[int, str] = {}
        for item in paths.values():
            for operation in item.values():
                for status, answer in operation["responses"].items():
                    if (text := texts.get(id(answer))) is None:
                        text = texts[id(answer)] = json.dumps(answer)
                    places.setdefault(text, []).append((operation["responses"], status, operation["operationId"]))
        found = {}
        for several in places.values():
            if len(several) > 1:
                responses, status, identity = several[0]
                name = f"{identity}.{status}"
                found[name] = responses[status]
                for responses, status, _ in several:
                    responses[status] = {"$ref": f"#/components/responses/{name}"}
        return found

    def _one(self, address: Address) -> dict[str, Any]:
        key = (address.contract.operation, address.speaks_soap)
        if key not in self._made:
            self._made[key] = address.answers()
        return self._made[key]
