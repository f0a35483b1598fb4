"""What the memory store holds of each sandbox, by its name and by the life it is in."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from mockserver.store.base import Document, Over
from mockserver.store.job_table import JobTable

LIFE = "@"
"""Stands in the name of a life, and in no name of a sandbox."""


@dataclass(slots=True)
class Contents:
    """All that is in a sandbox.

    Attributes:
        life: what it is called besides its name.
        changes: how often something was written, but for the drawing of requests' numbers.
        numbers: those of the journal's entries in order, which is nearly always the order in which they come.
        written: how often documents were.
    """

    life: str
    changes: int = 0
    tables: dict[tuple[str, str], JobTable] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    documents: dict[str, dict[str, Document]] = field(default_factory=dict)
    entries: dict[int, Any] = field(default_factory=dict)
    numbers: deque[int] = field(default_factory=deque)
    written: int = 0


class Sandboxes(dict[str, Contents]):
    """Contents by name and, once more, by life. A name that is not there is begun; a life is not."""

    def __init__(self) -> None:
        self._drawn = count(1)

    def __missing__(self, sandbox: str) -> Contents:
        if LIFE in sandbox:
            raise Over(sandbox)
        made = Contents(f"{sandbox}{LIFE}{next(self._drawn)}")
        self[sandbox] = self[made.life] = made
        return made

    def put(self, sandbox: str, contents: Contents) -> None:
        """Let contents live on under another name, in a life of their own."""
        contents.life = f"{sandbox}{LIFE}{next(self._drawn)}"
        self[sandbox] = self[contents.life] = contents

    def take(self, sandbox: str) -> Contents | None:
        """End the life of a sandbox, named by either; return what was in it."""
        found = self.pop(sandbox, None)
        if found is None:
            return None
        self.pop(found.life, None)
        self.pop(found.life.partition(LIFE)[0], None)
        return found
