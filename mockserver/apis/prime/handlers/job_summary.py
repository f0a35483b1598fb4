"""data/JobSummary: pages of ids or entities, filters, sorting, and one job by its id."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mockserver.api.response import Response
from mockserver.apis.prime import documents
from mockserver.apis.prime.errors import PrimeError, no_entity
from mockserver.apis.prime.filters import conditions
from mockserver.apis.prime.job_index import API, is_visible
from mockserver.apis.prime.job_search import fresh, latest_run
from mockserver.apis.prime.job_selection import FIELDS, read_order, select
from mockserver.apis.prime.limits import limited
from mockserver.apis.prime.model import Entity, Instance, Listing
from mockserver.apis.prime.requests import PrimeRequest
from mockserver.apis.prime.responses import document
from mockserver.apis.prime.settings import PrimeSettings
from mockserver.apis.prime.site import PrimeContext
from mockserver.core.errors import UnknownJob
from mockserver.core.job import Job

_RANGE = re.compile(r"\s*instances\s*=\s*(\d{1,9})\s*-\s*(\d{1,9})\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paging:
    first: int
    size: int
    by_header: bool


async def job_summary(context: PrimeContext, request: PrimeRequest) -> Listing | Instance | Response:
    """One job when the path names one, else a page of them."""
    if "id" in context.values:
        return await _instance(context, request)
    settings = context.settings
    paging = _paging(context)
    found = conditions(context.parameters, FIELDS, settings.server_zone)
    order = read_order(context.parameters.get(".sort"))
    if found or order:
        every = await select(context, found, order)
        jobs, count = every[paging.first : paging.first + paging.size], len(every)
    else:
        jobs, count = await context.state.index.page(context.jobs, context.now, paging.first, paging.size)
    jobs = [await fresh(context.jobs, job) for job in jobs]
    full = context.parameters.get(".full") == "true"
    page = Listing(
        last=_last(paging.first, len(jobs), count, settings),
        first=paging.first if count else 0,
        count=count,
        domain=request.domain(settings),
        response_type="listEntityInstances" if full else "listEntityIds",
        request_url=request.request_url,
        root_url=request.root_url,
        type=documents.TYPE,
        entity=(tuple([await _entity(context, request, job) for job in jobs]) or None) if full else None,
        entity_id=None if full else tuple(documents.entity_id(job, request.root_url) for job in jobs) or None,
    )
    response = document(page, request.answer_format, request.version, settings)
    if paging.by_header:
        # 200 and not 206: the reference shows it so.
        return response._replace(
            headers={"Content-Range": f"instances {page.first}-{paging.first + len(jobs) - 1}/{count}"}
        )
    return response


async def _instance(context: PrimeContext, request: PrimeRequest) -> Instance:
    job_id = request.address.path.rpartition("/")[2]
    try:
        job = await context.jobs.get(API, job_id, look=True)
    except UnknownJob:
        raise no_entity(request.address, job_id) from None
    if not is_visible(job, context.now):
        raise no_entity(request.address, job_id)
    return Instance(
        type=documents.TYPE,
        domain=request.domain(context.settings),
        response_type="getEntity",
        request_url=request.request_url,
        root_url=request.root_url,
        entity=(await _entity(context, request, job),),
    )


async def _entity(context: PrimeContext, request: PrimeRequest, job: Job) -> Entity:
    run = await latest_run(context.jobs, job)
    if run is not None:
        run = await fresh(context.jobs, run)
    context.jobs.tell(run or job)
    return documents.entity(documents.summary(job, run, context.settings, context.sandbox.ids), request.root_url)


def _paging(context: PrimeContext) -> _Paging:
    """Read the page asked for; the query goes before the Range header."""
    settings = context.settings
    first, size = _whole(context, ".firstResult"), _whole(context, ".maxResults")
    ranged = _RANGE.fullmatch(context.headers.get("Range", "")) if first is None and size is None else None
    if ranged is not None:
        first, size = int(ranged[1]), int(ranged[2]) - int(ranged[1]) + 1
        if size < 1:
            raise PrimeError(400, f"Invalid Range {ranged[0]}")
    if size is not None and settings.limit_page_size != -1 and size > settings.limit_page_size:
        # That it is 503 is documented, its text is not.
        raise limited(f"NBI page size limit exceeded (More than {settings.limit_page_size})")
    if size is None:
        size = settings.limit_unpaged_query
    return _Paging(first=first or 0, size=size, by_header=ranged is not None)


def _whole(context: PrimeContext, name: str) -> int | None:
    text = context.parameters.get(name)
    if text is None:
        return None
    if not isinstance(text, str) or not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise PrimeError(400, f"Invalid value for {name}")
    return int(text)


def _last(first: int, shown: int, count: int, settings: PrimeSettings) -> int | None:
    if count:
        return first + shown - 1
    return None if settings.empty_last == "absent" else int(settings.empty_last)
