"""`/requests`: the journal of the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from mockserver.api.response import Response, json_response
from mockserver.control.errors import ControlError
from mockserver.control.long_answers import long_json_response
from mockserver.control.requests import ControlRequest
from mockserver.core.clock import instant
from mockserver.journal import masking
from mockserver.journal.entry import Entry
from mockserver.journal.export_curl import curl_line
from mockserver.journal.export_har import HEAD, har_entry
from mockserver.journal.in_parts import Reading, read
from mockserver.journal.masked_entry import describe
from mockserver.journal.match_names import check_match
from mockserver.journal.matching import Match, fits
from mockserver.journal.near_misses import subject_of
from mockserver.sandbox.turns import in_time
from mockserver.store.base import FLOOR, JOURNAL
from mockserver.store.entries import PART

LIMIT = 100
"""Requests listed when no number is asked for; an export then has all."""

_MATCHED = ("api", "operation", "response", "told", "final")
"""Filters that mean what they mean in a match."""

Fits = Callable[[Entry], bool]


class _Asked(NamedTuple):
    """Which requests are asked for.

    Attributes:
        after, before: numbers between which they lie.
        fits: tells it of one that does; None: all of those are.
    """

    after: int
    before: int | None
    fits: Fits | None


async def listing(request: ControlRequest) -> Response:
    """List requests, newest first; or export them, oldest first."""
    asked, hide = _asked(request), _hiding(request)
    form = request.values.get("format", "json")
    limit = request.values.get("limit", LIMIT if form == "json" else None)
    if form != "json":
        return await _exported(await _to_export(request, asked, limit), form, request, hide)
    shown, total, oldest = await _newest(request, asked, limit)
    after = {
        "total": total,
        **({"cursor": str(shown[-1].number)} if len(shown) < total else {}),
        "dropped": await dropped(request, oldest),
    }
    one, judged = (
        partial(describe, bodies=request.values.get("bodies", True), hide=hide),
        request.services.settings.strict,
    )
    return await long_json_response({}, "requests", shown, one, after=after, judged=judged)


async def _newest(request: ControlRequest, asked: _Asked, limit: int) -> tuple[list[Entry], int, int]:
    """Return the newest that are asked for, how many there are, and the lowest number in the journal."""
    first = PART if asked.fits else limit
    journal = await _read(request, asked, newest=True, limit=first)
    shown: list[Entry] = []
    total = 0
    async for entry in in_time(journal):
        if asked.fits is None or asked.fits(entry):
            total += 1
            if len(shown) < limit:
                shown.append(entry)
            if asked.fits is None and len(shown) == limit:
                # How many more there are is known without reading them.
                break
    return shown, total if asked.fits else journal.count, journal.first


async def _to_export(request: ControlRequest, asked: _Asked, limit: int | None) -> AsyncIterable[Entry] | list[Entry]:
    if limit is not None:
        return (await _newest(request, asked, limit))[0][::-1]
    return _fitting(await _read(request, asked), asked.fits)


async def _fitting(journal: Reading, fits: Fits | None) -> AsyncIterator[Entry]:
    async for entry in in_time(journal):
        if fits is None or fits(entry):
            yield entry


async def _read(request: ControlRequest, asked: _Asked, *, newest: bool = False, limit: int = PART) -> Reading:
    span = asked.after, asked.before
    return await read(request.sandbox.store, request.sandbox.key, *span, newest=newest, limit=limit)


def _hiding(request: ControlRequest) -> masking.Masking:
    hide = masking.current()
    return hide.showing(_public(request, hide)) if request.values.get("secrets") == "public" else hide


async def _exported(
    entries: AsyncIterable[Entry] | list[Entry], form: str, request: ControlRequest, hide: masking.Masking
) -> Response:
    base = request.api_base
    if form == "har":
        one, judged = partial(har_entry, base=base, hide=hide), request.services.settings.strict
        log = await long_json_response(HEAD, "entries", entries, one, judged=judged)
        return log._replace(data={"log": log.data} if judged else None, body=b'{"log":' + log.body + b"}")
    text = "".join([curl_line(entry, base, hide) async for entry in in_time(entries)])
    return Response(data=text, body=text.encode(), content_type="text/plain; charset=utf-8")


async def show(request: ControlRequest) -> Response:
    """Show one request."""
    number = request.values["n"]
    if number.isdecimal() and len(number) < 16 and str(int(number)) == number:
        entry = await request.sandbox.store.entry(request.sandbox.key, int(number))
        if entry is not None:
            form = request.values.get("format", "json")
            hide = _hiding(request)
            if form != "json":
                return await _exported([entry], form, request, hide)
            return json_response(describe(entry, hide=hide))
    raise ControlError(
        404, "unknown-request", f"the journal has no request {number!r}", "GET /_control/requests lists them"
    )


async def clear(request: ControlRequest) -> Response:
    """Empty the journal; numbers go on."""
    removed = await request.sandbox.store.forget_entries(request.sandbox.key)
    request.sandbox.publish({"event": "requests-cleared"})
    return json_response({"removed": removed})


async def dropped(request: ControlRequest, oldest: int) -> int:
    """Return how many requests the ring has dropped since it was last emptied.

    Args:
        oldest: the lowest number in the journal; 0: it is empty.
    """
    return max(0, oldest - 1 - await floor(request)) if oldest else 0


async def floor(request: ControlRequest) -> int:
    """Return the last number drawn when the journal was emptied; 0 when it never was."""
    found: int = await request.sandbox.store.read(request.sandbox.key, JOURNAL, FLOOR) or 0
    return found


def _public(request: ControlRequest, hide: masking.Masking) -> Iterator[str]:
    """Yield the secrets of the sandbox's accounts: fixtures hold them for everybody to use."""
    for api in request.sandbox.apis:
        yield from _secrets_of(request.sandbox.fixtures.section(api).get("accounts", ()), hide)


def _secrets_of(found: Any, hide: masking.Masking) -> Iterator[str]:
    if isinstance(found, Mapping):
        for name, value in found.items():
            if isinstance(value, str):
                if hide.hides(name):
                    yield value
            else:
                yield from _secrets_of(value, hide)
    elif isinstance(found, Sequence) and not isinstance(found, str):
        for value in found:
            yield from _secrets_of(value, hide)


def _asked(request: ControlRequest) -> _Asked:
    values = request.values
    match = {name: values[name] for name in _MATCHED if name in values}
    check_match(match, request.sandbox.apis, request.services.contracts)
    tests: list[Fits] = [_like(match)] if match else []
    if "job" in values:
        tests.append(lambda entry: entry.job == values["job"])
    if "status" in values:
        wanted = values["status"].lower()
        tests.append(
            lambda entry: entry.status is not None and wanted in (str(entry.status), f"{entry.status // 100}xx")
        )
    if "violations" in values:
        tests.append(lambda entry: bool(entry.violations) is values["violations"])
    if "unmatched" in values:
        tests.append(lambda entry: (entry.api is None) is values["unmatched"])
    before = int(values["cursor"]) if "cursor" in values else None
    after = _number(values.get("since", ""))
    if "since" in values and after is None:
        tests.append(since(values["since"]))
    return _Asked(after or 0, before, (lambda entry: all(test(entry) for test in tests)) if tests else None)


def _like(match: Match) -> Fits:
    return lambda entry: fits(match, subject_of(entry))


def since(text: str) -> Fits:
    """Read a journal number or a moment of sandbox time; both leave out what they name or what lies before."""
    if (number := _number(text)) is not None:
        return lambda entry: entry.number > number
    try:
        moment = instant(text)
    except ValueError:
        message = f"since: {text!r} is neither a request's number nor a moment"
        raise ControlError(422, "bad-since", message, "for example 41, or 2026-01-02T12:00:00Z") from None
    return lambda entry: entry.at > moment


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 16 else None
