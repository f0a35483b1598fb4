"""`mockserver demo`: a minute that shows what the sandbox is for, each step with the command that does it."""

from __future__ import annotations

import io
import json
import shlex
import sys
import time
from collections.abc import Mapping
from contextlib import redirect_stdout
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import click

from mockserver.cli.group import main
from mockserver.cli.output import echo_painted

PACE = 4.0
"""Seconds between two steps on a terminal: the whole takes a minute."""

LINES = 8
"""Lines that are shown of what a command prints."""

TASK = "/arcgis/rest/services/Demo/GPServer/Echo"


@click.command()
@click.option("--pace", type=click.FloatRange(0), help="Seconds between two steps (on a terminal 4, otherwise 0).")
def demo(pace: float | None) -> None:
    """Watch a client poll, a job being forced, a race lost and a breach found; about a minute."""
    from mockserver.server import MockServer

    with MockServer(port=0, log_level="error") as server:
        _Stage(server.url, pace if pace is not None else PACE if sys.stdout.isatty() else 0.0).play()


class _Stage:
    """One showing: what is said, what the client asks, what the test does."""

    def __init__(self, url: str, pace: float) -> None:
        self._url = url
        self._pace = pace

    def play(self) -> None:
        self._say(f"A server of its own runs at {self._url}. A client of ArcGIS submits a job and polls it.")
        job = str(self._ask(f"{TASK}/submitJob", {"Input_Text": "hello"}, "jobId", "jobStatus")["jobId"])
        self._ask(f"{TASK}/jobs/{job}", {}, "jobStatus")

        self._say("What does the client do when the job fails? A test forces the state; nobody waits for it.")
        self._do(f"jobs force arcgis {job} esriJobFailed")
        self._ask(f"{TASK}/jobs/{job}", {}, "jobStatus")

        self._say("A race: this job ends although its cancel was accepted. The clock stands until the test turns it.")
        self._do("clock freeze")
        plan = '{"steps": [{"state": "esriJobExecuting", "for": "10s"}], "end": "esriJobSucceeded"}'
        self._do(f"jobs add arcgis id=race service=Demo.GPServer task=Echo on_cancel=loses plan={shlex.quote(plan)}")
        self._ask(f"{TASK}/jobs/race/cancel", {}, "jobStatus")
        self._do("clock advance 30")
        self._ask(f"{TASK}/jobs/race", {}, "jobStatus")
        self._say("The client was told esriJobCancelling, and the job succeeded. A client that stopped there is wrong.")

        self._say("A sloppy client. It is answered as the real server would answer, and the breach is on record.")
        self._ask(f"{TASK}/jobs/race", {"returnMessages": "perhaps"}, "jobStatus")
        self._do("violations")

        self._say("And what did the client do, all in all?")
        self._do("requests list")
        self._do("requests verify --operation arcgis.CancelJob --job race --count 1")
        self._say("That was it. Next: `mockserver serve`, or a test with the pytest fixture `sandbox`.", last=True)

    def _say(self, text: str, *, last: bool = False) -> None:
        click.secho(f"\n{text}", bold=True)
        if not last:
            time.sleep(self._pace)

    def _ask(self, path: str, form: Mapping[str, str], *shown: str) -> Any:
        """Be the client: ask, and show what is of interest in the answer."""
        url = f"{self._url}{path}?{urlencode({**form, 'f': 'json'})}"
        click.secho(f"$ curl '{url}'", fg="cyan")
        try:
            with urlopen(Request(url), timeout=10) as answer:  # noqa: S310 - our own server
                body, breach = json.load(answer), answer.headers.get("X-Mockserver-Violation")
        except HTTPError as error:
            with error:
                body, breach = json.load(error), None
        click.echo(json.dumps({name: body[name] for name in shown if name in body} or body))
        if breach:
            click.secho(f"X-Mockserver-Violation: {breach}", fg="yellow")
        time.sleep(self._pace / 2)
        return body

    def _do(self, command: str) -> None:
        """Run a command of ours, as it is shown."""
        click.secho(f"$ mockserver {command} --url {self._url}", fg="cyan")
        said = io.StringIO()
        with redirect_stdout(said):
            main([*shlex.split(command), "--url", self._url], standalone_mode=False)
        lines = said.getvalue().splitlines()
        echo_painted("\n".join([*lines[:LINES], *(["…"] if len(lines) > LINES else [])]))
        time.sleep(self._pace / 2)
