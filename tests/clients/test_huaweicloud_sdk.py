"""The official Python SDK, unmodified, against a server in a thread."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("huaweicloudsdkges", reason="the official SDK is not installed")

import requests
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException, ServerResponseException
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkges import v1, v2

from mockserver import MockServer

PROJECT = "0123456789abcdef0123456789abcdef"
SHOWN = "ff80808167f09aaa0167f19b35ec0305"
GRAPH_ID = "4b5aa3a0000040008000000000000002"
BASE = "/ges/v1.0/{project_id}/graphs/{graph_name}"
RUNNING = "4448c9fb-0b16-4a78-8d89-2a137c53454a001679122"


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(strict=True) as server:
        yield server


@pytest.fixture(autouse=True)
def fresh(server: MockServer) -> None:
    assert requests.post(f"{server.url}/_control/reset", timeout=5).status_code == 200


def client_of(module: Any, server: MockServer, secret: str = "mock-secret-key") -> Any:
    credentials = BasicCredentials("MOCKACCESSKEY", secret, PROJECT)
    return module.GesClient.new_builder().with_credentials(credentials).with_endpoint(server.url).build()


def settings(server: MockServer, **values: Any) -> None:
    assert requests.patch(f"{server.url}/_control/apis/ges/settings", json=values, timeout=5).status_code == 200


def advance(server: MockServer, seconds: float) -> None:
    assert requests.post(f"{server.url}/_control/clock/advance", json={"seconds": seconds}, timeout=5).ok


class ServicePlane:
    """Calls of the service plane, which the SDK has no methods for, by its `do_http_request`."""

    def __init__(self, client: Any, headers: dict[str, str]) -> None:
        self.client = client
        self.headers = headers

    def call(self, method: str, path: str, body: Any = None, query: Any = None, **values: str) -> Any:
        answer = self.client.do_http_request(
            method,
            BASE + path,
            path_params={"graph_name": "movie", **values},
            query_params=query or [],
            header_params={"Content-Type": "application/json", **self.headers},
            body=None if body is None else json.dumps(body),
            # Some response class of the SDK's: without one it fails after the request (ges.md §6).
            response_type="ShowJob2Response",
        )
        return json.loads(answer.raw_content)


# --- the management plane, signed -----------------------------------------------------------------


def test_v1_shows_and_lists_jobs(server: MockServer) -> None:
    client = client_of(v1, server)
    shown = client.show_job(v1.ShowJobRequest(graph_id=GRAPH_ID, job_id=SHOWN))
    assert (shown.job_id, shown.status, shown.job_name) == (SHOWN, "success", "ImportGraph")
    assert (shown.begin_time, shown.end_time) == ("2018-11-27T21:39:00", "2018-11-27T21:39:56")
    assert shown.job_detail.vertexset_path[0].path == "ges-ui/auDatas/list_set_vertex.csv"
    listed = client.list_jobs(v1.ListJobsRequest(limit=10, offset=0, graph_name="GES_UI_AUTO"))
    assert listed.job_count == 4
    assert SHOWN in [job.job_id for job in listed.job_list]


def test_v2_shows_and_lists_jobs(server: MockServer) -> None:
    client = client_of(v2, server)
    shown = client.show_job2(v2.ShowJob2Request(graph_id=GRAPH_ID, job_id=SHOWN))
    assert (shown.job_id, shown.status, shown.related_graph) == (SHOWN, "success", "GES_UI_AUTO")
    running = client.list_jobs2(v2.ListJobs2Request(limit=10, offset=0, status="running"))
    assert [(job.job_name, job.status) for job in running.job_list] == [("ExportGraph", "running")]


def test_the_sdk_learns_its_graph_and_stops_it(server: MockServer) -> None:
    old, new = client_of(v1, server), client_of(v2, server)
    graphs = {graph.name: graph.id for graph in old.list_graphs(v1.ListGraphsRequest(limit=100)).graphs}
    assert graphs == {graph.name: graph.id for graph in new.list_graphs2(v2.ListGraphs2Request(limit=100)).graphs}
    movie = graphs["movie"]
    job_id = new.stop_graph2(v2.StopGraph2Request(graph_id=movie)).job_id
    assert new.show_graph2(v2.ShowGraph2Request(graph_id=movie)).graph.status == "901"
    advance(server, 3)
    assert old.show_graph(v1.ShowGraphRequest(graph_id=movie)).graph.status == "900"
    assert new.show_job2(v2.ShowJob2Request(graph_id=movie, job_id=job_id)).job_name == "StopGraph"
    started = old.start_graph(v1.StartGraphRequest(graph_id=movie, action_id="start", body=v1.StartGraphReq()))
    assert len(started.job_id) == 32


def test_the_sdk_makes_and_deletes_a_graph_and_backs_it_up(server: MockServer) -> None:
    client = client_of(v2, server)
    wanted = v2.CreateGraphReq(graph=v2.CreateGraphReqGraph(name="fresh", graph_size_type_index="1"))
    made = client.create_graph2(v2.CreateGraph2Request(body=wanted))
    advance(server, 3)
    assert client.create_backup2(v2.CreateBackup2Request(graph_id=made.id)).job_id
    advance(server, 3)
    (backup,) = client.list_graph_backups2(v2.ListGraphBackups2Request(graph_id=made.id)).backup_list
    assert (backup.status, backup.graph_name) == ("success", "fresh")
    client.delete_backup2(v2.DeleteBackup2Request(graph_id=made.id, backup_id=backup.id))
    assert client.delete_graph2(v2.DeleteGraph2Request(graph_id=made.id)).job_id
    advance(server, 3)
    with pytest.raises(ClientRequestException) as caught:
        client.show_graph2(v2.ShowGraph2Request(graph_id=made.id))
    assert (caught.value.error_code, bool(caught.value.request_id)) == ("GES.7000", True)


def test_the_sdk_asks_for_days(server: MockServer) -> None:
    for day, number in (("2018-11-27", 4), ("2018-11-28", 0)):
        first = client_of(v1, server).list_jobs(v1.ListJobsRequest(start_time=day, end_time=day))
        second = client_of(v2, server).list_jobs2(v2.ListJobs2Request(start_time=day, end_time=day))
        assert (first.job_count, second.job_count) == (number, number)


def test_what_is_not_faked_has_a_request_id_for_the_sdk(server: MockServer) -> None:
    with pytest.raises(ServerResponseException) as caught:
        client_of(v2, server).list_quotas2(v2.ListQuotas2Request())
    assert (caught.value.status_code, bool(caught.value.request_id)) == (501, True)


def test_a_forced_state_is_what_the_sdk_sees(server: MockServer) -> None:
    client = client_of(v2, server)
    running = "ff80808167f09aaa0167f19b35ec0306"
    state = {"state": "failed", "error": "no space"}
    requests.put(f"{server.url}/_control/jobs/ges/{running}/state", json=state, timeout=5)
    shown = client.show_job2(v2.ShowJob2Request(graph_id=GRAPH_ID, job_id=running))
    assert (shown.status, shown.fail_reason) == ("failed", "no space")


def test_a_wrong_secret_is_told_with_the_gateways_code(server: MockServer) -> None:
    with pytest.raises(ClientRequestException) as caught:
        client_of(v2, server, "wrong").show_job2(v2.ShowJob2Request(graph_id=GRAPH_ID, job_id=SHOWN))
    assert (caught.value.status_code, caught.value.error_code) == (401, "APIGW.0301")
    assert caught.value.request_id


def test_errors_reach_the_sdk_as_the_trace_shows(server: MockServer) -> None:
    with pytest.raises(ClientRequestException) as caught:
        client_of(v1, server).show_job(v1.ShowJobRequest(graph_id=GRAPH_ID, job_id="nobody"))
    # GES's own errorMessage is not parsed by the SDK: the status is the code, the raw body the message (ges.md §6).
    assert caught.value.error_code == "400"
    assert json.loads(caught.value.error_msg) == {
        "errorMessage": "can not find job, jobId is nobody",
        "errorCode": "GES.8301",
    }
    with pytest.raises(ClientRequestException) as caught:
        client_of(v2, server).show_job2(v2.ShowJob2Request(graph_id=GRAPH_ID, job_id="nobody"))
    assert (caught.value.error_code, caught.value.error_msg) == ("GES.7007", "The job does not exist.")


def test_the_sdk_finds_its_project_by_the_region(server: MockServer) -> None:
    credentials = BasicCredentials("MOCKACCESSKEY", "mock-secret-key").with_iam_endpoint(server.url)
    region = Region("cn-north-4", server.url)
    client = v2.GesClient.new_builder().with_credentials(credentials).with_region(region).build()
    assert client.show_job2(v2.ShowJob2Request(graph_id=GRAPH_ID, job_id=SHOWN)).job_id == SHOWN


# --- the service plane ------------------------------------------------------------------------------

TOKEN = {"X-Auth-Token": "mock-token", "Authorization": "none"}
"""Any Authorization keeps the SDK from signing."""

SIGNED_WITH_TOKEN = {"X-Auth-Token": "mock-token"}


@pytest.mark.parametrize("headers", [TOKEN, SIGNED_WITH_TOKEN], ids=["token", "signed and token"])
def test_submit_status_cancel(server: MockServer, headers: dict[str, str]) -> None:
    plane = ServicePlane(client_of(v2, server), headers)
    body = {"algorithmName": "pagerank", "parameters": {"alpha": 0.85}}
    made = plane.call("POST", "/action", body, [("action_id", "execute-algorithm")])
    assert made["jobType"] == 1
    status = plane.call("GET", "/jobs/{job_id}/status", query=[("limit", 2), ("offset", 0)], job_id=made["jobId"])
    assert status["status"] in ("pending", "running")
    assert plane.call("DELETE", "/jobs/{job_id}", job_id=made["jobId"]) == {}
    with pytest.raises(ClientRequestException) as caught:
        plane.call("DELETE", "/jobs/{job_id}", job_id=made["jobId"])
    assert json.loads(caught.value.error_msg)["errorCode"] == "GES.8303"


def test_a_signature_alone_is_no_token_unless_a_setting_says_so(server: MockServer) -> None:
    plane = ServicePlane(client_of(v2, server), {})
    with pytest.raises(ClientRequestException) as caught:
        plane.call("GET", "/jobs/{job_id}/status", job_id=RUNNING)
    assert json.loads(caught.value.error_msg) == {"errorMessage": "Invalid token.", "errorCode": "GES.8007"}
    settings(server, service_signatures=True)
    made = plane.call("POST", "/action", {"algorithmName": "pagerank"}, [("action_id", "execute-algorithm")])
    assert plane.call("GET", "/jobs/{job_id}/status", job_id=made["jobId"])["status"] in ("pending", "running")
    assert plane.call("DELETE", "/jobs/{job_id}", job_id=made["jobId"]) == {}


def test_a_poll_loop_that_waits_for_complete_ends(server: MockServer) -> None:
    plane = ServicePlane(client_of(v2, server), TOKEN)
    body = {"algorithmName": "pagerank"}
    job_id = plane.call("POST", "/action", body, [("action_id", "execute-algorithm")])["jobId"]
    seen = []
    for _ in range(60):
        answer = plane.call("GET", "/jobs/{job_id}/status", job_id=job_id)
        if answer["status"] not in seen:
            seen.append(answer["status"])
        if answer["status"] == "complete":
            break
        advance(server, 0.5)
    assert seen == ["pending", "running", "complete"]
    assert answer["data"]["outputs"]["data_total_size"] == 5


def test_a_client_that_waits_for_the_other_word_never_ends_unless_told(server: MockServer) -> None:
    plane = ServicePlane(client_of(v2, server), TOKEN)
    query = [("action_id", "query")]
    first = plane.call("POST", "/vertices/action", {"labels": ["user"]}, query)["jobId"]
    settings(server, end_word="complete")
    second = plane.call("POST", "/vertices/action", {"labels": ["user"]}, query)["jobId"]
    advance(server, 10)
    words = [plane.call("GET", "/jobs/{job_id}/status", job_id=one)["status"] for one in (first, second)]
    assert words == ["success", "complete"]


# --- a client written by hand: "GES Memory Skill" (ges.md §7) ----------------------------------------


class MemorySkill:
    """A real service-plane client's way: token by password, `results[0].jobId`, `complete` or `failed`, 60 polls."""

    def __init__(self, server: MockServer) -> None:
        user = {"name": "alice", "password": "secret", "domain": {"name": "acme"}}
        identity = {"methods": ["password"], "password": {"user": user}}
        auth = {"auth": {"identity": identity, "scope": {"project": {"id": PROJECT}}}}
        answer = requests.post(f"{server.url}/v3/auth/tokens", json=auth, timeout=5)
        assert answer.status_code in (200, 201)
        self.server = server
        self.base = f"{server.url}/ges/v1.0/{PROJECT}/graphs/movie"
        token = answer.headers["X-Subject-Token"]
        self.headers = {"X-Auth-Token": token, "Content-Type": "application/json"}

    def request(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(method, f"{self.base}/{path}", headers=self.headers, json=body, timeout=5)
        if answer.status_code >= 400:
            raise RuntimeError(answer.text)
        return answer.json()

    def wait(self, job_id: str) -> Any:
        for _ in range(60):
            answer = self.request("GET", f"jobs/{job_id}/status")
            if answer["status"] == "complete":
                return answer["data"]
            if answer["status"] == "failed":
                raise RuntimeError("failed")
            advance(self.server, 2)
        raise TimeoutError


@pytest.mark.parametrize("edition", ["memory", "persistent"])
def test_the_memory_skill_client(server: MockServer, edition: str) -> None:
    settings(server, edition=edition)
    skill = MemorySkill(server)
    index = {"indexName": "i", "indexType": "GlobalCompositeVertexIndex", "hasLabel": True, "indexProperty": []}
    assert skill.request("POST", "indices", index)["jobType"] == 8
    body = {"statements": [{"statement": "match (n) return n limit 1"}], "executionMode": "async"}
    job_id = skill.request("POST", "action?action_id=execute-cypher-query", body)["results"][0]["jobId"]
    if edition == "persistent":
        assert "results" in skill.wait(job_id)["outputs"]
    else:
        with pytest.raises(TimeoutError):
            skill.wait(job_id)
