"""Answers that list very much, put together in pieces: while one client gets one, the others are answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, TypeVar

from mockserver.api.response import Response, json_response
from mockserver.sandbox.turns import in_turns, taken

T = TypeVar("T")

PIECE = 100
"""Records that are put together, and written, in one go."""


async def long_json_response(
    fields: Mapping[str, Any],
    name: str,
    items: list[T],
    describe: Callable[[T], Mapping[str, Any]],
    *,
    judged: bool = True,
) -> Response:
    """Answer with JSON: some fields, and last, under `name`, a record of each item.

    Args:
        items: they are taken out of it.
        judged: the answer is held against its contract; otherwise it needs no data, which is costly to let go of.
    """
    if len(items) <= PIECE:
        return json_response({**fields, name: [describe(item) for item in items]})
    records: list[Mapping[str, Any]] = []
    written = [json_response({**fields, name: []}).body.removesuffix(b"]}")]
    left = taken(items)
    async for start in in_turns(range(0, len(items), PIECE), 1):
        # Each is let go of as soon as it is written: to let go of all at once takes long, too.
        piece = [describe(item) for item in islice(left, PIECE)]
        if judged:
            records += piece
        written += (b"," if start else b"", json_response(piece).body[1:-1])
    written.append(b"]}")
    return Response(data={**fields, name: records} if judged else None, body=b"".join(written))
