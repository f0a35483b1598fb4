"""What aiohttp's parser could make no request of: its answer, and its entry in the journal."""

from __future__ import annotations

from time import perf_counter

from aiohttp import web

from mockserver.api.response import error_response
from mockserver.core.clock import Clock
from mockserver.core.errors import Unavailable
from mockserver.http.addresses import Accepted
from mockserver.http.metrics import Metrics
from mockserver.http.responses import NUMBER, response_of
from mockserver.http.steps import not_recorded, request_event, unreadable
from mockserver.journal import coverage
from mockserver.journal.entry import Entry
from mockserver.store.base import Over

_CLOSES = {"Connection": "close"}


async def answer_unread(
    accepted: Accepted, request: web.BaseRequest, why: str, metrics: Metrics, numbered: bool
) -> web.StreamResponse:
    """Return a 400 that says why, when the journal, the metrics and whoever listens know of it.

    Args:
        numbered: the answer names its number in the journal.
    """
    sandbox, breach = accepted.sandbox, unreadable(why)
    response = error_response(400, "unreadable", breach.message)
    headers = {"Content-Type": str(response.content_type)}
    try:
        start = await sandbox.store.begin_request(sandbox.key, "")
        if numbered:
            headers[NUMBER] = str(start.number)
        now = (sandbox.first_clock if start.clock is None else Clock(**start.clock)).now(sandbox.real())
        entry = Entry(
            start.number, now, sandbox.name, request.method, accepted.raw, {}, b"", http_version=(1, 0), status=400,
            answer_headers={**headers, **_CLOSES}, answer=response.body, violations=(breach,),
        )  # fmt: skip
        try:
            await coverage.keep_violations(sandbox.store, sandbox.key, entry.number, None, [breach])
            await sandbox.store.record(sandbox.key, entry, sandbox.journal_size)
        except Unavailable as problem:
            not_recorded(entry, problem)
        sandbox.publish(request_event(entry))
    except Over:
        # No journal is to have it. Another process may have ended that life, so that nobody here has said so.
        sandbox.forget_life(sandbox.key)
    except Unavailable:
        pass  # No journal can have it.
    metrics.count("", None, response.status, perf_counter() - accepted.began, [breach], None)
    return response_of(response, {**headers, **_CLOSES})
