"""What exists at the vendor and is not faked."""

from __future__ import annotations

from mockserver.api.errors import NotFaked
from mockserver.api.response import Response
from mockserver.apis.ges.requests import GesContext


async def unfaked(context: GesContext) -> Response:
    """Refuse: an operation without an answer of its own.

    Raises:
        NotFaked: always.
    """
    assert context.operation is not None
    raise NotFaked(context.api.name, context.operation.name, context.operation.title)
