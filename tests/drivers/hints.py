"""How a client comes by a hint: what it sends, what the sandbox is like, and what it is told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

from yarl import URL

from mockserver.api.hints import COMMON, Hint
from tests.drivers.driver import Driver


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A request that is refused.

    Attributes:
        name: of the hint's row.
        says: words of the hint.
        settings: of the API, before.
        later: seconds that the clock is moved, before.
        first: requests before it.
    """

    name: str
    says: str
    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    later: float = 0
    first: Sequence[Refused] = ()


async def hint_of(driver: Driver, asked: Refused) -> str:
    """Return the hint in an answer's header, when the journal has the same."""
    if asked.settings:
        await driver.set(**asked.settings)
    for one in asked.first:
        await send(driver, one)
    if asked.later:
        await driver.advance(asked.later)
    headers = await send(driver, asked)
    entry = await driver.done("GET", f"/requests/{headers['X-Mockserver-Request']}")
    assert entry.get("hint") == headers.get("X-Mockserver-Hint")
    return headers.get("X-Mockserver-Hint", "")


async def send(driver: Driver, asked: Refused) -> Mapping[str, str]:
    """Send a request as it stands; return the headers of its answer."""
    form = {"data": asked.body} if isinstance(asked.body, str | bytes) else {"json": asked.body}
    async with driver.client.session.request(
        asked.method,
        URL(driver.client.base + asked.path, encoded=True),
        headers=asked.headers,
        allow_redirects=False,
        skip_auto_headers=("Content-Type", "Accept"),
        **(form if asked.body is not None else {}),
    ) as answer:
        await answer.read()
        return answer.headers


def row_of(hints: Sequence[Hint], hint: str) -> str | None:
    """Return the name of the first row whose sentence a hint is, whatever fills it."""
    return next((row.name for row in (*hints, *COMMON) if _sentence(row).fullmatch(hint)), None)


def _sentence(row: Hint) -> re.Pattern[str]:
    fixed = (literal for literal, *_ in Formatter().parse(row.says.encode("ascii", "replace").decode()))
    return re.compile(".*".join(map(re.escape, fixed)) + (".*" if row.says.endswith("}") else ""))
