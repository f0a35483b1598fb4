"""Scenarios as data: what happens to a job, and what a good client does about it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from mockserver._resources import folder
from mockserver.core.errors import unknown_name
from mockserver.wire.json_document import BadJson, read_document

FOLDER = "scenarios"
"""Where, among the fixtures, the files lie: one for each API, and their schema."""


class BadScenario(Exception):
    """A file of scenarios cannot be followed, or there is no such scenario; one line that says where and what to do."""


class Exit(StrEnum):
    """The exit status that a good client ends with."""

    ZERO = "zero"
    NOT_ZERO = "not-zero"
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expects:
    """What a good client does, as far as the journal can tell; None: anything will do.

    Attributes:
        jobs: made at most.
        unless_listed: a job more is no fault when the client asked for jobs between two submits.
        polls, polls_after_end: status queries at most, in all and after the client was told the end.
        cancels: sent at most.
        pause: seconds at least between two status queries of one job; None: what the run asks for.
        violations: breaches of contract at most.
        fired: comes to what the scenario is about: one of its faults at least acts.
    """

    exit: Exit = Exit.ZERO
    jobs: int | None = 1
    unless_listed: bool = False
    polls_after_end: int | None = 0
    polls: int | None = None
    cancels: int | None = None
    pause: float | None = None
    violations: int | None = 0
    fired: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One thing that can become of a job.

    Attributes:
        does, good: sentences: what happens, and what a good client does.
        job: fields, in the fixture's form, that every job of it has.
        settings: of the API.
        clock: an ISO time at which the sandbox's clock stands; None: it runs.
        faults: in the control API's form.
        for_cancels: it is about clients that cancel.
        source: where it is known from.
    """

    name: str
    does: str
    good: str
    expects: Expects
    job: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    clock: str | None = None
    faults: Sequence[Mapping[str, Any]] = ()
    for_cancels: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """The scenarios of one API.

    Attributes:
        task: what a client submits.
        prepared: the job each scenario prepares, in the fixture's form.
        submit, status, cancel, listing: operations, with the API's name.
    """

    api: str
    task: str
    prepared: Mapping[str, Any]
    submit: frozenset[str]
    status: frozenset[str]
    cancel: frozenset[str]
    listing: frozenset[str]
    scenarios: Sequence[Scenario]

    def chosen(self, names: Sequence[str], *, cancels: bool) -> list[Scenario]:
        """Return scenarios by name; without names those of clients that cancel, or those of all others.

        Raises:
            BadScenario: there is none of a name.
        """
        by_name = {one.name: one for one in self.scenarios}
        for name in names:
            if name not in by_name:
                raise BadScenario(f"{self.api} has no scenario {name!r}{_nearest(name, by_name)}")
        if names:
            return [by_name[name] for name in dict.fromkeys(names)]
        return [one for one in self.scenarios if one.for_cancels is cancels]


def suite(api: str, more: Path | None = None, expect: Path | None = None) -> Suite:
    """Return the scenarios of an API.

    Args:
        more: a file with scenarios of the user's own; one of a name that is there takes its place.
        expect: a file of name -> expectations that take the place of those of the scenario.

    Raises:
        BadScenario: no such API, or a file cannot be followed.
    """
    file = folder("fixtures") / FOLDER / f"{api}.json"
    if not file.is_file():
        known = sorted(one.stem for one in file.parent.glob("*.json") if not one.name.endswith(".schema.json"))
        raise BadScenario(unknown_name("API", api, known))
    document = _read(file)
    rows = {row["name"]: row for row in document["scenarios"]}
    if more is not None:
        own = _read(more)
        if own["api"] != api:
            raise BadScenario(f"{more}: /api: these are scenarios of {own['api']!r}; say --api {own['api']}")
        document |= {name: value for name, value in own.items() if name != "scenarios"}
        rows |= {row["name"]: row for row in own["scenarios"]}
    operations = {kind: frozenset(f"{api}.{name}" for name in names) for kind, names in document["operations"].items()}
    return Suite(
        api=api,
        task=document["task"],
        prepared=document["prepared"],
        submit=operations["submit"],
        status=operations["status"],
        cancel=operations["cancel"],
        listing=operations["list"],
        scenarios=_expecting([_scenario(row) for row in rows.values()], expect),
    )


def apis() -> list[str]:
    """Return the APIs that there are scenarios of."""
    return sorted(one.stem for one in (folder("fixtures") / FOLDER).glob("*.json") if "." not in one.stem)


def _scenario(row: Mapping[str, Any]) -> Scenario:
    return Scenario(**{**row, "expects": _expects(Expects(), row["expects"])})


def _expects(before: Expects, row: Mapping[str, Any]) -> Expects:
    return replace(before, **{**row, **({"exit": Exit(row["exit"])} if "exit" in row else {})})


def _expecting(scenarios: Sequence[Scenario], file: Path | None) -> list[Scenario]:
    if file is None:
        return list(scenarios)
    given = _document(file)
    if not isinstance(given, dict):
        raise BadScenario(f"{file}: expectations are an object: scenario -> what a good client does in it")
    names = [one.name for one in scenarios]
    validator = Draft202012Validator({"$ref": "#/$defs/expects", "$defs": _schema()["$defs"]})
    for name, row in given.items():
        if name not in names:
            raise BadScenario(f"{file}: /{name}: no such scenario{_nearest(name, names)}")
        _check(validator, row, f"{file}: /{name}")
    return [replace(one, expects=_expects(one.expects, given.get(one.name, {}))) for one in scenarios]


def _read(file: Path) -> dict[str, Any]:
    document = _document(file)
    _check(Draft202012Validator(_schema()), document, f"{file}: ")
    assert isinstance(document, dict)
    return document


def _document(file: Path) -> Any:
    try:
        return read_document(file.read_bytes())
    except OSError as error:
        raise BadScenario(f"{file}: {error.strerror}; name a file that can be read") from None
    except BadJson as error:
        raise BadScenario(f"{file}:{error}") from None


def _check(validator: Draft202012Validator, value: Any, place: str) -> None:
    error = best_match(validator.iter_errors(value))
    if error is None:
        return
    pointer = "".join(f"/{part}" for part in error.absolute_path)
    known = [one.name for one in fields(Expects)] if error.validator == "additionalProperties" else []
    hint = f"; expectations are {', '.join(known)}" if known and "expects" in f"{place}{pointer}" else ""
    raise BadScenario(f"{place}{pointer}: {error.message}{hint}")


@cache
def _schema() -> Any:
    return json.loads((folder("fixtures") / FOLDER / "scenarios.schema.json").read_text("utf-8"))


def _nearest(name: str, known: Sequence[str] | Mapping[str, Any]) -> str:
    found = get_close_matches(name, list(known), n=1)
    return f"; did you mean {found[0]!r}?" if found else f"; there are {', '.join(known)}"
