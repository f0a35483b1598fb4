"""The five thresholds of rateService/rateLimits, enforced.

The window slides over the sandbox's clock, in segments: the count rises at once, and falls by a whole
segment's count as that segment leaves the window. What was counted lies in the sandbox's documents, so that
several processes agree. Refused requests do not count.
"""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.apis.prime.errors import PrimeError
from mockserver.apis.prime.running import COLLECTION
from mockserver.apis.prime.settings import PrimeSettings
from mockserver.apis.prime.site import PrimeContext

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
    settings, running = context.settings, context.state.running

    def check(own: int, every: int) -> None:
        if settings.max_concurrent_queries != _NO_LIMIT and own >= settings.max_concurrent_queries:
            raise limited(concurrency_text(own, settings.max_concurrent_queries))
        if _NO_LIMIT != settings.max_all_user_concurrent_queries <= every:
            raise limited(concurrency_text(every, settings.max_all_user_concurrent_queries))

    await running.begin(context.sandbox.documents(context.api.name), context.number, user, check)
    try:
        await _count(context, user)
    except BaseException:
        await leave(context)
        raise


async def leave(context: PrimeContext) -> None:
    """Say that a request has ended, at once or as soon as the store answers."""
    await context.state.running.end(context.sandbox.documents(context.api.name), context.number)


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

    await context.sandbox.documents(context.api.name).change(COLLECTION, "window", counted)
