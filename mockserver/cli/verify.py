"""`mockserver verify`: the contracts run against a live system."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockserver.cli.check_traffic import NAMES, aliases, known
from mockserver.cli.group import USAGE
from mockserver.cli.reports import ReportFiles, finish, report_options
from mockserver.core.errors import meant

if TYPE_CHECKING:
    from mockserver.contracts.loader import Contracts
    from mockserver.drift.interpreter import Judged

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("url")
@click.option("--api", "name", required=True, type=click.Choice(NAMES), help="Which API stands there.")
@click.option("--account", "account_file", type=_FILE, help="Credentials and ids (contracts/account.schema.json).")
@click.option("--write", is_flag=True, help="Submit, cancel and change too; otherwise the walk only reads.")
@click.option("--operation", "operations", multiple=True, metavar="NAME", help="Report on this one only; repeatable.")
@click.option("--contracts", "folder", type=click.Path(exists=True, path_type=Path), help="Other contracts.")
@click.option("--ca", type=_FILE, help="A certificate to trust, for an https address.")
@click.option(
    "--interval", type=click.FloatRange(0), default=1.0, show_default=True, help="Seconds between two polls of a job."
)
@click.option(
    "--wait",
    type=click.FloatRange(0, min_open=True),
    default=60.0,
    show_default=True,
    help="Seconds before a job is given up as not finished.",
)
@click.option("--polls", type=click.IntRange(1), help="Polls before a job is given up, however long they took.")
@click.option(
    "--timeout", type=click.FloatRange(0, min_open=True), default=30.0, show_default=True, help="Seconds for an answer."
)
@click.option("--base", "bases", multiple=True, metavar="FOREIGN=OWN", help="The API's paths begin otherwise there.")
@report_options
def verify(
    url: str,
    name: str,
    account_file: Path | None,
    write: bool,
    operations: tuple[str, ...],
    folder: Path | None,
    ca: Path | None,
    interval: float,
    wait: float,
    polls: int | None,
    timeout: float,
    bases: tuple[str, ...],
    files: ReportFiles,
    everything: bool,
) -> None:
    """Run the contracts of an API against a live system of it.

    URL is where the API stands: http://host/arcgis, https://host/CasJobs/services/jobs.asmx, https://host for GES and
    Prime. Exit status: 0 the contracts hold, 1 a breach, 2 it could not be tried, or a job did not end in time.
    """
    from mockserver.drift.account import BadAccount, read
    from mockserver.drift.live import Patience, Unreachable
    from mockserver.drift.verification import Verification, is_address
    from mockserver.drift.verification import verify as verified

    if not is_address(url):
        raise click.UsageError(f"{url!r} is no address; write http://host/path or https://host/path")
    (api,), contracts = known([name], folder)
    only = [_operation(one, name, contracts) for one in operations]
    try:
        account = read(account_file, name)
    except BadAccount as error:
        raise click.UsageError(str(error)) from None
    what = Verification(
        url=url,
        api=api,
        account=account,
        may_write=write,
        only=only,
        patience=Patience(interval=interval, wait=wait, polls=polls, timeout=timeout),
        ca=ca,
        aliases=aliases(bases),
    )
    noted, done = _progress()
    try:
        report, judged = asyncio.run(verified(what, contracts, noted))
    except Unreachable as error:
        click.echo(f"Error: {error}", err=True)
        raise click.exceptions.Exit(USAGE) from None
    except OSError as error:
        raise click.UsageError(f"--ca: {error.strerror or error}; name a certificate in PEM form") from None
    finally:
        done()
    finish(report, judged, files, everything=everything)


def _operation(word: str, api: str, contracts: Contracts) -> str:
    names = [f"{api}.{word.removeprefix(f'{api}.')}"]
    found = next((one for one in names if contracts.get(one) is not None), None)
    if found is None:
        near = meant(names[0], contracts.by_operation)
        raise click.UsageError(f"no operation {word!r}; {near}`mockserver contracts list` names them")
    return found


def _progress() -> tuple[Callable[[Judged], None], Callable[[], None]]:
    """Return what shows each exchange on one line of a terminal, and what clears that line."""
    if not sys.stderr.isatty():
        return (lambda judged: None), (lambda: None)
    count = 0

    def noted(judged: Judged) -> None:
        nonlocal count
        count += 1
        verdict = judged.verdict
        word = "not judged" if verdict is None else "holds" if verdict.holds else "breaks"
        click.echo(f"\r\x1b[K{count} {judged.operation or judged.path[:60]}: {word}", nl=False, err=True)

    return noted, lambda: click.echo("\r\x1b[K", nl=False, err=True)
