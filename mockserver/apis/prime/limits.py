"""The five thresholds of rateService/rateLimits, enforced.

The window slides over the sandbox's clock, in segments: the count rises at once, and falls by a whole
segment's count as that segment leaves the window. What was counted lies in the sandbox's documents, so that
several processes agree. Refused requests do not count.

While the store is away nobody can say that a request has ended: that is said as soon as it answers again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from mockserver.apis.prime.errors import PrimeError
from mockserver.apis.prime.settings import PrimeSettings
from mockserver.apis.prime.site import PrimeContext
from mockserver.core.errors import Unavailable

_COLLECTION = "limits"
_LOST = 300.0
"""Real seconds after which a request in flight is taken for lost (its process was killed)."""

PAUSE = 0.5
"""Real seconds before a store that was away is told again that a request has ended."""

_NO_LIMIT = -1

_NAMED = 20
"""The threshold a text names when the setting sets none; only a named fault refuses then."""


def total_text(settings: PrimeSettings) -> str:
    """The documented text of the global threshold."""
    threshold, window = _named(settings.total_request_threshold), settings.window_size
    return f"NBI Global Rate limit exceeded (More than {threshold} in {window} ms)"


def user_text(settings: PrimeSettings, user: str) -> str:
    """The documented text of the threshold per user."""
    threshold, window = _named(settings.per_user_threshold), settings.window_size
    return f"NBI Rate limit for user {user} exceeded (More than {threshold} in {window} ms)"


def _named(threshold: int) -> int:
    return _NAMED if threshold == _NO_LIMIT else threshold


def concurrency_text(running: int, limit: int) -> str:
    """The documented text of the number of requests at a time."""
    return f"Per user concurrent query count exceeded Currently {running} : Limit is {limit}"


def limited(text: str) -> PrimeError:
    """Return the refusal of the limiter: 503, never 429, and no Retry-After."""
    return PrimeError(503, text, numbered=False)


async def enter(context: PrimeContext, user: str) -> None:
    """Count a request in; `leave` must follow when this returns.

    Raises:
        PrimeError: a threshold is reached; nothing has been counted.
        Unavailable: the store is away; the request is not among those that run once it is back.
    """
    try:
        await _begin_running(context, user)
    except Unavailable:
        # It may have been done, all the same.
        _leave_later(context)
        raise
    try:
        await _count(context, user)
    except (PrimeError, Unavailable):
        await leave(context)
        raise


async def leave(context: PrimeContext) -> None:
    """Say that a request has ended, at once or as soon as the store answers."""
    try:
        await _end_running(context)
    except Unavailable:
        _leave_later(context)


def _leave_later(context: PrimeContext) -> None:
    leaving: set[asyncio.Task[None]] = context.state.leaving

    def done(task: asyncio.Task[None]) -> None:
        leaving.discard(task)
        # With a life of the sandbox that is over, its requests are gone.
        if not task.cancelled():
            task.exception()

    task = asyncio.create_task(_end_running_again(context))
    leaving.add(task)
    task.add_done_callback(done)


async def _end_running_again(context: PrimeContext) -> None:
    since = context.sandbox.real()
    while context.sandbox.real() - since < _LOST:
        await asyncio.sleep(PAUSE)
        try:
            await _end_running(context)
        except Unavailable:
            continue
        return


async def _end_running(context: PrimeContext) -> None:
    own = str(context.number)

    def left(running: Mapping[str, Any] | None) -> dict[str, Any] | None:
        return {number: one for number, one in (running or {}).items() if number != own} or None

    await context.sandbox.documents(context.api.name).change(_COLLECTION, "running", left)


async def _begin_running(context: PrimeContext, user: str) -> None:
    settings, real = context.settings, context.sandbox.real()

    def begun(stored: Mapping[str, Any] | None) -> dict[str, Any]:
        running = {number: one for number, one in (stored or {}).items() if real - one[1] < _LOST}
        own = sum(one[0] == user for one in running.values())
        if settings.max_concurrent_queries != _NO_LIMIT and own >= settings.max_concurrent_queries:
            raise limited(concurrency_text(own, settings.max_concurrent_queries))
        if _NO_LIMIT != settings.max_all_user_concurrent_queries <= len(running):
            raise limited(concurrency_text(len(running), settings.max_all_user_concurrent_queries))
        return {**running, str(context.number): [user, real]}

    await context.sandbox.documents(context.api.name).change(_COLLECTION, "running", begun)


async def _count(context: PrimeContext, user: str) -> None:
    settings = context.settings
    segment = int(context.now * 1000 // (settings.window_size / settings.window_segments))

    def counted(stored: Mapping[str, Mapping[str, int]] | None) -> dict[str, dict[str, int]]:
        window = {
            number: dict(counts)
            for number, counts in (stored or {}).items()
            if segment - settings.window_segments < int(number) <= segment
        }
        total = sum(sum(counts.values()) for counts in window.values())
        own = sum(counts.get(user, 0) for counts in window.values())
        if settings.total_request_threshold != _NO_LIMIT and total >= settings.total_request_threshold:
            raise limited(total_text(settings))
        if settings.per_user_threshold != _NO_LIMIT and own >= settings.per_user_threshold:
            raise limited(user_text(settings, user))
        counts = window.setdefault(str(segment), {})
        counts[user] = counts.get(user, 0) + 1
        return window

    await context.sandbox.documents(context.api.name).change(_COLLECTION, "window", counted)
