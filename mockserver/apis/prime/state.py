"""What one process remembers of one sandbox's Prime; unlike seed data it changes, and it may be lost at any time."""

from __future__ import annotations

import asyncio

from mockserver.apis.prime.logins import Logins
from mockserver.apis.prime.site import Site


class PrimeState:
    """What is not in the store.

    Attributes:
        logins: who has been let in, and over which connections.
        leaving: they tell the store that requests have ended, which did not answer when they did.
    """

    __slots__ = ("leaving", "logins")

    def __init__(self, site: Site) -> None:
        self.logins = Logins(site.accounts)
        self.leaving: set[asyncio.Task[None]] = set()
