"""A page of jobs over all APIs, newest first, at a cost that does not grow with the number of jobs.

Each (api, kind) is stored in order of arrival; the pages of all of them are merged by time of creation.
A cursor says at which place each of them goes on: a place stays what it is, whatever comes and goes meanwhile.
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

NO_PLACE = 0
"""Older than any: that of a kind whose jobs have all been listed."""

BATCH = 200
"""Jobs read at a time while looking for those that fit a filter."""


class _JobCursor:
    """The jobs of one api and kind, read backwards.

    Args:
        place: of the newest job to read; None for the newest that there is.
    """

    def __init__(self, request: ControlRequest, api: str, kind: str, place: int | None) -> None:
        self.request = request
        self.api = api
        self.kind = kind
        self._after = None if place is None else place + 1
        self._read: list[tuple[Job, int]] = []
        self._ended = False

    async def head(self, batch: int) -> tuple[Job, int] | None:
        """Return the newest job not yet taken and its place, or None; read up to `batch` at a time."""
        if not self._read and not self._ended:
            page = await self.request.sandbox.store.page(
                self.request.sandbox.key, self.api, self.kind, limit=batch, after=self._after
            )
            self._read = list(zip(page.jobs, page.places, strict=True))[::-1]
            self._after = page.last
            self._ended = not page.jobs
        return self._read[-1] if self._read else None

    def take(self) -> None:
        """Go on to the next older job."""
        self._read.pop()


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
        _JobCursor(request, *key, None if start is None else start.get("/".join(key), NO_PLACE)) for key in kinds
    ]
    found: list[Job] = []
    turn = Turn()
    # Who looks for few among many reads more of them at once; one more than is asked for tells whether there are more.
    batch = BATCH if {"state", "phase", "owner"} & request.values.keys() else min(BATCH, limit + 1)
    while True:
        heads = [(cursor, *head) for cursor in cursors if (head := await cursor.head(batch)) is not None]
        if not heads or len(found) == limit:
            break
        await turn.share()
        cursor, job, _ = max(heads, key=lambda one: one[1].created)
        cursor.take()
        settled = await _settled(request, job)
        if settled is not None and _fits(request, settled):
            found.append(settled)
    left = {f"{cursor.api}/{cursor.kind}": place for cursor, _, place in heads}
    following = base64.urlsafe_b64encode(orjson.dumps(left)).decode() if left else None
    return found, following, sum(sizes.get(key, 0) for key in kinds)


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
