"""Why a fault cannot be armed or found."""

from __future__ import annotations

from mockserver.core.errors import DomainError


class BadFault(DomainError):
    """A fault that cannot be armed; `allowed` lists what could stand there."""

    def __init__(self, message: str, allowed: tuple[str, ...] | None = None) -> None:
        super().__init__(message)
        self.allowed = allowed


class UnknownFault(DomainError):
    """No fault of that id."""

    def __init__(self, fault_id: str) -> None:
        super().__init__(f"no fault {fault_id!r}")
