"""What Python clients of Prime send (piapi 0.1.5 and published scripts), sent as they do; each finds what it reads."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

LOGIN = "Authorization: Basic bmJpOnNlY3JldA=="
CLOSE = "connection: close"
USUAL = [
    "Host: 127.0.0.1:8080",
    "User-Agent: python-requests/2.34.2",
    "Accept-Encoding: gzip, deflate",
    "Accept: */*",
]


def request(line: str, *headers: str, body: str = "") -> tuple[str, list[str], str]:
    """A request line, headers and body, with what Python's `requests` says first in each."""
    return line, [*USUAL, *headers], body


def requests() -> list[tuple[str, list[str], str]]:
    """Return request line, headers and body of each request: order and spelling of the headers as the clients send them."""
    kept, sent_json = "Connection: keep-alive", "Content-Type: application/json"
    cancel = '{"jobRunOperationPayload": {"runIds": {"runId": [77]}}}'
    # Ten variables, seven of them empty; numbers are texts, and each separator has a blank, as json.dumps writes.
    variables = [("InterfaceName", "ethernet0/1/2"), ("Description", "Link 2"), ("AccessNet", "8")]
    variables += [(name, "") for name in ("NativeNet", "Duplex", "TrunkNets", "Speed", "VoiceNet", "Guard", "Edge")]
    values = [{"name": name, "value": value} for name, value in variables]
    device = {"targetDeviceID": "700001", "variableValues": {"variableValue": values}}
    command = {"targetDevices": {"targetDevice": device}, "templateName": "Edge Link"}
    deploy = json.dumps({"cliTemplateCommand": command})
    return [
        request("GET /webacs/api/v3/data.json HTTP/1.1", CLOSE, LOGIN),
        request("GET /webacs/api/v3/op.json HTTP/1.1", CLOSE, LOGIN),
        request(
            "PUT /webacs/api/v3/op/jobService/cancelrunning.json HTTP/1.1",
            CLOSE, sent_json, f"Content-Length: {len(cancel)}", LOGIN, body=cancel,
        ),
        request("GET /webacs/api/v3/op/jobService/runhistory.json?jobId=15 HTTP/1.1", CLOSE, LOGIN),
        request("GET /webacs/api/v3/data.json HTTP/1.1", CLOSE, LOGIN),
        request(
            "PUT /webacs/api/v1/op/cliTemplateConfiguration/deployTemplateThroughJob.json HTTP/1.1",
            kept, sent_json, f"Content-Length: {len(deploy)}", LOGIN, body=deploy,
        ),
        request("GET /webacs/api/v1/data/JobSummary.json?jobName=JobX HTTP/1.1", kept, LOGIN),
        request("GET /webacs/api/v1/data/JobSummary/15.json HTTP/1.1", kept, LOGIN),
        request("GET /webacs/api/v1/op/jobService/runhistory.json?jobName=JobX HTTP/1.1", kept, LOGIN),
        request("GET /webacs/api/v3/op/jobService/runhistory.json?jobName=%22JobX%22 HTTP/1.1", kept, LOGIN),
        request("GET /webacs/api/v3/op/jobService/runhistory.json?jobName=%22JobX%22 HTTP/1.1", kept, LOGIN),
        (
            "GET /webacs/api/v4/op/jobService/runhistory.json?jobId=15 HTTP/1.1",
            [*USUAL[:3], "Accept: application/json", kept, LOGIN],
            "",
        ),
        # A client that asks where it should put, and sends the job's id as a header.
        request(
            "GET /webacs/api/v1/op/jobService/cancel.json HTTP/1.1",
            kept, sent_json.lower(), LOGIN.replace("A", "a", 1), "cache-control: no-cache", "jobId: 410000101",
        ),
        request("GET /webacs/api/v4/data/JobSummary.json HTTP/1.1", kept),
    ]  # fmt: skip


async def replay(prime: Any, line: str, headers: list[str], body: str) -> tuple[int, dict[str, str], Any]:
    host, port = prime.client.host, prime.client.port
    reader, writer = await asyncio.open_connection(host, port)
    kept = [header for header in headers if not header.lower().startswith("connection:")]
    sent = [line, *kept, "Connection: close"]
    writer.write(("\r\n".join(sent) + "\r\n\r\n" + body).encode())
    answer = await reader.read()
    writer.close()
    head, _, content = answer.partition(b"\r\n\r\n")
    status, *rest = head.decode().split("\r\n")
    kinds = dict(one.split(": ", 1) for one in rest)
    data = json.loads(content) if kinds.get("Content-Type") == "application/json" else content
    return int(status.split()[1]), kinds, data


@pytest.fixture
async def world(tmp_path: Path, bare: Any) -> Any:
    run = {"id": "77", "state": "RUNNING"}
    done = {"id": "78", "state": "COMPLETED"}
    jobs = [
        {"id": "14", "name": "JobY", "state": "COMPLETED", "runs": [run]},
        {"id": "15", "name": "JobX", "state": "COMPLETED", "owner": "nbi", "runs": [done]},
    ]
    return await bare(tmp_path, {"jobs": jobs})


EXPECTED: list[tuple[int, list[Any], Any]] = [
    (200, ["queryResponse", "entityType", 3, "$"], "JobSummary"),
    (200, ["queryResponse", "operation", 5, "@path"], "jobService/runhistory"),
    (200, ["mgmtResponse", "operationResult", 0, "success", "success", 0, "id"], 77),
    (200, ["mgmtResponse", "job", 0, "runInstances", "runInstance", 0, "runStatus"], "COMPLETED"),
    (200, ["queryResponse", "entityType", 3, "$"], "JobSummary"),
    (200, ["mgmtResponse", "cliTemplateCommandJobResult", "message"], "An deploy job has been successfully created. "),
    (200, ["queryResponse", "entityId", 0, "$"], "15"),
    (200, ["queryResponse", "entity", 0, "jobSummaryDTO", "jobStatus"], "COMPLETED"),
    (200, ["mgmtResponse", "job", "runInstances", "runInstance", "results", "result", 0, "property"], "JobX"),
    (200, ["mgmtResponse", "job", 0, "runInstances", "runInstance", 0, "resultStatus"], "SUCCESS"),
    (200, ["mgmtResponse", "job", 0, "runInstances", "runInstance", 0, "runStatus"], "COMPLETED"),
    (200, ["mgmtResponse", "job", 0, "runInstances", "runInstance", 0, "runId"], 78),
    (404, ["errorDocument", "httpResponseCode"], 404),
    (302, [], b""),
]


@pytest.mark.parametrize("number", range(14))
async def test_each_client_finds_what_it_reads(number: int, world: Any) -> None:
    status, path, expected = EXPECTED[number]
    found_status, headers, found = await replay(world, *requests()[number])
    assert found_status == status, found
    for step in path:
        found = found[step]
    assert found == expected
    assert headers.get("Content-Type") == ("application/json" if status != 302 else None)
    if status == 302:
        assert headers["Location"].endswith("/webacs/pages/common/login.jsp")


async def test_the_walk_of_a_published_example(prime: Any) -> None:
    """Deploy, find the id by the name, poll until both states are COMPLETED, read the result: v1, objects and all."""
    command = {"cliTemplateCommand": {"targetDevices": {"targetDevice": {"targetDeviceID": "700001"}},
                                      "templateName": "Edge Link"}}  # fmt: skip
    answer = await prime.put("/v1/op/cliTemplateConfiguration/deployTemplateThroughJob.json", command)
    name = answer.data["mgmtResponse"]["cliTemplateCommandJobResult"]["jobName"]
    # It looks once, right after the PUT, and indexes.
    found = (await prime.get(f"/v1/data/JobSummary.json?jobName={name}")).data["queryResponse"]
    job_id = found["entityId"][0]["$"]
    assert found["entityId"][0]["@displayName"].split(",")[-1].strip() == "SCHEDULED"
    for _ in range(20):
        answer = await prime.get("/v1/data/JobSummary/" + job_id + ".json")
        job = answer.data["queryResponse"]["entity"][0]["jobSummaryDTO"]
        if job["jobStatus"] == job.get("runStatus") == "COMPLETED":
            break
        await prime.advance(1)
    answer = await prime.get(f"/v1/op/jobService/runhistory.json?jobName={name}")
    run = answer.data["mgmtResponse"]["job"]["runInstances"]["runInstance"]
    assert "1/1 template configurations successfully applied." in [one["value"] for one in run["results"]["result"]]
    assert type(job["runId"]) is int
