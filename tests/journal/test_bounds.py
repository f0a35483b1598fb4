"""What an entry keeps is bounded: bodies, headers, what was decoded, changes of state; and is matched all the same."""

from __future__ import annotations

import sys
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from mockserver.contracts.checker import Compiler
from mockserver.journal.entry import (
    BODY_LIMIT,
    DECODED_LIMIT,
    HEADERS_LIMIT,
    MOVES,
    Entry,
    Packed,
    bounded,
    decoded,
)
from mockserver.journal.in_parts import everything
from mockserver.journal.masked_entry import describe
from mockserver.journal.near_misses import missing
from tests.drivers.server import Client

GRAPH = "/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie"
ACTION = f"{GRAPH}/action?action_id=execute-algorithm"
TOKEN = {"X-Auth-Token": "mock-token", "Content-Type": "application/json"}
SMALL = b'{"a":[' + b"{}," * 21_700 + b"{}]}"
"""64 KB of small objects, decoded more than a megabyte."""


def entry(**fields: Any) -> Entry:
    given = {"number": 1, "at": 0.0, "sandbox": "box", "method": "POST", "path": "/x", "headers": {}, "body": b""}
    return Entry(**{**given, **fields})


async def test_a_body_of_many_small_things_is_kept_in_its_own_size_and_can_be_matched(client: Client) -> None:
    times, asked = 20, client.make_url(ACTION)
    await (await client.session.post(asked, data=SMALL, headers=TOKEN)).read()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(times):
            await (await client.session.post(asked, data=SMALL, headers=TOKEN)).read()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 1.5 * times * len(SMALL)

    for match, count in (
        ({"body": {"a": [{}] * 21_701}}, times + 1),
        ({"body": {"a": [{}]}}, 0),
        ({"body": '{"a"'}, 21),
    ):
        answer = await client.post("/_control/requests/verify", json={"match": match, "count": count})
        assert answer.status == 200, await answer.text()


@pytest.mark.parametrize("size", [DECODED_LIMIT, DECODED_LIMIT + 1, BODY_LIMIT])
def test_what_was_decoded_comes_back(size: int) -> None:
    payload = {"name": "pagerank", "parameters": {"alpha": 0.85, "ids": [1, None, True, "x"]}}
    kept = bounded(entry(body=b"x" * size, parameters={"page": "1"}, payload=payload))

    assert isinstance(kept.payload, Packed) is (size > DECODED_LIMIT)
    assert decoded(kept) == ({"page": "1"}, payload)
    assert not missing({"body": {"parameters": {"alpha": 0.85}}, "parameters": {"page": 1}}, kept)
    assert missing({"body": {"name": "kcore"}}, kept)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), JSON), JSON)
def test_whatever_json_says_comes_back(parameters: dict[str, Any], payload: Any) -> None:
    packed = Packed.of(parameters, payload)
    assert packed is not None
    assert packed.unpack() == (parameters, payload)


def test_what_is_no_json_is_let_go() -> None:
    kept = bounded(entry(body=b"x" * 5000, payload={"x": object()}))

    assert decoded(kept) == ({}, None)


def test_of_a_body_over_the_limit_the_beginning_is_kept() -> None:
    many = {f"p{number}": "x" * 100 for number in range(100_000)}
    kept = bounded(entry(body=b"y" * (BODY_LIMIT + 7), parameters=many, payload={"a": 1}, answer=b"z" * BODY_LIMIT))

    assert (len(kept.body), kept.body_size, len(kept.answer), kept.answer_size) == (
        BODY_LIMIT, BODY_LIMIT + 7, BODY_LIMIT, BODY_LIMIT,
    )  # fmt: skip
    parameters, payload = decoded(kept)
    assert payload is None
    assert 0 < sum(len(name) + len(value) for name, value in parameters.items()) <= BODY_LIMIT
    assert all(many[name].startswith(value) for name, value in parameters.items())


def test_headers_are_kept_up_to_a_limit_the_first_of_them() -> None:
    headers = CIMultiDict([("X-First", "1"), *(("X-Same", "v" * 8000) for _ in range(100))])
    kept = bounded(entry(headers=headers)).headers

    assert sum(len(name) + len(value) for name, value in kept.items()) == HEADERS_LIMIT
    assert kept["x-first"] == "1"
    assert all(value == "v" * len(value) for name, value in kept.items() if name == "X-Same")
    long_names = bounded(entry(headers=CIMultiDict({f"X-{number}" * 1000: "" for number in range(20)}))).headers
    assert sum(map(len, long_names)) <= HEADERS_LIMIT


async def test_a_server_keeps_so_much_of_its_clients_headers(client: Client) -> None:
    headers = {f"X-Trace-{number}": "x" * 8000 for number in range(20)}
    assert (await client.get("/nowhere", headers=headers)).status == 404
    [kept] = await everything(client.services.store, "default")

    assert sum(len(name) + len(value) for name, value in kept.headers.items()) <= HEADERS_LIMIT
    assert describe(kept)["request"]["headers"]["Host"]


def test_of_the_changes_of_state_the_first_are_kept() -> None:
    moves: Any = [(None, None)] * (MOVES + 5)

    assert len(bounded(entry(transitions=moves)).transitions) == MOVES


def test_what_is_within_the_limits_is_left_alone() -> None:
    small = entry(headers={"A": "b"}, body=b"x" * DECODED_LIMIT, payload={"a": 1}, parameters={"b": 2})

    assert bounded(small) == small


def test_a_breach_is_told_in_few_words_however_long_its_place() -> None:
    found = (
        Compiler().compile({"additionalProperties": {"type": "integer"}}, {}).explain({"k" * 100_000: "v" * 100_000})
    )

    assert sys.getsizeof(found.pointer) < 2000
    assert sys.getsizeof(found.message) < 2000
