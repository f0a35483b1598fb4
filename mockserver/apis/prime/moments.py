"""Moments as Prime writes and reads them, in its server's zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from mockserver.core.clock import utc

_NO_OFFSET = "+00:00"


@lru_cache(maxsize=64)
def time_zone(zone: str) -> timezone:
    """Read the setting `server_zone`: Z, or an offset such as +10:00."""
    if zone == "Z":
        return UTC
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:]))
    return timezone(-offset if zone[0] == "-" else offset)


@lru_cache(maxsize=1024)
def stamp(at: float, zone: str) -> str:
    """Return epoch seconds as answers have them: `2017-05-16T18:20:01.680Z`, `2016-06-20T01:56:27.247+10:00`."""
    text = utc(at).astimezone(time_zone(zone)).isoformat(timespec="milliseconds")
    return f"{text.removesuffix(_NO_OFFSET)}Z" if text.endswith(_NO_OFFSET) else text


def name_stamp(at: float, zone: str) -> str:
    """Return epoch seconds as the names of new jobs have them: `06_19_01_477_PM_05_16_2017`."""
    moment = utc(at).astimezone(time_zone(zone))
    return f"{moment:%I_%M_%S}_{moment.microsecond // 1000:03d}_{moment:%p_%m_%d}_{moment.year:04d}"


def read_stamp(text: str, zone: str) -> float:
    """Read a moment of a filter as epoch seconds; one that names no zone is in the server's.

    Raises:
        ValueError: it is no moment.
    """
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=time_zone(zone))).timestamp()
