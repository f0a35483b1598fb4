"""An entry as text: what is read is what was written, whatever the exchange was."""

from __future__ import annotations

import pytest
from multidict import CIMultiDict

from mockserver.apis import APIS
from mockserver.contracts.model import Violation
from mockserver.core.ids import Ids
from mockserver.core.job import Cause, Job, Transition
from mockserver.core.machine import Confidence
from mockserver.core.plan import Plan
from mockserver.journal.entry import Entry, bounded, repeated
from mockserver.journal.entry_text import dump, load, rest_of
from mockserver.journal.in_parts import everything
from mockserver.journal.masked_entry import describe
from tests.drivers import poll_of
from tests.drivers.server import Client

JOB = Job(api="ges", id="1", state="complete", plan=Plan(), created=1.0, since=2.0, data={"graph": "movie"})
MOVE = Transition("running", "complete", 2.5, Cause.CONTROL, 3)
BREACH = Violation(side="client", part="body", pointer="/a", message="no", confidence=Confidence.INFERRED)
FULL = Entry(
    7, 1.5, "box", "POST", "/a?b=\udcff", CIMultiDict([("A", "1"), ("A", "2")]), b"\x00\xff", api="ges",
    operation="ges.ShowJob", parameters={"n": [1, 2]}, payload={"big": 2**70, "name": "\ud800"}, http_version=(1, 0),
    job="1", response="ok", status=200, answer_headers={"X": "y"}, answer=b"\xfe", milliseconds=0.25, fault="f",
    transitions=((JOB, MOVE),), violations=(BREACH,), nearest="/n", error="e", shows_state=True,
    told=APIS[0].machines["job"].states[0], hint="h", body_size=9, answer_size=8, sent=4,
)  # fmt: skip


def test_all_of_an_entry_is_read_again() -> None:
    assert load(dump(FULL)) == FULL
    assert load(dump(FULL)).headers.getall("a") == ["1", "2"]  # type: ignore[attr-defined]


def test_a_payload_that_is_no_json_is_left_out() -> None:
    found = load(dump(FULL._replace(payload=object())))
    assert (found.parameters, found.payload, found.answer) == ({}, None, FULL.answer)


def test_what_was_packed_is_read_unpacked() -> None:
    large = bounded(FULL._replace(body=b"x" * 5000, payload={"a": 1}))
    assert load(dump(large)).payload == {"a": 1}


@pytest.mark.parametrize("mark", [None, "TraceID"])
def test_what_is_new_of_a_repeated_exchange_stands_before_its_text(mark: str | None) -> None:
    first = FULL._replace(answer_headers={"X": "y", "N": "1", "TraceID": "t"}, path="/a", payload={})
    rest, ids = rest_of(first, "N", mark), Ids(seed=3)
    assert rest is not None
    found = load(b'{"number":12,"turn":5,"at":2.5,"milliseconds":0.125,' + rest, ids.mark)
    headers = {"X": "y", "N": "12", "TraceID": "t" if mark is None else ids.mark(5)}
    assert found == repeated(first, 12, 2.5, headers, 0.125)


def test_what_is_no_plain_json_is_not_repeated() -> None:
    assert rest_of(FULL, "N", None) is None


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
async def test_a_client_s_exchange_is_shown_the_same(client: Client, api) -> None:
    poll = poll_of(api)
    await client.post("/_control/jobs", json={**poll.job, "state": poll.states[0]})
    await client.get(poll.path, headers=poll.headers)
    entries = await everything(client.sandbox.store, "default")
    assert entries
    for entry in entries:
        assert describe(load(dump(entry))) == describe(entry)
