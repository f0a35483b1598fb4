"""Clients that ask before they send a body: `Expect: 100-continue` (RFC 9110, 10.1.1).

.NET, WCF and curl do. Only aiohttp's router answers them by itself, and the listening server has none.
"""

from __future__ import annotations

from aiohttp import HttpVersion11, web


async def invite_body(request: web.BaseRequest) -> None:
    """Say `100 Continue` to a client that waits with its body; any other expectation is ignored."""
    if request.version >= HttpVersion11 and request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # These bytes are none of the answer's, which has not begun.
        request.writer.output_size = 0


async def answered_by_reader(request: web.Request) -> None:
    """Do nothing where the router would answer: who reads the body invites it, with or without a router."""
