"""A walk through a live GES: sign in, jobs of a graph, an algorithm to its end, a cancel, refusals, management."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.api.walk import Fact, LiveRequest, LiveSystem, Seen, claim_end
from mockserver.apis.ges.job_types import JOB_TYPES
from mockserver.core.clock import instant
from mockserver.core.machine import Confidence

_STATUS = "https://support.huaweicloud.com/api-ges/ges_03_0037.html"
_ENDED = ("success", "complete", "failed")
_UNDER_WAY = ("pending", "waiting", "running")
_UNKNOWN_JOB = "00000000-0000-0000-0000-000000000000000000000"


class _Graph:
    """One graph of one project, asked with one token."""

    def __init__(self, system: LiveSystem) -> None:
        self.system = system
        account = system.account
        self.token = account.get("token")
        self.project = account.get("project_id", "")
        self.name = account.get("graph", "")
        self.iam = str(account.get("iam_url", "")).rstrip("/")

    def below(self, path: str) -> str:
        return f"/ges/v1.0/{self.project}/graphs/{self.name}/{path}"

    async def ask(
        self, operation: str, path: str, method: str = "GET", *, token: str | None = None, **more: Any
    ) -> Seen:
        headers = {"X-Auth-Token": str(token or self.token)}
        return await self.system.call(operation, LiveRequest(method=method, path=path, headers=headers, **more))


async def walk(system: LiveSystem) -> None:
    """Walk through a project."""
    graph = _Graph(system)
    await _sign_in(graph)
    if graph.token is None or not graph.project or not graph.name:
        system.skip(
            "the account names no token (or user and password), project_id and graph",
            "JobStatus",
            "ListJobs",
            "CancelJob",
        )
    else:
        await _reads(graph)
        await _refusals(graph)
        if system.may_write:
            await _to_the_end(graph)
            await _cancelled(graph)
            await _queries(graph)
        else:
            system.skip(
                "needs --write, for it makes a job",
                "ExecuteAlgorithm",
                "CancelJob",
                "QueryVertices",
                "QueryEdges",
                "ExecuteCypherQuery",
                "ExecuteGremlinQuery",
                "FilteredQuery",
            )
        await _management(graph)
    system.skip("changes or empties the graph", *_CHANGES)
    system.skip("writes to a bucket of the account's", "ExportResult", "ExportVertices", "ExportEdges", "ExportGraph")
    system.skip("the persistent edition alone has HyG", "CreateHygJob", "CancelHygJob", "CancelHygJobs")


_CHANGES = ("CreateIndex", "DeleteIndex", "ImportGraph", "ClearGraph", "DeleteByFile", "DeleteEdges", "DeleteVertices",
            "BatchDeleteEdges", "ImportProperties", "ManagementClearGraph", "ManagementImportGraph",
            "ManagementExportGraph")  # fmt: skip


async def _sign_in(graph: _Graph) -> None:
    system, account = graph.system, graph.system.account
    if "user" not in account or "password" not in account:
        system.skip("the account names no user and password", "CreateToken")
    else:
        await system.call("CreateToken", _credentials(graph, "no such password"))
        seen = await system.call("CreateToken", _credentials(graph, account["password"]))
        token = seen.headers.get("X-Subject-Token")
        fact = Fact(
            expected="a header X-Subject-Token", got=str(bool(token)), source="IAM: KeystoneCreateUserTokenByPassword"
        )
        system.claim(seen, bool(token), fact)
        expires = seen.find("token", "expires_at")
        if isinstance(expires, str):
            later = _later(expires, system.now())
            fact = Fact(
                pointer="/token/expires_at", expected="later than now", got=expires, source="IAM: token, expires_at"
            )
            system.claim(seen, later, fact)
        graph.token = token or graph.token
        found = seen.find("token", "project", "id")
        if not graph.project and isinstance(found, str):
            graph.project = found
    if graph.token is not None:
        seen = await graph.ask("ListProjects", f"{graph.iam}/v3/projects")
        ids = [one.get("id") for one in seen.find("projects") or () if isinstance(one, Mapping)]
        if graph.project:
            fact = Fact(
                pointer="/projects",
                expected=f"project {graph.project} among them",
                got=str(ids),
                source="IAM: KeystoneListProjects",
            )
            system.claim(seen, graph.project in ids, fact)


def _later(text: str, now: float) -> bool:
    try:
        return instant(text) > now
    except ValueError:
        return False


def _credentials(graph: _Graph, password: str) -> LiveRequest:
    account = graph.system.account
    user = {"name": account["user"], "password": password, "domain": {"name": account.get("domain", account["user"])}}
    body = {
        "auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": account.get("project", "cn-north-4")}},
        }
    }
    return LiveRequest(method="POST", path=f"{graph.iam}/v3/auth/tokens", json=body)


async def _reads(graph: _Graph) -> None:
    system, account = graph.system, graph.system.account
    listed = await graph.ask("ListJobs", graph.below("jobs/status"))
    await graph.ask("ListJobs", graph.below("jobs/status"), query={"offset": "0", "limit": "1"})
    jobs = listed.find("jobs")
    mine = account.get("job") or (jobs[0].get("jobId") if isinstance(jobs, list) and jobs else None)
    if mine is None:
        return
    status = await graph.ask("JobStatus", graph.below(f"jobs/{mine}/status"))
    await graph.ask("JobStatus", graph.below(f"jobs/{mine}/status"), query={"offset": "0", "limit": "1"})
    shown = next((one for one in jobs or () if isinstance(one, Mapping) and one.get("jobId") == mine), None)
    if shown is not None and status.find("status") in _ENDED:
        fact = Fact(
            pointer="/jobs",
            expected=str(status.find("status")),
            got=str(shown.get("status")),
            source=_STATUS,
            confidence=Confidence.INFERRED,
        )
        system.claim(listed, shown.get("status") == status.find("status"), fact)


async def _refusals(graph: _Graph) -> None:
    await graph.ask("JobStatus", graph.below(f"jobs/{_UNKNOWN_JOB}/status"))
    await graph.ask("JobStatus", graph.below(f"jobs/{_UNKNOWN_JOB}/status"), token="no such token")  # noqa: S106 (none)
    other = f"/ges/v1.0/{graph.project}/graphs/no_such_graph_here"
    await graph.ask("JobStatus", f"{other}/jobs/{_UNKNOWN_JOB}/status")
    await graph.ask("ListJobs", f"{other}/jobs/status")
    if graph.system.may_write:
        await graph.ask("CancelJob", graph.below(f"jobs/{_UNKNOWN_JOB}"), "DELETE")


async def _submitted(graph: _Graph) -> str | None:
    account = graph.system.account
    name = account.get("algorithm", "pagerank")
    body = {"algorithmName": name, "parameters": account.get("parameters", {})}
    path = graph.below("action")
    seen = await graph.ask("ExecuteAlgorithm", path, "POST", query={"action_id": "execute-algorithm"}, json=body)
    job = seen.find("jobId")
    if not isinstance(job, str):
        return None
    wanted = JOB_TYPES["execute-algorithm"].number
    told = seen.find("jobType")
    fact = Fact(
        pointer="/jobType",
        expected=str(wanted),
        got=str(told),
        source="ges_03_0031: jobType",
        confidence=Confidence.OBSERVED,
    )
    graph.system.claim(seen, told in (None, wanted), fact)
    return job


async def _to_the_end(graph: _Graph) -> None:
    job = await _submitted(graph)
    if job is None:
        return
    system = graph.system
    seen = await system.until(lambda: graph.ask("JobStatus", graph.below(f"jobs/{job}/status")), _has_ended)
    fact = Fact(pointer="/status", expected="an end", got=str(seen.find("status")), source=_STATUS)
    claim_end(system, seen, _has_ended(seen), fact, under_way=seen.find("status") in _UNDER_WAY)
    if seen.find("status") in ("success", "complete"):
        there = isinstance(seen.find("data"), Mapping)
        system.claim(
            seen, there, Fact(pointer="/data", expected="what was found", got=str(seen.find("data")), source=_STATUS)
        )
    await graph.ask("CancelJob", graph.below(f"jobs/{job}"), "DELETE")  # nothing to cancel any more
    listed = await graph.ask("ListJobs", graph.below("jobs/status"), query={"offset": "0", "limit": "1000"})
    ids = [one.get("jobId") for one in listed.find("jobs") or () if isinstance(one, Mapping)]
    fact = Fact(
        pointer="/jobs",
        expected=f"job {job} among them",
        got=f"{len(ids)} others",
        source="ges_03_0038: the graph's jobs",
    )
    system.claim(listed, job in ids, fact)


async def _cancelled(graph: _Graph) -> None:
    job = await _submitted(graph)
    if job is None:
        return
    system = graph.system
    cancelled = await graph.ask("CancelJob", graph.below(f"jobs/{job}"), "DELETE")
    seen = await system.until(lambda: graph.ask("JobStatus", graph.below(f"jobs/{job}/status")), _has_ended)
    if cancelled.status == 200:
        expected = "no running job after an accepted cancel"
        fact = Fact(
            pointer="/status",
            expected=expected,
            got=str(seen.find("status")),
            source="ges_03_0039 (seed 002): stops the job",
        )
        # A job that is being cancelled runs, as far as its clients are told.
        claim_end(system, seen, _has_ended(seen), fact, under_way=seen.find("status") in _UNDER_WAY)


def _has_ended(seen: Seen) -> bool:
    """Tell whether the job is over: ended, failed with a text, or gone as a cancelled one may be."""
    return seen.find("status") in _ENDED or seen.find("errorCode") is not None


async def _queries(graph: _Graph) -> None:
    labels = graph.system.account.get("labels")
    if labels is None:
        graph.system.skip("the account names no labels to query by", "QueryVertices", "QueryEdges")
    else:
        for operation, path in (("QueryVertices", "vertices/action"), ("QueryEdges", "edges/action")):
            for mode in ("sync", "async"):
                body = {"labels": labels, "offset": 0, "limit": 1, "executionMode": mode}
                await graph.ask(operation, graph.below(path), "POST", query={"action_id": "query"}, json=body)
    statement = {"statement": "match (n) return n limit 1", "parameters": {}, "resultDataContents": ["row"]}
    for operation, action, body in (
        ("ExecuteCypherQuery", "execute-cypher-query", {"statements": [statement]}),
        ("ExecuteGremlinQuery", "execute-gremlin-query", {"command": "g.V().limit(1)"}),
    ):
        await graph.ask(operation, graph.below("action"), "POST", query={"action_id": action}, json=body)
    graph.system.skip("its filters are the graph's own", "FilteredQuery")


async def _management(graph: _Graph) -> None:
    system, account = graph.system, graph.system.account
    for version in ("v1.0", "v2"):
        listed = await graph.ask(
            "ListManagementJobs", f"/{version}/{graph.project}/graphs/jobs", query={"offset": "0", "limit": "10"}
        )
        for number, one in enumerate(listed.find("jobs") or listed.find("jobList") or listed.find("job_list") or ()):
            begin, end = one.get("beginTime", one.get("begin_time")), one.get("endTime", one.get("end_time"))
            if isinstance(begin, str) and isinstance(end, str):
                fact = Fact(
                    pointer=f"/jobs/{number}",
                    expected="an end after the beginning",
                    got=f"{begin}, {end}",
                    source="job details",
                )
                system.claim(listed, begin <= end, fact)
        if "graph_id" in account:
            path = f"/{version}/{graph.project}/graphs/{account['graph_id']}/jobs"
            await graph.ask("ShowJob", f"{path}/{account.get('management_job', _UNKNOWN_JOB)}/status")
        else:
            system.skip("the account names no graph_id", "ShowJob")
