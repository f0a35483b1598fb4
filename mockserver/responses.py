"""Answers of the house's own, and aiohttp responses it lacks."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from mockserver.call import Reply, json_reply


class BareResponse(web.Response):
    """A response without a Content-Type header; aiohttp would add one."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self._headers.popall("Content-Type", None)


class BareStream(web.StreamResponse):
    """A streamed response without a Content-Type header."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self._headers.popall("Content-Type", None)


def response_of(reply: Reply, headers: dict[str, str]) -> web.Response:
    """Return a reply as aiohttp sends it; `headers` are all of them."""
    kind = web.Response if reply.content_type is not None else BareResponse
    return kind(body=reply.body, status=reply.status, headers=headers)


def error_reply(status: int, code: str, message: str, hint: str = "", allowed: list[str] | None = None) -> Reply:
    """Answer in the house's own error shape (not an API's)."""
    error: dict[str, Any] = {"code": code, "message": message}
    if hint:
        error["hint"] = hint
    if allowed is not None:
        error["allowed"] = allowed
    return json_reply({"error": error}, status)


def error_response(
    status: int, code: str, message: str, hint: str = "", allowed: list[str] | None = None
) -> web.Response:
    """Return the same, ready to be sent."""
    reply = error_reply(status, code, message, hint, allowed)
    return web.Response(body=reply.body, status=status, content_type="application/json")
