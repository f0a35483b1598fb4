"""What contracts of one API share, put where a contract names it: loaded, a contract says everything itself.

Rules a maintainer must keep:

1. A text where an object should stand is the name of what `definitions.json` has there; nothing else is named so.
2. An example may be like one above it that is itself written out, and like no other: who reads it looks at one place.
3. Nothing is worked out: what stands in the file either is the answer, or says where the answer stands.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SHARED = "definitions.json"
"""What the contracts of one API share, in a file beside them (contracts/README.md):

* `$defs`: schemas, for every schema of the API to refer to as `#/$defs/…`;
* `clauses`: answers by name, for a contract to name in place of writing them out;
* `groups`: answers that stand together in several contracts;
* `responses`: answers that any operation of the API may give: those of gateways and limits before it;
* `sources`, `parameters`: for a contract to name in place of writing them out;
* `examples`: what its examples name so, under `given`, `request` and `response`.
"""

DESCRIPTION = "openapi.json"
"""What `description` reads, in a file beside them."""

_PARTS = ("given", "request", "response")
_BODIES = ("json", "form", "text")


class BadContract(Exception):
    """A contract file cannot be used; the message names file, place and remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A clause, and where it is written.

    Attributes:
        name: its name in the contract.
        clause: as the file says it.
        file, place: the file, and the JSON pointer into it.
    """

    name: str
    clause: Mapping[str, Any]
    file: Path
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A `definitions.json`."""

    file: Path
    definitions: Mapping[str, Any] = field(default_factory=dict)
    clauses: Mapping[str, Any] = field(default_factory=dict)
    groups: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    responses: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    examples: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def anywhere(self) -> Iterator[Written]:
        """Yield the clauses of any operation."""
        for name, clause in self.responses.items():
            yield Written(name=name, clause=clause, file=self.file, place=f"/responses/{name}")

    def clauses_of(self, file: Path, responses: Mapping[str, Any]) -> Iterator[Written]:
        """Yield the clauses of a contract in order: its own, and those it takes from here.

        Raises:
            BadContract: it names a clause or a group that is not here.
        """
        for name, value in responses.items():
            place = f"/responses/{name}"
            if isinstance(value, list):
                for group in value:
                    yield from self._group(file, place, group)
            else:
                yield self._clause(file, place, name, value)

    def sources_of(self, file: Path, sources: Sequence[str | Mapping[str, str]]) -> list[Mapping[str, str]]:
        """Return the sources of a contract. Raises BadContract as `clauses_of` does."""
        return [
            self._named(file, f"/sources/{number}", "source", one, self.sources)
            for number, one in enumerate(sources)
        ]  # fmt: skip

    def parameters_of(self, file: Path, parameters: str | bool | Mapping[str, Any]) -> Any:
        """Return the schema of a contract's parameters. Raises BadContract as `clauses_of` does."""
        return self._named(file, "/parameters", "parameters", parameters, self.parameters)

    def examples_of(self, file: Path, examples: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Return the examples of a contract, each a complete exchange.

        Raises:
            BadContract: one names what is not here, or is like an example that does not stand above, written out.
        """
        found: list[Mapping[str, Any]] = []
        whole: dict[str, Mapping[str, Any]] = {}
        for number, one in enumerate(examples):
            place = f"/examples/{number}"
            said = {
                part: self._named(
                    file, f"{place}/{part}", f"{part} of examples", one[part], self.examples.get(part, {})
                )
                for part in _PARTS
                if part in one
            }
            if "like" not in one:
                whole.setdefault(one["name"], {**one, **said})
                found.append({**one, **said})
                continue
            if one["like"] not in whole:
                remedy = _meant(one["like"], whole) or "write this one out"
                raise BadContract(f"{file}: at {place}/like: no example {one['like']!r} is written out above; {remedy}")
            model = whole[one["like"]]
            if isinstance(one.get("request"), Mapping):
                said["request"] = _asked_like(model["request"], one["request"])
            own = {name: value for name, value in one.items() if name not in ("like", *_PARTS)}
            found.append({**own, **{part: model[part] for part in _PARTS if part in model}, **said})
        return found

    def _group(self, file: Path, place: str, group: str) -> Iterator[Written]:
        if group not in self.groups:
            raise BadContract(f"{file}: at {place}: {_unknown('group', group, self.groups)}")
        for name, value in self.groups[group].items():
            yield self._clause(self.file, f"/groups/{group}/{name}", name, value)

    def _clause(self, file: Path, place: str, name: str, value: str | Mapping[str, Any]) -> Written:
        clause = self._named(file, place, "clause", value, self.clauses)
        if isinstance(value, str):
            return Written(name=name, clause=clause, file=self.file, place=f"/clauses/{value}")
        return Written(name=name, clause=clause, file=file, place=place)

    def _named(self, file: Path, place: str, what: str, value: Any, known: Mapping[str, Any]) -> Any:
        """Return what stands in a file, or what it names."""
        if not isinstance(value, str):
            return value
        if value not in known:
            raise BadContract(f"{file}: at {place}: {_unknown(what, value, known)}")
        return known[value]


def _asked_like(model: Mapping[str, Any], said: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a request like another: field by field, but who brings a body takes none over."""
    brings_body = any(name in said for name in _BODIES)
    return {**{name: value for name, value in model.items() if not (brings_body and name in _BODIES)}, **said}


def _unknown(what: str, name: str, known: Mapping[str, Any]) -> str:
    return f"{SHARED} has no {what} {name!r}; {_meant(name, known) or 'write it out here'}, or add it there"


def _meant(name: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name, known)
    return f"name {' or '.join(map(repr, near))}" if near else ""
