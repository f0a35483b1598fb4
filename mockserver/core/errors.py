"""What can go wrong with a job, in domain words.

Each edge (an API, the control endpoint) turns these into its own fault in one table.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class DomainError(Exception):
    """Base of everything the core and the job service raise on purpose."""


class Unavailable(Exception):
    """What keeps the jobs cannot be reached, or is too slow; the message is one line that says which.

    No `DomainError`: nothing that was asked for is wrong. Who gets it while something was being changed does not know
    whether that was done, as with any system over a network; it is not done later.
    """


class UnknownJob(DomainError):
    """No such job in this sandbox (never there, deleted, or aged out)."""

    def __init__(self, api: str, job_id: str) -> None:
        super().__init__(f"{api} has no job {job_id!r}")
        self.api = api
        self.job_id = job_id


class DuplicateJob(DomainError):
    """A job with this id exists already."""

    def __init__(self, api: str, job_id: str) -> None:
        super().__init__(f"{api} already has a job {job_id!r}")
        self.api = api
        self.job_id = job_id


class UnknownState(DomainError):
    """A word that is neither a state nor a phase of the machine; `allowed` lists those that are."""

    def __init__(self, word: str, allowed: Sequence[str]) -> None:
        super().__init__(f"{word!r} is no state here; {meant(word, allowed)}use one of {', '.join(allowed)}")
        self.word = word
        self.allowed = tuple(allowed)


class IllegalEvent(DomainError):
    """The machine has no row for this event in the job's state; the job has not moved."""

    def __init__(self, event: str, state: str) -> None:
        super().__init__(f"{event} is not possible in state {state}")
        self.event = event
        self.state = state


class BadPlan(DomainError):
    """A plan or cancel behaviour that no job can follow."""


class Beaten(DomainError):
    """The job changed under every retry; somebody writes faster than we can."""


def unknown_name(what: str, name: str, known: Iterable[str]) -> str:
    """Return the sentence that refuses a name: what was meant, if one is near, and all there are."""
    names = list(known)
    return f"no {what} {name!r}; {meant(name, names)}there are {', '.join(names)}"


def meant(name: str, known: Iterable[str]) -> str:
    """Return the question after the name that is nearest, in any letter case, and a blank; empty for none."""
    folded: dict[str, str] = {}
    for one in known:
        folded.setdefault(one.casefold(), str(one))  # an enum's member shows as its word
    near = difflib.get_close_matches(name.casefold(), folded, 1)
    return f"did you mean {folded[near[0]]!r}? " if near else ""
