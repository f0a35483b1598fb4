"""Answers that list very much, put together in pieces: while one client gets one, the others are answered."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from mockserver.api.response import Response, json_response
from mockserver.sandbox.turns import Turn, joined, taken

T = TypeVar("T")

PIECE = 100
"""Records that are put together, and written, in one go at most: fewer where each takes long."""

NOTHING: Mapping[str, Any] = MappingProxyType({})


async def long_json_response(
    fields: Mapping[str, Any],
    name: str,
    items: list[T] | AsyncIterable[T],
    describe: Callable[[T], Mapping[str, Any]],
    *,
    after: Mapping[str, Any] = NOTHING,
    judged: bool = True,
) -> Response:
    """Answer with JSON: some fields, under `name` a record of each item, and more fields.

    Args:
        items: they are taken out of a list; otherwise each is put together before the next is asked for.
        judged: the answer is held against its contract; otherwise it needs no data, which is costly to let go of.
    """
    records: list[Mapping[str, Any]] = []
    piece: list[Mapping[str, Any]] = []
    written: list[bytes] = []
    turn = Turn()
    async for item in _each(items):
        if piece and (len(piece) == PIECE or turn.is_long):
            # Each is let go of as soon as it is written: to let go of all at once takes long, too.
            written += (b"," if written else b"", json_response(piece).body[1:-1])
            records += piece if judged else ()
            piece = []
            await turn.share()
        piece.append(describe(item))
    if not written:
        return json_response({**fields, name: piece, **after})
    head, tail = json_response({**fields, name: []}).body.removesuffix(b"]}"), json_response(dict(after)).body
    written = (
        [head, *written, b",", json_response(piece).body[1:-1], b"],", tail[1:]]
        if after
        else [head, *written, b",", json_response(piece).body[1:], b"}"]
    )
    data = {**fields, name: [*records, *piece], **after} if judged else None
    return Response(data=data, body=await joined(written))


async def _each(items: list[T] | AsyncIterable[T]) -> AsyncIterator[T]:
    if isinstance(items, list):
        for item in taken(items):
            yield item
    else:
        async for item in items:
            yield item
