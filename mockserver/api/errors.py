"""What an API says when it cannot use a part of its fixtures."""

from __future__ import annotations

from collections.abc import Sequence

from mockserver.core.errors import DomainError


class BadContent(DomainError):
    """An API cannot use a part of its section; `pointer` says which, as a path of keys and indices."""

    def __init__(self, pointer: Sequence[str | int], message: str) -> None:
        super().__init__(message)
        self.pointer = tuple(pointer)
