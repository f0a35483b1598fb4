"""The sandbox's clock as a value: where it stands, given real time.

It is stored beside the jobs, not in a process, so that several processes agree on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol

EARLIEST, LATEST = -62135596800.0, 253402300799.0
"""Years 1 to 9999, in epoch seconds: what the APIs' formats can say."""

CLOCK_STARTS, CLOCK_ENDS = 0.0, 190288396800.0
"""The beginnings of 1970 and 8000, in epoch seconds: between them a clock stands and goes, and no further.

From there a plan's every wait, a lifetime and a zone can be added, and still be said; before 1970 ArcGIS' times are
negative.
"""


class Time(Protocol):
    """Where real time comes from (epoch seconds); tests hand in their own."""

    def __call__(self) -> float: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Sandbox time: `frozen_at` (epoch seconds) when it stands, otherwise real time plus `offset`.

    It never leaves CLOCK_STARTS to CLOCK_ENDS: there it stands until it is set.
    """

    frozen_at: float | None = None
    offset: float = 0.0

    def now(self, real: float) -> float:
        """Return sandbox time (epoch seconds) at a moment of real time."""
        at = real + self.offset if self.frozen_at is None else self.frozen_at
        return at if CLOCK_STARTS <= at <= CLOCK_ENDS else _within(at)

    def freeze(self, real: float) -> Clock:
        """Stop the clock where it stands."""
        return Clock(frozen_at=self.now(real))

    def resume(self, real: float) -> Clock:
        """Let the clock go on from where it stood."""
        return self if self.frozen_at is None else Clock(offset=self.frozen_at - real)

    def set(self, now: float, real: float) -> Clock:
        """Put the clock to `now`; it stays frozen or running as it was."""
        now = _within(now)
        return Clock(offset=now - real) if self.frozen_at is None else Clock(frozen_at=now)


def _within(at: float) -> float:
    return min(max(at, CLOCK_STARTS), CLOCK_ENDS)


def milliseconds(at: float) -> int:
    """Return epoch seconds as epoch milliseconds, the nearest ones (of two, the even)."""
    return round(at * 1000)


def utc(at: float) -> datetime:
    """Return epoch seconds as a moment in UTC, rounded to milliseconds.

    Write it with `isoformat`: how `strftime` writes years below 1000 depends on the platform.

    Raises:
        ValueError, OverflowError: it lies outside the years 1 to 9999.
    """
    whole = milliseconds(at)
    # Whole seconds, or the division by 1000 would round a second time.
    return datetime.fromtimestamp(whole // 1000, UTC).replace(microsecond=whole % 1000 * 1000)


def utc_second(at: float) -> datetime:
    """Return the second that epoch seconds lie in, in UTC: what formats without a fraction write.

    Raises:
        ValueError, OverflowError: it lies outside the years 1 to 9999.
    """
    return datetime.fromtimestamp(at, UTC).replace(microsecond=0)


@lru_cache(maxsize=1024)
def iso(at: float) -> str:
    """Return epoch seconds as `2026-11-21T19:50:00.000Z`."""
    return f"{utc(at).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def instant(value: float | str) -> float:
    """Read a moment: epoch seconds, or ISO 8601 (UTC unless it names a zone).

    Raises:
        ValueError: it is neither, or outside the years 1 to 9999.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{value!r} is no moment; write epoch seconds or ISO 8601")
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{value!r} is no moment; write epoch seconds or ISO 8601") from None
        value = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if not EARLIEST <= value <= LATEST:
        raise ValueError("a moment lies between the years 1 and 9999")
    return float(value)


def clock_moment(value: float | str) -> float:
    """Read a moment that a clock is to be put to.

    Raises:
        ValueError: it is no moment, or none that a clock can stand at.
    """
    moment = instant(value)
    if not CLOCK_STARTS <= moment <= CLOCK_ENDS:
        raise ValueError("a clock stands between the beginnings of the years 1970 and 8000")
    return moment
