"""The calls that a client of an API would make, for those who press a button instead of writing one.

Each API says in its `calls.py` what its own client asks, with the accounts of the sandbox; the control API sends it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from mockserver.api.walk import LiveRequest
from mockserver.core.job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSide:
    """What a client of a sandbox has at hand.

    Attributes:
        site: what the fixtures say of the API, accounts too.
        settings: of the API, as they stand.
        ask: sends a request that must come first (a sign-in); returns the answer's headers and body.
    """

    site: Any
    settings: Any
    ask: Callable[[LiveRequest], Awaitable[tuple[Any, bytes]]]


CancelCall = Callable[[Job, ClientSide], Awaitable[LiveRequest | None]]
"""Returns the API's own call that cancels a job, signed in; None: no call of it cancels such a job."""
