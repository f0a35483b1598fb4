"""Why Prime refuses, as the header X-Mockserver-Hint says it: each row of the table, by a request that meets it."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from mockserver.apis.prime.hints import HINTS
from tests.drivers.hints import Refused, hint_of, row_of
from tests.drivers.prime import API, Prime, basic

USER = basic()
JSON = {"Content-Type": "application/json"}
SUMMARY = f"{API}/v4/data/JobSummary"
HISTORY = f"{API}/v4/op/jobService/runhistory.json"
CANCEL = f"{API}/v4/op/jobService/cancel.json"
CANCEL_RUN = f"{API}/v4/op/jobService/cancelrunning.json"

REFUSED = [
    Refused(name="no-credentials", says="HTTP Basic", path=f"{SUMMARY}.json"),
    Refused(name="bad-login", says="/_control/apis/prime", path=f"{SUMMARY}.json", headers=basic("nbi:nope")),
    Refused(
        name="not-in-group", says="the user group NBI Write", method="PUT", path=CANCEL, headers={**basic("reader:secret"), **JSON},
        body={"jobOperationPayload": {"jobIds": {"jobId": 15}}},
    ),
    Refused(name="raw-address", says="%22", path=f'{HISTORY}?jobName="x"', headers=USER),
    Refused(name="unknown-id", says=f"GET {SUMMARY} lists", path=f"{SUMMARY}/777.json", headers=USER),
    Refused(
        name="call-of-a-later-version", says="v1 has no such call", path=f"{API}/v1/op/rateService/rateLimits.json",
        headers=USER,
    ),
    Refused(name="no-version", says="/webacs/api/v1 to /webacs/api/v4", path=f"{API}/v9/data/JobSummary", headers=USER),
    Refused(name="unknown-attribute", says="'id' is no attribute", path=f"{SUMMARY}.json?.full=true&id=15", headers=USER),
    Refused(name="bad-page", says="items=0-99", path=f"{SUMMARY}.json?.maxResults=many", headers=USER),
    Refused(name="bad-filter", says="name=value", path=f"{HISTORY}?jobId=many", headers=USER),
    Refused(
        name="not-acceptable", says="application/json", path=f"{SUMMARY}", headers={**USER, "Accept": "image/png"},
    ),
    Refused(
        name="unsupported-body", says="application/json", method="PUT", path=CANCEL,
        headers={**USER, "Content-Type": "text/plain"}, body="15",
    ),
    Refused(
        name="page-too-large", says="limit_page_size", path=f"{SUMMARY}.json?.maxResults=9", headers=USER,
        settings={"limit_page_size": 2},
    ),
    Refused(
        name="rate-limit", says="rateService/rateLimits", path=f"{SUMMARY}.json", headers=USER,
        settings={"rate_limiting": True, "per_user_threshold": 0},
    ),
    Refused(
        name="foreign-domain", says="foreign_domain", path=f"{SUMMARY}.json?_ctx.domain=Site-B",
        headers=basic("branch:secret"), settings={"foreign_domain": "403"},
    ),
    Refused(
        name="bad-body", says="contracts show prime.Cancel`", method="PUT", path=CANCEL, headers={**USER, **JSON}, body="{}",
    ),
    Refused(
        name="some-failed", says="it failed for 15: it takes ids of runs", method="PUT", path=CANCEL_RUN,
        headers={**USER, **JSON}, body={"jobRunOperationPayload": {"runIds": {"runId": 15}}},
    ),
    Refused(
        name="some-failed", says="it failed for 777: it takes ids of jobs", method="PUT", path=CANCEL,
        headers={**USER, **JSON}, body={"jobOperationPayload": {"jobIds": {"jobId": 777}}},
    ),
    Refused(name="unknown-path", says="nearest known one is /webacs/api/", path=f"{API}/v4/op/nothing", headers=USER),
    Refused(name="wrong-method", says="not with POST: use GET", method="POST", path=HISTORY, headers=USER),
]  # fmt: skip
LATER = {"bad-request", "session-limit"}
"""What no single request meets: no error of Prime's is left over, and connections have a test of their own."""


@pytest.mark.parametrize("refused", REFUSED, ids=lambda one: one.name)
async def test_a_refusal_says_what_to_do(prime: Prime, refused: Refused) -> None:
    hint = await hint_of(prime, refused)
    assert row_of(HINTS, hint) == refused.name, hint
    assert refused.says in hint


@pytest.mark.parametrize("row", [row for row in HINTS if row.name not in LATER], ids=lambda row: row.name)
def test_each_row_is_met(row: Any) -> None:
    assert row.name in {one.name for one in REFUSED}


async def test_a_write_that_succeeds_has_no_hint(prime: Prime) -> None:
    answer = await prime.cancel(15)
    assert "X-Mockserver-Hint" not in answer.headers


async def test_a_connection_too_many_says_which_setting_counts(prime: Prime) -> None:
    await prime.set(session_limit=1)
    await prime.get("/v4/data/JobSummary.json")
    async with (
        aiohttp.ClientSession() as other,
        other.get(f"{prime.client.base}{SUMMARY}.json", headers=USER) as answer,
    ):
        hint = answer.headers["X-Mockserver-Hint"]
    assert row_of(HINTS, hint) == "session-limit"
