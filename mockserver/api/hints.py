"""Hints: why a request was refused and what to do, in one line, for whoever wrote the client.

An API's hints stand in one table (`apis/<name>/hints.py`); what can happen to a request of any API is here.

Rules a maintainer must keep:

1. A hint goes to a header, the journal and reports; never into an API's answer.
2. It says what is wrong and what to do about it. It holds no secret: no password, token, key or signature.
3. A table's first row that fits counts: the particular ones come first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.api.context import RequestContext
from mockserver.api.errors import BodyTooLarge, HandlerFailed, MethodNotAllowed, NoRoute, NotFaked
from mockserver.core.errors import Unavailable

Filling = Callable[[RequestContext[Any, Any], Any], Mapping[str, Any] | None]
"""(request, why it is refused) -> what fills a sentence; None: the row does not fit."""

NOTHING_TO_FILL: Mapping[str, Any] = {}
SHOWN = 5
"""Names that a list shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A row of a table.

    Attributes:
        name: what is wrong, in a few words.
        when: the same as a sentence of the reference, from the client's side.
        of: what the refusal is: an exception, or an answer that tells of one.
        says: the hint; names in braces are filled with facts.
        facts: tells whether the row fits, and fills `says`.
    """

    name: str
    when: str
    of: type[Any] | tuple[type[Any], ...]
    says: str
    facts: Filling = lambda context, error: NOTHING_TO_FILL


def hint_for(
    hints: Sequence[Hint], context: RequestContext[Any, Any], refusal: Any, nearest: Callable[[], str | None]
) -> str | None:
    """Return what a request is told that was refused so; None when no row fits.

    Args:
        hints: the API's own.
        refusal: an exception, or an answer that tells of one.
        nearest: finds the known path that is most like the request's.
    """
    for row in (*hints, *COMMON):
        if isinstance(refusal, row.of):
            facts = row.facts(context, refusal)
            if facts is not None:
                if row.of is NoRoute:
                    facts = {"nearest": nearest(), **facts}
                return row.says.format(**facts)
    return None


def said(pattern: str, *codes: int | str, text: Callable[[Any], str] = str) -> Filling:
    """Return facts that fit an error whose text has this pattern in it; its groups are the facts.

    Args:
        codes: the error's `code` must be one of them; none: any.
        text: (error) -> its text.
    """
    compiled = re.compile(pattern, re.DOTALL)

    def facts(context: RequestContext[Any, Any], error: Any) -> Mapping[str, Any] | None:
        if codes and error.code not in codes:
            return None
        found = compiled.search(text(error))
        return None if found is None else found.groupdict()

    return facts


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence shows them; of many, the first."""
    more = "" if len(names) <= SHOWN else f" and {len(names) - SHOWN} more"
    return (", ".join(names[:SHOWN]) or "none") + more


def operation_name(context: RequestContext[Any, Any]) -> str:
    """Return the whole name of the operation that a request calls; the API's when none is known."""
    operation = context.operation
    return context.api.name if operation is None else f"{context.api.name}.{operation.name}"


def of_operation(context: RequestContext[Any, Any], refusal: Any) -> Mapping[str, Any]:
    """Fill a sentence with the `operation` that a request calls; fits whatever the refusal is."""
    return {"operation": operation_name(context)}


COMMON: tuple[Hint, ...] = (
    Hint(
        name="unknown-path",
        when="Nothing of this API is faked at the path.",
        of=NoRoute,
        says="nothing is faked at this path; the nearest known one is {nearest}; GET / lists what is",
    ),
    Hint(
        name="wrong-method",
        when="The path is known, but not with this method.",
        of=MethodNotAllowed,
        says="not with {method}: use {allowed}",
        facts=lambda context, error: {"method": context.method, "allowed": ", ".join(error.allowed)},
    ),
    Hint(
        name="not-faked",
        when="The call exists at the vendor and is not faked.",
        of=NotFaked,
        says="{operation} exists at the vendor and is not faked here; `mockserver apis` lists what is, and a fault "
        "with a status and a body can answer it",
        facts=lambda context, error: {"operation": error.operation},
    ),
    Hint(
        name="too-large",
        when="The body is larger than the API takes.",
        of=BodyTooLarge,
        says="a body of this call has at most {limit} bytes",
        facts=lambda context, error: {"limit": error.limit},
    ),
    Hint(
        name="bug",
        when="A handler of ours failed.",
        of=HandlerFailed,
        says="this is a bug of mockserver, not of the client; GET /_control/requests/{number} shows where",
        facts=lambda context, error: {"number": context.number},
    ),
    Hint(
        name="no-store",
        when="The store (Redis) cannot be reached.",
        of=Unavailable,
        says="what keeps the jobs cannot be reached; GET /_control/ready says when it is back",
    ),
)
"""What can happen to a request of any API."""
