"""Replies in the shapes of the recordings of 2017 and 2020, reproduced from fixtures.

The data is ours (`lab.py`); what the recordings show stands in `mockserver/apis/prime/NOTES.md`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.apis.prime import lab

HOST = {"Host": lab.HOST}
SECURE, PLAIN = f"https://{lab.HOST}", f"http://{lab.HOST}"


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def fixture_of(job: Mapping[str, Any]) -> dict[str, Any]:
    """A job of the history in the fixture's form."""
    runs = []
    for run in listed(job["runInstances"]["runInstance"]):
        fields = {"id": str(run["runId"]), "state": run["runStatus"], "started": run["lastStartTime"]}
        if "completionTime" in run:
            fields["ended"] = run["completionTime"]
            fields["result_status"] = run["resultStatus"]
            fields["results"] = [
                {"property": str(one["property"]), "value": one["value"]} for one in listed(run["results"]["result"])
            ]
        runs.append(fields)
    fields = {
        "id": str(job["jobId"]),
        "name": job["jobName"],
        "type": job["jobType"],
        "description": job["description"],
        "state": job["jobStatus"],
        "runs": runs,
    }
    if "nextRunTime" in job:
        fields["next_run_time"] = job["nextRunTime"]
    return fields


async def test_the_v1_run_history(tmp_path: Path, bare: Any) -> None:
    history = lab.run_history()
    prime = await bare(tmp_path, {"jobs": [fixture_of(job) for job in history["mgmtResponse"]["job"]]})
    _, _, query = history["mgmtResponse"]["@requestUrl"].partition("?")
    answer = await prime.get(f"/v1/op/jobService/runhistory.json?{query.replace('&amp;', '&')}", headers=HOST)
    # The recording was rewritten by the client that took it, so that key order inside objects is not evidence;
    # everything else is: 73 jobs in order, types, nesting, lists of one, "results":"" beside RUNNING, "&amp;".
    expected = json.loads(json.dumps(history).replace(SECURE, PLAIN))
    assert answer.data == expected
    assert b"https" not in answer.body
    start = rf"http:\/\/{lab.HOST}\/webacs\/api\/v1\/op\/jobService\/runhistory?jobName=startsWith(%22Job%22)&amp;"
    assert start.encode() in answer.body


async def test_the_v1_history_in_v2_has_lists_and_text_where_v1_has_objects_and_numbers(
    tmp_path: Path, bare: Any
) -> None:
    history = lab.run_history()
    prime = await bare(tmp_path, {"jobs": [fixture_of(job) for job in history["mgmtResponse"]["job"]]})
    jobs = (await prime.get("/v2/op/jobService/runhistory.json?jobName=startsWith(%22Job%22)")).data
    runs = [run for job in jobs["mgmtResponse"]["job"] for run in job["runInstances"]["runInstance"]]
    assert len(runs) == 73
    assert {type(one["property"]) for run in runs for one in run["results"]["result"]} == {str}
    assert sum(run["results"] == {"result": []} for run in runs) == 14


async def test_the_v4_query_response(prime: Any) -> None:
    recorded = lab.query_response()["queryResponse"]
    found = (await prime.get("/v4/data/JobSummary.json?.full=true&.maxResults=14")).data["queryResponse"]
    assert list(found) == list(recorded)
    assert [type(value) for value in found.values()] == [type(value) for value in recorded.values()]
    assert (found["@first"], found["@last"]) == (recorded["@first"], recorded["@last"])
    assert found["@responseType"] == recorded["@responseType"]
    assert found["@domain"] == recorded["@domain"]
    theirs, ours = recorded["entity"][0], found["entity"][0]
    assert list(ours)[:3] == list(theirs)[:3]
    their_dto, our_dto = theirs["wlanControllersDTO"], ours["jobSummaryDTO"]
    assert list(our_dto)[:2] == list(their_dto)[:2] == ["@displayName", "@id"]
    assert type(our_dto["@id"]) is type(their_dto["@id"]) is int
    assert type(our_dto["@displayName"]) is type(their_dto["@displayName"]) is str
    assert [one for one in our_dto if one[0] != "@"] == sorted(one for one in our_dto if one[0] != "@")
    moment = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
    assert moment.fullmatch(their_dto["lastBackup"])
    assert moment.fullmatch(our_dto["lastStartTime"])


async def test_the_deploy_replies_byte_for_byte(prime: Any) -> None:
    sent = lab.deployments()
    assert len(sent) == 73
    for one in sent:
        await prime.at(lab.stamp(one.at))
        answer = await prime.put(
            "/v1/op/cliTemplateConfiguration/deployTemplateThroughJob.json",
            one.sent,
            headers={**HOST, "Content-Type": "application/json"},
        )
        assert answer.body.decode() == one.received.replace(r"https:\/\/", r"http:\/\/")


def test_the_lab_has_the_figures_of_the_recording() -> None:
    jobs = lab.run_history()["mgmtResponse"]["job"]
    runs = [job["runInstances"]["runInstance"] for job in jobs]
    ended = [run for run in runs if "completionTime" in run]
    assert Counter((job["jobStatus"], run["runStatus"]) for job, run in zip(jobs, runs, strict=True)) == {
        ("COMPLETED", "COMPLETED"): 59,
        ("COMPLETED", "RUNNING"): 13,
        ("SCHEDULED", "RUNNING"): 1,
    }
    # Two results each, the device's output before or after the summary.
    assert {tuple(type(one["property"]) for one in run["results"]["result"]) for run in ended} == {
        (int, str),
        (str, int),
    }
    created = {one.job_name: one.at for one in lab.deployments()}
    waited, took = (
        [round((after - before).total_seconds(), 3) for before, after in pairs]
        for pairs in (
            [(created[job["jobName"]], moment(run["lastStartTime"])) for job, run in zip(jobs, runs, strict=True)],
            [(moment(run["lastStartTime"]), moment(run["completionTime"])) for run in ended],
        )
    )
    assert 30.0 <= min(waited) < 30.1
    assert 33.0 < max(waited) <= 33.74
    assert 1.0 <= min(took) < 1.1
    assert 20 < max(took) < 23
    numbers = [job["jobId"] for job in jobs]
    assert numbers != sorted(numbers)
    assert lab.run_history() == lab.run_history()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
