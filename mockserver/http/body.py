"""A request's body, read within time and size."""

from __future__ import annotations

import asyncio

from aiohttp import web
from multidict import istr

from mockserver.api.errors import BodyTooLarge
from mockserver.http.content_encoding import decoded
from mockserver.http.expect_continue import invite_body
from mockserver.sandbox.turns import joined

_EXPECT = istr("Expect")


class ClientGone(Exception):
    """The client went away before its body had arrived."""

    def __init__(self) -> None:
        super().__init__("the client went away before its body had arrived")


class BodyUnreadable(Exception):
    """The body is not in the encoding that its sender names."""

    def __init__(self) -> None:
        super().__init__("the body is not in the encoding that Content-Encoding names")


class BodyStalled(Exception):
    """The client did not send its body within `patience` real seconds."""

    def __init__(self, patience: float) -> None:
        super().__init__(f"the body did not arrive within {patience:g} s")


def body_at_hand(request: web.BaseRequest, limit: int) -> bytes | None:
    """Return the body if all of it has arrived with the head, so that nobody need wait; None: see `read_body`.

    Raises:
        BodyTooLarge, ClientGone, BodyUnreadable: there is no body to work with.
    """
    content = request.content
    if not content.is_eof() or _EXPECT in request.headers or request._message.compression:
        return None
    pieces = content._buffer
    try:
        # It mostly comes in one piece: the stream would take three calls for that, and look at what comes next.
        body = pieces.popleft() if len(pieces) == 1 and content.exception() is None else content.read_nowait()
    except ConnectionError:
        raise ClientGone from None
    except web.RequestPayloadError:
        raise BodyUnreadable from None
    if len(body) > limit:
        raise BodyTooLarge(limit)
    return body


async def read_body(request: web.BaseRequest, limit: int, patience: float) -> bytes:
    """Return the body, once all of it has arrived.

    Args:
        limit: bytes it may have.
        patience: real seconds that it may take.

    Raises:
        BodyTooLarge, ClientGone, BodyStalled, BodyUnreadable: there is no body to work with.
    """
    content = request.content
    if (request.content_length or 0) > limit:
        raise BodyTooLarge(limit)
    if _EXPECT in request.headers:
        await invite_body(request)
    chunks, size = [], 0
    try:
        async with asyncio.timeout(patience):
            while chunk := await content.readany():
                chunks.append(chunk)
                size += len(chunk)
                if size > limit:
                    raise BodyTooLarge(limit)
    except (ConnectionError, RuntimeError):
        # aiohttp's stream of a connection that was lost before anybody read it says so by a RuntimeError.
        raise ClientGone from None
    except TimeoutError:
        raise BodyStalled(patience) from None
    except web.RequestPayloadError:
        content.feed_eof()  # nothing more will come of it, and nobody shall wait for more
        raise BodyUnreadable from None
    body = await joined(chunks)
    encoding = request._message.compression
    if encoding is None:
        return body
    try:
        return await decoded(body, encoding, limit)
    except ValueError:
        raise BodyUnreadable from None
