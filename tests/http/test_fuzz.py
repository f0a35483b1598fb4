"""Whatever is sent to the readers of XML, SOAP, forms, filters, JSON and HTTP: an answer, no bug of ours, no contract broken.

The server is strict, so an answer that breaks its contract is an error of the log, as a bug is. Hypothesis draws seeds,
of each of which a hundred requests are made. `make fuzz` sends a million.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.sandbox.sandbox import DEFAULT
from tests.drivers.mutations import HOST, Asked, examples, inputs, odd_address, odd_body, odd_bytes
from tests.drivers.properties import FULL
from tests.drivers.server import NOON
from tests.drivers.socketless import Spoken

BATCH = 100
INPUTS = int(os.environ.get("MOCKSERVER_FUZZ_INPUTS", "20000" if FULL else "1200"))
"""Requests in all."""

LOOKS = max(4, INPUTS // 30_000)
"""Of how many batches the journal of one is looked at, which takes as long as the batch."""

ALL = examples()


def has_type(asked: Asked, *words: bytes) -> bool:
    kind = next((value for name, value in asked.headers if name.lower() == b"content-type"), b"")
    return bool(asked.body) and any(word in kind for word in words)


def has_query(asked: Asked, *apis: str) -> bool:
    return b"?" in asked.target and asked.api in apis


READERS = {
    "XML": ([one for one in ALL if has_type(one, b"xml") and one.api == "prime"], (odd_body,)),
    "SOAP": ([one for one in ALL if has_type(one, b"xml") and one.api == "casjobs"], (odd_body,)),
    "form": (
        [one for one in ALL if has_type(one, b"form") or has_query(one, "arcgis", "casjobs")],
        (odd_body, odd_address),
    ),
    "filter": ([one for one in ALL if has_query(one, "prime", "ges")], (odd_address,)),
    "JSON": ([one for one in ALL if has_type(one, b"json")], (odd_body,)),
    "HTTP": (ALL, (odd_bytes,)),
}
SHOWN = (
    "requests?limit=1000",
    "requests?format=har&limit=1000",
    "requests?format=curl&limit=1000",
    "violations",
    "coverage",
    "jobs",
)
"""What a tester may ask afterwards; nothing that a client sent may break it."""


class Complaints(logging.Handler):
    """What the server calls an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage() + (str(record.exc_info) if record.exc_info else ""))


@pytest.fixture(scope="module")
def send() -> Iterator[Callable[[str, int], None]]:
    """Send a batch of a reader's requests to a fresh sandbox."""
    heard = Complaints()
    loggers = [logging.getLogger(name) for name in ("mockserver", "aiohttp.server", "asyncio")]
    levels = [one.level for one in loggers]
    for one in loggers:
        one.addHandler(heard)
        one.setLevel(logging.ERROR)  # what is refused is a line of the log each, which nobody reads here

    async def played(spoken: Spoken, reader: str, seed: int) -> None:
        among, ways = READERS[reader]
        await spoken.services.sandboxes.replace(DEFAULT)
        for number, request in enumerate(inputs(seed, BATCH, among, *ways)):
            answer = await spoken.say(request)
            complete = b"\r\n\r\n" in request and reader != "HTTP"
            assert answer[:5] == b"HTTP/" or (not complete and not answer), (number, request, answer)
            assert not heard.texts, (number, request, heard.texts.pop())
        for path in SHOWN if seed % LOOKS == 0 else ():
            answer = await spoken.say(f"GET /_control/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            assert b" 200 " in answer[:16], (path, answer[:1000])
            if "curl" not in path:
                json.loads(answer.partition(b"\r\n\r\n")[2])
            assert not heard.texts, (path, heard.texts.pop())

    async def made() -> Spoken:
        spoken = Spoken(clock=NOON, allowed_host=(HOST,))
        await spoken.services.sandboxes.default.seed()
        return spoken

    with asyncio.Runner() as runner:
        spoken = runner.run(made())
        yield lambda reader, seed: runner.run(played(spoken, reader, seed))
    for one, level in zip(loggers, levels, strict=True):
        one.removeHandler(heard)
        one.setLevel(level)


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=-(-INPUTS // (BATCH * len(READERS))), deadline=None)
@given(seed=st.integers(0, 2**64 - 1))
def test_no_input_breaks_a_reader(send: Callable[[str, int], None], reader: str, seed: int) -> None:
    send(reader, seed)
