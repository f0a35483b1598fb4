"""A word that nothing has is refused with the nearest one, wherever it is written: else a test tests nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.drivers.server import Client

ARCGIS = {"api": "arcgis", "service": "Demo.GPServer", "task": "Echo"}
CASJOBS = {"api": "casjobs", "query": "select 1", "context": "DR7", "owner": "1"}
GES = {"api": "ges", "graph": "movie", "kind": "execute-algorithm"}
PRIME = {"api": "prime", "name": "n", "type": "t"}
RUN = "/jobs/prime/15/runs/282800294"

# (method, path, body, what is meant)
MISSPELT: list[tuple[str, str, Any, str]] = [
    # fields of a new job
    ("POST", "/jobs", {**ARCGIS, "statee": "esriJobExecuting"}, "state"),
    ("POST", "/jobs", {**ARCGIS, "on_cancle": "ignores"}, "on_cancel"),
    ("POST", "/jobs", {**ARCGIS, "onCancel": "ignores"}, "on_cancel"),
    ("POST", "/jobs", {**ARCGIS, "messges": []}, "messages"),
    ("POST", "/jobs", {**CASJOBS, "tasknam": "t"}, "taskname"),
    ("POST", "/jobs", {**GES, "algoritm": "pagerank"}, "algorithm"),
    ("POST", "/jobs", {**PRIME, "runz": []}, "runs"),
    ("POST", "/jobs", {**PRIME, "runs": [{"id": "1", "stat": "RUNNING"}]}, "state"),
    ("POST", "/jobs", [GES, {**GES, "hodl": True}], "hold"),
    ("POST", "/jobs", {**GES, "api": "gess"}, "ges"),
    # what the fields hold
    *(("POST", "/jobs", {**job, "state": word}, meant) for job, word, meant in (
        (ARCGIS, "esriJobExecutng", "esriJobExecuting"), (CASJOBS, "Cancelin", "Canceling"), (GES, "runing", "running"), (PRIME, "SCHEDULD", "SCHEDULED"),
    )),
    *(("POST", "/jobs", {**job, "plan": "suceeds"}, "succeeds") for job in (ARCGIS, CASJOBS, GES, PRIME)),
    *(("POST", "/jobs", {**job, "on_cancel": "honors"}, "honours") for job in (ARCGIS, CASJOBS, GES, PRIME)),
    *(("POST", "/jobs", {**job, "on_cancel": {"mode": "honors"}}, "honours") for job in (ARCGIS, CASJOBS, GES, PRIME)),
    ("POST", "/jobs", {**ARCGIS, "on_cancel": {"mode": "honours", "aftr": "5s"}}, "after"),
    ("POST", "/jobs", {**ARCGIS, "plan": {"stpes": [], "end": "esriJobSucceeded"}}, "steps"),
    ("POST", "/jobs", {**GES, "plan": {"steps": [{"state": "running", "fro": 1}], "end": "complete"}}, "for"),
    ("POST", "/jobs", {**GES, "plan": {"steps": [{"state": "running", "for": {"lokks": 1}}], "end": "complete"}}, "looks"),
    ("POST", "/jobs", {**GES, "plan": {"steps": [{"state": "runing", "for": 1}], "end": "complete"}}, "running"),
    ("POST", "/jobs", {**GES, "plan": {"steps": [], "end": "compleet"}}, "complete"),
    ("POST", "/jobs", {**ARCGIS, "scenario": "late-result"}, "late-results"),
    # options of a force, and of a change
    ("PUT", "/jobs/casjobs/1001/state", {"state": "Cancelin"}, "Canceling"),
    ("PUT", "/jobs/casjobs/1001/state", {"state": "Canceling", "hodl": False}, "hold"),
    ("PUT", "/jobs/casjobs/1001/state", {"stat": "Canceling"}, "state"),
    ("PUT", "/jobs/casjobs/1001/state", {"state": "Canceling", "eror": "x"}, "error"),
    ("PUT", f"{RUN}/state", {"state": "RUNNING", "mesages": []}, "messages"),
    ("PUT", f"{RUN}/state", {"state": "RUNING"}, "RUNNING"),
    ("PATCH", "/jobs/casjobs/1001", {"hodl": True}, "hold"),
    ("PATCH", "/jobs/casjobs/1001", {"on_cancel": "honors"}, "honours"),
    ("GET", "/jobs/casjobs/1001?until=Cancelld", None, "Cancelled"),
    ("GET", "/jobs/casjobs/1001?untl=Cancelled", None, "until"),
    ("GET", "/jobs/casjob/1001", None, "casjobs"),
    # verify, and filters
    ("POST", "/requests/verify", {"match": {"operation": "arcgis.CancelJobs"}, "count": 0}, "arcgis.CancelJob"),
    ("POST", "/requests/verify", {"match": {"opertion": "arcgis.CancelJob"}, "count": 0}, "operation"),
    ("POST", "/requests/verify", {"match": {"api": "argis"}, "count": 0}, "arcgis"),
    ("POST", "/requests/verify", {"match": {}, "after": {"operation": "ges.JobStatuss"}, "count": 0}, "ges.JobStatus"),
    ("POST", "/requests/verify", {"order": [{"operation": "ges.CancelJbo"}]}, "ges.CancelJob"),
    ("POST", "/requests/verify", {"match": {}, "cuont": 1}, "count"),
    ("POST", "/requests/verify", {"match": {}, "count": {"atleast": 1}}, "atLeast"),
    ("GET", "/requests?operation=casjobs.CancelJobb", None, "casjobs.CancelJob"),
    ("GET", "/requests?told=esriJobCanceled", None, "esriJobCancelled"),
    ("GET", "/requests?opertion=casjobs.CancelJob", None, "operation"),
    ("GET", "/jobs?state=esriJobCanceled", None, "esriJobCancelled"),
    ("GET", "/jobs?phase=EXECUTIN", None, "EXECUTING"),
    ("GET", "/jobs?api=arcgi", None, "arcgis"),
    ("GET", "/jobs?stat=Cancelled", None, "state"),
    # faults
    ("POST", "/faults", {"match": {"operation": "prime.CancelRuning"}, "effect": {"status": 503}}, "prime.CancelRunning"),
    ("POST", "/faults", {"match": {"jb": "1"}, "effect": {"status": 503}}, "job"),
    ("POST", "/faults", {"effect": {"statsu": 503}}, "status"),
    ("POST", "/faults", {"effect": {"connection": "rset"}}, "reset"),
    ("POST", "/faults", {"effect": {"garble": "truncat"}}, "truncate"),
    ("POST", "/faults", {"match": {"api": "prime"}, "effect": {"named": "rate-limt"}}, "rate-limit"),
    ("POST", "/faults", {"effect": {"delay": {"mn": 1, "max": 2}}}, "min"),
    ("POST", "/faults", {"effect": {"status": 503}, "tmes": 1}, "times"),
    # the rest
    ("PATCH", "/apis/casjobs/settings", {"eror_details": True}, "error_details"),
    ("PATCH", "/apis/ges/settings", {"edition": "memry"}, "memory"),
    ("PATCH", "/apis/casjob/settings", {"error_details": True}, "casjobs"),
    ("PUT", "/clock", {"frozn": True}, "frozen"),
    ("POST", "/clock/advance", {"second": 1}, "seconds"),
    ("POST", "/reset", {"keep": ["fault"]}, "faults"),
    ("POST", "/reset", {"kep": ["faults"]}, "keep"),
    ("POST", "/sandboxes", {"nmae": "t1"}, "name"),
    ("POST", "/sandboxes", {"fixtures": ["defualt"]}, "default"),
    ("POST", "/sandboxes", {"fixtures": [{"gse": {}}]}, "ges"),
    ("GET", "/contracts/ges.CancelJbo", None, "ges.CancelJob"),
    ("GET", "/openapi.json?api=gess", None, "ges"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "meant"), MISSPELT, ids=lambda value: str(value)[:80])
async def test_the_nearest_word_is_named(client: Client, method: str, path: str, body: Any, meant: str) -> None:
    answer = await client.request(method, f"/_control{path}", json=body)
    said = (await answer.json())["error"]
    assert answer.status in (404, 422), said
    assert f"did you mean '{meant}'?" in f"{said['message']} {said.get('hint', '')}", said


@pytest.mark.parametrize(
    ("method", "path", "does"),
    [
        ("POST", "/jobs/casjobs/1001/state", ["PUT is control.ForceJob"]),
        ("PATCH", "/jobs/casjobs/1001/state", ["PUT is control.ForceJob"]),
        ("POST", "/jobs/casjobs/1001", ["GET is control.", "PATCH is control.", "DELETE is control."]),
        ("DELETE", "/clock", ["GET is control.", "PUT is control."]),
    ],
)
async def test_a_wrong_method_is_told_what_the_others_do(
    client: Client, method: str, path: str, does: list[str]
) -> None:
    answer = await client.request(method, f"/_control{path}", json={})
    said = (await answer.json())["error"]
    assert (answer.status, said["code"]) == (405, "wrong-method")
    assert all(one in said["hint"] for one in does), said
    assert "HEAD is" not in said["hint"]
