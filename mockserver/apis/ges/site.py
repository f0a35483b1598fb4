"""What a sandbox's GES holds besides jobs: accounts with their projects, and graphs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mockserver.api.errors import BadContent
from mockserver.core.clock import instant

PROJECT_ID = "0123456789abcdef0123456789abcdef"
"""The project of accounts and graphs that name none."""

ACCOUNTS: tuple[Mapping[str, Any], ...] = (
    {
        "user": "alice",
        "domain": "acme",
        "password": "secret",
        "token": "mock-token",
        "access_key": "MOCKACCESSKEY",
        "secret_key": "mock-secret-key",
    },
)
"""Who is there when the fixtures name no accounts: a section of jobs alone can be used as it stands."""

GRAPHS: tuple[Mapping[str, Any], ...] = ({"name": "movie"},)
"""What is there when the fixtures name no graphs, beside the graphs that jobs name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An IAM user in one project, and the credentials that stand for both.

    Attributes:
        token: an X-Auth-Token that needs not be issued first; `token_expires` in epoch seconds.
        access_key, secret_key: sign requests to the management plane and IAM.
        permitted: False for a user whom GES refuses (GES.8020).
    """

    user: str
    domain: str = ""
    password: str | None = field(default=None, repr=False)
    project: str = "cn-north-4"
    project_id: str = PROJECT_ID
    token: str | None = field(default=None, repr=False)
    token_expires: float | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    security_token: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)
    permitted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What a Cypher or Gremlin statement, or an algorithm of some name, does on a graph."""

    text: str
    plan: Any = None
    on_cancel: Any = None
    result: Any = None
    error: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A graph, and what jobs on it do and find.

    Attributes:
        plan, on_cancel: of the jobs that clients create on it, in the fixture's form; `error` is why they fail.
        label_index: whether the indexes that Cypher needs exist.
        place: what its jobs name as `graph` and `project_id`.
    """

    name: str
    id: str
    project_id: str = PROJECT_ID
    plan: Any = None
    on_cancel: Any = None
    error: str | None = None
    vertices: Sequence[Mapping[str, Any]] = ()
    edges: Sequence[Mapping[str, Any]] = ()
    algorithms: Mapping[str, Script] = field(default_factory=dict)
    cypher: Mapping[str, Script] = field(default_factory=dict)
    gremlin: Mapping[str, Script] = field(default_factory=dict)
    label_index: bool = True
    place: tuple[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", (self.name, self.project_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Accounts and graphs, and the ways to find them."""

    accounts: Sequence[Account]
    graphs: Mapping[tuple[str, str], Graph]
    tokens: Mapping[str, Account]
    access_keys: Mapping[str, Account]
    graph_ids: Mapping[tuple[str, str], Graph]

    def graph_named(self, name: str | None) -> Graph | None:
        """Return the first graph of that name in any project, or the first graph of all."""
        return next((graph for graph in self.graphs.values() if name in (None, graph.name)), None)


def read_site(section: Mapping[str, Any]) -> Site:
    """Build the seed data of a sandbox from the fixtures' section.

    Raises:
        BadContent: two graphs of a project share a name, or a moment cannot be read.
    """
    accounts = tuple(_account(number, fields) for number, fields in enumerate(section.get("accounts", ACCOUNTS)))
    project_id = accounts[0].project_id if accounts else PROJECT_ID
    graphs: dict[tuple[str, str], Graph] = {}
    rows = section.get("graphs", GRAPHS)
    for number, fields in enumerate([*rows, *_implied(section.get("jobs", ()), rows)]):
        graph = _graph(number, fields, project_id)
        if (graph.project_id, graph.name) in graphs:
            raise BadContent(["graphs", number, "name"], f"a second graph {graph.name!r} in project {graph.project_id}")
        graphs[graph.project_id, graph.name] = graph
    return Site(
        accounts=accounts,
        graphs=graphs,
        tokens={account.token: account for account in accounts if account.token},
        access_keys={account.access_key: account for account in accounts if account.access_key},
        graph_ids={(graph.project_id, graph.id): graph for graph in graphs.values()},
    )


def _implied(jobs: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the graphs that jobs name and no row describes."""
    known = {row["name"] for row in rows}
    return [{"name": name} for name in dict.fromkeys(job.get("graph") for job in jobs) if name and name not in known]


def _account(number: int, fields: Mapping[str, Any]) -> Account:
    expires = fields.get("token_expires")
    try:
        return Account(**{**fields, "token_expires": None if expires is None else instant(expires)})
    except ValueError as error:
        raise BadContent(["accounts", number, "token_expires"], str(error)) from None


def _graph(number: int, fields: Mapping[str, Any], project_id: str) -> Graph:
    return Graph(
        name=fields["name"],
        id=fields.get("id", f"{number + 1:032x}"),
        project_id=fields.get("project_id", project_id),
        plan=fields.get("plan"),
        on_cancel=fields.get("on_cancel"),
        error=fields.get("error"),
        vertices=fields.get("vertices", ()),
        edges=fields.get("edges", ()),
        algorithms=_scripts(fields.get("algorithms", ()), "name"),
        cypher=_scripts(fields.get("cypher", ()), "statement"),
        gremlin=_scripts(fields.get("gremlin", ()), "command"),
        label_index=fields.get("label_index", True),
    )


def _scripts(rows: Sequence[Mapping[str, Any]], key: str) -> dict[str, Script]:
    return {
        row[key]: Script(text=row[key], **{name: value for name, value in row.items() if name != key}) for row in rows
    }
