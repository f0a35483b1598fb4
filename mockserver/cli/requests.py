"""`mockserver requests …`: what was asked and answered, and whether that is what it should be."""

from __future__ import annotations

from typing import Any

import click

from mockserver.cli.group import FAILED
from mockserver.cli.output import print_json, print_record, print_table
from mockserver.cli.remote import json_object, remote
from mockserver.client import Control, NotVerified, RequestRecord

_FIRST = ("number", "at", "method", "path", "status", "api", "operation", "job", "milliseconds", "fault")


@click.group()
def requests() -> None:
    """List, show and verify the requests a server has answered."""


@requests.command("list")
@click.option("--api", help="Only this API's.")
@click.option("--operation", help="Only this operation, such as casjobs.CancelJob.")
@click.option("--job", help="Only those about this job.")
@click.option("--status", type=int, help="Only those answered so.")
@click.option("--response", help="Only those whose answer has this name in its contract.")
@click.option("--told", metavar="STATE", help="Only those that told the client this state or phase of a job.")
@click.option("--final/--not-final", default=None, help="Only those that told a final state, or another one.")
@click.option("--violations", is_flag=True, help="Only those that broke a contract.")
@click.option("--since", type=int, metavar="N", help="Only those after this number.")
@click.option("--limit", type=click.IntRange(1), help="At most this many.")
@click.option("--format", "form", type=click.Choice(["har", "curl"]), help="Export instead.")
@click.option("--public-secrets", is_flag=True, help="Export with the secrets of the sandbox's own accounts.")
@remote
def list_requests(
    control: Control, form: str | None, public_secrets: bool, as_json: bool, violations: bool, **filters: Any
) -> None:
    """List exchanges of the journal."""
    asked = {**filters, "violations": violations or None}
    if form == "curl":
        click.echo(control.export("curl", public_secrets=public_secrets, **asked), nl=False)
        return
    if form == "har":
        print_json(control.export("har", public_secrets=public_secrets, **asked))
        return
    found = control.requests(**asked)
    if as_json:
        print_json(found)
        return
    rows = [
        (one.number, one.method, one.path, one.status, one.operation, one.job, _breaches(one), one.get("hint"))
        for one in found
    ]
    print_table(
        ("N", "METHOD", "PATH", "STATUS", "OPERATION", "JOB", "VIOLATIONS", "HINT"), rows, empty="no request fits"
    )


@requests.command()
@click.argument("number", type=int)
@remote
def show(control: Control, number: int, as_json: bool) -> None:
    """Show one exchange with headers and bodies."""
    record = control.request(number)
    if as_json:
        print_json(record)
        return
    sides = {side: record.pop(side, {}) for side in ("request", "answer")}
    print_record(record, first=_FIRST)
    for side, message in sides.items():
        click.echo(f"\n{side}")
        for name, value in message.get("headers", {}).items():
            click.echo(f"  {name}: {value}")
        if message.get("body"):
            click.echo(f"\n{message['body']}")


@requests.command()
@remote
def clear(control: Control, as_json: bool) -> None:
    """Empty the journal."""
    control.clear_requests()
    if as_json:
        print_json({"cleared": True})
    else:
        click.echo("the journal is empty")


@requests.command()
@click.argument("document", metavar="[JSON]", required=False)
@click.option("--api", help="Match this API's requests.")
@click.option("--operation", help="Match this operation, such as casjobs.CancelJob.")
@click.option("--job", help="Match requests about this job.")
@click.option("--status", type=int, help="Match requests answered so.")
@click.option("--response", help="Match requests whose answer has this name in its contract.")
@click.option("--told", metavar="STATE", help="Match requests that told the client this state or phase of a job.")
@click.option("--final/--not-final", default=None, help="Match requests that told a final state, or another one.")
@click.option("--since", metavar="N", help="Look only at what came after this request or moment.")
@click.option("--after", metavar="JSON", help="Look only at what came after the first request that fits this match.")
@click.option("--count", type=click.IntRange(0), help="Exactly so many.")
@click.option("--at-least", type=click.IntRange(0), help="So many or more.")
@click.option("--at-most", type=click.IntRange(0), help="So many or fewer.")
@click.option("--no-violations", is_flag=True, help="No request may have broken its contract.")
@click.option("--timeout", type=float, help="Seconds to wait for it to become true.")
@remote
def verify(
    control: Control,
    document: str | None,
    count: int | None,
    at_least: int | None,
    at_most: int | None,
    no_violations: bool,
    timeout: float | None,
    since: str | None,
    after: str | None,
    as_json: bool,
    **match: Any,
) -> None:
    """Check what the client did: exit 0 when it is so, 1 with the closest requests when it is not.

    By options, or as the JSON of POST /_control/requests/verify (`-`: from standard input).
    """
    asked = {} if document is None else json_object(document)
    wanted = {**asked.get("match", {}), **{name: value for name, value in match.items() if value is not None}}
    bounds = {name: value for name, value in (("atLeast", at_least), ("atMost", at_most)) if value is not None}
    if count is not None and bounds:
        raise click.UsageError("give --count, or --at-least and --at-most")
    if not (wanted or asked or no_violations):
        raise click.UsageError("say what to verify: --operation, --job, --no-violations, or JSON")
    try:
        verified = control.verify(
            wanted or None,
            count=count if count is not None else bounds or asked.get("count"),
            since=since if since is not None else asked.get("since"),
            after=json_object(after) if after is not None else asked.get("after"),
            order=asked.get("order"),
            no_violations=no_violations or bool(asked.get("noViolations")),
            timeout=timeout if timeout is not None else asked.get("timeout"),
        )
    except NotVerified as error:
        if as_json:
            print_json(error.body)
        else:
            click.echo(f"not verified: {error}", err=True)
        raise click.exceptions.Exit(FAILED) from None
    if as_json:
        print_json(verified)
    else:
        click.echo("verified")


def _breaches(record: RequestRecord) -> int | None:
    return len(record.violations) or None
