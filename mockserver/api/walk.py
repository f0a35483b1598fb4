"""How an API is verified against a live system: a walk through its operations, in a sensible order.

Each API says in its `walk.py` what to ask and what must be true over time; what asks, judges and notes lies elsewhere.

Rules a maintainer must keep:

1. A walk changes nothing on the system unless `may_write`; what it makes then, it cancels or lets end.
2. It stands on nothing but the account file and the system's own answers, and says why it leaves an operation out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from mockserver.core.machine import Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRequest:
    """One request of a walk.

    Attributes:
        path: as the API writes it; or a whole URL, for what stands on another host.
        query, form: values as texts.
        json: a body to be sent as JSON; None: none.
        body: a body as it stands.
    """

    method: str = "GET"
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    form: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """Path and query, percent-encoded."""
        if not self.query:
            return self.path
        return f"{self.path}?{urlencode(self.query, quote_via=quote)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was answered.

    Attributes:
        clause: the contract's name for the answer; empty when it fits none.
        data: as the contract speaks of it.
    """

    operation: str
    status: int
    clause: str
    data: Any
    headers: Mapping[str, str]
    body: bytes

    def find(self, *keys: str | int) -> Any:
        """Return what stands at a path of keys and indices in the data, or None."""
        found = self.data
        for key in keys:
            try:
                found = found[key]
            except (KeyError, IndexError, TypeError):
                return None
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something the documents promise that no schema of one answer can say.

    Attributes:
        pointer: JSON pointer into the answer that shows it.
        expected, got: in a few words.
        source: where it is promised.
    """

    pointer: str = ""
    expected: str
    got: str
    source: str
    confidence: Confidence = Confidence.DOCUMENTED


class LiveSystem(Protocol):
    """A live system of one API.

    Attributes:
        mount: the path of the URL that was given, without a sandbox's prefix and a trailing slash; may be empty.
        host: host and port of that URL.
        account: the API's section of the account file.
        may_write: whether the walk may submit, cancel and change.
    """

    mount: str
    host: str
    account: Mapping[str, Any]
    may_write: bool

    async def call(self, operation: str, ask: LiveRequest) -> Seen:
        """Ask, judge by the contract, and note both."""

    async def until(self, ask: Callable[[], Awaitable[Seen]], done: Callable[[Seen], bool]) -> Seen:
        """Ask again and again, with the pause between polls that was asked for, until it is done or patience ends."""

    def claim(self, seen: Seen, holds: bool, fact: Fact) -> None:
        """Note that something must be true of an answer; a breach when it is not."""

    def leave_open(self, seen: Seen, fact: Fact) -> None:
        """Note that something had not come to its end when patience ended, so that nobody can tell."""

    def skip(self, reason: str, *operations: str) -> None:
        """Note why operations are left out."""

    def now(self) -> float:
        """Return real time in epoch seconds."""


def claim_end(system: LiveSystem, seen: Seen, ended: bool, fact: Fact, *, under_way: bool) -> None:
    """Claim that what `until` has waited for has ended.

    Args:
        under_way: the last answer said that it goes on: then it is not finished, and no breach.
    """
    if under_way and not ended:
        system.leave_open(seen, fact)
    else:
        system.claim(seen, ended, fact)


Walk = Callable[[LiveSystem], Awaitable[None]]


def addresses(data: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Yield each text in decoded data that is an address, with the JSON pointer to it."""
    if isinstance(data, str):
        if data.startswith(("http://", "https://")):
            yield at, data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from addresses(value, f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from addresses(value, f"{at}/{index}")


def claim_inside(system: LiveSystem, seen: Seen, source: str, *, below: str = "") -> None:
    """Claim that all addresses in an answer lead to the host that was asked.

    Args:
        below: the pointer of the part that is looked at.
    """
    for pointer, address in addresses(seen.data):
        if pointer.startswith(below):
            host = address.partition("://")[2].partition("/")[0]
            fact = Fact(pointer=pointer, expected=f"an address of {system.host}", got=address, source=source)
            system.claim(seen, host.casefold() == system.host.casefold(), fact)
