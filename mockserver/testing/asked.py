"""What a test asks of its sandbox: the arguments of the marker, and of whatever stands in for it outside pytest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from mockserver.core.errors import meant


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What `@pytest.mark.mockserver(…)` asks for.

    Attributes:
        allow_violations: the client may break contracts.
        allow_unused_faults: a fault may stay without a hit.
        forced_states_seen: fail when no client saw a state that the test forced.
        jobs_seen_to_the_end: fail when a client asked about a job and left before it was told a final state.
        fixtures: documents, or names of loaded ones (`default`: all), to start with instead of the server's own.
        port: give the sandbox a port of its own, for clients that only take a host.
    """

    allow_violations: bool = False
    allow_unused_faults: bool = False
    forced_states_seen: bool = False
    jobs_seen_to_the_end: bool = False
    fixtures: tuple[Any, ...] | None = None
    port: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any], *, whose: str) -> Self:
        """Read arguments by name.

        Args:
            whose: what takes them, for the refusal.

        Raises:
            TypeError: there is no such argument.
        """
        known = [field.name for field in fields(cls)]
        for name in given:
            if name not in known:
                raise TypeError(f"{whose} has no {name!r}; {meant(name, known)}it takes {', '.join(known)}")
        if given.get("fixtures") is not None:
            given = {**given, "fixtures": tuple(given["fixtures"])}
        return cls(**given)
