"""What an answer's headers say to the tester, beside the API's own body: the breaches of contract, and a hint.

Rules a maintainer must keep:

1. A line of these headers is ASCII, printable and short, and holds no secret, whatever a client has sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockserver.api.context import RequestContext
from mockserver.api.definition import Api
from mockserver.api.response import Response
from mockserver.contracts.model import Violation
from mockserver.http.router import Router
from mockserver.journal import masking
from mockserver.journal.masking import mask

SENTENCE = 200
"""Characters of the first breach that an answer's header holds."""

HINT = 400
"""Characters of a hint."""


def refused_answer(
    api: Api, context: RequestContext[Any, Any], error: Exception, router: Router[Any] | None = None
) -> Response:
    """Return the API's own answer to what went wrong, with the hint for the tester beside it.

    Args:
        router: knows the paths that there are; None: the error is about no path.
    """
    response = api.refuse(context, error)
    if response.hint is None and api.journaled:
        # Imported late: by the first request that is refused.
        from mockserver.api.hints import hint_for

        hint = hint_for(api.hints, context, error, lambda: router.nearest(context.path) if router else None)
        response = response if hint is None else response._replace(hint=_line(hint, HINT))
    return response


def headers_of(violations: Sequence[Violation], hint: str | None) -> dict[str, str]:
    """Return the headers that say what was wrong with a request, and what to do."""
    headers = {}
    if violations:
        headers["X-Mockserver-Violations"] = str(len(violations))
        headers["X-Mockserver-Violation"] = in_a_header(violations[0])
    if hint is not None:
        headers["X-Mockserver-Hint"] = hint
    return headers


def in_a_header(breach: Violation) -> str:
    """Return a breach as a header says it: where and what."""
    message = masking.current().sentence(breach.pointer, breach.message)
    return _line(f"{breach.part} {breach.pointer}".strip() + f": {message}", SENTENCE)


def _line(sentence: str, limit: int) -> str:
    """Return a sentence as one line in ASCII, secrets masked, cut at a number of characters."""
    words = " ".join(mask(sentence).split()).encode("ascii", "replace").decode()
    # What is left of a client's control characters may not stand in a header.
    return "".join(one if one.isprintable() else "?" for one in words)[:limit]
