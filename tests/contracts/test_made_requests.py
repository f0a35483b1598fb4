"""Requests made from each request clause: what fits is accepted, what does not is told, and both get an answer in contract.

`MOCKSERVER_FUZZ=100 make test ARGS='tests/contracts/test_made_requests.py'` tries more of each.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mockserver import MockServer
from mockserver.cli.example_target import SandboxTarget
from mockserver.contracts import examples
from mockserver.journal.entry import Entry
from mockserver.journal.in_parts import everything
from mockserver.sandbox.sandbox import DEFAULT
from tests.contracts.made_requests import Break, Way, broken, fitting, on_the_wire, ways
from tests.drivers.contracts import shipped
from tests.drivers.properties import fuzz

CONTRACTS = shipped().by_operation
WAYS = [way for contract in CONTRACTS.values() for way in ways(contract)]
BROKEN = [way for way in WAYS if way.breaks]

tried = settings(
    phases=[Phase.generate],
    max_examples=fuzz(2),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


Ask = Callable[[Way, Mapping[str, Any]], Awaitable[Entry]]


@pytest.fixture(scope="session")
def ask(worker_server: MockServer, example_targets: Callable[[], Awaitable[SandboxTarget]]) -> Ask:
    """Send a request to a fresh sandbox; return the journal's entry of it."""

    async def send(way: Way, request: Mapping[str, Any]) -> Entry:
        target = await example_targets()
        api = way.contract.operation.partition(".")[0]
        await examples.run_request(request, way.example.get("given", {}), api, target)
        (sandbox,) = (one for one in worker_server.services.sandboxes.all() if one.name != DEFAULT)
        entry: Entry = (await everything(sandbox.store, sandbox.name))[-1]
        return entry

    return send


def in_contract(entry: Entry) -> bool:
    """Tell whether the answer is one that the contract names; what is not faked says so."""
    return entry.error is None and entry.status is not None and (entry.response is not None or entry.status == 501)


def surely_refused(way: Way, change: Break) -> bool:
    """Tell whether the real system refuses such a request for certain.

    The others it may overlook: a name too many, a number that is missing (0 to ASMX), a page of what has no pages.
    """
    strict = way.contract.operation.startswith("casjobs.") or change.at[-1:] in (("jobId",), ("runId",))
    return change.kind in ("unreadable", "displaced") or (change.kind == "wrong" and strict)


@pytest.mark.parametrize("way", WAYS, ids=str)
@tried
@given(data=st.data())
async def test_what_fits_is_accepted(way: Way, data: st.DataObject, ask: Ask) -> None:
    request = on_the_wire(way, data.draw(fitting(way)))
    entry = await ask(way, request)
    assert entry.operation == way.contract.operation
    assert entry.violations == (), request
    assert in_contract(entry), (request, entry.status, entry.answer)


@pytest.mark.parametrize("way", BROKEN, ids=str)
@tried
@given(data=st.data())
async def test_what_does_not_fit_is_told(way: Way, data: st.DataObject, ask: Ask) -> None:
    change: Break = data.draw(st.sampled_from(way.breaks))
    request = on_the_wire(way, data.draw(broken(way, change)), change)
    entry = await ask(way, request)
    assert {one.side for one in entry.violations} == {"client"}, (change, request)
    assert in_contract(entry), (change, request, entry.status, entry.answer)
    if surely_refused(way, change):
        assert entry.status is not None and entry.status >= 400, (change, request, entry.answer)


def test_every_operation_that_has_a_request_clause_is_asked() -> None:
    asked = {way.contract.operation for way in WAYS}
    # Whatever is sent to the others, their contracts have nothing against it.
    rest = [one for name, one in CONTRACTS.items() if name not in asked]
    assert all(one.body is None and one.breaches_of_request({"no such name": "x"}, None) == [] for one in rest)
    assert {way.protocol for way in WAYS} == {"query", "form", "JSON", "XML", "SOAP-1.1", "SOAP-1.2"}
