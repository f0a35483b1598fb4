"""A live system as a walk sees it: asked over HTTP, each exchange judged by the contract and noted."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import aiohttp
from yarl import URL

from mockserver._version import __version__
from mockserver.api.definition import Api
from mockserver.api.walk import Fact, LiveRequest, Seen
from mockserver.contracts.judge import Page, Unreadable
from mockserver.contracts.model import Violation
from mockserver.drift.exchange import Exchange, Headers
from mockserver.drift.history import History
from mockserver.drift.interpreter import Interpreter, Judged

MOST = 64 << 20
"""Bytes of an answer that are read; no API answers more."""


class Unreachable(Exception):
    """The system cannot be asked; one line that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait.

    Attributes:
        interval: seconds between two polls.
        wait: seconds before a job is given up.
        polls: how often to ask before that, however long it took; None: as often as there is time.
        timeout: seconds for one answer.
    """

    interval: float = 1.0
    wait: float = 60.0
    polls: int | None = None
    timeout: float = 30.0


class Unfinished(NamedTuple):
    """What an operation (`<api>.<Name>`) had not shown when patience ended."""

    operation: str
    fact: Fact


class Asked:
    """A live system; implements `api.walk.LiveSystem`.

    Args:
        url: as the user gave it.
        interpreter: reads and judges; knows of aliases.
        noted: is told of each exchange, for a progress line.
    """

    def __init__(
        self,
        url: str,
        api: Api,
        interpreter: Interpreter,
        session: aiohttp.ClientSession,
        *,
        account: Mapping[str, Any],
        may_write: bool,
        patience: Patience,
        only: frozenset[str] = frozenset(),
        noted: Callable[[Judged], None] = lambda judged: None,
    ) -> None:
        self.root, self.mount = split(url)
        self.host = urlsplit(url).netloc
        self.account = account
        self.may_write = may_write
        self.reasons: dict[str, str] = {}
        self.unfinished: list[Unfinished] = []
        self._api = api
        self._interpreter = interpreter
        self._session = session
        self._patience = patience
        self._only = only
        self._noted = noted
        self._history = History([api])
        self._judged: list[Judged] = []

    @property
    def judged(self) -> list[Judged]:
        """The exchanges, in order; with `only`, those of these operations."""
        return [one for one in self._judged if not self._only or one.operation in self._only]

    async def call(self, operation: str, ask: LiveRequest) -> Seen:
        """Ask, judge, note. Raises `Unreachable`."""
        exchange = await self._exchange(ask)
        judged = self._history.note(await self._interpreter.judge(exchange))
        self._judged.append(judged)
        self._noted(judged)
        verdict = judged.verdict
        return Seen(
            operation=operation,
            status=exchange.status,
            clause="" if verdict is None or verdict.clause is None else verdict.clause.name,
            data=None if isinstance(judged.data, Page | Unreadable) else judged.data,
            headers=exchange.answer_headers,
            body=exchange.answer,
        )

    async def until(self, ask: Callable[[], Awaitable[Seen]], done: Callable[[Seen], bool]) -> Seen:
        """Ask until it is done or patience ends; return the last answer."""
        patience, began, asked = self._patience, time.monotonic(), 0
        while True:
            seen = await ask()
            asked += 1
            left = began + patience.wait - time.monotonic()
            if done(seen) or left <= 0 or asked > (patience.polls or asked):
                return seen
            # Asked a last time when there is no more time, however long the pause.
            await asyncio.sleep(min(patience.interval, left))

    def claim(self, seen: Seen, holds: bool, fact: Fact) -> None:
        """Note a breach of the last exchange of that operation, unless the claim holds or its answer broke already."""
        if holds:
            return
        for at in range(len(self._judged) - 1, -1, -1):
            judged = self._judged[at]
            if judged.verdict is not None and judged.exchange.answer is seen.body:
                breach = Violation(
                    side="server",
                    part="response",
                    pointer=fact.pointer,
                    message=f"expected {fact.expected}, got {fact.got}",
                    expected=fact.expected,
                    got=fact.got,
                    clause=seen.clause,
                    source=fact.source,
                    confidence=fact.confidence,
                )
                verdict = replace(judged.verdict, violations=(*judged.verdict.violations, breach))
                self._judged[at] = replace(judged, verdict=verdict)
                self._noted(self._judged[at])
                return

    def leave_open(self, seen: Seen, fact: Fact) -> None:
        """Note what had not ended when patience did."""
        self.unfinished.append(Unfinished(f"{self._api.name}.{seen.operation}", fact))

    def skip(self, reason: str, *operations: str) -> None:
        """Note why operations are left out; the first reason counts."""
        for name in operations:
            self.reasons.setdefault(f"{self._api.name}.{name}", reason)

    def now(self) -> float:
        """Return real time in epoch seconds."""
        return time.time()

    async def _exchange(self, ask: LiveRequest) -> Exchange:
        url = ask.target if ask.target.startswith(("http://", "https://")) else self.root + ask.target
        headers, body = Headers(ask.headers), ask.body
        if ask.json is not None:
            import orjson

            body = orjson.dumps(ask.json)
            headers.setdefault("Content-Type", "application/json")
        elif ask.form:
            body = urlencode(ask.form).encode()
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        headers.setdefault("User-Agent", f"mockserver-verify/{__version__}")
        began, at = time.perf_counter(), time.time()
        try:
            async with self._session.request(
                ask.method,
                URL(url, encoded=True),
                headers=headers,
                data=body,
                allow_redirects=False,
                skip_auto_headers=("Content-Type", "Accept"),
            ) as response:
                answer = await response.content.read(MOST)
                while chunk := await response.content.read(MOST - len(answer)):
                    answer += chunk
                status, answer_headers = response.status, Headers(response.headers)
        except aiohttp.ClientPayloadError:
            # A length that is not kept is the system's fault, and shows as an answer that breaks off.
            status, answer_headers, answer = response.status, Headers(response.headers), b""
        except (aiohttp.ClientError, TimeoutError, ssl.SSLError) as error:
            reason = str(error) or f"no answer within {self._patience.timeout:g} s"
            raise Unreachable(f"{ask.method} {url.partition('?')[0]}: {reason}") from None
        return Exchange(
            method=ask.method,
            url=url,
            headers=headers,
            body=body or b"",
            status=status,
            answer_headers=answer_headers,
            answer=answer,
            at=at,
            milliseconds=(time.perf_counter() - began) * 1000,
        )


def split(url: str) -> tuple[str, str]:
    """Split an address into scheme, host and sandbox prefix, and the path below without a trailing slash."""
    parts = urlsplit(url)
    prefix, path = "", parts.path.rstrip("/")
    if path.startswith("/~"):
        name, slash, rest = path[1:].partition("/")
        prefix, path = f"/{name}", slash + rest
    return f"{parts.scheme}://{parts.netloc}{prefix}", path


def session(patience: Patience, ca: Path | None) -> aiohttp.ClientSession:
    """Return what asks: no cookies from one request to the next, no compression, one CA more if there is one.

    Raises:
        OSError: the CA cannot be read.
    """
    # One that reads all authorities of the system takes 30 ms; without one of its own, aiohttp's serves every session.
    context: ssl.SSLContext | bool = True
    if ca is not None:
        context = ssl.create_default_context()
        context.load_verify_locations(ca)
    return aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=patience.timeout),
        connector=aiohttp.TCPConnector(ssl=context),
        headers={"Accept-Encoding": "identity"},
    )
