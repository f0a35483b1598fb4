"""`mockserver record`: a proxy to a live system that judges what passes, and writes fixtures and examples of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.check_traffic import NAMES, aliases, known
from mockserver.cli.group import FAILED
from mockserver.cli.output import table
from mockserver.cli.reports import ReportFiles, report_options, shown, write
from mockserver.cli.serving import ending_signals
from mockserver.settings import BadOption, Settings

if TYPE_CHECKING:
    from mockserver.api.definition import Api
    from mockserver.contracts.loader import Contracts
    from mockserver.drift.recorder import Upstream
    from mockserver.drift.recording import Recording
    from mockserver.http.tls import Tls

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--api", "name", required=True, type=click.Choice(NAMES), help="Which API the system has.")
@click.option("--upstream", required=True, metavar="URL", help="The live system: scheme, host and port.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("recorded"),
    show_default=True,
    help="Where traffic.har, fixtures.json and examples/ go.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0: any free one, which is printed.")
@click.option("--upstream-ca", type=_FILE, help="A certificate to trust, for an https system.")
@click.option("--tls", is_flag=True, help="Listen on https, with a CA made for this run (OUT/ca.pem).")
@click.option("--tls-cert", type=_FILE, help="Listen on https with this certificate,")
@click.option("--tls-key", type=_FILE, help="and this key.")
@click.option("--keep-host", is_flag=True, help="Send the client's own Host on, for requests signed over it (AK/SK).")
@click.option("--contracts", "folder", type=click.Path(exists=True, path_type=Path), help="Other contracts.")
@click.option("--base", "bases", multiple=True, metavar="FOREIGN=OWN", help="The API's paths begin otherwise there.")
@report_options
def record(
    name: str,
    upstream: str,
    out: Path,
    host: str,
    port: int,
    upstream_ca: Path | None,
    tls: bool,
    tls_cert: Path | None,
    tls_key: Path | None,
    keep_host: bool,
    folder: Path | None,
    bases: tuple[str, ...],
    files: ReportFiles,
    everything: bool,
) -> None:
    """Stand between a client and a live system until Ctrl-C; judge both, and write what was seen.

    Point the client at the address that is printed. Secrets are masked in all that is written.
    """
    from mockserver.drift.recorder import Upstream
    from mockserver.drift.verification import is_address
    from mockserver.http import event_loop
    from mockserver.http.tls import prepare

    if not is_address(upstream):
        raise click.UsageError(f"--upstream {upstream!r} is no address; write https://host or http://host:port")
    (api,), contracts = known([name], folder)
    trusted = None
    if upstream_ca is not None:
        try:
            trusted = ssl.create_default_context(cafile=str(upstream_ca))
        except (OSError, ssl.SSLError) as error:
            raise click.UsageError(f"--upstream-ca {upstream_ca}: {error}; name a certificate in PEM form") from None
    secure: Tls | None = None
    if tls or tls_cert is not None or tls_key is not None:
        try:
            secure = prepare(Settings(host=host, tls_port=0, tls_cert=tls_cert, tls_key=tls_key))
        except BadOption as error:
            raise click.UsageError(str(error)) from None
    system = Upstream(root=_root(upstream, api), keep_host=keep_host, ssl=trusted)
    try:
        out.mkdir(parents=True, exist_ok=True)
        if secure is not None and secure.ca_pem is not None:
            (out / "ca.pem").write_bytes(secure.ca_pem)
        event_loop.run(_record(api, contracts, system, (host, port, secure), out, bases, files, everything=everything))
    except OSError as error:
        raise click.UsageError(
            f"{error.filename or host}: {error.strerror or error}; choose another --out or --port"
        ) from None


async def _record(
    api: Api,
    contracts: Contracts,
    system: Upstream,
    at: tuple[str, int, Tls | None],
    out: Path,
    bases: Sequence[str],
    files: ReportFiles,
    *,
    everything: bool,
) -> None:
    from mockserver.drift.recorder import recorder
    from mockserver.drift.recording import Recording

    host, port, secure = at
    began = time.time()
    recording = Recording(api, contracts, system.root, aliases=aliases(bases))
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in ending_signals():
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C ends the loop there
            loop.add_signal_handler(number, stop.set)
    context = None if secure is None else secure.context
    async with recorder(system, recording.keep, host=host, port=port, tls=context) as running:
        rows = [(api.name, running.url, system.root, str(out))]
        click.echo(table(("API", "POINT THE CLIENT AT", "UPSTREAM", "OUT"), rows))
        await stop.wait()
    if running.dropped:
        click.echo(f"{running.dropped} exchanges over the limit were passed on and not kept", err=True)
    left_out = await save(recording, contracts, out, system.root)
    report = recording.report(began, time.time() - began)
    write(report, recording.judged, files)
    if str(files.json) != "-":
        click.echo(shown(report, everything=everything))
        click.echo(f"written: {out / 'traffic.har'}, {out / 'fixtures.json'}, {out / 'examples'}")
        for operation, why in left_out:
            click.echo(f"no example of {operation}: {why}")
    if report.breaches or report.client_breaches:
        raise click.exceptions.Exit(FAILED)


async def save(recording: Recording, contracts: Contracts, out: Path, root: str) -> list[tuple[str, str]]:
    """Write archive, fixture and examples; return the examples that the sandbox does not answer alike, and why."""
    from mockserver.cli.recorded import trial
    from mockserver.drift import recorded_examples

    folder = out / "examples"
    folder.mkdir(parents=True, exist_ok=True)
    _write(out / "traffic.har", recording.archive())
    _write(out / "fixtures.json", recording.fixture())
    kept, left_out = await trial(
        recording.api, recorded_examples.candidates(recording, root), recording.site(), contracts
    )
    for old in folder.glob("*.json"):
        old.unlink()
    for name, content in recorded_examples.files(kept).items():
        (folder / name).write_bytes(content)
    return left_out


def _write(file: Path, document: Mapping[str, Any]) -> None:
    file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _root(url: str, api: Api) -> str:
    """Return the system without the API's own path, which clients ask for themselves."""
    from mockserver.drift.live import split

    root, path = split(url)
    own = any(f"{path}/".casefold().startswith(f"{base}/".casefold()) for base in api.bases)
    return root if own else root + path
