"""A page of jobs over all APIs, newest first, at a cost that does not grow with the number of jobs.

Each (api, kind) is stored in order of arrival; the pages of all of them are merged by time of creation.
A cursor says how many jobs of each are still older than what has been shown.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

import orjson

from mockserver.control.errors import ControlError
from mockserver.control.handlers.apis import chosen
from mockserver.control.requests import ControlRequest
from mockserver.core.errors import UnknownJob, UnknownState
from mockserver.core.job import Job
from mockserver.core.machine import Machine, State
from mockserver.sandbox.turns import Turn

LIMIT = 100
"""Jobs on a page that asks for no number."""

BATCH = 200
"""Jobs read at a time while looking for those that fit a filter."""


class _JobCursor:
    """The jobs of one api and kind, read backwards from a position."""

    def __init__(self, request: ControlRequest, api: str, kind: str, left: int) -> None:
        self.request = request
        self.api = api
        self.kind = kind
        self.left = left
        self._read: list[Job] = []

    async def head(self, batch: int) -> Job | None:
        """Return the newest job not yet taken, or None."""
        while not self._read and self.left > 0:
            start = max(0, self.left - batch)
            page = await self.request.sandbox.store.page(
                self.request.sandbox.key, self.api, self.kind, start=start, limit=self.left - start, newest=False
            )
            if not page.jobs:
                self.left = 0
            self._read = list(page.jobs)
            self.left = min(self.left, start + len(self._read))
        return self._read[-1] if self._read else None

    def take(self) -> None:
        """Go on to the next older job."""
        self._read.pop()
        self.left -= 1


async def page(request: ControlRequest) -> tuple[list[Job], str | None, int]:
    """Return a page of jobs, the cursor of the next one, and how many jobs of the kinds listed there are.

    Raises:
        ControlError: no such API or cursor.
        UnknownState: no API asked for has that state or phase.
    """
    limit = request.values.get("limit", LIMIT)
    names = [chosen(request, request.values["api"]).name] if "api" in request.values else list(request.sandbox.apis)
    _check_words(request, names)
    sizes = await request.sandbox.store.size(request.sandbox.key)
    kinds = _listed(request, names)
    start = _read_cursor(request.values["cursor"]) if "cursor" in request.values else None
    cursors = [
        _JobCursor(request, api, kind, sizes.get((api, kind), 0) if start is None else start.get(f"{api}/{kind}", 0))
        for api, kind in kinds
    ]
    # Of those that are looked through few may fit. Others get their turn meanwhile, and when they forget some, places
    # move: no job is listed twice for that.
    found: dict[tuple[str, str, str], Job] = {}
    turn = Turn()
    # Who looks for few among many reads more of them at once.
    batch = BATCH if {"state", "phase", "owner"} & request.values.keys() else min(BATCH, limit)
    while len(found) < limit:
        await turn.share()
        heads = [(cursor, head) for cursor in cursors if (head := await cursor.head(batch)) is not None]
        if not heads:
            break
        cursor, job = max(heads, key=lambda one: one[1].created)
        cursor.take()
        settled = await _settled(request, job)
        if settled is not None and _fits(request, settled):
            found[job.api, job.kind, job.id] = settled
    left = {f"{cursor.api}/{cursor.kind}": cursor.left for cursor in cursors if cursor.left > 0}
    following = base64.urlsafe_b64encode(orjson.dumps(left)).decode() if left else None
    return list(found.values()), following, sum(sizes.get(key, 0) for key in kinds)


def _listed(request: ControlRequest, names: Sequence[str]) -> list[tuple[str, str]]:
    """Return api and kind of what is listed: all but runs, or runs when nothing else has the state or phase."""
    every = [(api, kind) for api in names for kind in request.sandbox.apis[api].machines]
    if "kind" in request.values:
        return [one for one in every if one[1] == request.values["kind"]]
    having = [one for one in every if any(_is(request, state) for state in _machine(request, *one).states)]
    if having and all(kind == "run" for _, kind in having):
        return having
    return [one for one in every if one[1] != "run"]


def _machine(request: ControlRequest, api: str, kind: str) -> Machine:
    return request.sandbox.apis[api].machines[kind]


async def _settled(request: ControlRequest, job: Job) -> Job | None:
    try:
        return await request.sandbox.jobs.get(job.api, job.id, kind=job.kind, found=job)
    except UnknownJob:
        return None


def _fits(request: ControlRequest, job: Job) -> bool:
    if not _is(request, _machine(request, job.api, job.kind).by_name[job.state]):
        return False
    return "owner" not in request.values or request.values["owner"] == (job.owner or "")


def _is(request: ControlRequest, state: State) -> bool:
    values = request.values
    if "state" in values and values["state"].casefold() not in (state.name.casefold(), state.phase.casefold()):
        return False
    return "phase" not in values or values["phase"].casefold() == state.phase.casefold()


def _check_words(request: ControlRequest, names: Sequence[str]) -> None:
    machines = [machine for name in names for machine in request.sandbox.apis[name].machines.values()]
    for parameter in ("state", "phase"):
        word = request.values.get(parameter)
        if word is None:
            continue
        phases = {str(state.phase) for machine in machines for state in machine.states}
        known = {word for machine in machines for word in machine.words()} if parameter == "state" else phases
        if word.casefold() not in {one.casefold() for one in known}:
            raise UnknownState(word, sorted(known))


def _read_cursor(text: str) -> dict[str, int]:
    try:
        value = orjson.loads(base64.urlsafe_b64decode(text.encode("ascii")))
        return {str(name): min(int(count), 1 << 62) for name, count in value.items()}
    except (binascii.Error, ValueError, AttributeError, TypeError):
        raise ControlError(422, "bad-cursor", "no cursor of ours", "take it from the page before") from None
