"""Scenarios of `mockserver exercise` in tests: each in a sandbox of its own, for a suite's own assertions."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from mockserver.core.errors import meant
from mockserver.exercise.environment import Addresses, environment
from mockserver.exercise.scenario import BadScenario, Exit, Expects, Scenario, Suite, suite
from mockserver.settings import PREFIX
from mockserver.testing.handles import Sandbox, SandboxApi

_OPTIONS = ("scenarios", "expect", "cancels")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One scenario that a test is run in."""

    suite: Suite
    scenario: Scenario

    @classmethod
    def of(cls, values: Sequence[Any], options: Mapping[str, Any], root: Path) -> list[Self]:
        """Read the arguments of the marker.

        Args:
            values: the API, then names of scenarios; none: all of them.
            options: `scenarios` and `expect` (files, from the root), `cancels`.

        Raises:
            BadScenario: no such API, scenario or argument, or a file cannot be followed.
        """
        for name in options:
            if name not in _OPTIONS:
                raise BadScenario(f"it has no {name!r}; {meant(name, _OPTIONS)}it takes {', '.join(_OPTIONS)}")
        if not values or not all(isinstance(one, str) for one in values):
            raise BadScenario("name an API, then scenarios of it if not all are meant")
        api, *names = values
        files = {name: root / options[name] if options.get(name) else None for name in ("scenarios", "expect")}
        known = suite(api, files["scenarios"], files["expect"])
        return [
            cls(suite=known, scenario=one) for one in known.chosen(names, cancels=bool(options.get("cancels", False)))
        ]

    @property
    def submits(self) -> Mapping[str, Mapping[str, Any]]:
        """What each job is like that a client submits, by API."""
        return {self.suite.api: dict(self.scenario.job)}


class SandboxScenario:
    """The scenario that holds in a test's sandbox, for every job that its client submits there.

    Attributes:
        name: of the scenario.
        does, good: sentences: what happens, and what a good client does.
        expects: the same as data: `exit`, `jobs`, `polls_after_end` ….
        sandbox: the test's sandbox.
        api: the API in it; `api.url` is the address for the client.
        task: what to submit.
        job: the id of a job that is there already, for a client that only asks or cancels.
    """

    def __init__(self, sandbox: Sandbox, chosen: Chosen) -> None:
        """Make a sandbox so that the scenario holds in it; jobs that clients submit are the sandbox's to know."""
        scenario = chosen.scenario
        self.name, self.does, self.good = scenario.name, scenario.does, scenario.good
        self.expects: Expects = scenario.expects
        self.sandbox = sandbox
        self.api: SandboxApi = getattr(sandbox, chosen.suite.api)
        self.task = chosen.suite.task
        if scenario.settings:
            self.api.settings(**scenario.settings)
        if scenario.clock is not None:
            sandbox.clock.freeze()
            sandbox.clock.set(scenario.clock)
        self.job: str = self.api.job(**{"hold": False, **chosen.suite.prepared, **scenario.job}).id
        self.faults = frozenset(sandbox.faults.add(fault).id for fault in scenario.faults)

    def __repr__(self) -> str:
        return f"<scenario {self.name} of {self.api.name}: {self.does}>"

    @property
    def succeeds(self) -> bool | None:
        """Whether a good client reports success, by exit status or whatever it has; None: it may do either."""
        return {Exit.ZERO: True, Exit.NOT_ZERO: False, Exit.ANY: None}[self.expects.exit]

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a client that is a program: this process' own, with what `mockserver exercise` adds."""
        told = {"SCENARIO": self.name, "JOB": self.job, "TASK": self.task}
        sandbox = self.sandbox
        bases = {name: one.url for name, one in vars(sandbox).items() if isinstance(one, SandboxApi)}
        addresses = Addresses(
            url=sandbox.url,
            tls_url=sandbox.tls_url,
            control_url=f"{sandbox.url}/_control",
            bases={name: url.removeprefix(sandbox.url) for name, url in bases.items()},
        )
        return environment(os.environ, addresses, {PREFIX + name: value for name, value in told.items()})
