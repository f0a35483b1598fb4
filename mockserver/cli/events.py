"""`mockserver events`: what happens in a sandbox, as it happens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice

import click

from mockserver.cli.output import echo_painted
from mockserver.cli.remote import remote
from mockserver.client import Control, Record


@click.command()
@click.option("--kind", "kinds", multiple=True, metavar="EVENT", help="Only these: job, request, fault …; repeatable.")
@click.option("--limit", type=click.IntRange(1), help="End after so many.")
@click.option(
    "--silence", type=click.FloatRange(0, min_open=True), default=3600.0, help="End after so many seconds of it."
)
@remote
def events(control: Control, kinds: tuple[str, ...], limit: int | None, silence: float, as_json: bool) -> None:
    """Follow what happens: jobs that move, requests, faults, the clock. One line each; Ctrl-C ends it.

    With --json each line is a JSON document.
    """
    for event in islice(_of(control.events(timeout=silence), kinds), limit):
        if as_json:
            click.echo(json.dumps(event, ensure_ascii=False))
        else:
            echo_painted(_line(event))


def _of(found: Iterator[Record], kinds: tuple[str, ...]) -> Iterator[Record]:
    return (event for event in found if not kinds or event["event"] in kinds)


def _line(event: Record) -> str:
    rest = {name: value for name, value in event.items() if name != "event"}
    if event["event"] == "job" and {"api", "id", "from", "to"} <= rest.keys():
        head = f"{rest.pop('api')} {rest.pop('id')}: {rest.pop('from')} -> {rest.pop('to')}"
        return f"job      {head}  {_words(rest)}".rstrip()
    return f"{event['event']:<8} {_words(rest)}".rstrip()


def _words(values: dict[str, object]) -> str:
    return "  ".join(
        f"{name}={value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in values.items()
        if value not in (None, "", [], {})
    )
