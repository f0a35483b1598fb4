"""What a recorder has seen, judged as it comes, and written down: an archive, a fixture, examples.

Rules a maintainer must keep:

1. Nothing is written whose secrets are not masked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from mockserver.api.answers import JobSeen
from mockserver.api.definition import Api
from mockserver.contracts.loader import Contracts
from mockserver.drift.exchange import Exchange
from mockserver.drift.history import History
from mockserver.drift.interpreter import Alias, Interpreter, Judged
from mockserver.drift.report import Report, report
from mockserver.journal import masking
from mockserver.journal.entry import Entry
from mockserver.journal.export_har import har


class Recording:
    """Exchanges with one system.

    Attributes:
        judged: in the order in which they ended.
        subjects: for each of them, the job that its request names as it was known before; None: none was.
    """

    def __init__(self, api: Api, contracts: Contracts, root: str, *, aliases: Sequence[Alias] = ()) -> None:
        self.api = api
        self.judged: list[Judged] = []
        self.subjects: list[JobSeen | None] = []
        self._known: dict[tuple[str, str], JobSeen] = {}
        self._contracts = contracts
        self._root = root
        self._interpreter = Interpreter([api], contracts, aliases=aliases)
        self._history = History([api])

    async def keep(self, exchange: Exchange) -> None:
        """Judge an exchange and remember it."""
        judged = self._history.note(await self._interpreter.judge(exchange))
        self.judged.append(judged)
        kinds = self.api.machines
        self.subjects.append(
            next(
                (self._known[kind, judged.job] for kind in kinds if judged.job and (kind, judged.job) in self._known),
                None,
            )
        )
        for one in judged.jobs:
            self._known[one.kind, one.id] = merged(self._known.get((one.kind, one.id)), one)

    def report(self, began: float, seconds: float) -> Report:
        """Sum up what has been seen."""
        called = dict.fromkeys(one.operation for one in self.judged if one.operation is not None and one.verdict)
        return report(
            self._root,
            self.judged,
            self._contracts,
            operations=[one for one in called if one is not None],
            began=began,
            seconds=seconds,
        )

    def archive(self) -> dict[str, Any]:
        """Return the exchanges as HTTP Archive 1.2, with the system's own addresses."""
        return har([self._entry(number, one) for number, one in enumerate(self.judged, 1)], self._root)

    def fixture(self) -> dict[str, Any]:
        """Return a fixture in which the jobs stand as they were last seen."""
        section = dict(self.api.recorded_site(self._seen()))
        if jobs := self._jobs():
            section["jobs"] = jobs
        return {self.api.name: section}

    def site(self) -> dict[str, Any]:
        """Return the same fixture without jobs: what examples begin with."""
        return {self.api.name: dict(self.api.recorded_site(self._seen()))}

    def _seen(self) -> list[JobSeen]:
        return [seen for one in self.judged for seen in one.jobs]

    def _jobs(self) -> list[dict[str, Any]]:
        known = list(self._known.values())
        made = [job_fixture(self.api, one, known) for one in known if not one.part_of]
        # A parameter of a job may be a secret too.
        found: list[dict[str, Any]] = json.loads(masking.mask(json.dumps(made)))
        return found

    def _entry(self, number: int, judged: Judged) -> Entry:
        exchange = judged.exchange
        return Entry(
            number=number,
            at=exchange.at,
            sandbox="",
            method=exchange.method,
            path=exchange.url.removeprefix(self._root),
            headers=exchange.headers,
            body=exchange.body,
            api=judged.api,
            operation=judged.operation,
            job=judged.job,
            status=exchange.status,
            answer_headers=exchange.answer_headers,
            answer=exchange.answer,
            milliseconds=exchange.milliseconds,
            violations=() if judged.verdict is None else judged.verdict.violations,
            body_size=0 if exchange.request_known else len(exchange.body) + 1,
            answer_size=0 if exchange.content_known else len(exchange.answer) + 1,
        )


def merged(known: JobSeen | None, one: JobSeen) -> JobSeen:
    """Return what is known of a job after one more answer told of it."""
    if known is None:
        return one
    fields = {**known.fields, **one.fields}
    return one._replace(state=one.state or known.state, fields=fields, part_of=one.part_of or known.part_of)


def job_fixture(api: Api, job: JobSeen, others: Sequence[JobSeen]) -> dict[str, Any]:
    """Return a job as a fixture has it, with its parts among the others."""
    made: dict[str, Any] = {"id": job.id, "state": job.state or api.machines[job.kind].initial, **job.fields}
    parts = [one for one in others if one.part_of == job.id and one.kind != job.kind]
    if parts:
        machines = api.machines
        runs = [{"id": one.id, "state": one.state or machines[one.kind].initial, **one.fields} for one in parts]
        made[f"{parts[0].kind}s"] = runs
    return made
