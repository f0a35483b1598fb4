"""Why ArcGIS Server refuses, as the header X-Mockserver-Hint says it: each row of the table, by a request that meets it."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.apis.arcgis.hints import HINTS
from tests.drivers.arcgis import ArcGis
from tests.drivers.hints import Refused, hint_of, row_of

REST = "/arcgis/rest/services"
ECHO = f"{REST}/Demo/GPServer/Echo"
ADMIN = "/arcgis/admin/services/Demo.GPServer/jobs"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
EXECUTING, ENDED = "j00000000000000000000000000000004", "j00000000000000000000000000000009"

REFUSED = [
    Refused(
        name="no-token", says="to /arcgis/tokens/generateToken", path=f"{ECHO}?f=json", settings={"secured": "standalone"},
    ),
    Refused(name="no-token", says="'none'", path=f"{REST}/SecureDemo/GPServer?f=json"),
    Refused(name="bad-token", says="/webadaptor/tokens/generateToken", path="/webadaptor/rest/services/Demo/GPServer?f=json&token=no"),
    Refused(name="unknown-service", says="the root has Demo.GPServer", path=f"{REST}/Nix/GPServer?f=json"),
    Refused(
        name="unknown-service", says="folder 'Analysis' has Analysis/Hotspots.GPServer",
        path=f"{REST}/Analysis/Nix/GPServer?f=json",
    ),
    Refused(name="service-stopped", says="stopped", path=f"{REST}/StoppedDemo/GPServer?f=json"),
    Refused(name="unknown-folder", says="Analysis", path=f"{REST}/Nix?f=json"),
    Refused(name="unknown-task", says="has no task 'Nix'; it has Echo, Slow", path=f"{REST}/Demo/GPServer/Nix?f=json"),
    Refused(name="other-execution-type", says="call submitJob", path=f"{ECHO}/execute?f=json"),
    Refused(name="other-execution-type", says="call execute", path=f"{REST}/SyncDemo/GPServer/Sync/submitJob?f=json"),
    Refused(name="bad-parameters", says="its parameters", path=f"{REST}/SyncDemo/GPServer/SyncFail/execute?f=json"),
    Refused(name="no-value", says=f"/_control/jobs/arcgis/{EXECUTING}", path=f"{ECHO}/jobs/{EXECUTING}/results/Nix?f=json"),
    Refused(name="unknown-job", says="no job 'jnix'", path=f"{ECHO}/jobs/jnix?f=json"),
    Refused(name="cannot-cancel", says="esriJobSucceeded", path=f"{ECHO}/jobs/{ENDED}/cancel?f=json"),
    Refused(
        name="cannot-cancel-or-delete", says=f"/_control/jobs/arcgis/{ENDED}", method="POST",
        path=f"{ADMIN}/{ENDED}/cancel?f=json",
    ),
    Refused(name="unknown-format", says="pjson", path=f"{ECHO}?f=kmz"),
    Refused(
        name="credentials-in-query", says="form of a POST", method="POST",
        path="/arcgis/tokens/generateToken?username=siteadmin&password=secret&f=json",
    ),
    Refused(
        name="bad-login", says="/_control/apis/arcgis", method="POST", path="/arcgis/tokens/generateToken",
        headers=FORM, body="username=siteadmin&password=no&f=json",
    ),
    Refused(
        name="bad-login", says="/_control/apis/arcgis", method="POST", path="/arcgis/admin/generateToken",
        headers=FORM, body="username=siteadmin&f=json",
    ),
    Refused(name="bad-request", says="contracts show arcgis.", path=f"{REST}/NotebookTools/GPServer/executeNotebook/jobs/j8f8783b5-1b5a-4faf-859c-851c9a837232/results?f=json", settings={"version": "10.9"}),
    Refused(name="unknown-path", says="nearest known one is /arcgis/rest/", path=f"{ECHO}/nothing/at/all?f=json"),
    Refused(name="wrong-method", says="not with DELETE: use GET, HEAD, OPTIONS, POST", method="DELETE", path=f"{ECHO}?f=json"),
]  # fmt: skip
LATER = {"not-permitted", "token-of-another-client"}
"""Rows that take a token; each has a test of its own."""


@pytest.mark.parametrize("refused", REFUSED, ids=lambda one: one.name)
async def test_a_refusal_says_what_to_do(arcgis: ArcGis, refused: Refused) -> None:
    hint = await hint_of(arcgis, refused)
    assert row_of(HINTS, hint) == refused.name, hint
    assert refused.says in hint


async def test_a_user_who_may_not_is_told_why(arcgis: ArcGis) -> None:
    token = await arcgis.token("publisher")
    refused = Refused(
        name="not-permitted", says="name their users", path=f"{REST}/SecureDemo/GPServer?f=json&token={token}"
    )
    hint = await hint_of(arcgis, refused)
    assert (row_of(HINTS, hint), token in hint) == ("not-permitted", False)


async def test_a_token_of_another_client_is_told_so(arcgis: ArcGis) -> None:
    token = await arcgis.token(client="ip", ip="192.0.2.9")
    refused = Refused(name="token-of-another-client", says="", path=f"/arcgis/admin/services?f=json&token={token}")
    hint = await hint_of(arcgis, refused)
    assert (row_of(HINTS, hint), token in hint) == ("token-of-another-client", False)


@pytest.mark.parametrize("row", [row for row in HINTS if row.name not in LATER], ids=lambda row: row.name)
def test_each_row_is_met(row: Any) -> None:
    assert row.name in {one.name for one in REFUSED}


async def test_a_call_that_is_answered_has_no_hint(arcgis: ArcGis) -> None:
    answer = await arcgis.send("GET", f"{ECHO}?f=json")
    assert "X-Mockserver-Hint" not in answer.headers
