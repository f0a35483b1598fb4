"""The fields of each API's job, for type checkers; made from the fixture schemas by `make reference`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypedDict


class ArcgisFields(TypedDict, total=False):
    """What a test may say of a job of arcgis that there is: while it forces it, for instance."""

    owner: str | None
    plan: str | Mapping[str, Any]
    on_cancel: Literal["honours", "ignores", "loses", "fails", "stuck"] | Mapping[str, Any]
    messages: Sequence[str | Mapping[str, Any]] | None
    error: str | None
    progress: Mapping[str, Any] | None
    created: str | float | None
    started: str | float | None
    ended: str | float | None
    task: str
    inputs: Mapping[str, Any]
    results: Mapping[str, Any]
    results_delay: float | str | Mapping[str, Any] | None
    machine: str
    job_type: str
    customAttributes: Mapping[str, Any]


class ArcgisJob(ArcgisFields, total=False):
    """What a test may say of a new job of arcgis."""

    id: str
    state: str
    hold: bool
    service: Required[str]
    scenario: Literal[
        "stuck",
        "queues",
        "times-out",
        "lost-after-submit",
        "late-results",
        "missing-results",
        "cancel-ignored",
        "cancel-too-late",
        "cancel-stuck",
    ]


class CasjobsFields(TypedDict, total=False):
    """What a test may say of a job of casjobs that there is: while it forces it, for instance."""

    owner: str | None
    plan: str | Mapping[str, Any]
    on_cancel: Literal["honours", "ignores", "loses", "fails", "stuck"] | Mapping[str, Any]
    messages: Sequence[str | Mapping[str, Any]] | None
    error: str | None
    progress: Mapping[str, Any] | None
    created: str | float | None
    started: str | float | None
    ended: str | float | None
    query: str | None
    context: str | None
    taskname: str | None
    type: str
    queue: int
    rows: int
    estimate: int
    quick: bool
    system: bool
    target: str | None
    created_table: str | None
    output: str | None
    output_data: str
    output_after: float
    lost: bool
    send_email: int
    auto_complete: int
    host_ip: str | None
    modified_query: str | None
    params: str | None
    timed_out: bool
    status: int
    results: Any


class CasjobsJob(CasjobsFields, total=False):
    """What a test may say of a new job of casjobs."""

    id: str
    state: str
    hold: bool
    scenario: Literal[
        "late-results",
        "missing-results",
        "stuck",
        "never-starts",
        "lost-after-submit",
        "times-out",
        "fails",
        "cancel-ignored",
        "cancel-too-late",
        "cancel-fails",
        "cancel-stuck",
    ]


class GesFields(TypedDict, total=False):
    """What a test may say of a job of ges that there is: while it forces it, for instance."""

    owner: str | None
    plan: str | Mapping[str, Any]
    on_cancel: Literal["honours", "ignores", "loses", "fails", "stuck"] | Mapping[str, Any]
    messages: Sequence[str | Mapping[str, Any]] | None
    error: str | None
    progress: Mapping[str, Any] | None
    created: str | float | None
    started: str | float | None
    ended: str | float | None
    graph: str
    project_id: str
    kind: Literal[
        "query-vertices",
        "query-edges",
        "execute-algorithm",
        "create-index",
        "delete-index",
        "filtered-query",
        "filtered-query-v2",
        "batch-delete-edges",
        "export-vertices",
        "export-edges",
        "delete-vertices",
        "delete-edges",
        "import-graph",
        "export-graph",
        "clear-graph",
        "import-properties",
        "delete-by-file",
        "execute-cypher-query",
        "export-result",
        "batch-build-index",
        "delete-graph",
        "hyg-algorithm",
        "create-graph",
        "start-graph",
        "stop-graph",
        "restart-graph",
        "upgrade-graph",
        "resize-graph",
        "expand-graph",
        "create-backup",
        "export-backup",
        "import-backup",
    ]
    algorithm: str | None
    read_only: bool
    request: Mapping[str, Any]
    result: Mapping[str, Any] | None
    result_delay: float
    lost: bool
    source_job: str
    exports: Sequence[str]
    plane: Literal["service", "management"]
    graph_id: str | None
    job_name: str
    job_type: str
    related_graph: str | None
    job_detail: Mapping[str, Any] | None
    fail_reason: str
    partially_failed: bool
    results: Any


class GesJob(GesFields, total=False):
    """What a test may say of a new job of ges."""

    id: str
    state: str
    hold: bool
    scenario: Literal[
        "succeeds",
        "fails",
        "stuck",
        "lost",
        "missing-results",
        "late-results",
        "cancel-ignored",
        "cancel-too-late",
        "cancel-fails",
        "cancel-stuck",
    ]


class PrimeRun(TypedDict, total=False):
    """What a test may say of a run of a job of prime."""

    id: str
    owner: str | None
    state: str
    hold: bool
    plan: str | Mapping[str, Any]
    on_cancel: Literal["honours", "ignores", "loses", "fails", "stuck"] | Mapping[str, Any]
    messages: Sequence[str | Mapping[str, Any]] | None
    error: str | None
    progress: Mapping[str, Any] | None
    created: str | float | None
    started: str | float | None
    ended: str | float | None
    result_status: Literal[
        "UNKNOWN",
        "SUCCESS",
        "PARTIALSUCCESS",
        "FAILURE",
        "ROLLBACKED",
        "CANCELFAILED",
        "CANCELLED",
        "PENDINGEXECUTION",
        "PAUSED",
        "PARTIALFAILURE",
    ]
    results: Sequence[Mapping[str, Any]]
    results_after: float | str


class PrimeFields(TypedDict, total=False):
    """What a test may say of a job of prime that there is: while it forces it, for instance."""

    owner: str | None
    plan: str | Mapping[str, Any]
    on_cancel: Literal["honours", "ignores", "loses", "fails", "stuck"] | Mapping[str, Any]
    messages: Sequence[str | Mapping[str, Any]] | None
    error: str | None
    progress: Mapping[str, Any] | None
    created: str | float | None
    started: str | float | None
    ended: str | float | None
    name: str
    type: str
    description: str | None
    next_run_time: str | float | None
    domain: str
    starts_after: float | str
    devices: Sequence[str]
    commands: str
    visible_after: float | str
    result_status: Literal[
        "UNKNOWN",
        "SUCCESS",
        "PARTIALSUCCESS",
        "FAILURE",
        "ROLLBACKED",
        "CANCELFAILED",
        "CANCELLED",
        "PENDINGEXECUTION",
        "PAUSED",
        "PARTIALFAILURE",
    ]
    results: Sequence[Mapping[str, Any]]
    results_after: float | str


class PrimeJob(PrimeFields, total=False):
    """What a test may say of a new job of prime."""

    id: str
    state: str
    hold: bool
    scenario: Literal[
        "succeeds",
        "fails",
        "aborts",
        "stuck",
        "expires",
        "cancel-ignored",
        "cancel-too-late",
        "cancel-fails",
        "cancel-stuck",
        "late-results",
        "missing-results",
        "lost-after-submit",
    ]
    runs: Sequence[PrimeRun]
