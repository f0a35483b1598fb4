"""What Prime says, typed and without any format. Field order is the order of the XML elements (alphabetical)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mockserver.apis.prime.serialization import attribute, items, part, text, value, wrapped

# --- jobService ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultEntry:
    """OperationResultStatus: what became of one id."""

    id: int = value(int)
    message: str = value(str)
    status: str = value(str)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationResult:
    """The result of a write; both lists are nested twice."""

    failure: tuple[ResultEntry, ...] | None = wrapped(ResultEntry, "failure", "failure", optional=True)
    message: str = value(str)
    operation: str = value(str)
    success: tuple[ResultEntry, ...] | None = wrapped(ResultEntry, "success", "success", optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """PropertyAndValue: one line of what a run has achieved."""

    property: str = value(str)
    value: str = value(str)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInstance:
    """One run of a job in runhistory."""

    completion_time: str | None = value(str, optional=True)
    last_start_time: str | None = value(str, optional=True)
    result_status: str | None = value(str, optional=True)
    results: tuple[Result, ...] = wrapped(Result, "results", "result")
    run_id: int = value(int)
    run_status: str = value(str)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryJob:
    """One job in runhistory."""

    description: str | None = value(str, optional=True)
    job_id: int = value(int)
    job_name: str = value(str)
    job_status: str = value(str)
    job_type: str = value(str)
    next_run_time: str | None = value(str, optional=True)
    run_instances: tuple[RunInstance, ...] = wrapped(RunInstance, "runInstances", "runInstance")


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedJob:
    """What comes back for a new job: a name, never an id."""

    job_name: str = value(str)
    message: str = value(str)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """RateLimitsDTO: the thresholds as they stand; -1 switches one off."""

    limit_page_size: int = value(int)
    limit_unpaged_query: int = value(int)
    max_all_user_concurrent_queries: int = value(int)
    max_concurrent_queries: int = value(int)
    per_user_threshold: int = value(int)
    total_request_threshold: int = value(int)
    window_segments: int = value(int)
    window_size: int = value(int)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagementResponse:
    """The root of every answer below `op`, and all there is to it but for its one list."""

    root: ClassVar[str] = "mgmtResponse"

    response_type: str = attribute(str)
    request_url: str = attribute(str)
    root_url: str = attribute(str)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationAnswer(ManagementResponse):
    """What a write answers."""

    operation_result: tuple[OperationResult, ...] = items(OperationResult, "operationResult")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHistoryAnswer(ManagementResponse):
    """What runhistory answers; None where there are no jobs and the key is left out."""

    job: tuple[HistoryJob, ...] | None = items(HistoryJob, "job", optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployAnswer(ManagementResponse):
    """What deployTemplateThroughJob answers."""

    result: tuple[CreatedJob, ...] = items(CreatedJob, "cliTemplateCommandJobResult")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportAnswer(ManagementResponse):
    """What bulkImport answers."""

    result: tuple[CreatedJob, ...] = items(CreatedJob, "bulkImportResult")


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimitsAnswer(ManagementResponse):
    """What rateLimits answers."""

    rate_limits: tuple[RateLimits, ...] = items(RateLimits, "rateLimitsDTO")


# --- data ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSummary:
    """jobSummaryDTO: a job and its latest run. `duration` is in seconds."""

    display_name: str = attribute(str)
    id: int = attribute(int)
    completion_time: str | None = value(str, optional=True)
    description: str | None = value(str, optional=True)
    # "Types of attributes runId and duration are changed in version 4" (JobSummary, v4): String before.
    duration: int | None = value(int, optional=True, text_before=4)
    instance_uuid: str | None = value(str, optional=True)
    job_name: str = value(str)
    job_status: str = value(str)
    job_type: str = value(str)
    last_start_time: str | None = value(str, optional=True)
    next_run_time: str | None = value(str, optional=True)
    result_status: str | None = value(str, optional=True)
    run_id: int | None = value(int, optional=True, text_before=4)
    run_status: str | None = value(str, optional=True)
    username: str | None = value(str, optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityId:
    """One entity in a list of ids; `url` has no suffix."""

    type: str = attribute(str)
    url: str = attribute(str)
    display_name: str = attribute(str)
    id: str = text()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityHead:
    """What every whole entity has; the one element inside it is named after its type."""

    dto_type: str = attribute(str)
    type: str = attribute(str)
    url: str = attribute(str)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEntity(EntityHead):
    """One job in a list of whole entities."""

    job_summary: JobSummary = part(JobSummary, "jobSummaryDTO")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The root of a page: ids, or entities. `count` is the size of the whole result."""

    root: ClassVar[str] = "queryResponse"

    last: int | None = attribute(int, optional=True)
    first: int = attribute(int)
    count: int = attribute(int)
    domain: str | None = attribute(str, optional=True)
    response_type: str = attribute(str)
    request_url: str = attribute(str)
    root_url: str = attribute(str)
    type: str = attribute(str)
    entity: tuple[EntityHead, ...] | None = items(EntityHead, "entity", optional=True, always_array=True)
    entity_id: tuple[EntityId, ...] | None = items(EntityId, "entityId", optional=True, always_array=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """The root of one entity asked for by its id."""

    root: ClassVar[str] = "queryResponse"

    type: str = attribute(str)
    domain: str | None = attribute(str, optional=True)
    response_type: str = attribute(str)
    request_url: str = attribute(str)
    root_url: str = attribute(str)
    entity: tuple[EntityHead, ...] = items(EntityHead, "entity", always_array=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityType:
    """One line of the directory `data`."""

    url: str = attribute(str)
    name: str = text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One line of the directory `op`."""

    http_method: str = attribute(str)
    path: str = attribute(str)
    name: str = text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """The root of a directory: of entity types, or of operations."""

    root: ClassVar[str] = "queryResponse"

    domain: str | None = attribute(str, optional=True)
    response_type: str = attribute(str)
    request_url: str = attribute(str)
    root_url: str = attribute(str)
    entity_type: tuple[EntityType, ...] | None = items(EntityType, "entityType", optional=True, always_array=True)
    operation: tuple[Service, ...] | None = items(Service, "operation", optional=True, always_array=True)


# --- errors -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorDocument:
    """The root of a refusal. `message` is text, `.-` and code; `id` is `presentation.` and code."""

    root: ClassVar[str] = "errorDocument"

    http_response_code: int = value(int)
    http_method: str = value(str)
    message: str = value(str)
    id: str = value(str)
    uri_path: str = value(str)
    query_params: str = value(str)
    domain: str | None = value(str, optional=True)


Root = ManagementResponse | Listing | Instance | Directory | ErrorDocument
