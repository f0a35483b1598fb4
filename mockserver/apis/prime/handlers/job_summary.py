"""data/JobSummary: pages of ids or entities, filters, sorting, and one job by its id."""

from __future__ import annotations

from mockserver.api.response import Response
from mockserver.apis.prime import documents
from mockserver.apis.prime.errors import no_entity
from mockserver.apis.prime.filters import conditions
from mockserver.apis.prime.job_search import API, fresh, latest_run, listed
from mockserver.apis.prime.job_selection import FIELDS, select
from mockserver.apis.prime.listings import is_visible
from mockserver.apis.prime.model import Instance, JobEntity
from mockserver.apis.prime.ordering import read_order
from mockserver.apis.prime.paging import instance, is_full, listing, read_paging
from mockserver.apis.prime.requests import PrimeRequest
from mockserver.apis.prime.site import PrimeContext
from mockserver.apis.prime.virtual_domains import sees_job
from mockserver.core.errors import UnknownJob
from mockserver.core.job import Job


async def job_summary(context: PrimeContext, request: PrimeRequest) -> Instance | Response:
    """One job when the path names one, else a page of them."""
    if "id" in context.values:
        return await _instance(context, request)
    paging = read_paging(context)
    found = conditions(context.parameters, FIELDS, context.settings.server_zone)
    order = read_order(context.parameters.get(".sort"), FIELDS)
    if found or order or request.virtual_domain != context.settings.domain:
        every = await select(context, found, order, request.virtual_domain)
        jobs, count = every[paging.first : paging.first + paging.size], len(every)
    else:
        jobs, count = await listed(context.jobs, paging.first, paging.size)
    jobs = [await fresh(context.jobs, job) for job in jobs]
    if is_full(context):
        whole = tuple([await _entity(context, request, job) for job in jobs])
        return listing(context, request, documents.TYPE, paging, count, entity=whole)
    ids = tuple(documents.entity_id(job, request.root_url) for job in jobs)
    return listing(context, request, documents.TYPE, paging, count, entity_id=ids)


async def _instance(context: PrimeContext, request: PrimeRequest) -> Instance:
    job_id = request.address.path.rpartition("/")[2]
    try:
        job = await context.jobs.get(API, job_id, look=True)
    except UnknownJob:
        raise no_entity(request.address, documents.TYPE, job_id) from None
    if not is_visible(job, context.now) or not sees_job(context, request.virtual_domain, job):
        raise no_entity(request.address, documents.TYPE, job_id)
    return instance(request, documents.TYPE, await _entity(context, request, job))


async def _entity(context: PrimeContext, request: PrimeRequest, job: Job) -> JobEntity:
    run = await latest_run(context.jobs, job)
    if run is not None:
        run = await fresh(context.jobs, run)
    context.jobs.tell(run or job)
    return documents.entity(documents.summary(job, run, context.settings, context.sandbox.ids), request.root_url)
