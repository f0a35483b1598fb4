"""Real replies, reproduced from fixtures."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HOST = {"Host": "tme-storm"}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def fixture_of(job: Mapping[str, Any]) -> dict[str, Any]:
    """A job of the capture in the fixture's form."""
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


async def test_the_v1_run_history_of_2017(data: Path, tmp_path: Path, bare: Any) -> None:
    capture = json.loads((data / "v1_runhistory.json").read_text("utf-8"))
    prime = await bare(tmp_path, {"jobs": [fixture_of(job) for job in capture["mgmtResponse"]["job"]]})
    _, _, query = capture["mgmtResponse"]["@requestUrl"].partition("?")
    answer = await prime.get(f"/v1/op/jobService/runhistory.json?{query.replace('&amp;', '&')}", headers=HOST)
    # The capture was rewritten by the client that took it, so that key order inside objects is not evidence;
    # everything else is: 73 jobs in order, types, nesting, lists of one, "results":"" beside RUNNING, "&amp;".
    expected = json.loads(json.dumps(capture).replace("https://tme-storm", "http://tme-storm"))
    assert answer.json == expected
    assert b"https" not in answer.body
    assert rb"http:\/\/tme-storm\/webacs\/api\/v1\/op\/jobService\/runhistory?jobName=startsWith(%22Job%22)&amp;" in (
        answer.body
    )


async def test_the_v1_history_in_v2_has_lists_and_text_where_v1_has_objects_and_numbers(
    data: Path, tmp_path: Path, bare: Any
) -> None:
    capture = json.loads((data / "v1_runhistory.json").read_text("utf-8"))
    prime = await bare(tmp_path, {"jobs": [fixture_of(job) for job in capture["mgmtResponse"]["job"]]})
    jobs = (await prime.get("/v2/op/jobService/runhistory.json?jobName=startsWith(%22Job%22)")).json
    runs = [run for job in jobs["mgmtResponse"]["job"] for run in job["runInstances"]["runInstance"]]
    assert len(runs) == 73
    assert {type(one["property"]) for run in runs for one in run["results"]["result"]} == {str}
    assert sum(run["results"] == {"result": []} for run in runs) == 14


async def test_the_v4_query_response_of_2020(data: Path, prime: Any) -> None:
    capture = json.loads((data / "v4_queryResponse.json").read_text("utf-8"))["queryResponse"]
    found = (await prime.get("/v4/data/JobSummary.json?.full=true&.maxResults=14")).json["queryResponse"]
    assert list(found) == list(capture)
    assert [type(value) for value in found.values()] == [type(value) for value in capture.values()]
    assert (found["@first"], found["@last"]) == (capture["@first"], capture["@last"])
    assert found["@responseType"] == capture["@responseType"]
    assert found["@domain"] == capture["@domain"]
    theirs, ours = capture["entity"][0], found["entity"][0]
    assert list(ours)[:3] == list(theirs)[:3]
    their_dto, our_dto = theirs["wlanControllersDTO"], ours["jobSummaryDTO"]
    assert list(our_dto)[:2] == list(their_dto)[:2] == ["@displayName", "@id"]
    assert type(our_dto["@id"]) is type(their_dto["@id"]) is int
    assert type(our_dto["@displayName"]) is type(their_dto["@displayName"]) is str
    assert [one for one in our_dto if one[0] != "@"] == sorted(one for one in our_dto if one[0] != "@")
    moment = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
    assert moment.fullmatch(their_dto["lastBackup"])
    assert moment.fullmatch(our_dto["lastStartTime"])


async def test_the_deploy_replies_of_2017_byte_for_byte(data: Path, prime: Any) -> None:
    text = (data / "v1_deploy_responses.txt").read_text("utf-8")
    pairs = re.findall(r'^(\{ "cliTemplateCommand".*\}\}).*\n.*\n(\{"mgmtResponse".*\}\}\})$', text, re.MULTILINE)
    assert len(pairs) > 60
    for sent, received in pairs:
        stamp = re.search(r"Devices(\d\d)_(\d\d)_(\d\d)_(\d{3})_PM_05_16_2017", received)
        assert stamp is not None
        hour = int(stamp[1]) % 12 + 12
        await prime.at(f"2017-05-16T{hour:02d}:{stamp[2]}:{stamp[3]}.{stamp[4]}Z")
        answer = await prime.put(
            "/v1/op/cliTemplateConfiguration/deployTemplateThroughJob.json",
            sent,
            headers={**HOST, "Content-Type": "application/json"},
        )
        assert answer.body.decode() == received.replace(r"https:\/\/", r"http:\/\/")
