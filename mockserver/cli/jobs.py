"""`mockserver jobs …`: look at jobs, add them, push them about."""

from __future__ import annotations

import time

import click

from mockserver.cli.output import print_json, print_record, print_table
from mockserver.cli.remote import fields, remote, run_option
from mockserver.client import Control, JobRecord

WATCH = 1.0
"""Seconds after which `--watch` looks again."""

_FIRST = ("api", "id", "kind", "state", "phase", "held", "next", "owner", "created", "started", "ended")


@click.group()
def jobs() -> None:
    """List, show, add, force, wait for, hold, release and delete jobs of a running server."""


@jobs.command("list")
@click.option("--api", help="Only this API's.")
@click.option("--state", help="Only those in this state.")
@click.option("--phase", help="Only those in this phase.")
@click.option("--owner", help="Only this owner's.")
@click.option("--limit", type=click.IntRange(1), help="At most this many.")
@click.option("--watch", is_flag=True, help="Draw the table anew whenever it changes; Ctrl-C ends it.")
@remote
def list_jobs(
    control: Control,
    api: str | None,
    state: str | None,
    phase: str | None,
    owner: str | None,
    limit: int | None,
    watch: bool,
    as_json: bool,
) -> None:
    """List jobs, newest first."""
    shown: list[JobRecord] | None = None
    while watch or shown is None:
        found = control.jobs(api, state=state, phase=phase, owner=owner, limit=limit)
        if found != shown:
            if watch and not as_json:
                click.clear()  # does nothing where the output is no terminal
            _print_list(found, as_json)
        shown = found
        if watch:
            time.sleep(WATCH)


def _print_list(found: list[JobRecord], as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    rows = [(job.api, job.id, job.kind, job.state, job.phase, job.held, job.owner) for job in found]
    print_table(("API", "ID", "KIND", "STATE", "PHASE", "HELD", "OWNER"), rows, empty="no job fits")


@jobs.command()
@click.argument("api")
@click.argument("job_id", metavar="ID")
@run_option
@click.option("--until", metavar="STATE", help="Wait until it is in this state or phase.")
@click.option("--timeout", type=float, default=5.0, show_default=True, help="Seconds to wait.")
@remote
def show(
    control: Control, api: str, job_id: str, run: str | None, until: str | None, timeout: float, as_json: bool
) -> None:
    """Show a job: state, plan, what comes next, history."""
    job = control.job(api, job_id, run=run) if until is None else None
    _print(job or control.wait(api, job_id, until or "", timeout=timeout, run=run), as_json)


@jobs.command()
@click.argument("api")
@click.argument("job_id", metavar="ID")
@click.argument("state")
@run_option
@click.option("--timeout", type=click.FloatRange(0), default=30.0, show_default=True, help="Seconds to wait.")
@remote
def wait(control: Control, api: str, job_id: str, state: str, run: str | None, timeout: float, as_json: bool) -> None:
    """Wait until a job is in a state or phase: exit 0 when it is, 1 when it does not get there in time."""
    _print(control.wait(api, job_id, state, timeout=timeout, run=run), as_json)


@jobs.command()
@click.argument("api")
@click.argument("words", metavar="[FIELD=VALUE | JSON]...", nargs=-1)
@remote
def add(control: Control, api: str, words: tuple[str, ...], as_json: bool) -> None:
    """Add a job, in the fixture's form: `jobs add ges state=running graph=movie`.

    A JSON object that names its `api`, as POST /_control/jobs takes it, may stand in place of API.
    """
    given = fields((api, *words)) if api.lstrip().startswith("{") else {"api": api, **fields(words)}
    if "api" not in given:
        raise click.UsageError('the JSON object names no API; write jobs add API …, or give it an "api"')
    _print(control.add_all([given])[0], as_json)


@jobs.command()
@click.argument("api")
@click.argument("job_id", metavar="ID")
@click.argument("state")
@click.option("--hold/--no-hold", default=True, help="Keep it there (the default), or let the plan go on.")
@run_option
@remote
def force(control: Control, api: str, job_id: str, state: str, hold: bool, run: str | None, as_json: bool) -> None:
    """Put a job into a state, by the API's own word or by phase."""
    _print(control.force(api, job_id, state, hold=hold, run=run), as_json)


@jobs.command()
@click.argument("api")
@click.argument("job_id", metavar="ID")
@run_option
@remote
def hold(control: Control, api: str, job_id: str, run: str | None, as_json: bool) -> None:
    """Keep the clock from moving a job."""
    _print(control.hold(api, job_id, run=run), as_json)


@jobs.command()
@click.argument("api")
@click.argument("job_id", metavar="ID")
@run_option
@remote
def release(control: Control, api: str, job_id: str, run: str | None, as_json: bool) -> None:
    """Let the clock move a job again."""
    _print(control.release(api, job_id, run=run), as_json)


@jobs.command()
@click.argument("api")
@click.argument("job_id", metavar="ID")
@run_option
@remote
def delete(control: Control, api: str, job_id: str, run: str | None, as_json: bool) -> None:
    """Forget a job."""
    control.delete(api, job_id, run=run)
    if as_json:
        print_json({"deleted": {"api": api, "id": job_id, "run": run}})
    else:
        click.echo(f"{api} job {job_id} is forgotten")


def _print(job: JobRecord, as_json: bool) -> None:
    if as_json:
        print_json(job)
        return
    history = job.pop("history", [])
    print_record(job, first=_FIRST)
    if history:
        click.echo()
        rows = [(move["at"], move["from"], move["to"], move["cause"], move.get("request")) for move in history]
        print_table(("AT", "FROM", "TO", "CAUSE", "REQUEST"), rows, empty="")
