"""How many examples a property is tried with: few while somebody works, the full number in CI."""

from __future__ import annotations

import os

from hypothesis import settings

DEV = 25
"""Examples while somebody works."""

FULL = os.environ.get("MOCKSERVER_REQUIRE") == "all"
"""Whether the full number is wanted; `.ci/run` asks for it."""


def examples(full: int) -> int:
    """Return how often a property with examples of its own number is tried."""
    return full if FULL else min(full, DEV)


def fuzz(few: int) -> int:
    """Return how often what is made from a contract or an OpenAPI document is tried.

    It is the same number for whoever works and for CI; `MOCKSERVER_FUZZ=N` asks for N.
    """
    return int(os.environ.get("MOCKSERVER_FUZZ", few))


def load_profile() -> None:
    """Make the number the default of every property. None is slow by the clock of this machine."""
    settings.register_profile("dev", deadline=None, max_examples=DEV)
    settings.register_profile("full", deadline=None, derandomize=True, database=None, print_blob=True)
    settings.load_profile("full" if FULL else "dev")
