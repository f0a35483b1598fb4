"""Requests and answers of one operation at one address, with their examples, as OpenAPI's objects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote

from mockserver.contracts.description import Description
from mockserver.contracts.examples import BASE
from mockserver.contracts.model import Contract, ResponseClause
from mockserver.contracts.openapi_schemas import Schemas, any_of, envelope

NAMES = re.compile(r"{(\w+)\*?}")
_SOAP = {"text/xml": "1.1", "application/soap+xml": "1.2"}
_BODILESS = ("GET", "HEAD", "DELETE")
_TEXT = {"type": "string"}


@dataclass(frozen=True, kw_only=True)
class Address:
    """One method and path template that lead to an operation.

    Attributes:
        template: as the contract has it, perhaps with a query that tells operations of one path apart.
        base: what `{base}` in examples stands for.
        schemas: those of the API, on their way into the document.
    """

    contract: Contract
    method: str
    template: str
    about: Description = field(repr=False)
    base: str
    schemas: Schemas = field(repr=False)

    @property
    def api(self) -> str:
        """The API's name."""
        return self.contract.operation.partition(".")[0]

    @property
    def name(self) -> str:
        """The operation's name, without the API."""
        return self.contract.operation.partition(".")[2]

    @property
    def path(self) -> str:
        """The path, as OpenAPI writes it."""
        return NAMES.sub(r"{\1}", self.template.partition("?")[0])

    @property
    def speaks_soap(self) -> bool:
        """Whether messages are SOAP here."""
        soap = self.about.soap
        return soap is not None and self.method == "POST" and self.template == soap.path

    @cached_property
    def examples(self) -> Sequence[tuple[Mapping[str, Any], Mapping[str, str], Mapping[str, str]]]:
        """The contract's examples that lead here, each with what stands for the names of path and query."""
        path, _, query = self.template.partition("?")
        pieces = NAMES.split(path)
        stars = iter("*" in one for one in re.findall(r"{[^}]*}", path))
        pattern = "".join(
            re.escape(piece) if number % 2 == 0 else f"(?P<{piece}>{'.*' if next(stars) else '[^/]+'})"
            for number, piece in enumerate(pieces)
        )
        wanted = dict(parse_qsl(query, keep_blank_values=True))
        found = []
        for example in self.contract.examples:
            request = example["request"]
            asked, _, given = request["path"].partition("?")
            match = re.fullmatch(pattern, asked, re.IGNORECASE)
            pairs = dict(parse_qsl(given, keep_blank_values=True))
            if match is None or request["method"] != self.method or not wanted.items() <= pairs.items():
                continue
            values = {name: unquote(value) for name, value in match.groupdict().items()}
            found.append((example, values, pairs))
        return found

    # --- what is asked -------------------------------------------------------------------------------

    def parameters(self) -> list[dict[str, Any]]:
        """Return the Parameter Objects of path, query and header."""
        schema = self.contract.parameters
        properties = {} if isinstance(schema, bool) else schema.get("properties", {})
        required = () if isinstance(schema, bool) else schema.get("required", ())
        in_path = NAMES.findall(self.template.partition("?")[0])
        found = [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": self.schemas.moved(properties.get(name, _TEXT)),
                **self._in_path(name),
            }
            for name in in_path
        ]
        _, _, query = self.template.partition("?")
        told = dict(parse_qsl(query, keep_blank_values=True))
        found += [{"name": key, "in": "query", "required": True, "schema": {"const": told[key]}} for key in told]
        if self.speaks_soap:
            action = {"type": "string", "description": "SOAP 1.1: the operation, in quotes."}
            return [*found, {"name": "SOAPAction", "in": "header", "required": False, "schema": action}]
        if self.method not in _BODILESS and self.contract.body is None and self.about.forms:
            return found  # they come in a form
        return found + [
            {
                "name": name,
                "in": "query",
                "required": name in required,
                "schema": self.schemas.moved(value),
                **self._in_query(name),
            }
            for name, value in properties.items()
            if name not in in_path and name not in told
        ]

    def _in_path(self, name: str) -> dict[str, Any]:
        values = [values[name] for example, values, _ in self.examples if not example.get("breaches")]
        value = next(iter(values), self.about.defaults.get(name))
        return {} if value is None else {"example": value}

    def _in_query(self, name: str) -> dict[str, Any]:
        examples = {
            example["name"]: {"value": pairs[name]}
            for example, _, pairs in self.examples
            if name in pairs and not example.get("breaches")
        }
        return {"examples": examples} if examples else {}

    def body(self) -> dict[str, Any] | None:
        """Return the Request Body Object; None: there is no body."""
        if self.method in _BODILESS:
            return None
        contract = self.contract
        if self.speaks_soap:
            assert self.about.soap is not None
            inside = self.schemas.moved(contract.parameters)
            content = {
                kind: self._media(kind, envelope(version, self.about.soap.namespace, self.name, inside))
                for kind, version in _SOAP.items()
            }
            return {"required": True, "content": content}
        if contract.body is not None:
            optional = not isinstance(contract.body, bool) and {"type": "null"} in contract.body.get("oneOf", ())
            content = {"application/json": self._media("application/json", self.schemas.moved(contract.body))}
            for kind in self.about.xml:
                element = self.schemas.document_element(contract.body, contract.document.get("$defs", {}))
                content[kind] = self._media(kind, element)
            return {"required": not optional, "content": content}
        if not self.about.forms:
            return None
        schema = self.schemas.moved(contract.parameters)
        if isinstance(schema, dict):
            in_path = NAMES.findall(self.template)
            properties = {name: one for name, one in schema.get("properties", {}).items() if name not in in_path}
            required = [name for name in schema.get("required", ()) if name not in in_path]
            schema = {**schema, "properties": properties, **({"required": required} if required else {})}
            if not required:
                schema.pop("required", None)
        else:
            schema, required = {"type": "object"}, []
        return {"required": bool(required), "content": {kind: self._media(kind, schema) for kind in self.about.forms}}

    def _media(self, kind: str, schema: Any) -> dict[str, Any]:
        examples = {
            example["name"]: {"value": value}
            for example, _, _ in self.examples
            if not example.get("breaches") and (value := self._sent(kind, example["request"])) is not None
        }
        return {"schema": schema, **({"examples": examples} if examples else {})}

    def _sent(self, kind: str, request: Mapping[str, Any]) -> Any:
        """Return the body of an example of this media type; None: it has none, or another's."""
        if kind == "application/json":
            value = self._filled(request.get("json"))
            fits = self.contract.check_body is None or self.contract.check_body.is_valid(value)
            return value if fits else None
        if kind in self.about.forms:
            form = request.get("form")
            return None if form is None else {name: self._filled(value) for name, value in form.items()}
        headers = {name.lower(): value for name, value in request.get("headers", {}).items()}
        said = headers.get("content-type", "").partition(";")[0].strip()
        return self._filled(request.get("text")) if said == kind else None

    # --- what is answered ----------------------------------------------------------------------------

    def answers(self) -> dict[str, Any]:
        """Return the Responses Object."""
        found: dict[str, Any] = {}
        schemas: dict[tuple[str, str], list[Any]] = {}
        for clause in self.contract.responses:
            status = str(clause.status)
            entry = found.setdefault(status, {"description": ""})
            said = f"{clause.title or clause.name} ({clause.confidence})"
            entry["description"] = "\n".join(filter(None, (entry["description"], said)))
            if clause.content_type is None:
                continue
            kind = clause.content_type.partition(";")[0].strip()
            media = entry.setdefault("content", {}).setdefault(kind, {"schema": True})
            schemas.setdefault((status, kind), []).append(self._answer_schema(kind, clause))
            for name, value in self._answered(kind, clause):
                media.setdefault("examples", {})[name] = {"value": value}
        for (status, kind), several in schemas.items():
            found[status]["content"][kind]["schema"] = any_of(several)
        return found

    def _answer_schema(self, kind: str, clause: ResponseClause) -> Any:
        schema = clause.schema
        if kind == "application/json":
            return self.schemas.moved(schema)
        if self.speaks_soap and kind in _SOAP and clause.status in (200, 500):
            assert self.about.soap is not None
            if clause.status == 500:
                return envelope(_SOAP[kind], "", "Fault", self.schemas.moved(schema))
            inside = {"type": "object", "properties": {f"{self.name}Result": self.schemas.moved(schema)}}
            void = schema == {"type": "null"}
            answer = {"type": "object"} if void else inside
            return envelope(_SOAP[kind], self.about.soap.namespace, f"{self.name}Response", answer)
        if schema in (True, {"type": "null"}):
            return {} if kind.endswith("xml") else {"type": "string"}
        if kind.endswith("xml"):
            return self.schemas.document_element(schema, self.contract.document.get("$defs", {}))
        # JSON under another name (pjson, a callback's argument), or a page: what is checked is the data it shows.
        return {"type": "string", "contentSchema": self.schemas.moved(schema)}

    def _answered(self, kind: str, clause: ResponseClause) -> Iterator[tuple[str, Any]]:
        """Yield the bodies of a clause's examples, wherever they lead: those that are shown whole."""
        for example in self.contract.examples:
            answer = example["response"]
            if answer["name"] != clause.name:
                continue
            if kind != "application/json":
                if answer.get("text"):
                    yield example["name"], self._filled(answer["text"])
                continue
            value = answer.get("json")
            if value is None and answer.get("text"):
                value = json.loads(self._filled(answer["text"]))
            value = self._filled(value)
            # Where an example compares the type alone, its value need not be one that the contract allows.
            if value is not None and clause.validator.is_valid(value):
                yield example["name"], value

    def _filled(self, value: Any) -> Any:
        """Return an example's value with the sandbox's address where it names it."""
        if isinstance(value, str):
            return value.replace(BASE, self.base)
        if isinstance(value, list):
            return [self._filled(one) for one in value]
        if isinstance(value, Mapping):
            return {name: self._filled(one) for name, one in value.items()}
        return value
