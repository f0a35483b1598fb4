"""`mockserver check-traffic`: recorded real traffic against the contracts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockserver.cli.output import progress
from mockserver.cli.reports import ReportFiles, finish, report_options

if TYPE_CHECKING:
    from mockserver.api.definition import Api
    from mockserver.contracts.loader import Contracts
    from mockserver.drift.exchange import Exchange
    from mockserver.drift.interpreter import Alias, Judged

NAMES = ("arcgis", "casjobs", "ges", "prime")


@click.command()
@click.argument("files_", metavar="FILE…", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--api", "names", multiple=True, type=click.Choice(NAMES), help="Only this API's paths; repeatable.")
@click.option("--contracts", "folder", type=click.Path(exists=True, path_type=Path), help="Other contracts.")
@click.option(
    "--base",
    "bases",
    multiple=True,
    metavar="FOREIGN=OWN",
    help="A system at another path: /jobs.asmx=/CasJobs/services/jobs.asmx; repeatable.",
)
@click.option("--ignore-clients", is_flag=True, help="Judge the system only.")
@report_options
def check_traffic(
    files_: tuple[Path, ...],
    names: tuple[str, ...],
    folder: Path | None,
    bases: tuple[str, ...],
    ignore_clients: bool,
    files: ReportFiles,
    everything: bool,
) -> None:
    """Judge recorded traffic by the contracts, both ways.

    FILE is an HTTP Archive (from a browser, mitmproxy, `requests list --format har` or `record`), or a journal as
    `requests list --json` saves it. Paths that are none of an API's are listed, not failed.
    """
    from dataclasses import replace

    from mockserver.drift.report import report
    from mockserver.drift.traffic import BadTraffic, in_order, read

    apis, contracts = known(names, folder)
    began = time.time()
    try:
        exchanges = [one for file in files_ for one in in_order(read(file))]
    except BadTraffic as error:
        raise click.UsageError(str(error)) from None
    judged = asyncio.run(_judged(exchanges, apis, contracts, bases))
    called = dict.fromkeys(one.operation for one in judged if one.operation is not None and one.verdict is not None)
    made = report(
        ", ".join(str(file) for file in files_),
        judged,
        contracts,
        operations=called,
        began=began,
        seconds=time.time() - began,
    )
    if ignore_clients:
        made = replace(made, client_breaches=())
    finish(made, judged, files, everything=everything)


def known(names: Sequence[str], folder: Path | None) -> tuple[Sequence[Api], Contracts]:
    """Return some APIs (none named: all) and their contracts.

    Raises:
        click.UsageError: a contract is not well formed.
    """
    from mockserver._resources import folder as shipped
    from mockserver.apis import APIS
    from mockserver.contracts import loader
    from mockserver.contracts.sharing import BadContract
    from mockserver.journal import masking

    masking.learn(APIS)
    apis = [api for api in APIS if not names or api.name in names]
    try:
        return apis, loader.load(folder or shipped("contracts"), [api.name for api in apis], check=folder is not None)
    except BadContract as error:
        raise click.UsageError(str(error)) from None


def aliases(bases: Sequence[str]) -> list[Alias]:
    """Read `FOREIGN=OWN` pairs.

    Raises:
        click.UsageError: one is none.
    """
    from mockserver.drift.interpreter import Alias

    found: list[Alias] = []
    for one in bases:
        foreign, equals, own = one.partition("=")
        if not equals or not own.startswith("/"):
            raise click.UsageError(f"--base {one!r}: write FOREIGN=OWN, as in /jobs.asmx=/CasJobs/services/jobs.asmx")
        found.append(Alias(foreign=foreign.rstrip("/"), own=own.rstrip("/")))
    return found


async def _judged(
    exchanges: Sequence[Exchange], apis: Sequence[Api], contracts: Contracts, bases: Sequence[str]
) -> list[Judged]:
    from mockserver.drift.history import History
    from mockserver.drift.interpreter import Interpreter

    interpreter, history = Interpreter(apis, contracts, aliases=aliases(bases)), History(apis)
    with progress(exchanges, "exchanges") as bar:
        return [history.note(await interpreter.judge(one)) for one in bar]
