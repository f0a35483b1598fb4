"""`/jobs/…/cancel`: a call of the API's own, sent through its own door, as a client would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp
from yarl import URL

from mockserver.api.client_calls import ClientSide
from mockserver.api.response import Response, json_response
from mockserver.api.walk import LiveRequest
from mockserver.control.diagram import diagram
from mockserver.control.errors import ControlError
from mockserver.control.handlers.jobs import target
from mockserver.control.requests import ControlRequest
from mockserver.journal.masking import current
from mockserver.wire.charset import text_of

SHOWN = 2000
"""Characters of the answer's body that are shown."""

PATIENCE = 30.0
"""Real seconds the call may take; a fault may keep it waiting."""


async def cancel(request: ControlRequest) -> Response:
    """Cancel a job as its client would; say what was asked, and what was answered."""
    api, job = await target(request)
    base = request.services.ports.own_url
    if base is None:
        raise ControlError(
            409, "no-port", "this server runs inside another application and cannot call itself", "call the API"
        )
    base += request.sandbox.prefix
    shown: dict[str, Any] = {}
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def ask(call: LiveRequest) -> tuple[Any, bytes]:
            shown.update(_unanswered(call))
            async with _send(session, base, call) as answer:
                return answer.headers, await answer.read()

        side = ClientSide(
            site=request.sandbox.sites[api.name], settings=await request.sandbox.settings(api.name), ask=ask
        )
        try:
            call = None if api.cancel_call is None else await api.cancel_call(job, side)
            if call is None:
                hint = "force it: PUT …/state"
                raise ControlError(409, "no-cancel", f"no call of {api.name} cancels this job, or no account may", hint)
            shown.update(_unanswered(call))
            async with _send(session, base, call) as answer:
                number = answer.headers.get("X-Mockserver-Request", "")
                shown |= {"status": answer.status, "request": int(number) if number.isdecimal() else None}
                body = await answer.read()
                content_type = answer.headers.get("Content-Type", "")
                shown["body"] = current().answer(text_of(body, content_type)[:SHOWN], content_type)
        except (aiohttp.ClientError, TimeoutError) as error:
            # Of the sign-in that goes before, perhaps: then that is what is shown.
            shown["problem"] = f"no answer: {type(error).__name__}"
    return json_response(shown)


def _unanswered(call: LiveRequest) -> dict[str, Any]:
    return {"method": call.method, "path": call.path, "request": None, "status": 0, "body": ""}


def _send(session: aiohttp.ClientSession, base: str, call: LiveRequest) -> Any:
    headers: Mapping[str, str] = {"User-Agent": "mockserver console", **call.headers}
    if call.body is not None:
        given: dict[str, Any] = {"data": call.body}
    elif call.json is not None:
        given = {"json": call.json}
    else:
        given = {"data": call.form} if call.form else {}
    url = URL(base + call.target, encoded=True)
    return session.request(call.method, url, headers=headers, allow_redirects=False, **given)


async def draw(request: ControlRequest) -> Response:
    """Draw a job's state machine: where it is, how it came there, what comes next."""
    api, found = await target(request)
    job = await request.sandbox.jobs.get(api.name, found.id, kind=found.kind, found=found)
    return json_response(diagram(api.machines[job.kind], job))
