"""What a fault does to the connection that carries an answer, and the waiting it asks for.

1. Only `reset` resets. What else ends a connection leaves the closing to aiohttp, which reads the rest of the request
   before it: the kernel answers bytes that nobody has read with RST, whatever the fault says.
"""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from mockserver.core.clock import Clock
from mockserver.faults.effects import Manner, Transport, first_half
from mockserver.faults.model import Fault
from mockserver.http.responses import BareStream, NoAnswer
from mockserver.sandbox.sandbox import Sandbox

Sender = Callable[[Transport, web.BaseRequest, web.StreamResponse], Awaitable[web.StreamResponse]]


async def pass_time(fault: Fault, sandbox: Sandbox) -> None:
    """Wait as long as a fault delays an answer that is ready, and put the sandbox's clock forward as far as it says."""
    if not fault.delay_before_work:
        await sandbox.pause(sandbox.faults.pause(fault))
    if fault.passes:

        async def on(clock: Clock) -> Clock:
            real = sandbox.real()
            return clock.set(clock.now(real) + fault.passes, real)

        await sandbox.move_clock(on)


async def send(
    fault: Fault, sandbox: Sandbox, request: web.BaseRequest, response: web.StreamResponse
) -> web.StreamResponse:
    """Send an answer as a fault says; return what has been, or is to be, sent by the server."""
    how = fault.transport
    if how is None:
        return response
    if how.manner is Manner.DRIP:
        # The answer to HEAD has no body that could come in pieces.
        return response if request.method == "HEAD" else await _drip(how, sandbox, request, response)
    return await _SENDERS[how.manner](how, request, response)


async def _drip(
    how: Transport, sandbox: Sandbox, request: web.BaseRequest, response: web.StreamResponse
) -> web.StreamResponse:
    body = _body(response)
    stream = _stream(response, len(body))
    await stream.prepare(request)
    with contextlib.suppress(ConnectionError):  # the client has gone
        for start in range(0, len(body), how.piece):
            if start:
                await sandbox.pause(how.pause)
            await stream.write(body[start : start + how.piece])
        await stream.write_eof()
    return stream


async def _close_before(_: Transport, __: web.BaseRequest, ___: web.StreamResponse) -> web.StreamResponse:
    return NoAnswer()


async def _reset(_: Transport, request: web.BaseRequest, response: web.StreamResponse) -> web.StreamResponse:
    if request.transport is not None:
        sock = request.transport.get_extra_info("socket")
        if sock is not None:
            # No lingering: the kernel answers with RST instead of FIN.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return response


async def _close_mid_body(_: Transport, request: web.BaseRequest, response: web.StreamResponse) -> web.StreamResponse:
    if request.transport is None:
        return response
    body = _body(response)
    # An answer without a body still breaks off: one byte is promised that never comes.
    stream = _stream(response, max(len(body), 1))
    stream.force_close()
    await stream.prepare(request)
    with contextlib.suppress(ConnectionError):
        if request.method != "HEAD":
            await stream.write(first_half(body))
    return stream


def _body(response: web.StreamResponse) -> bytes:
    return response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b""


def _stream(response: web.StreamResponse, length: int) -> web.StreamResponse:
    kind = web.StreamResponse if "Content-Type" in response.headers else BareStream
    stream = kind(status=response.status, headers=response.headers)
    stream.content_length = length
    return stream


_SENDERS: Mapping[Manner, Sender] = {
    Manner.CLOSE_BEFORE: _close_before,
    Manner.CLOSE_MID_BODY: _close_mid_body,
    Manner.RESET: _reset,
}
