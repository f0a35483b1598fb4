"""What it means that Redis refuses, or cannot be reached; and how often the log says so.

Rules a maintainer must keep:

1. Whatever Redis says but what a step has asked for is `Unavailable`: whoever asks for a job is answered as long as
   the server runs, and what Redis said is in the log.
2. The log has a line for each refusal, and not one for each request.
"""

from __future__ import annotations

import logging

from redis.exceptions import AuthenticationError, NoPermissionError, NoScriptError, ResponseError

from mockserver.core.errors import Unavailable
from mockserver.store.base import ForeignStore, Over
from mockserver.store.redis.script import FOREIGN, LATE, OVER

log = logging.getLogger("mockserver")

MOST = 100
"""Refusals that are remembered as told; beyond them nothing new is told."""

_FAILED = "Error running script"
"""How Redis 6 begins to say that a step of a script was refused; 7 says the refusal itself."""

_WHERE = " script: "
"""What follows a refusal in Redis 7: which script it was, and which line of it."""


class Unwilling(Unavailable):
    """Redis is there, and refuses what it was asked."""


class Late(Unavailable):
    """By the clock of Redis the moment has passed at which the step was to be given up; it was not done."""


def refusal(text: str, patience: float) -> Exception:
    """Return what an answer that refuses means.

    Args:
        patience: real seconds that a step may take.
    """
    said = text.removeprefix("ERR ")
    if said.startswith(_FAILED):
        said = said.rpartition(": -")[2]
    word = said.partition(" ")[0]
    if word == OVER:
        return Over("the life of the sandbox is over")
    if word == LATE:
        return Late(f"the store gave no answer within {patience:g} s")
    if word == FOREIGN:
        return Unwilling("the store refuses: another version, or somebody else, has begun to write there")
    if word == "NOSCRIPT":
        return NoScriptError(said)
    return Unwilling(f"the store refuses: {said}")


def problem(error: object, patience: float) -> str:
    """Return in one line why there is no connection."""
    if isinstance(error, TimeoutError):
        return f"the store gave no answer within {patience:g} s"
    if isinstance(error, AuthenticationError | NoPermissionError):
        return f"the store refuses the user or the password: {error}"
    if isinstance(error, ResponseError | ForeignStore):
        return f"the store refuses: {error}"
    return f"the store cannot be reached: {error}"


class Told:
    """Which refusals the log has a line for."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._lasting: set[str] = set()

    def tell(self, error: Unwilling, *, lasts: bool = False) -> None:
        """Have a line in the log, unless it has one.

        Args:
            lasts: until `back` is called; any other refusal is one of this step, whatever becomes of others.
        """
        said = str(error).partition(_WHERE)[0]
        if lasts:
            self._lasting.add(said)
        if said not in self._told and len(self._told) < MOST:
            self._told.add(said)
            log.error("%s", error)

    def back(self) -> None:
        """Say that what lasted is over, if anything did; should it begin again, it is told again."""
        if self._lasting:
            log.warning("the store is back")
            self._told -= self._lasting
            self._lasting.clear()
