"""An API's one table from exceptions to its own answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockserver.api.context import RequestContext
from mockserver.api.errors import BodyTooLarge, HandlerFailed, MethodNotAllowed, NoRoute
from mockserver.api.response import Response
from mockserver.core.errors import DomainError, Unavailable

Refuse = Callable[[RequestContext[Any, Any], Any], Response]

REQUIRED: tuple[type[Exception], ...] = (
    NoRoute, MethodNotAllowed, BodyTooLarge, HandlerFailed, DomainError, Unavailable
)  # fmt: skip
"""What can happen to a request of any API; each table has a row for every one."""


class ErrorTable:
    """Exception -> the API's own answer: the row of the nearest class it is one of.

    Args:
        rows: exception class -> (context, exception) -> answer.
    """

    def __init__(self, rows: Mapping[type[Exception], Refuse]) -> None:
        self.rows = dict(rows)

    def __call__(self, context: RequestContext[Any, Any], error: Exception) -> Response:
        """Answer an exception; one that has no row is raised again: it is a bug of ours."""
        row = self.find(type(error))
        if row is None:
            raise error
        return row(context, error)

    def find(self, kind: type[BaseException]) -> Refuse | None:
        """Return the row for a class of exceptions."""
        return next((self.rows[one] for one in kind.__mro__ if one in self.rows), None)
