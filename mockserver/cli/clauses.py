"""Which clauses of the contracts have been brought about: by an example of their own, by a variant, or not at all."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.output import print_table
from mockserver.contracts.examples import NOON

if TYPE_CHECKING:
    import aiohttp

    from mockserver.contracts.examples import Answer
    from mockserver.contracts.model import Contract, ResponseClause
    from mockserver.contracts.variants import Variant, Variants
    from mockserver.server import MockServer


class Shown(StrEnum):
    """How a clause is shown to be what the server answers."""

    EXAMPLE = "example"
    VARIANT = "variant"
    NOT_RUN = "not run"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseRow:
    """One clause.

    Attributes:
        why: for one that is not run: the reason; for one that is missing: what came instead.
    """

    operation: str
    clause: str
    confidence: str
    shown: Shown
    why: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return the JSON form."""
        return {
            "operation": self.operation,
            "response": self.clause,
            "confidence": self.confidence,
            "shown": str(self.shown),
            "why": self.why,
        }


class Servers:
    """Servers of this process by the options that variants ask for, started when first needed."""

    def __init__(self, contracts: Path | None, fixtures: Sequence[Path], session: aiohttp.ClientSession) -> None:
        # Each example sets the clock. By one that stands there already, all sandboxes share the fixtures' jobs.
        self._options: Mapping[str, Any] = {"contracts": contracts, "fixtures": tuple(fixtures), "clock": NOON}
        self._session = session
        self._running: dict[str, MockServer] = {}
        self._stack = contextlib.AsyncExitStack()
        self._count = 0

    async def run(self, variant: Variant, api: str) -> tuple[Answer, str | None]:
        """Send a variant in a fresh sandbox; return the answer, and the clause that the journal calls it."""
        from mockserver.cli.example_target import SandboxTarget
        from mockserver.contracts.examples import run_request

        server = await self._server(variant.server)
        self._count += 1
        name = f"variant-{self._count}"
        sandbox = await server.services.sandboxes.create(name)
        target = SandboxTarget(sandbox, server.url, self._session)
        try:
            answer = await run_request(variant.request, variant.given, api, target)
            # The journal has no entry of the control API's own requests.
            return answer, None if api == "control" else await target.answered()
        finally:
            with contextlib.suppress(Exception):
                await server.services.sandboxes.delete(name)  # unless the variant has done so

    async def _server(self, options: Mapping[str, Any]) -> MockServer:
        from mockserver.server import MockServer

        key = json.dumps(options, sort_keys=True)
        if key not in self._running:
            made = MockServer(**{**self._options, **options})
            self._running[key] = await self._stack.enter_async_context(made)
        return self._running[key]

    async def close(self) -> None:
        """Stop them."""
        await self._stack.aclose()


@contextlib.asynccontextmanager
async def servers(contracts: Path | None, fixtures: Sequence[Path] = ()) -> AsyncIterator[Servers]:
    """Yield servers that end with the block."""
    import aiohttp

    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        made = Servers(contracts, fixtures, session)
        try:
            yield made
        finally:
            await made.close()


async def rows_of(contract: Contract, variants: Variants, running: Servers) -> list[ClauseRow]:
    """Say of each clause of a contract how it is shown; run variants for those without an example."""
    named = {example["response"]["name"] for example in contract.examples}
    rows = []
    for clause in contract.responses:
        shown, why = Shown.EXAMPLE, ""
        if clause.name not in named:
            shown, why = await _tried(contract, clause, variants, running)
        rows.append(
            ClauseRow(
                operation=contract.operation,
                clause=clause.name,
                confidence=str(clause.confidence),
                shown=shown,
                why=why,
            )
        )
    return rows


async def _tried(contract: Contract, clause: ResponseClause, variants: Variants, running: Servers) -> tuple[Shown, str]:
    from mockserver.core.errors import DomainError

    api = contract.operation.partition(".")[0]
    why = "there is neither an example nor a variant"
    for variant in variants.of(contract, clause):
        try:
            answer, told = await running.run(variant, api)
        except (DomainError, OSError) as error:
            why = f"{type(error).__name__}: {error}"
            continue
        if told == clause.name or (told is None and _fits(clause, answer)):
            return Shown.VARIANT, ""
        why = f"{variant.request['method']} {variant.request['path']}: {told or answer.status}"
    reason = variants.why_not_run(clause.name)
    return (Shown.MISSING, why) if reason is None else (Shown.NOT_RUN, reason)


def _fits(clause: ResponseClause, answer: Answer) -> bool:
    """Tell whether an answer that no journal names is that of a clause."""
    if (answer.status, answer.headers.get("Content-Type")) != (clause.status, clause.content_type):
        return False
    if not answer.body:
        return True  # HEAD
    try:
        return clause.validator.is_valid(json.loads(answer.body))
    except ValueError:
        return clause.schema is True or clause.validator.is_valid(answer.body.decode("utf-8", "replace"))


def summed(rows: Iterable[ClauseRow]) -> list[tuple[Any, ...]]:
    """Return operation, clauses, those that were run, and those by confidence, of each operation."""
    by_operation: dict[str, list[ClauseRow]] = {}
    for row in rows:
        by_operation.setdefault(row.operation, []).append(row)
    found = []
    for operation, own in by_operation.items():
        ran = sum(row.shown in (Shown.EXAMPLE, Shown.VARIANT) for row in own)
        by_confidence = [_counted(own, word) for word in ("documented", "observed", "inferred")]
        found.append((operation, len(own), ran, *by_confidence))
    return found


def _counted(rows: Sequence[ClauseRow], confidence: str) -> str | None:
    own = [row for row in rows if row.confidence == confidence]
    ran = sum(row.shown in (Shown.EXAMPLE, Shown.VARIANT) for row in own)
    return f"{ran}/{len(own)}" if own else None


def progress_of(rows: Sequence[ClauseRow]) -> Mapping[str, int]:
    """Return how many clauses there are of each kind."""
    return {str(one): sum(row.shown is one for row in rows) for one in Shown}


async def covered(known: Sequence[Contract], contracts: Path | None, fixtures: Sequence[Path]) -> list[ClauseRow]:
    """Say of each clause of some contracts how it is shown.

    Args:
        contracts: their folder; None: the package's.
    """
    from mockserver._resources import folder
    from mockserver.contracts.variants import Variants

    rows = []
    variants: dict[str, Variants] = {}
    async with servers(contracts, fixtures) as running:
        for one in known:
            api = one.operation.partition(".")[0]
            if api not in variants:
                variants[api] = Variants(contracts or folder("contracts"), api)
            rows += await rows_of(one, variants[api], running)
    return rows


def show_coverage(covered: Sequence[ClauseRow], *, every: bool) -> None:
    """Print operations × clauses × confidence, and what no example brings about."""
    headers = ("OPERATION", "ANSWERS", "RUN", "DOCUMENTED", "OBSERVED", "INFERRED")
    print_table(headers, summed(covered), empty="no contract")
    rest = [one for one in covered if one.shown in (Shown.NOT_RUN, Shown.MISSING)]
    click.echo()
    if every:
        rows = [(one.operation, one.clause, one.confidence, one.why) for one in rest]
        print_table(("NOT RUN", "ANSWER", "CONFIDENCE", "WHY"), rows, empty="every answer is run")
        click.echo()
    found = progress_of(covered)
    ran = found[Shown.EXAMPLE] + found[Shown.VARIANT]
    without = found[Shown.MISSING]
    click.echo(
        f"{ran} of {len(covered)} answers are run ({100 * ran / len(covered):.1f} %): {found[Shown.EXAMPLE]} by an "
        f"example, {found[Shown.VARIANT]} by a variant; {found[Shown.NOT_RUN]} are listed with a reason, {without} are "
        f"not{'' if every else ' (--clauses lists them)'}"
    )
