"""Why GES refuses, as the header X-Mockserver-Hint says it: each row of the table, by a request that meets it."""

from __future__ import annotations

from typing import Any

import pytest
from multidict import CIMultiDict

from mockserver.apis.ges.hints import HINTS
from mockserver.apis.ges.signature import SDK, Signed, sign
from tests.drivers.ges import GRAPH, GRAPHS, PROJECT, TOKEN, Ges
from tests.drivers.hints import Refused, hint_of, row_of

RUNNING = "4448c9fb-0b16-4a78-8d89-2a137c53454a001679122"
FAILED = "00000000-0000-4000-8000-000000000007000000007"
CANCELLED = "00000000-0000-4000-8000-000000000008000000008"
IMPORT = "00000000-0000-4000-8000-000000000021000000021"
MANAGED = f"/v1.0/{PROJECT}/graphs"
SHOWN = f"{MANAGED}/4b5aa3a0000040008000000000000002/jobs/ff80808167f09aaa0167f19b35ec0305/status"
NOW = "20260102T120000Z"


def signed(key: str, value: str, at: str = NOW) -> dict[str, str]:
    return {
        "X-Sdk-Date": at, "Authorization": f"{SDK} Access={key}, SignedHeaders=x-sdk-date, Signature={value}",
    }  # fmt: skip


def genuine(at: str) -> dict[str, str]:
    request = Signed(method="GET", path=SHOWN, query="", headers=CIMultiDict({"X-Sdk-Date": at}), body=b"")
    return signed("MOCKACCESSKEY", sign(request, "mock-secret-key", ("x-sdk-date",)), at)


def login(**more: Any) -> dict[str, Any]:
    who = {"name": "alice", "password": more.pop("password", "secret"), "domain": {"name": "acme"}}
    return {"auth": {"identity": {"methods": ["password"], "password": {"user": who}}, **more}}


BAD = Refused(name="bad-signature", says="secret key", path=SHOWN, headers=signed("MOCKACCESSKEY", "00"))

REFUSED = [
    Refused(name="no-token", says="POST /v3/auth/tokens", path=f"{GRAPH}/jobs/{RUNNING}/status"),
    Refused(
        name="unknown-token", says="none of this sandbox's",
        path=f"{GRAPH}/jobs/{RUNNING}/status", headers={"X-Auth-Token": "nobody's"},
    ),
    Refused(
        name="wrong-project", says=f"({'f' * 32})",
        path=f"/ges/v1.0/{'f' * 32}/graphs/movie/jobs/{RUNNING}/status", headers=TOKEN,
    ),
    Refused(name="wrong-project", says="GET /v3/projects", path=SHOWN.replace(PROJECT, "f" * 32), headers=TOKEN),
    Refused(
        name="not-permitted", says="permitted",
        path=f"{GRAPH}/jobs/{RUNNING}/status", headers={"X-Auth-Token": "mock-token-without-permission"},
    ),
    Refused(
        name="unknown-graph", says="no graph 'film'; the fixtures give it movie, GES_UI_AUTO",
        path=f"{GRAPHS}/film/jobs/{RUNNING}/status", headers=TOKEN,
    ),
    Refused(name="unknown-graph", says="no graph 'film'", path=f"{GRAPHS}/film/jobs/status", headers=TOKEN),
    Refused(
        name="call-of-another-edition", says="the edition 'memory'", path=f"/ges/v1.0/{PROJECT}/hyg", headers=TOKEN,
    ),
    Refused(
        name="job-forgotten", says=CANCELLED, settings={"cancelled_status": "unknown"},
        path=f"{GRAPH}/jobs/{CANCELLED}/status", headers=TOKEN,
    ),
    Refused(name="job-failed", says=FAILED, path=f"{GRAPH}/jobs/{FAILED}/status", headers=TOKEN),
    Refused(name="unknown-job", says="no job 'nix'", path=f"{GRAPH}/jobs/nix/status", headers=TOKEN),
    Refused(name="unknown-job", says="no job 'nix'", path=SHOWN.rpartition("/jobs")[0] + "/jobs/nix/status", headers=TOKEN),
    Refused(
        name="nothing-to-cancel", says="GET /_control/jobs/ges/nix", method="DELETE", path=f"{GRAPH}/jobs/nix",
        headers=TOKEN,
    ),
    Refused(
        name="not-cancellable", says="'memory'", method="DELETE", path=f"{GRAPH}/jobs/{FAILED}",
        headers=TOKEN, settings={"finished_cancel": "unsupported"},
    ),
    Refused(name="no-credential", says="AK/SK", path=SHOWN),
    Refused(name="token-of-nobody", says="each issues its own", path=SHOWN, headers={"X-Auth-Token": "nobody's"}),
    Refused(
        name="token-expired", says="token_lifetime", path=SHOWN, headers={"X-Auth-Token": "mock-token-expired"},
    ),
    Refused(name="unknown-access-key", says="GET /_control/apis/ges", path=SHOWN, headers=signed("NOBODY", "00")),
    BAD,
    Refused(
        name="access-key-locked", says="five minutes", path=SHOWN, headers=signed("MOCKACCESSKEY", "00"),
        first=[BAD] * 5,
    ),
    Refused(
        name="signature-out-of-time", says="signature_clock", path=SHOWN, headers=genuine("20200102T120000Z"),
    ),
    Refused(name="unreadable-signature", says="no whole", path=SHOWN, headers={"Authorization": f"{SDK} x"}),
    Refused(name="bad-login", says="name, domain", method="POST", path="/v3/auth/tokens", body=login(password="no")),
    Refused(
        name="unknown-project", says="GET /v3/projects", method="POST", path="/v3/auth/tokens",
        body=login(scope={"project": {"name": "nowhere"}}),
    ),
    Refused(
        name="unknown-graph-id", says="not its name", method="DELETE", path=f"{MANAGED}/movie", headers=TOKEN,
    ),
    Refused(
        name="bad-request", says="contracts show ges.ExecuteAlgorithm", method="POST",
        path=f"{GRAPH}/action?action_id=execute-algorithm", headers=TOKEN, body={},
    ),
]  # fmt: skip


@pytest.mark.parametrize("refused", REFUSED, ids=lambda one: one.name)
async def test_a_refusal_says_what_to_do(ges: Ges, refused: Refused) -> None:
    hint = await hint_of(ges, refused)
    assert row_of(HINTS, hint) == refused.name, hint
    assert refused.says in hint


@pytest.mark.parametrize("row", HINTS, ids=lambda row: row.name)
def test_each_row_is_met(row: Any) -> None:
    assert row.name in {one.name for one in REFUSED}


async def test_a_call_that_is_answered_has_no_hint(ges: Ges) -> None:
    assert "X-Mockserver-Hint" not in (await ges.status(RUNNING)).headers
