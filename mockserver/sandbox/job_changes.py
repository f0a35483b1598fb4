"""What those who move jobs hand to the verbs: what becomes of a job, and what goes with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from mockserver.core.job import Change, Job
from mockserver.core.machine import Machine
from mockserver.store.rows import Row

Pure = Callable[[Machine, Job, float], Job]
"""What a settled job becomes, at a moment of sandbox time (epoch seconds)."""

Changing = Coroutine[Any, Any, Change]

Parts = Callable[[Job], Sequence[tuple[str, str]]]
"""Kind and id of each part of a job."""

Along = Callable[[Job], Awaitable[Sequence[Row]]]
"""What else happens in the step that adds or changes a job, given as it will be; asked again when one was quicker."""


def no_parts(job: Job) -> Sequence[tuple[str, str]]:
    """Return the parts of a job that has none."""
    return ()
