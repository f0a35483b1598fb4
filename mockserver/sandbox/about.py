"""What another process must know of a sandbox to serve it: its fixtures, how long it lasts, where its clock began."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from mockserver.api.definition import Api
from mockserver.core.clock import Clock
from mockserver.sandbox.fixtures.merge import Fixtures, inline, merge
from mockserver.store.base import CLOCK, SharedStore

log = logging.getLogger("mockserver")


class Told(Protocol):
    """A sandbox, as far as it is told of."""

    @property
    def ttl(self) -> float | None:
        """See `Sandbox.ttl`."""

    @property
    def submits(self) -> Mapping[str, Mapping[str, Any]]:
        """See `Sandbox.submits`."""


async def tell(
    store: SharedStore, key: str, sandbox: Told, fixtures: Fixtures, own: Fixtures | None, clock: Clock | None
) -> None:
    """Write it down, beside what is in the sandbox.

    Args:
        own: the server's fixtures, which other servers of the store have too: those are only named.
        clock: where its clock stands until it is set; one that stands is set, for others began at another time.
    """
    is_own = own is not None and fixtures.digest() == own.digest()
    about = {
        "ttl": sandbox.ttl,
        "submits": sandbox.submits,
        "fixtures": fixtures.digest(),
        "sections": None if is_own else fixtures.sections,
    }
    await store.describe(key, about)
    if clock is not None and clock.frozen_at is not None:
        await store.replace(key, CLOCK, CLOCK, None, {"frozen_at": clock.frozen_at, "offset": clock.offset})


def fixtures_of(about: Mapping[str, Any], known: Sequence[Fixtures], apis: Sequence[Api]) -> Fixtures:
    """Return the fixtures of a sandbox.

    Args:
        known: fixtures that it may have; the first are the server's own.
    """
    digest, sections = about["fixtures"], about["sections"]
    for one in known:
        if one.digest() == digest:
            return one
    if sections is not None:
        return merge(inline([sections]), apis)
    log.warning("a server with other --fixtures shares the store; start all of them with the same")
    return known[0]
