"""Cisco Prime Infrastructure: jobService, run history and JobSummary, v1 to v4, XML and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.api.definition import Api
from mockserver.api.operation import JobPlace, Operation
from mockserver.apis.prime import creation, directories, jobservice, jobsummary, site
from mockserver.apis.prime.accounts import Group
from mockserver.apis.prime.faults import FAULTS
from mockserver.apis.prime.gate import Inner, gated
from mockserver.apis.prime.jobs import SCENARIOS, job_spec
from mockserver.apis.prime.machine import JOB, RUN, RUN_KIND, JobEvent, RunEvent
from mockserver.apis.prime.payload import IDS, resolve
from mockserver.apis.prime.refusal import LOGIN, refuse
from mockserver.apis.prime.settings import PrimeSettings
from mockserver.apis.prime.views import result_status
from mockserver.core.job import Job

_VERSIONED = "/webacs/api/{version}"


def _paths(*below: str) -> tuple[str, ...]:
    return tuple(f"{_VERSIONED}/{path}{suffix}" for path in below for suffix in ("", ".json", ".xml"))


def _write(name: str, event: JobEvent | RunEvent) -> Operation:
    inner = jobservice.write(name, event)
    return _operation(name, "PUT", inner, f"op/jobService/{name.lower()}", JobPlace(body=IDS[name]), job_service=True)


def _operation(name: str, method: str, inner: Inner, path: str, job: JobPlace | None = None, **gate: Any) -> Operation:
    group = Group.READ if method == "GET" else Group.WRITE
    return Operation(name=name, methods=(method,), paths=_paths(path), handler=gated(inner, group, **gate), job=job)


def _unquoted(job_id: str) -> str:
    return job_id.strip('"')


def _without_suffix(job_id: str) -> str:
    return job_id.removesuffix(".json").removesuffix(".xml")


def _not_faked(name: str, method: str, title: str, path: str) -> Operation:
    return Operation(name=name, methods=(method,), paths=_paths(path), title=title)


def _parts(job: Job) -> Sequence[tuple[str, str]]:
    return [(RUN.kind, run["id"]) for run in job.data.get("runs", ())] if job.kind == JOB.kind else ()


def _own_fields(job: Job) -> Mapping[str, Any]:
    if job.kind == RUN_KIND:
        return {**job.data, "result_status": result_status(job)}
    return {name: value for name, value in job.data.items() if name != "visible_at"}


PRIME = Api(
    name="prime",
    title="Cisco Prime Infrastructure",
    bases=("/webacs/api/v1", "/webacs/api", "/webacs"),
    account="nbi / secret",
    machines={JOB.kind: JOB, RUN.kind: RUN},
    operations=(
        _write("Cancel", JobEvent.CANCEL),
        _write("Suspend", JobEvent.SUSPEND),
        _write("Resume", JobEvent.RESUME),
        _write("CancelRunning", RunEvent.CANCELRUNNING),
        _operation(
            "RunHistory",
            "GET",
            jobservice.run_history,
            "op/jobService/runhistory",
            JobPlace(parameter="jobId", clean=_unquoted),
            job_service=True,
        ),
        Operation(
            name="JobSummary",
            methods=("GET",),
            # The id's own suffix is a part of its segment.
            paths=(*_paths("data/JobSummary"), f"{_VERSIONED}/data/JobSummary/{{id}}"),
            handler=gated(jobsummary.job_summary, Group.READ),
            job=JobPlace(path="id", clean=_without_suffix),
        ),
        _operation("EntityTypes", "GET", directories.entity_types, "data"),
        _operation("Operations", "GET", directories.operations, "op"),
        _operation(
            "RateLimits",
            "GET",
            directories.rate_limits,
            "op/rateService/rateLimits",
            unlimited=True,
            since=directories.RATE_LIMITS_SINCE,
        ),
        _operation(
            "DeployTemplateThroughJob",
            "PUT",
            creation.deploy_template,
            "op/cliTemplateConfiguration/deployTemplateThroughJob",
        ),
        _operation("BulkImport", "PUT", creation.bulk_import, "op/devices/bulkImport"),
        Operation(name="LoginPage", methods=("GET",), paths=(LOGIN,), handler=directories.login_page),
        _not_faked("Devices", "GET", "data/Devices", "data/Devices"),
        _not_faked("AccessPoints", "GET", "data/AccessPoints", "data/AccessPoints"),
        _not_faked("ClientCounts", "GET", "data/ClientCounts", "data/ClientCounts"),
        _not_faked("WlanControllers", "GET", "data/WlanControllers", "data/WlanControllers"),
        _not_faked("CliTemplates", "GET", "data/CliTemplate", "data/CliTemplate"),
    ),
    settings=PrimeSettings,
    read_site=site.read_site,
    state=site.PrimeState,
    scenarios=SCENARIOS,
    job_spec=job_spec,
    own_fields=_own_fields,
    parts=_parts,
    resolve=resolve,
    refuse=refuse,
    faults=FAULTS,
    secrets=("Authorization", "Cookie", "Set-Cookie"),
    sources=(
        "prime.md",
        "Cisco Prime Infrastructure API references 2.2 to 3.10",
        "EPN Manager API references 3.1 to 7.1",
    ),
)
