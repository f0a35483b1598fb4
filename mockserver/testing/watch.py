"""One test's sandbox, from its making to its end: what is wrong is said once, what was seen is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from mockserver.client import ControlError
from mockserver.settings import JUDGED
from mockserver.testing import checks, evidence
from mockserver.testing.asked import Asked
from mockserver.testing.evidence import Evidence
from mockserver.testing.handles import Sandbox, Server
from mockserver.testing.report import text_of

if TYPE_CHECKING:
    from mockserver.testing.scenarios import Chosen, SandboxScenario

TTL = 600
"""Real seconds after which a sandbox ends that a killed test run has left behind."""


class Watch:
    """A sandbox made for one test.

    Attributes:
        sandbox: what the test holds in its hands.
        scenario: the one that holds in it, if the test is run in scenarios.
    """

    def __init__(self, server: Server, asked: Asked, chosen: Chosen | None = None) -> None:
        self._server = server
        self._asked = asked
        self._said: set[str] = set()
        self._kept: Evidence | None = None
        name = f"{JUDGED}{uuid4().hex[:12]}"
        submits = None if chosen is None else chosen.submits
        record = server.control.create_sandbox(name, fixtures=asked.fixtures, ttl=TTL, port=asked.port, submits=submits)
        self.sandbox = Sandbox(server, record)
        self.scenario: SandboxScenario | None = None
        if chosen is not None:
            from mockserver.testing.scenarios import SandboxScenario  # tests without scenarios do not read them

            self.scenario = SandboxScenario(self.sandbox, chosen)

    def problems(self) -> list[str]:
        """Return what is wrong and was not said yet, as far as the test asks."""
        alternatives = () if self.scenario is None else self.scenario.faults
        found = checks.problems(self.sandbox, self._asked, alternatives)
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
