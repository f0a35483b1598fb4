"""`mockserver contracts …`: what each operation may receive and answer, read, shown, and run."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.group import FAILED
from mockserver.cli.output import json_option, print_json, print_table, progress, table

if TYPE_CHECKING:
    import aiohttp

    from mockserver.cli.clauses import ClauseRow
    from mockserver.contracts.model import Contract


_PATH = click.Path(exists=True, path_type=Path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An example that does not match, and why."""

    operation: str
    example: str
    problems: Sequence[str]


@click.group()
def contracts() -> None:
    """List, show and check contracts."""


@contracts.command("list")
@click.option("--contracts", "folder", type=_PATH, help="A folder of contracts; none: those of the package.")
@json_option
def list_contracts(folder: Path | None, as_json: bool) -> None:
    """List all contracts."""
    found = load(folder)
    if as_json:
        print_json([contract.operation for contract in found])
        return
    rows = [(one.operation, ",".join(one.methods), len(one.responses), len(one.examples), one.title) for one in found]
    print_table(("OPERATION", "METHODS", "RESPONSES", "EXAMPLES", "TITLE"), rows, empty="no contract in this folder")


@contracts.command()
@click.argument("operation")
@click.option("--contracts", "folder", type=_PATH, help="A folder of contracts; none: those of the package.")
@json_option
def show(operation: str, folder: Path | None, as_json: bool) -> None:
    """Show one contract as readable text: `contracts show ges.CancelJob`."""
    api = next((api for api in _apis() if operation.casefold().startswith(f"{api}.")), None)
    # The others are read only to say which was meant.
    found = load(folder, None if api is None else [api])
    contract = next((one for one in found if one.operation.casefold() == operation.casefold()), None)
    if contract is None:
        found = load(folder) if api else found
        near = [one.operation for one in found if operation.casefold().split(".")[-1] in one.operation.casefold()]
        near = near or difflib.get_close_matches(operation, [one.operation for one in found], 1)
        hint = f"did you mean {', '.join(near[:5])}?" if near else "`mockserver contracts list` names them"
        raise click.UsageError(f"no contract of {operation!r}; {hint}")
    if as_json:
        print_json({name: value for name, value in contract.document.items() if name != "$defs"})
    else:
        click.echo("\n".join(_lines(contract)))


@contracts.command()
@click.argument("path", required=False, type=_PATH)
@click.option("--contracts", "folder", type=_PATH, help="The same as PATH.")
@click.option("--fixtures", multiple=True, type=_PATH, help="Fixtures to check too; repeatable.")
@click.option("--clauses", is_flag=True, help="List each answer of a contract that no example brings about.")
@json_option
def check(path: Path | None, folder: Path | None, fixtures: tuple[Path, ...], clauses: bool, as_json: bool) -> None:
    """Check that contracts and fixtures are well formed, and run every example against the server.

    PATH is a folder of contracts, a folder with `contracts` and `fixtures` in it, a folder of recorded examples, or
    a fixture. The examples
    begin with the fixtures beside their contracts, or with those of the package; a fixture of yours is loaded by
    itself.
    """
    from mockserver.cli.clauses import Shown, progress_of, show_coverage
    from mockserver.contracts.sharing import BadContract
    from mockserver.sandbox.fixtures.merge import BadFixture
    from mockserver.settings import BadOption

    if path is not None and folder is not None:
        raise click.UsageError("give PATH or --contracts, not both")
    places = _places(path or folder)
    try:
        count, failures, clause_rows = asyncio.run(_check(places, (*places.own, *fixtures)))
    except (BadContract, BadFixture, BadOption) as error:
        if as_json:
            print_json({"ok": False, "error": str(error)})
        else:
            click.echo(f"Error: {error}", err=True)
        raise click.exceptions.Exit(FAILED) from None
    if as_json:
        rows = [
            {"operation": one.operation, "example": one.example, "problems": list(one.problems)} for one in failures
        ]
        rest = [one.as_dict() for one in clause_rows if one.shown in (Shown.NOT_RUN, Shown.MISSING)]
        print_json(
            {
                "ok": not failures,
                **count,
                "failures": rows,
                "clauses": progress_of(clause_rows),
                "clauses_not_run": rest,
            }
        )
    else:
        for one in failures:
            click.echo(f"{one.operation}, example {one.example!r}:")
            for problem in one.problems:
                click.echo(f"  {problem}")
        if clause_rows:
            show_coverage(clause_rows, every=clauses)
        verdict = f"{len(failures)} do not match" if failures else "all match"
        click.echo(f"{count['contracts']} contracts, {count['examples']} examples: {verdict}")
    if failures:
        raise click.exceptions.Exit(FAILED)


def load(folder: Path | None, apis: Sequence[str] | None = None) -> list[Contract]:
    """Return the contracts of a folder (none: the package's) for some APIs (none: all of them, and the control API).

    Raises:
        click.UsageError: a file is not well formed.
    """
    from mockserver._resources import folder as shipped
    from mockserver.contracts import loader
    from mockserver.contracts.sharing import BadContract

    try:
        found = loader.load(folder or shipped("contracts"), apis or _apis())
    except BadContract as error:
        raise click.UsageError(str(error)) from None
    return list(found.by_operation.values())


def _apis() -> list[str]:
    from mockserver.apis import APIS

    return [*(api.name for api in APIS), "control"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """What a path holds.

    Attributes:
        contracts: a folder of contracts; None: the package's.
        extra: the fixtures that their examples begin with; none: the package's.
        own: fixtures of a user, which no example knows.
        recorded: a folder of recorded examples.
    """

    contracts: Path | None = None
    extra: tuple[Path, ...] = ()
    own: tuple[Path, ...] = ()
    recorded: Path | None = None


def _places(path: Path | None) -> _Places:
    from mockserver.drift.recorded_examples import is_folder

    if path is None:
        return _Places()
    if path.is_dir() and (path / "contracts").is_dir():
        extra = (path / "fixtures",) if (path / "fixtures").is_dir() else ()
        return _Places(contracts=path / "contracts", extra=extra)
    if path.is_dir() and (path / "contract.schema.json").is_file():
        return _Places(contracts=path)
    if path.is_dir() and is_folder(path):
        return _Places(recorded=path)
    return _Places(own=(path,))


async def _check(places: _Places, fixtures: tuple[Path, ...]) -> tuple[dict[str, int], list[Failure], list[ClauseRow]]:
    from mockserver.cli.clauses import covered
    from mockserver.cli.example_target import SandboxTarget
    from mockserver.contracts import examples
    from mockserver.server import MockServer

    failures = []
    if fixtures:
        async with MockServer(fixtures=fixtures):
            pass  # A server starts with them: they are well formed, and every job of theirs can be made.
    if places.recorded is not None:
        return (*await _check_recorded(places.recorded), [])
    options: dict[str, Any] = {"contracts": places.contracts, "fixtures": places.extra, "clock": examples.NOON}
    async with MockServer(**options) as server, _session() as session:
        every = [(one, example) for one in server.services.contracts.by_operation.values() for example in one.examples]
        with progress(every, "examples") as bar:
            for number, (contract, example) in enumerate(bar):
                name = f"check-{number}"
                sandbox = await server.services.sandboxes.create(name)
                problems = await examples.run(contract, example, SandboxTarget(sandbox, server.url, session))
                await server.services.sandboxes.delete(name)
                if problems:
                    failures.append(
                        Failure(operation=contract.operation, example=example["name"], problems=tuple(problems))
                    )
        known = server.services.contracts.by_operation
        count = {"contracts": len(known), "examples": len(every)}
    return count, failures, await covered(list(known.values()), places.contracts, places.extra)


async def _check_recorded(folder: Path) -> tuple[dict[str, int], list[Failure]]:
    """Run recorded examples in sandboxes that begin as the fixture beside them says, without its jobs."""
    from mockserver._resources import folder as shipped
    from mockserver.apis import APIS
    from mockserver.cli.recorded import sandboxes
    from mockserver.contracts import loader
    from mockserver.drift import recorded_examples
    from mockserver.sandbox.fixtures import load as fixtures

    names = tuple(api.name for api in APIS)
    found = recorded_examples.load(folder, loader.load(shipped("contracts"), names, check=False))
    seed_file = folder.parent / "fixtures.json"
    site = None
    if seed_file.exists():
        (document,) = fixtures.read([seed_file])
        site = {
            api: {name: value for name, value in section.items() if name != "jobs"}
            for api, section in document.content.items()
        }
    failures = []
    async with sandboxes(site, names) as run:
        for one in found:
            failures += [
                Failure(operation=one.operation, example=example["name"], problems=tuple(problems))
                for example in one.examples
                if (problems := await run(one, example))
            ]
    return {"contracts": len(found), "examples": sum(len(one.examples) for one in found)}, failures


def _session() -> aiohttp.ClientSession:
    import aiohttp

    # One example's cookies must not reach the next.
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())


# --- one contract as text -----------------------------------------------------------------------------


def _lines(contract: Contract) -> Iterator[str]:
    yield f"{contract.operation}: {contract.title}"
    if description := contract.document.get("description"):
        yield f"  {description}"
    for path in contract.paths:
        yield f"  {', '.join(contract.methods)} {path}"
    yield from _schema("parameters", contract.parameters, contract.document)
    if contract.body is not None:
        yield from _schema("body", contract.body, contract.document)
    yield ""
    rows = [
        (one.name, one.status, one.content_type or "no Content-Type", one.confidence, one.title or one.source)
        for one in contract.responses
    ]
    yield table(("RESPONSE", "STATUS", "CONTENT TYPE", "CONFIDENCE", "WHAT"), rows)
    for response in contract.responses:
        yield from _schema(f"answer {response.name}", response.schema, contract.document)
    yield ""
    yield "examples"
    yield from (f"  {one['name']}: {one['request']['method']} {one['request']['path']}" for one in contract.examples)
    yield ""
    yield "sources"
    yield from (f"  {' '.join(filter(None, (one['title'], one.get('url'))))}" for one in contract.sources)


def _schema(title: str, schema: Mapping[str, Any] | bool, document: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    rows = list(_fields(schema, document))
    if rows:
        yield title
        yield "  " + table(("FIELD", "", "TYPE", "MEANING"), rows).replace("\n", "\n  ")
    else:
        yield f"{title}: {_type(schema, document)}"


def _fields(
    schema: Mapping[str, Any] | bool, document: Mapping[str, Any], under: str = ""
) -> Iterator[tuple[str, ...]]:
    found = _resolved(schema, document)
    required = found.get("required", ())
    for name, value in found.get("properties", {}).items():
        resolved = _resolved(value, document)
        need = "required" if name in required else "optional"
        yield f"{under}{name}", need, _type(value, document), str(resolved.get("description", ""))
        # Three levels say what an answer looks like; deeper ones are for the file itself.
        if under.count(".") < 2 and resolved.get("type") == "object":
            yield from _fields(value, document, f"{under}{name}.")


def _resolved(schema: Mapping[str, Any] | bool, document: Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(schema, bool):
        return {}
    name = schema.get("$ref", "").removeprefix("#/$defs/")
    known = document.get("$defs", {})
    return {**known[name], **schema} if name in known else schema


def _type(schema: Mapping[str, Any] | bool, document: Mapping[str, Any]) -> str:
    if isinstance(schema, bool):
        return "anything" if schema else "nothing"
    found = _resolved(schema, document)
    if "const" in found:
        return repr(found["const"])
    if "enum" in found:
        return " | ".join(map(repr, found["enum"]))
    for word in ("oneOf", "anyOf"):
        if word in found:
            return " or ".join(dict.fromkeys(_type(one, document) for one in found[word]))
    kind = found.get("type", "anything")
    text = " | ".join(kind) if isinstance(kind, list) else str(kind)
    if text == "array" and "items" in found:
        text = f"array of {_type(found['items'], document)}"
    return f"{text} ({found['pattern']})" if "pattern" in found else text
