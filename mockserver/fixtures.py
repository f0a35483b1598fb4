"""Fixtures: what a sandbox starts with, read from JSON or YAML and checked before anything runs.

Files are merged: settings key by key, lists one after the other. Whatever is wrong is said in one
line that names file, line and remedy.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from mockserver import knobs
from mockserver.core.errors import DomainError
from mockserver.data import folder

if TYPE_CHECKING:
    from mockserver.api import Api

SUFFIXES = (".json", ".yaml", ".yml")


class BadFixture(Exception):
    """A fixture cannot be used; the message names file, place and remedy."""


class BadContent(DomainError):
    """An API cannot use a part of its section; `pointer` says which, as a path of keys and indices."""

    def __init__(self, pointer: Sequence[str | int], message: str) -> None:
        super().__init__(message)
        self.pointer = tuple(pointer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One fixture document and where it came from."""

    source: str
    content: Mapping[str, Any]
    text: str | None = None

    def place(self, pointer: Sequence[str | int]) -> str:
        """Return `file:line` of a value, or the source and a JSON pointer when there is no text."""
        line = None if self.text is None else _line(self.text, pointer)
        if line is not None:
            return f"{self.source}:{line}"
        return f"{self.source}: at /{'/'.join(map(str, pointer))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixtures:
    """Merged fixtures: section by API name. `origin` finds the document a list's item came from."""

    sections: Mapping[str, Mapping[str, Any]]
    documents: Sequence[Document] = field(default=(), repr=False)

    def section(self, api: str) -> Mapping[str, Any]:
        """Return an API's section, empty when there is none."""
        return self.sections.get(api, {})

    def place(self, api: str, pointer: Sequence[str | int]) -> str:
        """Return where a value of the merged section came from."""
        if len(pointer) >= 2 and isinstance(pointer[1], int):
            left = pointer[1]
            for document in self.documents:
                items = document.content.get(api, {}).get(str(pointer[0]), ())
                if left < len(items):
                    return document.place([api, pointer[0], left, *pointer[2:]])
                left -= len(items)
        for document in self.documents:
            if pointer and pointer[0] in document.content.get(api, {}):
                return document.place([api, *pointer])
        return f"fixtures: at /{'/'.join(map(str, (api, *pointer)))}"


def read(paths: Iterable[Path]) -> list[Document]:
    """Read files, and the fixture files of folders.

    Raises:
        BadFixture: a file is missing, or neither JSON nor YAML.
    """
    documents: list[Document] = []
    for path in paths:
        if path.is_dir():
            files = sorted(
                file for file in path.iterdir() if file.suffix in SUFFIXES and not file.name.endswith(".schema.json")
            )
            if not files:
                raise BadFixture(f"{path}: no fixture in this folder; put .json or .yaml files there")
        else:
            files = [path]
        documents.extend(_read(file) for file in files)
    return documents


def inline(contents: Sequence[Mapping[str, Any]]) -> list[Document]:
    """Wrap documents that came over the control API."""
    return [
        Document(source="fixtures" if len(contents) == 1 else f"fixtures[{number}]", content=content)
        for number, content in enumerate(contents)
    ]


def merge(documents: Sequence[Document], apis: Sequence[Api]) -> Fixtures:
    """Check documents and merge them.

    Raises:
        BadFixture: one does not fit the schema, or a setting or account makes no sense.
    """
    names = [api.name for api in apis]
    schema = _schema()
    sections: dict[str, dict[str, Any]] = {}
    for document in documents:
        problem = next(iter(schema.iter_errors(document.content)), None)
        if problem is not None:
            pointer = [*problem.instance_path]
            raise BadFixture(f"{document.place(pointer)}: {_short(problem.message)}; see fixture.schema.json")
        for name, section in document.content.items():
            if name not in names:
                continue
            merged = sections.setdefault(name, {})
            for key, value in section.items():
                if isinstance(value, list):
                    merged[key] = [*merged.get(key, ()), *value]
                elif isinstance(value, dict):
                    merged[key] = {**merged.get(key, {}), **value}
                else:
                    merged[key] = value
    fixtures = Fixtures(sections=sections, documents=tuple(documents))
    for api in apis:
        _check(fixtures, api)
    return fixtures


def load(paths: Sequence[Path], apis: Sequence[Api]) -> Fixtures:
    """Read, check and merge; the default fixtures when no path is given.

    Raises:
        BadFixture: something is wrong; the message is one line.
    """
    return merge(read(paths or [folder("fixtures")]), apis)


def check_job(api: Api, fields: Any, *, partial: bool = False) -> None:
    """Check the fixture form of one job.

    Args:
        partial: only some fields are given (a change), so none is required.

    Raises:
        BadContent: it does not fit.
    """
    validator = _job_schema(api.name, partial)
    problem = next(iter(validator.iter_errors(fields)), None)
    if problem is not None:
        raise BadContent([*problem.instance_path], _short(problem.message))


_cache: dict[object, Any] = {}


def _schema() -> Any:
    if "schema" not in _cache:
        _cache["schema"] = jsonschema_rs.validator_for(_schemas()[0], registry=_registry())
    return _cache["schema"]


def _job_schema(api: str, partial: bool) -> Any:
    if (api, partial) not in _cache:
        document = _schemas()[1][f"{api}.schema.json"]
        job = dict(document["$defs"]["job"])
        if partial:
            job.pop("required", None)
        schema = {**job, "$defs": document["$defs"], "$id": f"urn:mockserver:{api}-job.schema.json"}
        _cache[api, partial] = jsonschema_rs.validator_for(
            json.loads(json.dumps(schema).replace('"common.schema.json#', '"urn:mockserver:common.schema.json#')),
            registry=_registry(),
        )
    return _cache[api, partial]


def _schemas() -> tuple[Any, dict[str, Any]]:
    if "schemas" not in _cache:
        parts = {file.name: _json(file) for file in sorted(folder("fixtures").glob("*.schema.json"))}
        _cache["schemas"] = (parts.pop("fixture.schema.json"), parts)
    found: tuple[Any, dict[str, Any]] = _cache["schemas"]
    return found


def _registry() -> Any:
    if "registry" not in _cache:
        _cache["registry"] = jsonschema_rs.Registry(
            [(f"urn:mockserver:{name}", part) for name, part in _schemas()[1].items()]
        )
    return _cache["registry"]


def _json(file: Path) -> Any:
    return json.loads(file.read_text("utf-8"))


def _read(file: Path) -> Document:
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        raise BadFixture(f"{file}: {error.strerror}; name a fixture file or a folder of them") from None
    except UnicodeDecodeError:
        raise BadFixture(f"{file}: not UTF-8; save it as UTF-8") from None
    if file.suffix == ".json":
        try:
            content = json.loads(text)
        except json.JSONDecodeError as error:
            raise BadFixture(f"{file}:{error.lineno}: {error.msg}; mend the JSON") from None
    else:
        content = _read_yaml(file, text)
    if not isinstance(content, dict):
        raise BadFixture(f"{file}:1: a fixture is an object whose keys are the APIs; see fixture.schema.json")
    return Document(source=str(file), content=content, text=text)


def _read_yaml(file: Path, text: str) -> Any:
    import yaml

    try:
        # Through JSON, so that a YAML date is the text the fixture's author wrote.
        return json.loads(json.dumps(yaml.safe_load(text), default=str))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadFixture(f"{file}:{line}: {error.problem}; mend the YAML") from None
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise BadFixture(f"{file}:1: {str(error).splitlines()[0]}; mend the YAML") from None


def _line(text: str, pointer: Sequence[str | int]) -> int | None:
    """Return the 1-based line of a value. JSON is read as YAML, which remembers where things stand."""
    import yaml

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return None
    if node is None:
        return None
    for step in pointer:
        if isinstance(node, yaml.MappingNode):
            found = [value for key, value in node.value if key.value == str(step)]
            if not found:
                break
            node = found[0]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
        else:
            break
    line: int = node.start_mark.line + 1
    return line


def _check(fixtures: Fixtures, api: Api) -> None:
    section = fixtures.section(api.name)
    try:
        knobs.change(api.settings(), section.get("settings", {}))
    except knobs.BadKnob as error:
        raise BadFixture(f"{fixtures.place(api.name, ['settings', error.name])}: {error}") from None
    try:
        api.content(section)
    except BadContent as error:
        raise BadFixture(f"{fixtures.place(api.name, error.pointer)}: {error}") from None
    seen: dict[str, int] = {}
    for number, job in enumerate(section.get("jobs", ())):
        job_id = job.get("id")
        if job_id is not None and job_id in seen:
            place = fixtures.place(api.name, ["jobs", number])
            raise BadFixture(f"{place}: a second {api.name} job {job_id!r}; give each job its own id")
        seen[job_id] = number


def _short(message: str) -> str:
    return message if len(message) <= 300 else message[:300] + " …"
