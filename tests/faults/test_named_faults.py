"""Each API's named faults, hit by a client: they answer, in bytes of their own, what a contract of the API knows."""

from __future__ import annotations

from typing import Any

import pytest
from yarl import URL

from mockserver._resources import folder
from mockserver.api.definition import Api, NamedFault
from mockserver.apis import APIS
from mockserver.contracts import model as contract
from mockserver.contracts.model import ResponseClause
from tests.drivers import poll_of
from tests.drivers.server import Client

CONTRACTS = contract.load(folder("contracts"), [api.name for api in APIS]).by_operation
NAMED = [(api, fault) for api in APIS for fault in api.faults]


def responses(api: Api) -> list[ResponseClause]:
    found = [one for name, one in CONTRACTS.items() if name.startswith(f"{api.name}.")]
    return [response for one in found for response in (*one.responses, *one.anywhere)]


@pytest.mark.parametrize(("api", "fault"), NAMED, ids=lambda one: one.name)
async def test_a_named_fault_answers_what_a_contract_knows(client: Client, api: Api, fault: NamedFault) -> None:
    poll = poll_of(api)
    armed = {"match": {"api": api.name}, "effect": {"named": fault.name}, "times": 1}
    assert (await client.post("/_control/faults", json=armed)).status == 201
    url = URL(str(client.make_url("/")).rstrip("/") + poll.path, encoded=True)
    async with client.session.get(url, headers=poll.headers, allow_redirects=False) as response:
        await response.read()
    entry = (await (await client.get("/_control/requests?limit=1")).json())["requests"][0]
    assert entry["fault"] == "fault-1"
    assert entry["violations"] == []
    kind: Any = response.headers.get("Content-Type")
    known = {(one.status, one.content_type) for one in responses(api)}
    assert (response.status, kind) in known


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
async def test_the_catalogue_lists_them(client: Client, api: Api) -> None:
    listed = (await (await client.get("/_control/faults/catalogue")).json())["named"][api.name]
    assert [one["name"] for one in listed] == [fault.name for fault in api.faults]
    assert all(one["title"] for one in listed)
    assert listed


async def test_no_limit_is_no_number_that_anybody_could_have_passed(client: Client) -> None:
    await client.post("/_control/faults", json={"match": {"api": "prime"}, "effect": {"named": "rate-limit-user"}})
    answer = await client.get(
        "/webacs/api/v1/op/jobService/runhistory", headers={"Authorization": "Basic bmJpOnNlY3JldA=="}
    )
    assert "(More than 20 in 1000 ms)" in await answer.text()
