"""The types of job and the calls that create them: one row each.

Rules a maintainer must keep:

1. What differs from call to call is a column here.
2. `jobType` is not a key: 1 stands for several types (ges.md §3.2), so a job remembers its type (`kind`) itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from mockserver.apis.ges.settings import Edition, GesSettings

GRAPH = "/ges/v1.0/{project_id}/graphs/{graph_name}"
"""Path template of a graph on the service plane."""


class IdFormat(StrEnum):
    """How a job's id is written; samples in ges.md §3.1."""

    UUID = "uuid"
    UUID_DIGITS = "uuid-digits"
    DIGITS_UUID = "digits-uuid"
    HEX_DIGITS = "hex-digits"
    HEX = "hex"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobType:
    """One type of job.

    Attributes:
        name: `kind` in fixtures.
        path: of the call that creates it, below the graph.
        number: `jobType` of the answer; None when it has none.
        code: error code of the call when its graph is unknown.
        id_format: in the memory edition.
        since: the first page ("2021", "2022", "2025") by which such a job can be cancelled; None: never.
        command: in the list of jobs; only `import_graph` is documented, the others follow its pattern (inferred).
        algorithm: its failure is told as `Running algorithm [x] error: …!`, and its end word is an algorithm's.
        lists: the key of `data.outputs` that is empty when nothing was found.
    """

    name: str
    path: str
    number: int | None
    code: str
    id_format: IdFormat
    since: str | None
    command: str
    method: str
    algorithm: bool
    lists: str | None

    @property
    def task(self) -> str:
        """`taskType` in the list of the memory edition since 2024; only `ImportGraph` is documented."""
        return pascal_case(self.name)

    @property
    def completes(self) -> bool:
        """Whether its end is `complete` in memory: algorithms (their page), imports and exports (that of the list)."""
        return self.algorithm or self.name.startswith(("import-", "export-"))


def _row(
    name: str,
    path: str,
    number: int | None,
    code: str,
    id_format: IdFormat = IdFormat.UUID_DIGITS,
    since: str | None = None,
    *,
    command: str | None = None,
    method: str = "POST",
    algorithm: bool = False,
    lists: str | None = None,
) -> JobType:
    return JobType(
        name=name,
        path=path,
        number=number,
        code=code,
        id_format=id_format,
        since=since,
        command=command or name.replace("-", "_"),
        method=method,
        algorithm=algorithm,
        lists=lists,
    )


_LONG, _UUID, _HEX = IdFormat.UUID_DIGITS, IdFormat.UUID, IdFormat.HEX

_TYPES = (
    # name, path below the graph, jobType, code of an unknown graph, id format, can be cancelled since
    _row("query-vertices", "vertices/action?action_id=query", 1, "GES.8204", _LONG, "2021", lists="vertices"),
    _row("query-edges", "edges/action?action_id=query", 0, "GES.8105", _LONG, "2021", lists="edges"),
    _row("execute-algorithm", "action?action_id=execute-algorithm", 1, "GES.8402", _LONG, "2021", algorithm=True),
    _row("create-index", "indices", 8, "GES.8603", _LONG, "2021"),
    # The blank is in the sample: 删除索引(1-1-6).md.
    _row("delete-index", "indices", 9, "GES.8604 ", method="DELETE"),
    _row("filtered-query", "action?action_id=filtered-query", 1, "GES.8806", _UUID, lists="vertices"),
    _row("filtered-query-v2", "action?action_id=path-query", 1, "GES.8806", _UUID, "2025", command="path_query",
         lists="vertices"),
    _row("batch-delete-edges", "edges/action?action_id=batch-delete", 3, "GES.8402", _UUID),
    _row("export-vertices", "vertices/action?action_id=export", 1, "GES.8204"),
    _row("export-edges", "edges/action?action_id=export", 0, "GES.8105"),
    _row("delete-vertices", "vertices/action?action_id=delete", 1, "GES.8204"),
    _row("delete-edges", "edges/action?action_id=delete", 0, "GES.8105"),
    _row("import-graph", "action?action_id=import-graph", None, "GES.8013", _UUID, "2025"),
    _row("export-graph", "action?action_id=export-graph", None, "GES.8011", _LONG, "2025"),
    _row("clear-graph", "action?action_id=clear-graph", None, "GES.8012", _HEX),
    _row("import-properties", "action?action_id=import-properties", None, "GES.8013", _UUID),
    _row("delete-by-file", "action?action_id=delete-by-file", None, "GES.8013", _UUID),
    _row("execute-cypher-query", "action?action_id=execute-cypher-query", None, "GES.8000", _UUID, "2022"),
    _row("export-result", "jobs", None, "GES.8011"),
    _row("batch-build-index", "indices/action?action_id=batch-build", None, "GES.8603"),
    _row("delete-graph", "", None, "GES.8301", method="DELETE"),
    _row("hyg-algorithm", "algorithm", None, "GES.8000", _LONG, "2021", algorithm=True),
)  # fmt: skip

JOB_TYPES: Mapping[str, JobType] = MappingProxyType({one.name: one for one in _TYPES})
"""All types by name."""

MANAGEMENT_TYPES: Mapping[str, JobType] = MappingProxyType(
    {
        name: _row(name, "", None, "GES.7000", _HEX)
        for name in (
            "create-graph", "start-graph", "stop-graph", "restart-graph", "upgrade-graph", "resize-graph",
            "expand-graph", "create-backup", "export-backup", "import-backup",
        )
    }
)  # fmt: skip
"""Types of job that the management plane alone has."""

EXECUTE_ALGORITHM = JOB_TYPES["execute-algorithm"]
FILTERED_QUERY = JOB_TYPES["filtered-query"]
FILTERED_QUERY_V2 = JOB_TYPES["filtered-query-v2"]
BATCH_DELETE_EDGES = JOB_TYPES["batch-delete-edges"]
EXECUTE_CYPHER_QUERY = JOB_TYPES["execute-cypher-query"]
EXPORT_RESULT = JOB_TYPES["export-result"]
BATCH_BUILD_INDEX = JOB_TYPES["batch-build-index"]
DELETE_GRAPH = JOB_TYPES["delete-graph"]
HYG_ALGORITHM = JOB_TYPES["hyg-algorithm"]

# The same call and type, but its sample answers with another jobType and a bare UUID.
_FILTERED_SHORTEST_PATH = replace(EXECUTE_ALGORITHM, number=2, id_format=IdFormat.UUID)

_PAGES = ("2021", "2022", "2025")

ALGORITHMS_2025 = frozenset(
    {
        "topicrank", "pagerank", "personalrank", "kcore", "connected_component", "label_propagation", "louvain",
        "node2vec",
    }
)  # fmt: skip
"""The only algorithms that can be cancelled by the pages of 2024 and 2025."""

SCALAR = frozenset(
    {
        "shortest_path", "filtered_shortest_path", "closeness", "link_prediction", "degree_correlation",
        "triangle_count", "cluster_coefficient",
    }
)  # fmt: skip
"""Algorithms with one result, whose outputs have no data_* fields (algorithm common parameters)."""


def pascal_case(kind: str) -> str:
    """Return a type's name as the vendor writes names of tasks: `import-graph` is `ImportGraph`."""
    return "".join(part.capitalize() for part in kind.split("-"))


def type_of(data: Mapping[str, object]) -> JobType:
    """Return the type of a job, given its own fields."""
    if data.get("algorithm") == "filtered_shortest_path" and data["kind"] == EXECUTE_ALGORITHM.name:
        return _FILTERED_SHORTEST_PATH
    kind = str(data["kind"])
    return JOB_TYPES.get(kind) or MANAGEMENT_TYPES[kind]


def usual_request(data: Mapping[str, object]) -> dict[str, str]:
    """Return `command` and `url` of the request that creates a job of this type, given its own fields."""
    job_type, graph_path = type_of(data), GRAPH.format(project_id=data.get("project_id"), graph_name=data.get("graph"))
    return {"command": job_type.command, "url": f"{graph_path}/{job_type.path}"}


def cancellable(settings: GesSettings, data: Mapping[str, object]) -> bool:
    """Tell whether a job of this type can be cancelled, by the page that holds."""
    page = settings.cancellable
    if page == "edition":
        # No page of the persistent edition lists them; that of 2025 is the nearest (inferred).
        page = "2021" if settings.edition == Edition.MEMORY else "2025"
    job_type = type_of(data)
    if job_type.since is None or _PAGES.index(job_type.since) > _PAGES.index(page):
        return False
    if job_type is EXECUTE_CYPHER_QUERY:
        return bool(data.get("read_only", True))
    if job_type.name == EXECUTE_ALGORITHM.name and page == "2025":
        return data.get("algorithm") in ALGORITHMS_2025
    return True


def end_word(settings: GesSettings, job_type: JobType) -> str:
    """Return how the end of such a job is called."""
    if settings.end_word != "edition":
        return settings.end_word
    return "complete" if settings.persistent or job_type.completes else "success"


def format_of(settings: GesSettings, job_type: JobType) -> IdFormat:
    """Return how ids of new jobs of a type are written."""
    if settings.job_ids != "edition":
        return IdFormat(settings.job_ids)
    return IdFormat.HEX_DIGITS if settings.persistent else job_type.id_format
