"""What can go wrong with any request before its handler has a say; each API's error table has a row for every one."""

from __future__ import annotations


class NoRoute(Exception):
    """Nothing answers at this path of an API."""


class MethodNotAllowed(Exception):
    """The path is known, but not with this method; `allowed` lists those that are."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(f"use {', '.join(allowed)}")
        self.allowed = allowed


class BodyTooLarge(Exception):
    """The request's body is over `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"a body has at most {limit} bytes")
        self.limit = limit


class HandlerFailed(Exception):
    """A handler of ours failed: the client gets the API's own 500, the tester the traceback."""
