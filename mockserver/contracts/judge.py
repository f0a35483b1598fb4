"""One judgement of one exchange by one contract: the same for our own server, a live system, a recording.

Who brings an exchange has decoded it; which bytes a message was is not looked at here. The running server asks the
`Contract` itself, since it knows its own answers' clauses to the letter: the checks are the same ones.

Rules a maintainer must keep:

1. What a header may write in several ways (blanks, letter case, quotes) is no breach; anything else is.
2. A page for people says nothing that a schema could check: its head is judged, and that is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.contracts.model import Contract, ResponseClause, Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer that is a page for people: no data can be read from it.

    Attributes:
        complete: it ends as it should.
    """

    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """An answer that is not what its Content-Type says: truncated, in another charset, of other elements.

    Attributes:
        reason: one sentence.
    """

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedRequest:
    """What a client asked, as the contract speaks of it.

    Attributes:
        parameters: query and form merged, or the SOAP/XML payload.
        payload: the body, a `wire.json.Malformed`, or None.
        breaches: what is wrong with it that no schema can see.
    """

    parameters: Mapping[str, Any]
    payload: Any = None
    breaches: Sequence[Violation] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedAnswer:
    """What a system answered, as the contract speaks of it.

    Attributes:
        content_type: the whole header; None: none.
        data: plain data, a `Page`, or an `Unreadable`.
    """

    status: int
    content_type: str | None
    data: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a contract says of an exchange.

    Attributes:
        operation: `<api>.<Name>`.
        clause: which of the contract's answers it is; None: none of them.
        violations: the breaches of either side; none when the contract holds.
    """

    operation: str
    clause: ResponseClause | None
    violations: tuple[Violation, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the system kept the contract, whatever the client did."""
        return all(one.side != "server" for one in self.violations)


def judge(contract: Contract, request: DecodedRequest, answer: DecodedAnswer) -> Verdict:
    """Judge an exchange, both ways."""
    violations = list(request.breaches) or contract.breaches_of_request(request.parameters, request.payload)
    clause, breach = judge_answer(contract, answer)
    if breach is not None:
        violations.append(breach)
    return Verdict(operation=contract.operation, clause=clause, violations=tuple(violations))


def judge_answer(contract: Contract, answer: DecodedAnswer) -> tuple[ResponseClause | None, Violation | None]:
    """Return which clause an answer is, or how it breaks the contract."""
    content_type = _as_written(contract, answer.status, answer.content_type)
    if isinstance(answer.data, Page | Unreadable):
        return _by_head(contract, answer.status, content_type, answer.data)
    clause = contract.response(answer.status, content_type, answer.data)
    if clause is not None:
        return clause, None
    return None, contract.explain(answer.status, content_type, answer.data)


def _by_head(
    contract: Contract, status: int, content_type: str | None, data: Page | Unreadable
) -> tuple[ResponseClause | None, Violation | None]:
    alike = [
        one
        for one in (*contract.by_status.get(status, ()), *contract.anywhere)
        if (one.status, one.content_type) == (status, content_type)
    ]
    if not alike:
        return None, contract.explain(status, content_type, None)
    if isinstance(data, Page) and data.complete:
        return alike[0], None
    reason = data.reason if isinstance(data, Unreadable) else "the page breaks off"
    breach = Violation(
        side="server",
        part="response",
        pointer="",
        message=reason,
        expected=f"a whole {content_type}",
        got=reason,
        clause=alike[0].name,
        source=contract.source_of(alike[0]),
        confidence=alike[0].confidence,
    )
    return None, breach


def _as_written(contract: Contract, status: int, content_type: str | None) -> str | None:
    """Return a Content-Type as the contract writes it, where the two mean the same."""
    if content_type is None:
        return None
    plain = _plain(content_type)
    known = (one.content_type for one in (*contract.by_status.get(status, ()), *contract.anywhere))
    return next((one for one in known if one is not None and _plain(one) == plain), content_type)


def _plain(content_type: str) -> str:
    return "".join(content_type.replace('"', "").split()).casefold()
