"""Contracts: what an operation may receive and answer, as JSON Schema over decoded data.

Contracts speak of decoded data; the bytes are the business of golden tests. They are made by `loader` and do not
change afterwards: all requests of all sandboxes share them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from mockserver.contracts.checker import Schema, Validator
from mockserver.core.machine import Confidence
from mockserver.wire.json import Malformed


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A breach of contract.

    Attributes:
        side: `client` (the request) or `server` (our answer, a bug of ours).
        part: `parameters`, `body` or `response`.
        pointer: JSON pointer into that part.
        message: one sentence.
        expected, got: what the contract asks for there, and what stands there; empty where `message` says it all.
        clause: the answer that comes nearest, by its name; empty for a request.
        source, confidence: where the clause is from, and how well it is known; of the contract for a request.
    """

    side: str
    part: str
    pointer: str
    message: str
    expected: str = ""
    got: str = ""
    clause: str = ""
    source: str = ""
    confidence: Confidence | None = None

    def as_dict(self) -> dict[str, str]:
        """Return the JSON form that the journal shows."""
        return {"side": self.side, "part": self.part, "pointer": self.pointer, "message": self.message}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseClause:
    """One answer an operation may give.

    Attributes:
        name: tells it from the other answers of its operation; coverage, faults and examples use it.
        status: the HTTP status.
        content_type: the whole Content-Type header; None: no such header.
        confidence: how well it is known that the real system answers so.
        schema: what the decoded answer is like, as the contract says it; references go to its `$defs`.
        source: where the fact comes from, one line; empty: the contract's `sources`.
        title: what the answer means, one line; may be empty.
        validator: `schema`, compiled.
    """

    name: str
    status: int
    content_type: str | None
    confidence: Confidence
    schema: Schema
    source: str = ""
    title: str = ""
    validator: Validator = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """The contract of one operation.

    Attributes:
        operation: `<api>.<Name>`.
        title: what the operation does, one line.
        sources: where the facts come from; each has a `title` and perhaps a `url`.
        methods: HTTP methods, in capitals.
        paths: path templates such as `/ges/{project_id}/graphs`, without host and sandbox prefix.
        parameters: schema over the decoded parameters: query and form merged, or the SOAP/XML payload as plain data.
        body: schema over the decoded body; None: not looked at.
        responses: the answers it names, in the order in which an answer is looked for; no two of one name.
        anywhere: answers that any operation of the API may give; looked at after `responses`.
        examples: complete exchanges, each as `contract.schema.json` describes it.
        document: the whole contract as JSON data, with shared clauses written out and shared `$defs` in it.
        file: the path of its file.
        check_parameters: `parameters`, compiled.
        check_body: `body`, compiled; None: not looked at.
        by_status: `responses`, by HTTP status.
    """

    operation: str
    title: str
    sources: Sequence[Mapping[str, str]]
    methods: Sequence[str]
    paths: Sequence[str]
    parameters: Schema
    body: Schema | None
    responses: Sequence[ResponseClause]
    anywhere: Sequence[ResponseClause] = field(repr=False)
    examples: Sequence[Mapping[str, Any]]
    document: Mapping[str, Any] = field(repr=False)
    file: str
    check_parameters: Validator = field(repr=False)
    check_body: Validator | None = field(repr=False)
    by_status: Mapping[int, Sequence[ResponseClause]] = field(repr=False)

    def breaches_of_request(self, parameters: Mapping[str, Any], payload: object) -> list[Violation]:
        """Return what is wrong with a decoded request; nothing when it fits.

        Args:
            payload: the decoded body, None for an empty one, or a `Malformed`.
        """
        found = []
        if not self.check_parameters.is_valid(parameters):
            found.append(self._breach("parameters", self.check_parameters, parameters))
        if isinstance(payload, Malformed):
            found.append(Violation(side="client", part="body", pointer="", message=payload.reason))
        elif self.check_body is not None and not self.check_body.is_valid(payload):
            found.append(self._breach("body", self.check_body, payload))
        return found

    def response(self, status: int, content_type: str | None, data: object) -> ResponseClause | None:
        """Return the first named answer that a decoded answer is; None: it breaks the contract."""
        for clause in self.by_status.get(status, ()):
            if clause.content_type == content_type and clause.validator.is_valid(data):
                return clause
        for clause in self.anywhere:
            if (clause.status, clause.content_type) == (status, content_type) and clause.validator.is_valid(data):
                return clause
        return None

    def explain(self, status: int, content_type: str | None, data: object) -> Violation:
        """Say what is wrong with a decoded answer of ours that is none of those named."""
        candidates = self.by_status.get(status, ())
        if not candidates:
            known = ", ".join(str(number) for number in sorted(self.by_status))
            message = f"{self.operation} never answers {status}; its contract knows {known}"
            return self._unlike(message, None, expected=f"status {known}", got=f"status {status}")
        same_type = [one for one in candidates if one.content_type == content_type]
        if not same_type:
            expected = candidates[0].content_type
            message = f"{self.operation} answers {status} as {expected}, not {content_type}"
            return self._unlike(message, candidates[0], expected=f"Content-Type {expected}", got=str(content_type))
        # The clause that the answer is least unlike is the one that it was meant to be.
        misfits = [(clause, clause.validator.explain(data)) for clause in same_type]
        clause, misfit = min(misfits, key=lambda pair: pair[1].weight)
        return self._unlike(misfit.message, clause, pointer=misfit.pointer, expected=misfit.expected, got=misfit.got)

    def source_of(self, clause: ResponseClause | None) -> str:
        """Return in one line where a clause is from: its own source, else the first of the contract's."""
        if clause is not None and clause.source:
            return clause.source
        first = self.sources[0] if self.sources else {}
        return " ".join(filter(None, (first.get("title"), first.get("url"))))

    def _unlike(
        self, message: str, clause: ResponseClause | None, *, pointer: str = "", expected: str, got: str
    ) -> Violation:
        return Violation(
            side="server",
            part="response",
            pointer=pointer,
            message=message,
            expected=expected,
            got=got,
            clause="" if clause is None else clause.name,
            source=self.source_of(clause),
            confidence=None if clause is None else clause.confidence,
        )

    def _breach(self, part: Literal["parameters", "body"], found: Validator, data: object) -> Violation:
        misfit = found.explain(data)
        return Violation(
            side="client",
            part=part,
            pointer=misfit.pointer,
            message=misfit.message,
            expected=misfit.expected,
            got=misfit.got,
            source=self.source_of(None),
        )
