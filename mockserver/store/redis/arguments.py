"""Jobs and documents as scripts take them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mockserver.core.job import Job
from mockserver.store import json_text
from mockserver.store.placing import Placing
from mockserver.store.redis import job_text
from mockserver.store.redis.connection import Argument
from mockserver.store.rows import Added, Appended, Replaced, Row, Swapped


def table_of(api: str, kind: str) -> str:
    """Return what the jobs of an API and a kind are called."""
    return f"{api}:{kind}"


def added(job: Job, placing: Placing) -> Iterable[Argument]:
    """Say a job that is added."""
    due, relisted, listings = placing
    at = _at(due), _at(relisted)
    return table_of(job.api, job.kind), job.id, job_text.dumps(job), *at, len(listings), *listings


def swapped(old: Job, new: Job, placing: Placing, listed: Sequence[str] | None) -> Iterable[Argument]:
    """Say a job that is replaced, and the listings that it leaves and enters; not those where `listed` is None."""
    at = _at(placing.due), _at(placing.relisted)
    moves: tuple[Argument, ...] = ()
    if listed is not None:
        moves = len(listed), len(placing.listings), *listed, *placing.listings
    return table_of(old.api, old.kind), old.id, old.version, job_text.dumps(new), *at, *moves


def removed(job: Job, listed: Sequence[str]) -> Iterable[Argument]:
    """Say a job that is forgotten, and the listings that it leaves."""
    return table_of(job.api, job.kind), job.id, job.version, len(listed), *listed


def replaced(collection: str, key: str, old: object, new: object) -> Iterable[Argument]:
    """Say a document that is replaced."""
    return collection, key, *(b"" if one is None else json_text.dumps(one) for one in (old, new))


def row(one: Row) -> Iterable[Argument]:
    """Say a row of a step."""
    match one:
        case Added():
            return "added", *added(*one)
        case Swapped(old, new, placing, listed):
            stays = placing._replace(listings=()) if listed is None else placing
            return "swapped", *swapped(old, new, stays, listed or ())
        case Replaced():
            return "replaced", *replaced(*one)
        case Appended(collection, key, value, limit):
            text = json_text.dumps(dict(value))[:-1] + (b"," if value else b"")
            return "appended", collection, key, text, limit


def _at(moment: float | None) -> str:
    return "" if moment is None else repr(moment)
