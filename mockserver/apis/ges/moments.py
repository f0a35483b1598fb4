"""Moments as IAM and the management plane write them, always in UTC."""

from __future__ import annotations

from mockserver.core.clock import utc, utc_second


def iam_moment(at: float) -> str:
    """Return epoch seconds as IAM writes them, with microseconds: `2026-11-22T06:52:13.855000Z`."""
    return f"{utc(at).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def management_moment(at: float) -> str:
    """Return epoch seconds as the management plane writes them, without a zone: `2026-11-22T06:52:13`."""
    return utc_second(at).replace(tzinfo=None).isoformat()
