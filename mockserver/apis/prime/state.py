"""What one process remembers of one sandbox's Prime; unlike seed data it changes, and it may be lost at any time."""

from __future__ import annotations

from mockserver.apis.prime.logins import Logins
from mockserver.apis.prime.running import RunningRequests
from mockserver.apis.prime.site import Site


class PrimeState:
    """What is not in the store.

    Attributes:
        logins: who has been let in, and over which connections.
        running: the requests that run, of which the store has a list that all servers share.
    """

    __slots__ = ("logins", "running")

    def __init__(self, site: Site) -> None:
        self.logins = Logins(site.accounts)
        self.running = RunningRequests()
