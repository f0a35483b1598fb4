"""What a client has compressed: taken apart beside the loop, and no further than a body may be long."""

from __future__ import annotations

import asyncio
import zlib

from mockserver.api.errors import BodyTooLarge

SMALL = 1024
"""Bytes that are a megabyte at most, which takes two milliseconds; more are taken apart in a thread."""

_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_METHOD, _DEFLATED = 0x0F, 8


async def decoded(body: bytes, encoding: str, limit: int) -> bytes:
    """Return what a body was before its client encoded it.

    Args:
        encoding: gzip, or deflate with or without the head of zlib, as clients write either.
        limit: bytes it may have.

    Raises:
        BodyTooLarge: it has more.
        ValueError: it is something else, or not whole, or the encoding is another.
    """
    if len(body) <= SMALL:
        return _inflated(body, encoding, limit)
    return await asyncio.to_thread(_inflated, body, encoding, limit)


def _inflated(body: bytes, encoding: str, limit: int) -> bytes:
    if encoding == "gzip":
        form = _GZIP
    elif encoding == "deflate":
        form = _ZLIB if body and body[0] & _METHOD == _DEFLATED else _RAW
    else:
        raise ValueError(f"{encoding} is read by nobody here")
    stream = zlib.decompressobj(form)
    try:
        found = stream.decompress(body, limit + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if len(found) > limit:
        raise BodyTooLarge(limit)
    if body and not stream.eof:
        raise ValueError("its end is not there")
    return found
