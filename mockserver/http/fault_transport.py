"""What a fault's effect does: to the answer as data, and to the connection that carries it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

from mockserver.api.response import Response
from mockserver.core.plan import seconds
from mockserver.http.responses import BareStream

_NOT_UTF8 = b"\xff\xfe\xc0\xaf"


def instead(effect: Mapping[str, Any]) -> Response | None:
    """Return the answer a `status` effect gives; None for other effects."""
    if "status" not in effect:
        return None
    headers = {str(name): str(value) for name, value in effect.get("headers", {}).items()}
    kind = next((headers.pop(name) for name in list(headers) if name.lower() == "content-type"), None)
    body = effect.get("body")
    if body is None:
        return Response(status=effect["status"], content_type=kind, headers=headers)
    if isinstance(body, str):
        return Response(
            status=effect["status"],
            data=body,
            body=body.encode(),
            content_type=kind or "text/plain; charset=utf-8",
            headers=headers,
        )
    return Response(
        status=effect["status"],
        data=body,
        body=orjson.dumps(body),
        content_type=kind or "application/json",
        headers=headers,
    )


def needs_no_answer(effect: Mapping[str, Any]) -> bool:
    """Tell whether the request is not carried out: the effect takes the place of the answer."""
    if effect.get("handled"):
        return False
    return "status" in effect or "named" in effect or effect.get("connection") in ("close-before", "reset")


def unanswered(effect: Mapping[str, Any]) -> bool:
    """Tell whether the client gets not even a status."""
    return effect.get("connection") in ("close-before", "reset")


def garbled(effect: Mapping[str, Any], reply: Response) -> Response:
    """Return the answer as a `garble` effect spoils it; other effects leave it as it is."""
    how = effect.get("garble")
    if how is None:
        return reply
    body, kind = reply.body, reply.content_type
    if how == "truncate":
        body = body[: len(body) // 2]
    elif how == "not-utf8":
        middle = len(body) // 2
        body = body[:middle] + _NOT_UTF8 + body[middle:]
    elif how == "empty":
        body = b""
    else:
        kind = "application/octet-stream" if (kind or "").startswith("text/html") else "text/html"
    return Response(status=reply.status, data=None, body=body, content_type=kind, headers=reply.headers)


async def send(effect: Mapping[str, Any], request: web.BaseRequest, response: web.StreamResponse) -> web.StreamResponse:
    """Send an answer as a `drip` or `connection` effect sends it; others are left to the server."""
    if "drip" in effect:
        return await _drip(effect["drip"], request, response)
    how = effect.get("connection")
    if how is None or request.transport is None:
        return response
    if how == "close-mid-body":
        return await _close_mid_body(request, response)
    if how == "reset":
        sock = request.transport.get_extra_info("socket")
        if sock is not None:
            # No lingering: the kernel answers with RST instead of FIN.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    else:
        request.transport.close()
    return response


async def _drip(how: Mapping[str, Any], request: web.BaseRequest, response: web.StreamResponse) -> web.StreamResponse:
    body = _body(response)
    stream = _stream(response, len(body))
    size, pause = how["bytes"], seconds(how["every"])
    await stream.prepare(request)
    for start in range(0, len(body), size):
        if start:
            await asyncio.sleep(pause)
        await stream.write(body[start : start + size])
    await stream.write_eof()
    return stream


async def _close_mid_body(request: web.BaseRequest, response: web.StreamResponse) -> web.StreamResponse:
    body = _body(response)
    # An answer without a body still breaks off: one byte is promised that never comes.
    stream = _stream(response, max(len(body), 1))
    stream.force_close()
    await stream.prepare(request)
    with contextlib.suppress(ConnectionError):
        await stream.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return stream


def _body(response: web.StreamResponse) -> bytes:
    return response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b""


def _stream(response: web.StreamResponse, length: int) -> web.StreamResponse:
    kind = web.StreamResponse if "Content-Type" in response.headers else BareStream
    stream = kind(status=response.status, headers=response.headers)
    stream.content_length = length
    return stream
