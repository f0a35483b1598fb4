"""The kinds of job and the calls that create them: one row each.

Rules a maintainer must keep:

1. What differs from call to call is a column here; no module asks for a kind by its name.
2. `jobType` is not a key: 1 stands for several kinds (ges.md §3.2), so a job remembers its kind itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from mockserver.apis.ges.settings import Edition, GesSettings


class Shape(StrEnum):
    """How a job's id is written; samples in ges.md §3.1."""

    UUID = "uuid"
    UUID_DIGITS = "uuid-digits"
    DIGITS_UUID = "digits-uuid"
    HEX_DIGITS = "hex-digits"
    HEX = "hex"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of job.

    Attributes:
        name: in fixtures.
        command: in the list of jobs; only `import_graph` is documented, the others follow its pattern (inferred).
        path: what creates it, below the graph.
        job_type: `jobType` of the answer; None when it has none.
        graph_code: error code for an unknown graph.
        shape: of its id in the memory edition.
        algorithm: its failure is told as `Running algorithm [x] error: …!`, and its end word is an algorithm's.
        lists: the key of `data.outputs` that is empty when nothing was found.
        since: the first page ("2021", "2022", "2025") by which such a job can be cancelled; None: never.
    """

    name: str
    command: str
    path: str
    job_type: int | None = None
    graph_code: str = "GES.8000"
    shape: Shape = Shape.UUID_DIGITS
    algorithm: bool = False
    lists: str | None = None
    since: str | None = None
    method: str = "POST"


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

QUERY_VERTICES = Kind(
    name="query-vertices",
    command="query_vertices",
    path="vertices/action?action_id=query",
    job_type=1,
    graph_code="GES.8204",
    lists="vertices",
    since="2021",
)
QUERY_EDGES = Kind(
    name="query-edges",
    command="query_edges",
    path="edges/action?action_id=query",
    job_type=0,
    graph_code="GES.8105",
    lists="edges",
    since="2021",
)
EXECUTE_ALGORITHM = Kind(
    name="execute-algorithm",
    command="execute_algorithm",
    path="action?action_id=execute-algorithm",
    job_type=1,
    graph_code="GES.8402",
    algorithm=True,
    since="2021",
)
# The same call and kind, but its sample answers with another jobType and a bare UUID.
_FILTERED_SHORTEST_PATH = replace(EXECUTE_ALGORITHM, job_type=2, shape=Shape.UUID)
CREATE_INDEX = Kind(
    name="create-index",
    command="create_index",
    path="indices",
    job_type=8,
    graph_code="GES.8603",
    since="2021",
)
DELETE_INDEX = Kind(
    name="delete-index",
    command="delete_index",
    path="indices",
    method="DELETE",
    job_type=9,
    # The blank is in the sample: 删除索引(1-1-6).md.
    graph_code="GES.8604 ",
)
FILTERED_QUERY = Kind(
    name="filtered-query",
    command="filtered_query",
    path="action?action_id=filtered-query",
    job_type=1,
    graph_code="GES.8806",
    shape=Shape.UUID,
    lists="vertices",
)
FILTERED_QUERY_V2 = Kind(
    name="filtered-query-v2",
    command="filtered_query",
    path="action?action_id=filtered-query&version=v2",
    job_type=1,
    graph_code="GES.8806",
    shape=Shape.UUID,
    lists="vertices",
    since="2025",
)
BATCH_DELETE_EDGES = Kind(
    name="batch-delete-edges",
    command="batch_delete_edges",
    path="edges/action?action_id=batch-delete",
    job_type=3,
    graph_code="GES.8402",
    shape=Shape.UUID,
)
EXPORT_VERTICES = Kind(
    name="export-vertices",
    command="export_vertices",
    path="vertices/action?action_id=export",
    job_type=1,
    graph_code="GES.8204",
)
EXPORT_EDGES = Kind(
    name="export-edges",
    command="export_edges",
    path="edges/action?action_id=export",
    job_type=0,
    graph_code="GES.8105",
)
DELETE_VERTICES = Kind(
    name="delete-vertices",
    command="delete_vertices",
    path="vertices/action?action_id=delete",
    job_type=1,
    graph_code="GES.8204",
)
DELETE_EDGES = Kind(
    name="delete-edges",
    command="delete_edges",
    path="edges/action?action_id=delete",
    job_type=0,
    graph_code="GES.8105",
)
IMPORT_GRAPH = Kind(
    name="import-graph",
    command="import_graph",
    path="action?action_id=import-graph",
    graph_code="GES.8013",
    shape=Shape.UUID,
    since="2025",
)
EXPORT_GRAPH = Kind(
    name="export-graph",
    command="export_graph",
    path="action?action_id=export-graph",
    graph_code="GES.8011",
    since="2025",
)
CLEAR_GRAPH = Kind(
    name="clear-graph",
    command="clear_graph",
    path="action?action_id=clear-graph",
    graph_code="GES.8012",
    shape=Shape.HEX,
)
IMPORT_PROPERTIES = Kind(
    name="import-properties",
    command="import_properties",
    path="action?action_id=import-properties",
    graph_code="GES.8013",
    shape=Shape.UUID,
)
DELETE_BY_FILE = Kind(
    name="delete-by-file",
    command="delete_by_file",
    path="action?action_id=delete-by-file",
    graph_code="GES.8013",
    shape=Shape.UUID,
)
EXECUTE_CYPHER_QUERY = Kind(
    name="execute-cypher-query",
    command="execute_cypher_query",
    path="action?action_id=execute-cypher-query",
    graph_code="GES.8000",
    shape=Shape.UUID,
    since="2022",
)
EXPORT_RESULT = Kind(
    name="export-result",
    command="export_result",
    path="jobs",
    graph_code="GES.8011",
)
HYG_ALGORITHM = Kind(
    name="hyg-algorithm",
    command="hyg_algorithm",
    path="algorithm",
    algorithm=True,
    since="2021",
)

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        QUERY_VERTICES, QUERY_EDGES, EXECUTE_ALGORITHM, CREATE_INDEX, DELETE_INDEX,
        FILTERED_QUERY, FILTERED_QUERY_V2, BATCH_DELETE_EDGES, EXPORT_VERTICES, EXPORT_EDGES, DELETE_VERTICES,
        DELETE_EDGES, IMPORT_GRAPH, EXPORT_GRAPH, CLEAR_GRAPH, IMPORT_PROPERTIES, DELETE_BY_FILE,
        EXECUTE_CYPHER_QUERY, EXPORT_RESULT, HYG_ALGORITHM,
    )
}  # fmt: skip


def kind_of(data: Mapping[str, object]) -> Kind:
    """Return the kind of a job, given its own fields."""
    if data.get("algorithm") == "filtered_shortest_path" and data["kind"] == EXECUTE_ALGORITHM.name:
        return _FILTERED_SHORTEST_PATH
    return KINDS[str(data["kind"])]


def cancellable(settings: GesSettings, data: Mapping[str, object]) -> bool:
    """Tell whether a job of this kind can be cancelled, by the page that holds."""
    page = settings.cancellable
    if page == "edition":
        # No page of the persistent edition lists them; that of 2025 is the nearest (inferred).
        page = "2021" if settings.edition == Edition.MEMORY else "2025"
    kind = kind_of(data)
    if kind.since is None or _PAGES.index(kind.since) > _PAGES.index(page):
        return False
    if kind is EXECUTE_CYPHER_QUERY:
        return bool(data.get("read_only", True))
    if kind.name == EXECUTE_ALGORITHM.name and page == "2025":
        return data.get("algorithm") in ALGORITHMS_2025
    return True


def end_word(settings: GesSettings, kind: Kind) -> str:
    """Return how the end of such a job is called."""
    if settings.end_word != "edition":
        return settings.end_word
    return "complete" if settings.persistent or kind.algorithm else "success"
