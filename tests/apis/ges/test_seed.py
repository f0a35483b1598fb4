"""The two examples of the seed, "Canceling a Job (1.0.0)", in JSON terms."""

from __future__ import annotations

from typing import Any

RUNNING = "4448c9fb-0b16-4a78-8d89-2a137c53454a001679122"
UNKNOWN = "9440a7ebXXXXXXXXXXXXXXXXXXXX2d079a67001679122"


async def test_a_cancel_is_answered_with_an_empty_object(ges: Any) -> None:
    got = await ges.cancel(RUNNING)
    assert (got.status, got.data) == (200, {})
    assert got.headers["Content-Type"] == "application/json"
    assert "X-Mockserver-Violations" not in got.headers


async def test_a_job_that_is_not_there_is_told_so_with_400(ges: Any) -> None:
    got = await ges.cancel(UNKNOWN)
    assert got.status == 400
    assert got.data == {
        "errorMessage": "can not find job to cancel, id is 9440a7ebXXXXXXXXXXXXXXXXXXXX2d079a67001679122",
        "errorCode": "GES.8303",
    }
