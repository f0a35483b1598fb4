"""Which states may be told of a job one after the other, however much happened in between. Pure tables, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from mockserver.core.machine import FINAL, Machine, Phase, State

_RANK: Mapping[Phase, int] = {Phase.SUBMITTED: 0, Phase.EXECUTING: 1, Phase.CANCELING: 2}
"""How far a job is; by itself it only goes on. What leads back is a row of its machine (a resume, say)."""


def successors(machine: Machine, word: str) -> frozenset[str] | None:
    """Return the words that a client may be told after `word`, it included; None: the machine has no such word."""
    return _words(machine).get(word)


def _words(machine: Machine) -> Mapping[str, frozenset[str]]:
    return _table(_Key(machine))


class _Key:
    """A machine by its identity: it holds tables, which have no hash."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def __hash__(self) -> int:
        return id(self.machine)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.machine is self.machine


@cache
def _table(key: _Key) -> Mapping[str, frozenset[str]]:
    machine = key.machine
    edges = {state.name: {state.name} for state in machine.states}
    for before in machine.states:
        edges[before.name] |= set(machine.rows[before.name].values())
        edges[before.name] |= {after.name for after in machine.states if _goes_on(before, after)}
    changed = True
    while changed:
        changed = False
        for name, after in edges.items():
            further = set().union(*(edges[one] for one in after))
            if not further <= after:
                edges[name] = after | further
                changed = True
    words: dict[str, set[str]] = {}
    for state in machine.states:
        # Two states may bear one word: what may follow either may follow it.
        words.setdefault(state.word, set()).update(machine.by_name[name].word for name in edges[state.name])
        words.setdefault(state.name, set()).update(machine.by_name[name].word for name in edges[state.name])
    return {word: frozenset(after) for word, after in words.items()}


def _goes_on(before: State, after: State) -> bool:
    if before.phase in FINAL:
        return False
    if after.phase in FINAL or before.phase is Phase.SUSPENDED:
        return True
    return after.phase is not Phase.SUSPENDED and _RANK[before.phase] <= _RANK[after.phase]
