"""The steps of the pipeline that need nothing of the server: what came of a request, how it is judged and recorded.

`pipeline` says in which order they are taken.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from aiohttp import web

from mockserver.api.context import RequestContext, Resolved
from mockserver.api.definition import Api
from mockserver.api.errors import HandlerFailed, NotFaked
from mockserver.api.operation import Operation
from mockserver.api.response import NO_HEADERS, Response, error_response, json_response
from mockserver.contracts.model import Contract, Violation
from mockserver.core.errors import DomainError, Unavailable
from mockserver.core.job import Job, Transition
from mockserver.core.machine import State
from mockserver.http.diagnosis import refused_answer
from mockserver.http.mounts import disowned
from mockserver.http.responses import response_of
from mockserver.journal.entry import (
    ASKED,
    BODY_LIMIT,
    DECODED_LIMIT,
    HEADERS_LIMIT,
    MOVES,
    UNANSWERED,
    Entry,
    bounded,
    whole_entry,
)
from mockserver.journal.masking import current, mask, mask_path
from mockserver.sandbox.sandbox import Sandbox
from mockserver.store.base import RequestStart

if TYPE_CHECKING:
    from mockserver.faults.model import Fault
    from mockserver.journal.matching import MatchSubject

log = logging.getLogger("mockserver")

NOTHING: tuple[Any, ...] = ()

BODILESS = frozenset({204, 304})
"""Statuses under which no body is sent, whatever the answer has; none below 200 ends an exchange."""

LONG = 1 << 16
"""Bytes of a body beyond which a thread finds out what it means: a millisecond or two, and up to a second for some."""


class RequestRefused(DomainError):
    """A request breaks its contract, and its API does not look away."""

    def __init__(self, operation: str, breach: Violation) -> None:
        said = current().sentence(breach.pointer, breach.message)
        super().__init__(f"{breach.part} {breach.pointer}".strip() + f": {said}")
        self.operation = operation
        self.breach = breach


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An operation's full name, made once, and its contract."""

    name: str
    contract: Contract | None


Arrived: TypeAlias = tuple[
    Api, Sandbox, str, float, Exception | None, RequestStart, list[tuple[Job, Transition]], RequestContext[Any, Any]
]
"""A request that has arrived, before anybody asks what it means. In this order:

API, sandbox; the path as sent, with prefix and query; when it began, by `perf_counter`; why it cannot be carried out,
if that is known already; what its sandbox was like when it began; the transitions that it brings about, as they
come; its context, as far as it is known. Taken apart at once, which a class of its own makes ten times as dear.
"""

Answered: TypeAlias = tuple[
    Response,
    RequestContext[Any, Any],
    Known | None,
    Sequence[Violation],
    "Fault | None",
    str | None,
    Entry | None,
]
"""What came of a request before it is judged and recorded. In this order:

the answer; the context, resolved as far as that went; the operation and its contract, once they are known; what is
wrong with the request; the fault that acts on it; the traceback of a bug of ours; the journal's entry, if it has one.
"""


def may_be_judged(response: Response, fault: Fault | None, error: str | None) -> bool:
    """Tell whether an answer is one that a contract speaks of: none that a fault or a bug of ours has given."""
    return fault is None and error is None and response.status != 501 and response.stream is None


async def resolve_aside(api: Api, context: RequestContext[Any, Any], refusal: Exception | None) -> Resolved:
    """Return what a request means, if it is refused already or its body is long: a thread lets others have their turn.

    Args:
        refusal: why it is refused; then it is read as far as it can be.
    """
    try:
        if len(context.body) > LONG:
            found = await asyncio.to_thread(api.resolve, context)
        else:
            found = api.resolve(context)
    except Exception:
        if refusal is None:
            raise
        return Resolved(context.operation)
    return found if refusal is None else Resolved(context.operation, found.parameters, found.payload, found.details)


def match_subject(context: RequestContext[Any, Any], known: Known | None) -> MatchSubject:
    """Return a request as faults look at it."""
    from mockserver.journal.matching import MatchSubject

    return MatchSubject(
        api=context.api.name or None,
        operation=None if known is None else known.name,
        job=context.job,
        method=context.method,
        path=context.path,
        headers=context.headers,
        values=context.values,
        parameters=context.parameters,
        payload=context.payload,
        body=context.body,
    )


async def claimed_fault(sandbox: Sandbox, context: RequestContext[Any, Any], known: Known | None) -> Fault | None:
    """Return the armed fault that acts on this request; one that delays the work has done so."""
    fault = await sandbox.faults.claim(match_subject(context, known))
    if fault is None:
        return None
    name = None if known is None else known.name
    sandbox.publish({"event": "fault", "id": fault.id, "request": context.number, "operation": name})
    if fault.delay_before_work:
        await sandbox.pause(sandbox.faults.pause(fault))
    return fault


async def held_back(fault: Fault, sandbox: Sandbox) -> None:
    """Wait as long as a fault delays an answer that is ready (see `fault_transport.pass_time`).

    An answer that is held back has told nobody anything: until then its entry is as at arrival.
    """
    from mockserver.http import fault_transport

    await fault_transport.pass_time(fault, sandbox)


async def sent_with_fault(
    fault: Fault, sandbox: Sandbox, request: web.BaseRequest, response: Response, headers: Mapping[str, str]
) -> web.StreamResponse:
    """Send an answer as a fault says; return what has been, or is to be, sent by the server."""
    from mockserver.http import fault_transport

    if await sandbox.is_over():
        # What it has done is over, too, so that its client is not told that it was done.
        return response_of(*disowned(sandbox))
    return await fault_transport.send(fault, sandbox, request, response_of(response, headers))


def not_recorded(entry: Entry, problem: Unavailable) -> None:
    """Say that the journal lacks an entry: what was asked is done, and its client is told so."""
    log.error("request %d was answered and is not in the journal: %s", entry.number, problem)


def failed(api: Api, context: RequestContext[Any, Any]) -> tuple[Response, str]:
    """Return the API's own 500 for a bug of ours that is being handled, and its traceback."""
    failure = traceback.format_exc()
    log.error("a bug of ours in %s %s\n%s", context.method, mask_path(context.path), mask(failure))
    try:
        return refused_answer(api, context, HandlerFailed()), failure
    except Exception:
        log.error("%s cannot say that it failed\n%s", api.name, mask(traceback.format_exc()))
        return error_response(500, "bug", "the server failed; its log says why"), failure


def not_faked(api: Api, operation: Operation | None) -> Response:
    """Answer for something that exists at the vendor but is not faked here."""
    assert operation is not None
    error = NotFaked(api.name, operation.name, operation.title)
    return json_response({"error": {"code": "not-faked", "operation": error.operation, "message": str(error)}}, 501)


def unknown_answer(contract: Contract, response: Response, *, strict: bool) -> tuple[Response, Violation]:
    """Return what is sent in place of an answer that is none of its contract's, and the breach: a bug of ours."""
    breach = contract.explain(response.status, response.content_type, response.data)
    log.error("our answer to %s breaks its contract: %s", contract.operation, mask(breach.message))
    if strict:
        error = {"code": "contract-breach", "operation": contract.operation, **breach.as_dict()}
        response = json_response({"error": error}, 500)
    return response, breach


def asked_entry(sandbox: str, raw: str, context: RequestContext[Any, Any], known: Known | None) -> Entry:
    """Return the journal's entry of a request that is being answered.

    Args:
        raw: its path as sent, with prefix and query.
    """
    return whole_entry(
        Entry,
        (
            context.number,
            context.now,
            sandbox,
            context.method,
            raw,
            context.headers,
            context.body,
            context.api.name or None,
            None if known is None else known.name,
            context.parameters,
            context.payload,
            context.peer.version,
            context.job,
            *UNANSWERED,
        ),
    )


def answered_entry(
    asked: Entry,
    made: Job | None,
    clause: str | None,
    status: int,
    headers: Mapping[str, str],
    response: Response,
    milliseconds: float,
    fault: Fault | None,
    transitions: Sequence[tuple[Job, Transition]],
    violations: Sequence[Violation],
    error: str | None,
    told: State | None,
) -> Entry:
    """Return the journal's entry of a request that has been answered.

    Args:
        asked: its entry before that.
        made: the job that it has made.
        clause: the answer's name in its contract.
        status: of the answer; 0 when none is sent.
        error: the traceback of a bug of ours.
        told: the state that the API's own answer tells.
    """
    body, whole, sent = response.body, 0, None
    if fault is not None or status in BODILESS or asked.method == "HEAD":
        if not status:
            headers, body = NO_HEADERS, b""
        elif status in BODILESS or asked.method == "HEAD":
            body = b""
        elif fault is not None and (part := fault.sent_of(body)) is not body:
            body, whole, sent = part, len(body), len(part)
    if told is not None and (
        (response.status >= 400 and not response.shows_state)
        or (fault is not None and fault.hides_answer)
        or asked.method == "HEAD"
    ):
        told = None
    entry = whole_entry(
        Entry,
        (
            *asked[:ASKED],
            asked.job if made is None else made.id,
            clause,
            status,
            headers,
            body,
            milliseconds,
            None if fault is None else fault.id,
            transitions or NOTHING,
            violations or NOTHING,
            response.nearest,
            error,
            response.shows_state,
            told,
            0,
            whole,
            response.hint,
            sent,
        ),
    )
    if (
        len(asked.body) > DECODED_LIMIT
        or len(body) > BODY_LIMIT
        or len("".join(asked.headers)) + len("".join(asked.headers.values())) > HEADERS_LIMIT
        or len(transitions) > MOVES
    ):
        return bounded(entry)
    return entry


def unreadable(why: str) -> Violation:
    """Return the breach by a client of which no request could be read; one line of the log says so."""
    log.warning("a request that could not be read was refused: %s", why)
    return Violation(side="client", part="request", pointer="", message=f"it could not be read: {why}")


def request_event(entry: Entry) -> dict[str, Any]:
    """Return the event that says a request was answered."""
    return {
        "event": "request",
        "number": entry.number,
        "operation": entry.operation,
        "job": entry.job,
        "status": entry.status,
        "subject": entry,
    }
