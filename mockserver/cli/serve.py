"""`mockserver serve`: the server in the foreground, until a signal ends it."""

from __future__ import annotations

import contextlib
import gc
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from mockserver.cli.group import FAILED, USAGE
from mockserver.cli.output import json_option, print_json, table
from mockserver.cli.serving import addresses, ending_signals, serving
from mockserver.settings import MEMORY, PREFIX, BadOption, Settings

F = TypeVar("F", bound=Callable[..., Any])

_DEFAULTS = Settings()
_PORT = click.IntRange(0, 65535)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_LEVELS = ("debug", "info", "warning", "error", "critical")


def option(name: str, **how: Any) -> Callable[[F], F]:
    """Declare an option of `serve`, which is an environment variable too (`--tls-port`, MOCKSERVER_TLS_PORT)."""
    variable = PREFIX + name.partition("/")[0].removeprefix("--").replace("-", "_").upper()
    return click.option(name, envvar=variable, show_envvar=True, show_default=how.get("default") is not None, **how)


def _comma_list(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (value or "").split(",") if word.strip())


def _names(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for given in value for name in given.split(",") if name)


def _store(ctx: click.Context, param: click.Parameter, value: str) -> str:
    return MEMORY if value == "memory" else value


class ServerCommand(click.Command):
    """Reads `--fixtures a b` as `--fixtures a --fixtures b`: what a shell makes of `--fixtures seeds/*.json`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        spread: list[str] = []
        paths: int | None = None  # how many the option that is being read has got; None: it is another option
        for place, word in enumerate(args):
            if word == "--":  # what follows is a command of its own
                return super().parse_args(ctx, [*spread, *args[place:]])
            if word.startswith("-"):
                paths = 0 if word == "--fixtures" else 1 if word.startswith("--fixtures=") else None
            elif paths is not None:
                spread += ["--fixtures"] if paths else []
                paths += 1
            spread.append(word)
        return super().parse_args(ctx, spread)


@click.command(cls=ServerCommand)
@option("--host", default=_DEFAULTS.host, help="The address to listen on.")
@option("--port", type=_PORT, default=_DEFAULTS.port, help="0: any free one.")
@option("--tls-port", type=_PORT, help="Listen with TLS too; 0: any free port.")
@option("--tls-cert", type=_FILE, help="A certificate (PEM); none: one from a CA made for this run.")
@option("--tls-key", type=_FILE, help="Its key (PEM).")
@option("--apis", callback=_comma_list, metavar="NAME,NAME", help="The APIs to fake; none: all.")
@option(
    "--fixtures",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH…",
    help="Files or folders, also repeatable; none: those of the package.",
)
@option("--contracts", type=click.Path(path_type=Path), help="A folder of contracts; none: those of the package.")
@option("--seed", type=int, default=_DEFAULTS.seed, help="Where ids and jitter come from.")
@option("--clock", default=_DEFAULTS.clock, metavar="real|frozen|ISO-TIME", help="How sandbox clocks start.")
@option(
    "--store", default=_DEFAULTS.store, callback=_store, metavar="memory:|redis://…", help="Where everything is kept."
)
@option("--state", type=click.Path(dir_okay=False, path_type=Path), help="Load at start, save on stop and every 30 s.")
@option(
    "--workers",
    type=click.IntRange(1),
    default=_DEFAULTS.workers,
    help="Processes on one port, over a store that they share.",
)
@option("--control-host", help="The address of --control-port; none: --host.")
@option("--control-port", type=_PORT, help="A port of its own for /_control.")
@option("--control-token", help="What /_control asks for, as Authorization: Bearer.")
@option(
    "--allowed-host",
    multiple=True,
    callback=_names,
    metavar="NAME",
    help="A name by which /_control may be asked, also repeatable; .NAME: all names below it.",
)
@option(
    "--journal-size", type=click.IntRange(1), default=_DEFAULTS.journal_size, help="Exchanges remembered per sandbox."
)
@option(
    "--max-sandboxes",
    type=click.IntRange(0),
    default=_DEFAULTS.max_sandboxes,
    help="Sandboxes there may be beside the default one.",
)
@option("--strict/--no-strict", default=_DEFAULTS.strict, help="Our own breach of a contract is a 500.")
@option("--headers/--no-headers", default=_DEFAULTS.headers, help="Answers carry X-Mockserver-…")
@option("--body-limit", type=click.IntRange(1), default=_DEFAULTS.body_limit, help="Bytes a request's body may have.")
@option(
    "--patience",
    type=click.FloatRange(0, min_open=True),
    default=_DEFAULTS.patience,
    help="Seconds after which a client that stalls is let go.",
)
@option("--log-format", type=click.Choice(["text", "json"]), default=_DEFAULTS.log_format, help="On standard error.")
@option(
    "--log-level",
    type=click.Choice(_LEVELS, case_sensitive=False),
    default=_DEFAULTS.log_level,
    help="The least that is logged.",
)
@option("--access-log/--no-access-log", default=_DEFAULTS.access_log, help="Log each request.")
@json_option
def serve(as_json: bool, **options: Any) -> None:
    """Run the server until Ctrl-C or SIGTERM; requests in flight are finished."""
    from mockserver.cli import log_format as logs
    from mockserver.http import event_loop as loop

    settings = settings_of(options)
    logs.configure(settings.log_format, settings.log_level)
    # What a start makes stays for good (`collector.spare`); to look through it over and over costs a tenth of it.
    gc.disable()
    try:
        with refusals():
            if settings.workers > 1:
                _supervise(settings, as_json)
            else:
                loop.run(_serve(settings, as_json))
    finally:
        # A start that failed has not: whoever has called this goes on.
        gc.enable()


def settings_of(options: Mapping[str, Any]) -> Settings:
    """Return the settings that the options of `serve` ask for."""
    return Settings(**{**options, "fixtures": tuple(options["fixtures"])})


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    """Turn what keeps a server from starting into one line and an exit status."""
    from mockserver.contracts.sharing import BadContract
    from mockserver.http.listening import CannotListen
    from mockserver.sandbox.fixtures.merge import BadFixture

    try:
        yield
    except (BadOption, BadFixture, BadContract) as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        kind = _Unfollowed if isinstance(error, CannotListen) else _Failed
        raise kind(error.strerror or str(error)) from None


class _Failed(click.ClickException):
    exit_code = FAILED


class _Unfollowed(click.ClickException):
    """An option cannot be followed; the line says itself which would be."""

    exit_code = USAGE


@contextlib.contextmanager
def ca_file(ca_pem: bytes | None) -> Iterator[Path | None]:
    """Write the CA that a server has made into a file, for as long as it runs; None: it has made none."""
    if ca_pem is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="mockserver-") as folder:
        file = Path(folder, "ca.pem")
        file.write_bytes(ca_pem)
        yield file


async def _serve(settings: Settings, as_json: bool) -> None:
    async with serving(settings, ending_signals()) as (server, stop):
        with contextlib.ExitStack() as stack:
            if as_json:
                file = stack.enter_context(ca_file(server.ca_pem))
                print_json({**addresses(server), "ca_file": None if file is None else str(file)}, one_line=True)
            else:
                _announce(addresses(server))
            await stop.wait()


def _supervise(settings: Settings, as_json: bool) -> None:
    from mockserver.cli.workers import Supervisor, prepared
    from mockserver.settings import check

    check(settings)
    supervisor = Supervisor(settings.workers)
    # From here on there is something to clear away.
    with _heard(supervisor.ask_to_end), prepared(settings) as task, contextlib.ExitStack() as stack:
        found = supervisor.start(task)
        if found is None:
            return
        if as_json:
            file = stack.enter_context(ca_file(task.ca_pem))
            print_json({**found, "ca_file": None if file is None else str(file)}, one_line=True)
        else:
            _announce(found)
        supervisor.run()


@contextlib.contextmanager
def _heard(ask: Callable[..., object]) -> Iterator[None]:
    """Call it at each signal that ends a server; no more once that could not start: whoever has called this goes on."""
    before = {number: signal.signal(number, ask) for number in ending_signals()}
    try:
        yield
    except BaseException:
        for number, handler in before.items():
            signal.signal(number, handler)
        raise


def _announce(found: Mapping[str, Any]) -> None:
    tls = found["tls_url"] is not None
    headers = ("API", "BASE URL", *(("OVER TLS",) if tls else ()), "ACCOUNT")
    rows = [(one["api"], one["url"], *((one["tls_url"],) if tls else ()), one["account"]) for one in found["apis"]]
    lines = [table(headers, rows), f"control  {found['control_url']}", f"console  {found['console_url']}"]
    if found["ca_url"] is not None:
        lines.append(f"CA       {found['control_url']}/ca.pem")
    click.echo("\n".join(lines))
