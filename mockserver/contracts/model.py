"""Contracts: what an operation may receive and answer, as JSON Schema over decoded data.

Rules a maintainer must keep:

1. The verdict is jsonschema-rs, compiled once: it runs on every call, both ways, and costs microseconds.
2. The words are jsonschema's (`best_match`), and only when there is a breach to word.
3. Contracts speak of decoded data; the bytes are the business of golden tests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from mockserver.core.machine import Confidence
from mockserver.wire.json import Malformed

_SEEN, _SEEN_LENGTH = 100, 1000
"""How many answers a contract remembers, and how many bytes one may have: a bound on memory."""

SHARED = "definitions.json"
"""A file of an API's contracts folder whose `$defs` every schema beside it may use as `#/$defs/…`.

Its `responses` are answers that any operation of the API may give: those of gateways and limits before it.
"""

_DEFINITION = "#/$defs/"


class BadContract(Exception):
    """A contract file cannot be used; the message names file, place and remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A breach of contract.

    Attributes:
        side: `client` (the request) or `server` (our answer, a bug of ours).
        part: `parameters`, `body` or `response`.
        pointer: JSON pointer into that part.
        message: one sentence.
    """

    side: str
    part: str
    pointer: str
    message: str

    def as_dict(self) -> dict[str, str]:
        """Return the JSON form."""
        return {"side": self.side, "part": self.part, "pointer": self.pointer, "message": self.message}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseClause:
    """One answer an operation may give."""

    name: str
    status: int
    content_type: str | None
    confidence: Confidence
    schema: Mapping[str, Any] | bool
    source: str = ""
    title: str = ""
    validator: Any = field(repr=False, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """The contract of one operation."""

    operation: str
    title: str
    sources: Sequence[Mapping[str, str]]
    methods: Sequence[str]
    paths: Sequence[str]
    parameters: Mapping[str, Any] | bool
    body: Mapping[str, Any] | bool | None
    responses: Sequence[ResponseClause]
    examples: Sequence[Mapping[str, Any]]
    document: Mapping[str, Any] = field(repr=False, default_factory=dict)
    file: str = ""
    check_parameters: Any = field(repr=False, default=None)
    check_body: Any = field(repr=False, default=None)
    by_status: Mapping[int, tuple[ResponseClause, ...]] = field(repr=False, default_factory=dict)
    seen: dict[tuple[int, str | None, bytes], ResponseClause] = field(repr=False, compare=False, default_factory=dict)
    anywhere: Sequence[ResponseClause] = field(repr=False, default=())

    def breaches_of_request(self, parameters: Mapping[str, Any], payload: Any) -> list[Violation]:
        """Return what is wrong with a decoded request."""
        found = []
        if not self.check_parameters.is_valid(parameters):
            found.append(_explain("client", "parameters", self.parameters, parameters, self.document))
        if isinstance(payload, Malformed):
            found.append(Violation(side="client", part="body", pointer="", message=payload.reason))
        elif self.check_body is not None and not self.check_body.is_valid(payload):
            assert self.body is not None
            found.append(_explain("client", "body", self.body, payload, self.document))
        return found

    def breaches_of_answer(self, status: int, content_type: str | None, data: Any) -> list[Violation]:
        """Return what is wrong with a decoded answer of ours."""
        if self.response(status, content_type, data) is not None:
            return []
        return [self.explain(status, content_type, data)]

    def response(self, status: int, content_type: str | None, data: Any) -> ResponseClause | None:
        """Return the named response that an answer is."""
        for response in self.by_status.get(status, ()):
            if response.content_type == content_type and response.validator.is_valid(data):
                return response
        for response in self.anywhere:
            if (response.status, response.content_type) == (status, content_type) and response.validator.is_valid(data):
                return response
        return None

    def recognise(self, status: int, content_type: str | None, data: Any, body: bytes) -> ResponseClause | None:
        """Return the same; an answer whose bytes were seen before is what it was then. Pollers see few answers."""
        if len(body) > _SEEN_LENGTH:  # not worth its hash
            return self.response(status, content_type, data)
        key = (status, content_type, body)
        found = self.seen.get(key)
        if found is None:
            found = self.response(status, content_type, data)
            if found is not None:
                if len(self.seen) >= _SEEN:
                    self.seen.clear()
                self.seen[key] = found
        return found

    def explain(self, status: int, content_type: str | None, data: Any) -> Violation:
        """Say what is wrong with an answer of ours that is none of the named responses."""
        candidates = self.by_status.get(status, ())
        if not candidates:
            known = ", ".join(str(number) for number in sorted(self.by_status))
            message = f"{self.operation} never answers {status}; its contract knows {known}"
            return Violation(side="server", part="response", pointer="", message=message)
        same_type = [one for one in candidates if one.content_type == content_type]
        if not same_type:
            message = f"{self.operation} answers {status} as {candidates[0].content_type}, not {content_type}"
            return Violation(side="server", part="response", pointer="", message=message)
        return _explain("server", "response", same_type[0].schema, data, self.document)


def _explain(
    side: str, part: str, schema: Mapping[str, Any] | bool, data: Any, document: Mapping[str, Any]
) -> Violation:
    # Imported late: it costs a quarter of the start-up time and is needed only when something is wrong.
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    error = best_match(Draft202012Validator(_with_definitions(schema, document)).iter_errors(data))
    if error is None:
        return Violation(side=side, part=part, pointer="", message="does not fit the contract")
    pointer = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in error.absolute_path)
    message = error.message if len(error.message) <= 500 else error.message[:500] + " …"
    return Violation(side=side, part=part, pointer=pointer, message=message)


def _with_definitions(schema: Mapping[str, Any] | bool, document: Mapping[str, Any]) -> Any:
    """Return the schema with those shared definitions it refers to, directly or through others."""
    shared = document.get("$defs")
    if isinstance(schema, bool) or not shared:
        return schema
    found: dict[str, Any] = dict(schema.get("$defs", {}))
    waiting = [schema]
    while waiting:
        for name in _references(waiting.pop()):
            if name not in found and name in shared:
                found[name] = shared[name]
                waiting.append(shared[name])
    return {**schema, "$defs": found} if found else schema


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        target = value.get("$ref")
        if isinstance(target, str) and target.startswith(_DEFINITION):
            yield target.removeprefix(_DEFINITION).partition("/")[0]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


class Contracts:
    """All contracts, by operation (`<api>.<Name>`); each is read and compiled when it is first asked for."""

    def __init__(self, folder: Path, apis: Sequence[str]) -> None:
        self._folder = folder
        self._files = {
            f"{api}.{file.stem}": file
            for api in apis
            for file in sorted((folder / api).glob("*.json"))
            if file.name != SHARED
        }
        self._read: dict[str, Contract] = {}
        self._shared: dict[Path, Mapping[str, Any]] = {}
        self._meta: Any = None

    def get(self, operation: str) -> Contract | None:
        """Return the contract of an operation, or None.

        Raises:
            BadContract: its file is not JSON, does not fit `contract.schema.json`, or holds a schema that is none.
        """
        found = self._read.get(operation)
        if found is None and operation in self._files:
            if self._meta is None:
                self._meta = jsonschema_rs.validator_for(_read(self._folder / "contract.schema.json"))
            file = self._files[operation]
            found = self._read[operation] = _contract(file, self._meta, self._definitions(file.parent))
        return found

    @property
    def by_operation(self) -> Mapping[str, Contract]:
        """All of them. Raises as `get` does."""
        return {operation: found for operation in self._files if (found := self.get(operation)) is not None}

    def _definitions(self, folder: Path) -> Mapping[str, Any]:
        if folder not in self._shared:
            shared = folder / SHARED
            self._shared[folder] = _read(shared) if shared.exists() else {}
        return self._shared[folder]


def load(folder: Path, apis: Sequence[str], *, check: bool = True) -> Contracts:
    """Open `folder/<api>/*.json` for some APIs.

    Args:
        check: read and compile all of them now.

    Raises:
        BadContract: a file is not JSON, does not fit `contract.schema.json`, or holds a schema that is none.
    """
    if not (folder / "contract.schema.json").exists():
        raise BadContract(f"{folder}: no contract.schema.json there; name a folder laid out as contracts/ is")
    contracts = Contracts(folder, apis)
    if check:
        _ = contracts.by_operation
    return contracts


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise BadContract(f"{file}: {error.strerror}; name a folder laid out as contracts/ is") from None
    except UnicodeDecodeError:
        raise BadContract(f"{file}: not UTF-8; save it as UTF-8") from None
    except json.JSONDecodeError as error:
        raise BadContract(f"{file}:{error.lineno}:{error.colno}: {error.msg}; mend the JSON") from None


def _contract(file: Path, meta: Any, shared: Mapping[str, Any]) -> Contract:
    document = _read(file)
    problem = next(iter(meta.iter_errors(document)), None)
    if problem is not None:
        place = "/" + "/".join(map(str, problem.instance_path))
        raise BadContract(f"{file}: at {place}: {problem.message}; see contract.schema.json")
    expected = f"{file.parent.name}.{file.stem}"
    if document["operation"] != expected:
        raise BadContract(f"{file}: operation is {document['operation']!r}; name it {expected!r}, as the file")
    document = {**document, "$defs": {**shared.get("$defs", {}), **document.get("$defs", {})}}
    responses = _responses(file, document["responses"], document)
    body = document.get("body")
    return Contract(
        operation=document["operation"],
        title=document["title"],
        sources=document["sources"],
        methods=document["methods"],
        paths=[document["path"]] if isinstance(document["path"], str) else document["path"],
        parameters=document.get("parameters", True),
        body=body,
        responses=responses,
        examples=document["examples"],
        document=document,
        file=str(file),
        check_parameters=_compile(file, "/parameters", document.get("parameters", True), document),
        check_body=None if body is None else _compile(file, "/body", body, document),
        by_status={
            status: tuple(one for one in responses if one.status == status)
            for status in dict.fromkeys(one.status for one in responses)
        },
        anywhere=_responses(file, shared.get("responses", {}), document),
    )


def _responses(file: Path, given: Mapping[str, Any], document: Mapping[str, Any]) -> tuple[ResponseClause, ...]:
    return tuple(
        ResponseClause(
            name=name,
            status=value["status"],
            content_type=value.get("content_type"),
            confidence=Confidence(value["confidence"]),
            schema=value.get("schema", True),
            source=value.get("source", ""),
            title=value.get("title", ""),
            validator=_compile(file, f"/responses/{name}/schema", value.get("schema", True), document),
        )
        for name, value in given.items()
    )


def _compile(file: Path, place: str, schema: Any, document: Mapping[str, Any]) -> Any:
    try:
        return _validator(json.dumps(_with_definitions(schema, document), sort_keys=True))
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        reason = str(error).splitlines()[0]
        raise BadContract(f"{file}: at {place}: not a usable JSON Schema ({reason}); mend it") from None


@cache
def _validator(text: str) -> Any:
    # Most answers share a few shapes: an API's hundreds of responses compile to some dozens of validators.
    return jsonschema_rs.Draft202012Validator(json.loads(text))
