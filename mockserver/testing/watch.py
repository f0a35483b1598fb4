"""One test's sandbox, from its making to its end: what is wrong is said once, what was seen is kept."""

from __future__ import annotations

from uuid import uuid4

from mockserver.client import ControlError
from mockserver.settings import JUDGED
from mockserver.testing import checks, evidence
from mockserver.testing.asked import Asked
from mockserver.testing.evidence import Evidence
from mockserver.testing.handles import Sandbox, Server
from mockserver.testing.report import text_of

TTL = 600
"""Real seconds after which a sandbox ends that a killed test run has left behind."""


class Watch:
    """A sandbox made for one test.

    Attributes:
        sandbox: what the test holds in its hands.
    """

    def __init__(self, server: Server, asked: Asked) -> None:
        self._server = server
        self._asked = asked
        self._said: set[str] = set()
        self._kept: Evidence | None = None
        name = f"{JUDGED}{uuid4().hex[:12]}"
        record = server.control.create_sandbox(name, fixtures=asked.fixtures, ttl=TTL, port=asked.port)
        self.sandbox = Sandbox(server, record)

    def problems(self) -> list[str]:
        """Return what is wrong and was not said yet, as far as the test asks."""
        found = checks.problems(self.sandbox, self._asked)
        if self._asked.forced_states_seen and self._kept is None:
            # Asking resets the sandbox, so what it saw is kept before.
            self._kept = evidence.gather(self.sandbox)
            found += checks.states_for_nothing(self.sandbox)
        new = [one for one in found if one not in self._said]
        self._said.update(new)
        return new

    def evidence(self) -> Evidence | None:
        """Return what the sandbox saw; None when it cannot be asked any more."""
        if self._kept is not None:
            return self._kept
        try:
            return evidence.gather(self.sandbox)
        except ControlError:
            return None

    def report(self) -> str:
        """Return the section of a failed test's report."""
        found = self.evidence()
        return f"sandbox {self.sandbox.name} could not be asked any more" if found is None else text_of(found)

    def keep(self) -> None:
        """Keep what the sandbox saw, for a report that is made after its end."""
        self._kept = self.evidence()

    def end(self) -> None:
        """Delete the sandbox."""
        self._server.control.delete_sandbox(self.sandbox.name)
