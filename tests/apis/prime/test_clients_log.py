"""Requests of real clients, replayed byte for byte (captures/prime/clients.log).

The log's answers were stand-ins; what counts is that each client finds what it reads.
"""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

LOGIN = "Basic bmJpOnNlY3JldA=="


def requests(data: Path) -> list[tuple[str, list[str], str]]:
    """Return request line, headers and body of each request in the log."""
    text = (data / "clients.log").read_text("utf-8")
    found = []
    for part in re.split(r"^=== conn \d+ req \d+\n", text, flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n--- response ")[0].partition("\n\n")
        line, *headers = head.rstrip("\n").split("\n")
        found.append((line, headers, body))
    assert len(found) == 14
    return found


async def replay(prime: Any, line: str, headers: list[str], body: str) -> tuple[int, dict[str, str], Any]:
    host, port = prime.client.host, prime.client.port
    reader, writer = await asyncio.open_connection(host, port)
    sent = [line]
    for header in headers:
        name, _, value = header.partition(": ")
        if name.lower() == "authorization":
            value = LOGIN
        if name.lower() != "connection":
            sent.append(f"{name}: {value}")
    sent.append("Connection: close")
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
    (200, ["queryResponse", "entityType", 0, "$"], "JobSummary"),
    (200, ["queryResponse", "operation", 5, "@path"], "jobService/runhistory"),
    (200, ["mgmtResponse", "operationResult", 0, "success", "success", 0, "id"], 77),
    (200, ["mgmtResponse", "job", 0, "runInstances", "runInstance", 0, "runStatus"], "COMPLETED"),
    (200, ["queryResponse", "entityType", 0, "$"], "JobSummary"),
    (200, ["mgmtResponse", "cliTemplateCommandJobResult", "message"], "An deploy job has been successfully created. "),
    (200, ["queryResponse", "entityId", 0, "$"], "15"),
    (200, ["queryResponse", "entity", 0, "jobSummaryDTO", "jobStatus"], "COMPLETED"),
    (200, ["mgmtResponse", "job", "runInstances", "runInstance", "results", "result", "property"], "JobX"),
    (200, ["mgmtResponse", "job", 0, "runInstances", "runInstance", 0, "resultStatus"], "SUCCESS"),
    (200, ["mgmtResponse", "job", 0, "runInstances", "runInstance", 0, "runStatus"], "COMPLETED"),
    (200, ["mgmtResponse", "job", 0, "runInstances", "runInstance", 0, "runId"], 78),
    (404, ["errorDocument", "httpResponseCode"], 404),
    (302, [], b""),
]


@pytest.mark.parametrize("number", range(14))
async def test_each_client_finds_what_it_reads(number: int, data: Path, world: Any) -> None:
    status, path, expected = EXPECTED[number]
    found_status, headers, found = await replay(world, *requests(data)[number])
    assert found_status == status, found
    for step in path:
        found = found[step]
    assert found == expected
    assert headers.get("Content-Type") == ("application/json" if status != 302 else None)
    if status == 302:
        assert headers["Location"].endswith("/webacs/pages/common/login.jsp")


async def test_the_walk_of_aradfords_example(prime: Any) -> None:
    """Deploy, find the id by the name, poll until both states are COMPLETED, read the result: v1, objects and all."""
    command = {"cliTemplateCommand": {"targetDevices": {"targetDevice": {"targetDeviceID": "610622"}},
                                      "templateName": "Configure Interface"}}  # fmt: skip
    answer = await prime.put("/v1/op/cliTemplateConfiguration/deployTemplateThroughJob.json", command)
    name = answer.json["mgmtResponse"]["cliTemplateCommandJobResult"]["jobName"]
    for _ in range(20):
        found = (await prime.get(f"/v1/data/JobSummary.json?jobName={name}")).json["queryResponse"]
        if found["@count"] == "1":
            break
        await prime.advance(1)
    job_id = found["entityId"][0]["$"]
    assert found["entityId"][0]["@displayName"].split(",")[-1].strip() in ("SCHEDULED", "COMPLETED")
    for _ in range(20):
        answer = await prime.get("/v1/data/JobSummary/" + job_id + ".json")
        job = answer.json["queryResponse"]["entity"][0]["jobSummaryDTO"]
        if job["jobStatus"] == job["runStatus"] == "COMPLETED":
            break
        await prime.advance(1)
    answer = await prime.get(f"/v1/op/jobService/runhistory.json?jobName={name}")
    run = answer.json["mgmtResponse"]["job"]["runInstances"]["runInstance"]
    assert run["results"]["result"]["value"] == "1/1 template configurations successfully applied."
    assert type(job["runId"]) is int
