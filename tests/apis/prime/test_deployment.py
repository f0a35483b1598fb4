"""The life of a deployed job, as v1_runhistory.json has it: listed at once, due, running, done, two results."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mockserver.apis.prime.deployment import device_ids, filled_in, results, target_devices
from tests.drivers.prime import Prime
from tests.drivers.server import Serve
from tests.store.yielding import YieldingStore

V1 = "/v1/op/jobService/runhistory.json?jobName="
V4 = "/v4/op/jobService/runhistory.json?jobName="


async def summary(prime: Any, name: str) -> dict[str, Any]:
    found = (await prime.get(f"/v4/data/JobSummary.json?.full=true&jobName={name}")).data["queryResponse"]["entity"]
    job: dict[str, Any] = found[0]["jobSummaryDTO"]
    return job


async def history(prime: Any, name: str) -> dict[str, Any]:
    job: dict[str, Any] = (await prime.get(V4 + name)).data["mgmtResponse"]["job"][0]
    return job


async def look(prime: Any, name: str) -> tuple[Any, ...]:
    """What both answers say: job, next run, run, start, result, end."""
    job, listed = await summary(prime, name), await history(prime, name)
    assert (listed["jobStatus"], listed.get("nextRunTime")) == (job["jobStatus"], job.get("nextRunTime"))
    fields = ("jobStatus", "nextRunTime", "runStatus", "lastStartTime", "resultStatus", "completionTime")
    return tuple(job[field][-13:] if "Time" in field and field in job else job.get(field) for field in fields)


async def test_jobs_that_are_deployed_at_once_have_a_name_each(serve: Serve) -> None:
    prime = Prime(await serve(apis=("prime",), store=YieldingStore()))
    # Each has a connection from here on, so that they come at once.
    await asyncio.gather(*(prime.get("/v4/op/jobService/runhistory.json") for _ in range(5)))
    names = await asyncio.gather(*(prime.submit() for _ in range(5)))
    stamps = [f"12_00_00_{number:03d}_PM_01_02_2026" for number in range(5)]
    assert sorted(names) == [f"JobCliTemplateDeployIOSDevices{stamp}" for stamp in stamps]
    assert [(await summary(prime, name))["jobName"] for name in names] == names
    assert set(await prime.client.sandbox.documents("prime").all("named")) == {"last"}


async def test_the_life_of_a_deployed_job(prime: Any) -> None:
    name = await prime.submit()
    assert name == "JobCliTemplateDeployIOSDevices12_00_00_000_PM_01_02_2026"
    seen = [await look(prime, name)]
    for seconds in (2, 1, 4):
        await prime.advance(seconds)
        seen.append(await look(prime, name))
    assert seen == [
        ("SCHEDULED", "12:00:02.000Z", None, None, None, None),
        ("SCHEDULED", "12:00:02.000Z", "RUNNING", "12:00:02.000Z", None, None),
        ("COMPLETED", None, "RUNNING", "12:00:02.000Z", None, None),
        ("COMPLETED", None, "COMPLETED", "12:00:02.000Z", "SUCCESS", "12:00:07.000Z"),
    ]


async def test_the_recorded_half_minute(prime: Any) -> None:
    await prime.set(deploy_starts_after=30, run_takes="1018ms")
    name = await prime.submit()
    await prime.advance(29.9)
    assert (await look(prime, name))[:4] == ("SCHEDULED", "12:00:30.000Z", None, None)
    await prime.advance(0.1)
    assert (await look(prime, name))[:4] == ("SCHEDULED", "12:00:30.000Z", "RUNNING", "12:00:30.000Z")
    await prime.advance(1.018)
    assert (await summary(prime, name))["completionTime"] == "2026-01-02T12:00:31.018Z"


@pytest.mark.parametrize(
    ("shown", "expected"), [("RUNNING", ["RUNNING"]), ("PENDING_EXECUTION", ["PENDING_EXECUTION"]), ("absent", [])]
)
async def test_what_runhistory_shows_before_the_run(prime: Any, shown: str, expected: list[str]) -> None:
    await prime.set(run_before_start=shown)
    name = await prime.submit()
    runs = (await history(prime, name))["runInstances"]["runInstance"]
    assert [run["runStatus"] for run in runs] == expected
    assert not any({"lastStartTime", "completionTime", "resultStatus"} & set(run) for run in runs)


async def test_a_program_that_waits_while_it_reads_running(prime: Any) -> None:
    """nso_epnm (v4) looks at once, waits while the answer has the word RUNNING, then wants the line on all devices."""
    url, answer = V4 + await prime.submit(), "RUNNING"
    for _ in range(20):
        if "RUNNING" not in answer:
            break
        answer = str((await prime.get(url)).data)
        await prime.advance(1)
    assert "1/1 template configurations successfully applied" in answer


async def test_a_program_that_knows_two_words_only(prime: Any) -> None:
    """capt (v3) looks at once and gives up at any runStatus but RUNNING and COMPLETED."""
    url = f'/v3/op/jobService/runhistory.json?jobName="{await prime.submit()}"'.replace('"', "%22")
    words = []
    while not words or words[-1] == "RUNNING":
        run = (await prime.get(url)).data["mgmtResponse"]["job"][0]["runInstances"]["runInstance"][0]
        words.append(run["runStatus"])
        await prime.advance(1)
    assert words[-1] == "COMPLETED"


async def test_a_finished_run_has_two_results_and_v1_a_list_of_them(prime: Any) -> None:
    device = {"targetDevice": {"targetDeviceID": "700001"}}
    orders = []
    for name in [await prime.submit(targetDevices=device) for _ in range(2)]:
        await prime.advance(7)
        lines = (await prime.get(V1 + name)).data["mgmtResponse"]["job"]["runInstances"]["runInstance"]["results"]
        assert isinstance(lines["result"], list)
        said = {line["property"]: line["value"] for line in lines["result"]}
        # v1 has forgotten that the device's number was a text.
        assert set(said) == {700001, name}
        assert said[700001].startswith("configlet:\n! T\n response:\n<cliChunks><cliChunk><cli>")
        assert said[700001].endswith("]]></response></cliChunk></cliChunks>\n")
        assert said[name] == "1/1 template configurations successfully applied."
        orders.append([type(line["property"]) for line in lines["result"]])
        lines = (await history(prime, name))["runInstances"]["runInstance"][0]["results"]["result"]
        assert {line["property"] for line in lines} == {"700001", name}
    assert orders in ([[int, str], [str, int]], [[str, int], [int, str]])


async def test_each_device_has_a_result(prime: Any) -> None:
    devices = [{"targetDeviceID": number} for number in (11, 12, 13)]
    name = await prime.submit(targetDevices={"targetDevice": devices})
    await prime.advance(7)
    lines = (await history(prime, name))["runInstances"]["runInstance"][0]["results"]["result"]
    assert len(lines) == 4
    assert {line["property"]: line["value"] for line in lines}[name].startswith("3/3 ")


async def test_xml_names_its_devices_too(prime: Any) -> None:
    body = (
        "<cliTemplateCommand><targetDevices><targetDevice><targetDeviceID>11</targetDeviceID></targetDevice>"
        "<targetDevice><targetDeviceID>12</targetDeviceID></targetDevice></targetDevices>"
        "<templateName>T</templateName></cliTemplateCommand>"
    )
    answer = await prime.put("/v4/op/cliTemplateConfiguration/deployTemplateThroughJob", body)
    name = answer.xml.find(".//jobName").text
    await prime.advance(7)
    lines = (await history(prime, name))["runInstances"]["runInstance"][0]["results"]["result"]
    assert {"11", "12"} < {line["property"] for line in lines}


async def test_fixture_runs_of_deployments_have_two_results(prime: Any) -> None:
    run = await prime.run(25)
    assert [one["value"][:3] for one in run["results"]["result"]] in (["con", "1/1"], ["1/1", "con"])


# --- triggers before the run ------------------------------------------------------------------------------


async def job_and_run(prime: Any, name: str) -> tuple[str, int]:
    job = await history(prime, name)
    return str(job["jobId"]), job["runInstances"]["runInstance"][0]["runId"]


async def write(prime: Any, event: str, job_id: str) -> None:
    answer = await prime.put(f"/v4/op/jobService/{event}.json", {"jobOperationPayload": {"jobIds": {"jobId": job_id}}})
    assert "success" in answer.data["mgmtResponse"]["operationResult"][0]


async def test_a_job_cancelled_before_its_run_never_runs(prime: Any) -> None:
    name = await prime.submit()
    job_id, _ = await job_and_run(prime, name)
    await write(prime, "cancel", job_id)
    await prime.advance(60)
    assert await look(prime, name) == ("CANCELLED", None, None, None, None, None)
    assert (await history(prime, name))["runInstances"]["runInstance"] == []


async def test_a_job_suspended_before_its_run_runs_after_the_resume(prime: Any) -> None:
    name = await prime.submit()
    job_id, _ = await job_and_run(prime, name)
    await write(prime, "suspend", job_id)
    await prime.advance(60)
    assert await look(prime, name) == ("SUSPENDED", None, None, None, None, None)
    await write(prime, "resume", job_id)
    assert (await look(prime, name))[:3] == ("SCHEDULED", "12:01:02.000Z", None)
    await prime.advance(2)
    assert (await look(prime, name))[2:4] == ("RUNNING", "12:01:02.000Z")


async def test_a_job_cancelled_during_its_run_goes_on(prime: Any) -> None:
    name = await prime.submit()
    job_id, _ = await job_and_run(prime, name)
    await prime.advance(2)
    await write(prime, "cancel", job_id)
    await prime.advance(5)
    assert (await look(prime, name))[0::2] == ("CANCELLED", "COMPLETED", "SUCCESS")


async def test_a_run_cancelled_before_it_began(prime: Any) -> None:
    name = await prime.submit()
    job_id, run_id = await job_and_run(prime, name)
    assert "success" in await prime.cancel_run(run_id)
    await prime.advance(2)
    assert (await prime.run(job_id))["runStatus"] == "CANCELLED"


async def test_the_run_of_a_scenario_waits_as_well(prime: Any) -> None:
    name = await prime.submit(templateName="fails")
    assert (await look(prime, name))[:3] == ("SCHEDULED", "12:00:02.000Z", None)
    await prime.advance(7)
    assert (await look(prime, name))[0::2] == ("COMPLETED", "COMPLETED", "FAILURE")


# --- what a command says ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ({"targetDevice": {"targetDeviceID": 7}}, ["7"]),
        ({"targetDevice": [{"targetDeviceID": "7"}, {"targetDeviceID": "8"}]}, ["7", "8"]),
        ([{"targetDeviceID": "7"}], ["7"]),
        ({"targetDevice": {}}, []),
        ({}, []),
        ("", []),
        (None, []),
    ],
)
def test_target_devices(targets: Any, expected: list[str]) -> None:
    assert device_ids(target_devices({"targetDevices": targets})) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"variableValue": {"name": "port", "value": "g1"}}, "interface g1 ${rate} $$"),
        ({"variableValue": [{"name": "port", "value": 1}, {"name": "rate"}]}, "interface 1  $$"),
        ("", "interface $port ${rate} $$"),
        (None, "interface $port ${rate} $$"),
    ],
)
def test_variables_are_filled_in(values: Any, expected: str) -> None:
    assert filled_in("interface $port ${rate} $$", [{"variableValues": values}]) == expected


def test_a_device_that_echoes_the_end_of_cdata_does_not_end_it() -> None:
    first, summary = results("J", ["1"], "a ]]> b < c", outputs_first=True)
    assert summary.property == "J"
    inside = first.value.partition("<response>")[2].partition("</response>")[0]
    assert inside.count("<![CDATA[") == inside.count("]]>") == 2
    assert "<cli>terminal width 0\nconfig t\na ]]&gt; b &lt; c\n</cli>" in first.value


def test_a_deployment_without_devices_counts_as_one() -> None:
    assert [one.value for one in results("J", [], "!", outputs_first=False)] == [
        "1/1 template configurations successfully applied."
    ]
