"""`mockserver run … -- COMMAND`: a server on free ports, a command against it, a verdict."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.group import USAGE
from mockserver.cli.serve import ServerCommand, ca_file, refusals, serve, settings_of
from mockserver.sandbox import collector
from mockserver.settings import PREFIX, Settings

if TYPE_CHECKING:
    from mockserver.exercise.chronicle import ChronicleStore
    from mockserver.exercise.environment import Addresses
    from mockserver.exercise.signals import Recipient
    from mockserver.exercise.verdict import Verdict
    from mockserver.server import MockServer

BROKEN = 3
"""Exit status: the command was content, and yet a contract was broken or a fault never fired."""

_OTHERWISE = ("as_json", "store", "workers")
"""Options of `serve` that make no sense here."""


def _server_options() -> list[click.Parameter]:
    """Return the options of `serve`, with free ports unless others are asked for."""
    options = [copy(option) for option in serve.params if option.name not in _OTHERWISE]
    for option in options:
        if option.name == "port":
            option.default = 0
    return options


@click.command(cls=ServerCommand, context_settings={"allow_interspersed_args": False})
@click.option(
    "--artifacts",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write there requests.har, violations.json, jobs.json, server.log and junit.xml.",
)
@click.option("--allow-violations", is_flag=True, help="A broken contract or a fault for nothing is no failure.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def run(artifacts: Path | None, allow_violations: bool, command: Sequence[str], **options: Any) -> None:
    """Run COMMAND against a server of its own, and judge it.

    The server listens on free ports and is ready before COMMAND starts. COMMAND finds it by MOCKSERVER_URL,
    MOCKSERVER_CONTROL_URL, MOCKSERVER_ARCGIS_URL, MOCKSERVER_CASJOBS_URL, MOCKSERVER_GES_URL, MOCKSERVER_PRIME_URL,
    and with --tls-port by MOCKSERVER_TLS_URL, MOCKSERVER_ARCGIS_TLS_URL … and MOCKSERVER_CA_FILE; {url}, {arcgis},
    {casjobs}, {ges}, {prime} and {ca} in its words are replaced likewise. Signals go to COMMAND; one that comes
    when it has ended lets the server wait for requests in flight no longer, and changes no verdict. With --artifacts it
    also finds MOCKSERVER_ARTIFACTS: our pytest plugin and unittest cases write there what each failed test saw.

    The exit status is that of COMMAND when it is not 0. Otherwise it is 3 when a contract was broken or an armed fault
    never fired, and 0 when all is well.
    """
    from mockserver.cli import log_format as logs
    from mockserver.http import event_loop as loop

    settings = settings_of(options)
    log = None
    if artifacts is not None:
        artifacts = _folder(artifacts).resolve()
        log = artifacts / "server.log"
        settings = replace(settings, access_log=True)
    try:
        logs.configure(settings.log_format, settings.log_level, log)
    except OSError as error:
        raise click.UsageError(f"{log}: {error.strerror}; name a folder that can be written") from None
    with refusals():
        code = loop.run(_run(settings, command, artifacts, allow_violations))
    if code:
        raise click.exceptions.Exit(code)


run.params = [*_server_options(), *run.params]


async def _run(settings: Settings, command: Sequence[str], artifacts: Path | None, allow_violations: bool) -> int:
    from mockserver.exercise.chronicle import ChronicleStore
    from mockserver.exercise.signals import Recipient
    from mockserver.server import MockServer

    store = ChronicleStore()
    server = MockServer(settings, store=store)
    recipient = Recipient(server.hurry)
    # Until all is said: no signal takes the last save, or the verdict.
    with recipient.taking():
        return await _judged(server, store, recipient, command, artifacts, allow_violations)


async def _judged(
    server: MockServer,
    store: ChronicleStore,
    recipient: Recipient,
    command: Sequence[str],
    artifacts: Path | None,
    allow_violations: bool,
) -> int:
    from mockserver.exercise import process
    from mockserver.exercise.chronicle import chronicle
    from mockserver.exercise.environment import environment, filled
    from mockserver.exercise.verdict import Verdict

    async with server:
        collector.spare()
        with contextlib.ExitStack() as stack:
            addresses = _addresses(server, stack.enter_context(ca_file(server.ca_pem)))
            words = filled(command, addresses.placeholders())
            began, clock = time.time(), time.monotonic()
            if recipient.early is not None:
                return process.status_of(-recipient.early)
            try:
                kept = {} if artifacts is None else {f"{PREFIX}ARTIFACTS": str(artifacts)}
                started = await process.start(words, {**environment(os.environ, addresses), **kept})
            except process.NotStarted as error:
                click.echo(f"Error: {error}", err=True)
                return USAGE
            status = await recipient.wait(started)
        verdict = Verdict(
            command=words,
            status=status,
            began=began,
            seconds=time.monotonic() - clock,
            chapters=await chronicle(server.services, store),
            allowed=allow_violations,
        )
        if artifacts is not None:
            _write(artifacts, verdict, server)
    for line in verdict.sentences():
        click.echo(f"mockserver: {line}", err=True)
    return status or (BROKEN if verdict.is_broken else 0)


def _addresses(server: MockServer, ca: Path | None) -> Addresses:
    from mockserver.exercise.environment import Addresses

    return Addresses(
        url=server.url,
        tls_url=server.tls_url,
        control_url=server.control_url,
        bases={api.name: api.bases[0] for api in server.services.apis},
        ca_file=ca or server.settings.tls_cert,
        token=server.settings.control_token,
    )


def _write(folder: Path, verdict: Verdict, server: MockServer) -> None:
    documents = {
        "requests.har": verdict.har(server.url),
        "violations.json": verdict.violations(),
        "jobs.json": verdict.jobs(server.services.apis),
    }
    try:
        for name, document in documents.items():
            text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
            (folder / name).write_text(text, "utf-8", "replace")
        (folder / "junit.xml").write_bytes(verdict.junit())
    except OSError as error:
        click.echo(f"Error: {error.filename}: {error.strerror}; the artifacts are not whole", err=True)


def _folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.UsageError(f"--artifacts: {path}: {error.strerror}; name a folder that can be made") from None
    return path
