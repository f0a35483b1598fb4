"""What can go wrong before a handler has a say: with any request (each API's error table has a row), with fixtures."""

from __future__ import annotations

from collections.abc import Sequence

from mockserver.core.errors import DomainError


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


class NotFaked(Exception):
    """An operation exists at the vendor and is not faked; `operation` is its name with the API's."""

    def __init__(self, api: str, name: str, title: str) -> None:
        self.operation = f"{api}.{name}"
        super().__init__(f"{self.operation} ({title or name}) exists at the vendor but is not faked")


class HandlerFailed(Exception):
    """A handler of ours failed: the client gets the API's own 500, the tester the traceback."""


class BadContent(DomainError):
    """An API cannot use a part of its section; `pointer` says which, as a path of keys and indices."""

    def __init__(self, pointer: Sequence[str | int], message: str) -> None:
        super().__init__(message)
        self.pointer = tuple(pointer)
