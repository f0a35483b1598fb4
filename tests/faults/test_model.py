"""A fault as a value: read from what is asked, kept as plain data, and read back."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from mockserver.api.response import Response
from mockserver.apis import APIS
from mockserver.core.ids import Ids
from mockserver.faults.catalogue import catalogue
from mockserver.faults.effects import EFFECTS, Delay, Manner, Transport
from mockserver.faults.errors import BadFault
from mockserver.faults.model import Fault
from mockserver.faults.registry import Faults
from mockserver.store.memory import MemoryStore
from tests.drivers.contracts import shipped
from tests.store.yielding import YieldingStore

NOW = 1767355200.0
EVERY = [
    {"delay": "250ms"},
    {"delay": {"min": "0.1s", "max": 2}},
    {"delay": {"max": 2}, "before": "answer"},
    {"before": "work", "delay": 1},
    {"status": 503},
    {"status": 204, "headers": {"content-type": "text/plain", "X-A": "b"}},
    {"body": {"why": ["later"]}, "status": 503, "delay": 0.5, "handled": True},
    {"connection": "close-before"},
    {"connection": "close-mid-body"},
    {"handled": True, "connection": "reset"},
    {"drip": {"every": "50ms", "bytes": 32}},
    {"garble": "truncate"},
    {"garble": "not-utf8"},
    {"garble": "wrong-content-type"},
    {"garble": "empty"},
    {"named": "GES.8302", "delay": 0},
]


def fault(effect: dict[str, Any], **asked: Any) -> Fault:
    return Fault.parse("fault-1", {"effect": effect, **asked}, NOW)


@pytest.mark.parametrize("effect", EVERY, ids=str)
def test_a_fault_is_kept_as_plain_data_and_read_back(effect: dict[str, Any]) -> None:
    one = fault(effect, match={"api": "ges"}, times=2, after=1, probability=0.5, ttl="1m")
    kept = json.loads(json.dumps(one.as_document()))

    assert Fault.from_document(kept) == one
    assert json.dumps(kept) == json.dumps(
        {
            "id": "fault-1", "match": {"api": "ges"}, "effect": effect, "times": 2, "after": 1, "probability": 0.5,
            "ttl": 60.0, "ends": NOW + 60, "seen": 0, "hits": 0,
        }
    )  # fmt: skip


def test_what_nobody_asks_for_is_null() -> None:
    assert fault({"status": 503}).as_record(NOW) == {
        "id": "fault-1", "match": {}, "effect": {"status": 503}, "times": None, "after": 0, "probability": None,
        "ttl": None, "ends": None, "seen": 0, "hits": 0, "armed": True,
    }  # fmt: skip


def test_a_record_says_when_it_ends_and_whether_it_is_armed() -> None:
    one = fault({"status": 503}, times=1, ttl=60)

    assert one.as_record(NOW)["ends"] == "2026-01-02T12:01:00.000Z"
    assert one.as_record(NOW)["armed"]
    assert not one.as_record(NOW + 60)["armed"]
    assert not one.counted(hit=True).as_record(NOW)["armed"]
    assert one.counted(hit=False).as_record(NOW)["armed"]


@pytest.mark.parametrize(
    ("effect", "message"),
    [
        ({"status": 503, "garble": "empty"}, "status and garble at once; arm two faults"),
        ({"connection": "reset", "drip": {"bytes": 1, "every": 1}, "named": "x"}, "connection and drip and named at"),
        ({"handled": True}, "an effect says what goes wrong"),
        ({"before": "work"}, "an effect says what goes wrong"),
        ({"status": 503, "before": "work"}, "before goes with a delay"),
        ({"garble": "empty", "body": "x"}, "body and headers go with a status"),
        ({"delay": "soon"}, "'soon' is no duration"),
        ({"delay": "2h"}, "is no duration between 0 and 3600 seconds"),
        ({"delay": {"min": 2, "max": 1}}, "min is more than max"),
        ({"drip": {"bytes": 1, "every": 3601}}, "is no duration between 0 and 3600 seconds"),
    ],
)
def test_what_cannot_be_followed_is_refused(effect: dict[str, Any], message: str) -> None:
    with pytest.raises(BadFault, match=message):
        fault(effect)


@pytest.mark.parametrize(
    ("effect", "replaces_work", "unanswered", "transport"),
    [
        ({"status": 503}, True, False, None),
        ({"status": 503, "handled": True}, False, False, None),
        ({"named": "GES.8302"}, True, False, None),
        ({"delay": 1}, False, False, None),
        ({"garble": "empty"}, False, False, None),
        ({"connection": "reset"}, True, True, Transport(manner=Manner.RESET)),
        ({"connection": "reset", "handled": True}, False, True, Transport(manner=Manner.RESET)),
        ({"connection": "close-before"}, True, True, Transport(manner=Manner.CLOSE_BEFORE)),
        ({"connection": "close-mid-body"}, False, False, Transport(manner=Manner.CLOSE_MID_BODY)),
        ({"drip": {"bytes": 3, "every": "10ms"}}, False, False, Transport(manner=Manner.DRIP, piece=3, pause=0.01)),
    ],
    ids=str,
)
def test_what_an_effect_is_able_to_do(
    effect: dict[str, Any], replaces_work: bool, unanswered: bool, transport: Transport | None
) -> None:
    one = fault(effect)

    assert (one.replaces_work, one.unanswered, one.transport) == (replaces_work, unanswered, transport)


@pytest.mark.parametrize(
    ("effect", "sent"),
    [({"delay": 1}, b"abc"), ({"drip": {"bytes": 1, "every": 1}}, b"abc"), ({"connection": "close-mid-body"}, b"a")],
)
def test_what_is_sent_of_a_body(effect: dict[str, Any], sent: bytes) -> None:
    assert fault(effect).sent_of(b"abc") == sent


def test_who_has_no_answer_or_spoils_nothing_leaves_it() -> None:
    good = Response(body=b"x")

    for effect in ({"delay": 1}, {"connection": "reset"}, {"drip": {"bytes": 1, "every": 1}}):
        assert fault(effect).response(None) is None
        assert fault(effect).spoil(good) is good


@pytest.mark.parametrize(
    ("effect", "before_work"),
    [
        ({"delay": 1}, False),
        ({"delay": 1, "before": "answer"}, False),
        ({"delay": 1, "before": "work"}, True),
        ({"status": 503}, False),
    ],
)
def test_where_a_delay_waits(effect: dict[str, Any], before_work: bool) -> None:
    assert fault(effect).delay_before_work is before_work


async def test_a_bad_fault_uses_up_no_number() -> None:
    faults = Faults(MemoryStore(), "box", {api.name: api for api in APIS}, Ids(), lambda: NOW)
    for bad in ({"effect": {"named": "nope"}}, {"effect": {"status": 500}, "ttl": "2h"}, {"effect": {"handled": True}}):
        with pytest.raises(BadFault):
            await faults.arm(bad)

    assert (await faults.arm({"effect": {"status": 500}}))["id"] == "fault-1"


async def test_no_more_are_armed_than_may_be_however_many_arm_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.faults.registry.LIMIT", 3)
    faults = Faults(YieldingStore(), "box", {api.name: api for api in APIS}, Ids(), lambda: NOW)
    armed = await asyncio.gather(*(faults.arm({"effect": {"status": 500}}) for _ in range(5)), return_exceptions=True)
    assert [isinstance(one, BadFault) for one in armed] == [False] * 3 + [True] * 2
    assert [one["id"] for one in await faults.all()] == ["fault-1", "fault-2", "fault-3"]


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ({"match": {"api": "gess"}, "effect": {"status": 500}}, "ges"),
        ({"match": {"operation": "ges.JobStatu"}, "effect": {"status": 500}}, "ges.JobStatus"),
        ({"match": {"api": "prime", "operation": "CancelRun"}, "effect": {"status": 500}}, "prime.CancelRunning"),
        ({"match": {"api": "ges"}, "effect": {"named": "GES.8303"}}, "GES.8302"),
    ],
)
async def test_a_misspelt_name_is_refused_with_what_there_is(asked: dict[str, Any], nearest: str) -> None:
    faults = Faults(MemoryStore(), "box", {api.name: api for api in APIS}, Ids(), lambda: NOW)
    with pytest.raises(BadFault) as refused:
        await faults.arm(asked)

    assert nearest in (refused.value.allowed or ())


def test_every_effect_is_in_the_catalogue_and_in_the_contract() -> None:
    found = shipped("control").by_operation["control.ArmFault"]
    fields = found.document["$defs"]["effect"]["properties"]
    listed = catalogue(APIS)["effects"]

    assert {effect.name for effect in EFFECTS} | {Delay.name, "before", "handled"} == set(listed)
    assert set(fields) == {*listed, "headers", "body"}
