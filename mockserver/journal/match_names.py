"""Names in a match that nothing has: refused, with the nearest that there is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

import orjson

from mockserver.api.definition import Api
from mockserver.contracts.loader import Contracts
from mockserver.core.errors import DomainError
from mockserver.journal.matching import Match

LONGEST = 64 * 1024
"""Bytes of JSON that a match may have."""


class UnknownName(DomainError):
    """A match names what does not exist, or is too long; `allowed` lists the nearest names, the nearest first."""

    def __init__(self, message: str, allowed: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.allowed = allowed


def check_match(match: Match, apis: Mapping[str, Api], contracts: Contracts | None = None) -> None:
    """Refuse a match that no request could fit.

    Args:
        contracts: of the APIs, for the names that the answers of an operation have.

    Raises:
        UnknownName: it names an API, operation, answer or state that does not exist, or an operation of another API.
    """
    if len(orjson.dumps(match)) > LONGEST:
        raise UnknownName(f"a match has at most {LONGEST} bytes")
    api, operation = match.get("api"), match.get("operation")
    if api is not None and api not in apis:
        raise _unknown("API", api, list(apis))
    of = list(apis.values()) if api is None else [apis[api]]
    full = [f"{one.name}.{each.name}" for one in apis.values() for each in one.operations]
    if operation is not None:
        of, full = _of_operation(operation, api, of, full)
    if "told" in match:
        _check_state(match["told"], of)
    if "response" in match and operation is not None and contracts is not None:
        _check_answer(match["response"], full, contracts)


def _of_operation(operation: str, api: str | None, of: list[Api], full: list[str]) -> tuple[list[Api], list[str]]:
    """Return the APIs that have an operation, and its names in full."""
    found = [name for name in full if operation in (name, name.partition(".")[2])]
    if not found:
        known = [name for name in full if api is None or name.startswith(f"{api}.")]
        by_spelling = {(name if "." in operation else name.partition(".")[2]): name for name in known}
        raise _unknown("operation", operation, by_spelling)
    if api is not None:
        own = [name for name in found if name.startswith(f"{api}.")]
        if not own:
            raise UnknownName(f"{operation} is no operation of {api}", tuple(found))
        found = own
    owners = {name.partition(".")[0] for name in found}
    return [one for one in of if one.name in owners], found


def _check_state(word: str, of: Iterable[Api]) -> None:
    machines = [machine for api in of for machine in api.machines.values()]
    states = [state for machine in machines for state in machine.states]
    known = {str(word): None for state in states for word in (state.name, state.word, state.phase)}
    if word.casefold() not in {one.casefold() for one in known}:
        raise _unknown("state or phase", word, list(known))


def _check_answer(name: str, operations: Sequence[str], contracts: Contracts) -> None:
    found = [contract for operation in operations if (contract := contracts.get(operation)) is not None]
    known = dict.fromkeys(clause.name for contract in found for clause in (*contract.responses, *contract.anywhere))
    if name not in known:
        raise _unknown("answer", name, list(known))


def _unknown(what: str, name: str, known: Iterable[str]) -> UnknownName:
    """Return the refusal of a name; `known` are those there are, or (a mapping) those by how they are spelled."""
    spelled = known if isinstance(known, Mapping) else {one: one for one in known}
    folded = {spelling.casefold(): one for spelling, one in spelled.items()}
    near = tuple(folded[one] for one in difflib.get_close_matches(name.casefold(), folded, 5, 0.0))
    meant = f"; did you mean {near[0]!r}?" if near else ""
    return UnknownName(f"there is no {what} {name!r}{meant}", near)
