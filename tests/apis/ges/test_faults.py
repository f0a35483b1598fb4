"""GES's documented failures, armed by name."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.apis.ges.faults import FAULTS

JOB = "4448c9fb-0b16-4a78-8d89-2a137c53454a001679122"
PLAIN = {
    "GES.8006": (400, "Invalid resource access."),
    "GES.8007": (400, "Invalid token."),
    "GES.8302": (500, "Job query error."),
    "GES.8304": (500, "Job termination error."),
    "GES.8601": (500, "Gremlin service unavailable."),
    "GES.8602": (500, "Engine service unavailable."),
}
GATEWAY = {
    "rate-limit": (429, "APIGW.0308"),
    "token-expired": (401, "APIGW.0301"),
    "decrypt-token-fail": (401, "APIGW.0301"),
    "APIG.0301": (401, "APIG.0301"),
    "APIG.0307": (401, "APIG.0307"),
    "api-not-found": (404, "APIGW.0101"),
}


async def arm(ges: Any, name: str) -> None:
    fault = {"match": {"api": "ges", "job": JOB}, "effect": {"named": name}, "times": 1}
    assert (await ges.control("POST", "/faults", fault)).status == 201


@pytest.mark.parametrize("name", PLAIN)
async def test_a_code_of_the_service_plane(ges: Any, name: str) -> None:
    await arm(ges, name)
    got = await ges.status(JOB)
    status, text = PLAIN[name]
    assert (got.status, got.data) == (status, {"errorMessage": text, "errorCode": name})
    assert (await ges.status(JOB)).data == {"status": "running"}


@pytest.mark.parametrize("name", GATEWAY)
async def test_a_refusal_of_the_gateway(ges: Any, name: str) -> None:
    await arm(ges, name)
    got = await ges.cancel(JOB)
    assert (got.status, got.data["error_code"]) == GATEWAY[name]
    assert (await ges.status(JOB)).data == {"status": "running"}


@pytest.mark.parametrize("name", ["400", "401", "403", "404", "500", "503"])
async def test_a_status_without_a_body(ges: Any, name: str) -> None:
    await arm(ges, name)
    got = await ges.cancel(JOB)
    assert (got.status, got.data) == (int(name), None)
    assert "Content-Type" not in got.headers


async def test_each_named_fault_can_be_armed_and_is_in_the_catalogue(ges: Any) -> None:
    names = {fault.name for fault in FAULTS}
    assert names <= {*PLAIN, *GATEWAY, "400", "401", "403", "404", "500", "503"} | {
        "GES.8002", "GES.8005", "GES.8008", "GES.8020",
    }  # fmt: skip
    catalogue = str((await ges.control("GET", "/faults/catalogue")).data)
    for name in names:
        assert f"'{name}'" in catalogue
        await arm(ges, name)
        assert (await ges.status(JOB)).status >= 400
