"""Each API's named faults, hit by a client: they answer, in bytes of their own, what a contract of the API knows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from yarl import URL

from mockserver.api.definition import Api, NamedFault
from mockserver.apis import APIS
from tests.drivers import poll_of
from tests.drivers.contracts import shipped
from tests.drivers.server import Client

CONTRACTS = shipped().by_operation
NAMED = [(api, fault) for api in APIS for fault in api.faults]
NAMES = {
    "arcgis": (
        "token-required", "invalid-token", "forbidden", "service-not-found", "service-stopped", "invalid-url",
        "unknown-job", "unable-to-complete", "cancel-refused", "admin-unable-to-cancel", "admin-unable-to-delete",
        "unable-to-generate-token", "web-adaptor-unreachable",
    ),
    "casjobs": (
        "sql-exception", "open-data-reader", "slow-queue", "bad-login", "bad-request", "unsupported-media-type",
    ),
    "ges": (
        "GES.8002", "GES.8005", "GES.8006", "GES.8007", "GES.8008", "GES.8020", "GES.8302", "GES.8304", "GES.8601",
        "GES.8602", "400", "401", "403", "404", "500", "503", "token-expired", "decrypt-token-fail", "APIG.0301",
        "APIG.0307", "rate-limit", "api-not-found",
    ),
    "prime": ("rate-limit", "rate-limit-user", "rate-limit-concurrent", "session-limit", "login", "bad-gateway"),
}  # fmt: skip
"""What fixtures and tests of users name; a name that is gone breaks them."""

ELSEWHERE = {
    "GES.8008": "ges.ListManagementJobs",
    "token-expired": "ges.ListManagementJobs",
    "decrypt-token-fail": "ges.ListManagementJobs",
    "APIG.0301": "ges.ListManagementJobs",
    "APIG.0307": "ges.ListManagementJobs",
    "api-not-found": "ges.CreateToken",
}
"""Faults that are not documented for a status query, and an operation for which they are."""

NOWHERE = {
    "web-adaptor-unreachable": {
        "status": "error",
        "messages": ["Could not access any server machines. Please contact your system administrator."],
    },
    "GES.8002": {"errorMessage": "Graph statistics query error.", "errorCode": "GES.8002"},
    "GES.8304": {"errorMessage": "Job termination error.", "errorCode": "GES.8304"},
    "GES.8601": {"errorMessage": "Gremlin service unavailable.", "errorCode": "GES.8601"},
    "GES.8602": {"errorMessage": "Engine service unavailable.", "errorCode": "GES.8602"},
}
"""Faults that are documented for no operation that is faked: their whole bodies."""


def decoded(body: bytes, kind: str | None) -> Any:
    return json.loads(body) if "json" in (kind or "") else body.decode() or None


def told(text: str) -> dict[str, Any]:
    """Return what ASP.NET tells as text, `type: message ---> type: message`, without its stack."""
    lines = [line for line in text.split("\r\n") if not line.startswith("   ")]
    pairs = [one.partition(": ") for one in "\n".join(lines).strip().split(" ---> ")]
    return {"told": [{"type": kind, "message": message} for kind, colon, message in pairs if colon]}


@pytest.mark.parametrize(("api", "fault"), NAMED, ids=lambda one: one.name)
async def test_a_named_fault_answers_what_the_contract_of_its_operation_knows(
    client: Client, api: Api, fault: NamedFault
) -> None:
    poll = poll_of(api)
    armed = {"match": {"api": api.name}, "effect": {"named": fault.name}, "times": 1}
    assert (await client.post("/_control/faults", json=armed)).status == 201
    url = URL(client.base + poll.path, encoded=True)
    async with client.session.get(url, headers=poll.headers, allow_redirects=False) as response:
        body = await response.read()
    entry = (await (await client.get("/_control/requests?limit=1")).json())["requests"][0]
    assert (entry["fault"], entry["operation"]) == ("fault-1", f"{api.name}.{poll.operation}")
    assert entry["violations"] == []
    kind = response.headers.get("Content-Type")
    if fault.name in NOWHERE:
        assert json.loads(body) == NOWHERE[fault.name]
        return
    known = CONTRACTS[ELSEWHERE.get(fault.name, entry["operation"])]
    if fault.name not in ELSEWHERE:
        # What the server took it for, by the data that it made the body from.
        clauses = {one.name: one for one in (*known.responses, *known.anywhere)}
        clause = clauses[entry["response"]]
        assert (clause.status, clause.content_type) == (response.status, kind)
    data = told(body.decode()) if kind == "text/plain; charset=utf-8" else decoded(body, kind)
    assert known.response(response.status, kind, data) is not None, body


@pytest.mark.parametrize("api", NAMES)
async def test_the_catalogue_lists_what_users_name(client: Client, api: str) -> None:
    listed = (await (await client.get("/_control/faults/catalogue")).json())["named"]
    assert list(listed) == list(NAMES)
    assert tuple(one["name"] for one in listed[api]) == NAMES[api]
    assert all(one["title"] for one in listed[api])


async def test_no_limit_is_no_number_that_anybody_could_have_passed(client: Client) -> None:
    await client.post("/_control/faults", json={"match": {"api": "prime"}, "effect": {"named": "rate-limit-user"}})
    answer = await client.get(
        "/webacs/api/v1/op/jobService/runhistory", headers={"Authorization": "Basic bmJpOnNlY3JldA=="}
    )
    assert "(More than 20 in 1000 ms)" in await answer.text()
