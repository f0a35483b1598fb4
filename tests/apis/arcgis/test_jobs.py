"""The job resource in every state and at every message level, submitJob, results: over HTTP."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import FormData

from mockserver.core.job import Job
from mockserver.store.memory import MemoryStore
from tests.drivers.arcgis import DEMO, ArcGis
from tests.drivers.server import Client, Serve

NOTEBOOK = "/arcgis/rest/services/NotebookTools/GPServer"
UNKNOWN = {"error": {"code": 400, "message": "Unable to complete operation.", "details": []}}
INFORMATIVE, ERROR = "esriJobMessageTypeInformative", "esriJobMessageTypeError"


def lines(*texts: str) -> list[dict[str, str]]:
    return [{"type": INFORMATIVE, "description": text} for text in texts]


FAILED = {"type": ERROR, "description": "Failed."}
RESULTS = {"Output_Text": {"paramUrl": "results/Output_Text"}}
INPUTS = {"Input_Text": {"paramUrl": "inputs/Input_Text"}}


@pytest.mark.parametrize(
    ("number", "state", "rest"),
    [
        (1, "esriJobNew", {"messages": []}),
        (2, "esriJobWaiting", {"messages": []}),
        (3, "esriJobSubmitted", {"messages": []}),
        (
            4,
            "esriJobExecuting",
            {
                "progress": {"type": "default", "message": "Executing..."},
                "messages": lines("Submitted.", "Executing..."),
            },
        ),
        (5, "esriJobCancelling", {"messages": lines("Submitted.")}),
        (6, "esriJobCancelled", {"messages": lines("Submitted.", "Cancel complete.")}),
        (7, "esriJobFailed", {"messages": [*lines("Submitted.", "Executing..."), FAILED]}),
        (8, "esriJobTimedOut", {"messages": lines("Submitted.", "Executing...")}),
        (
            9,
            "esriJobSucceeded",
            {"results": RESULTS, "inputs": INPUTS, "messages": []},
        ),
        (10, "esriJobDeleting", {"messages": lines("Submitted.")}),
        (11, "esriJobDeleted", {"messages": lines("Submitted.")}),
    ],
)
async def test_the_job_document_in_each_state(arcgis: ArcGis, number: int, state: str, rest: dict[str, Any]) -> None:
    job_id = f"j{number:032x}"
    found = await arcgis.get(f"{DEMO}/Echo/jobs/{job_id}")
    assert json.dumps(found) == json.dumps({"jobId": job_id, "jobStatus": state, **rest})


NOTEBOOK_LINES = (
    "Input Notebook Path:  D:\\site\\tasks\\in.ipynb\r",
    "Output Notebook Path:  D:\\site\\tasks\\out.ipynb\r",
    "Start processing time: 2024-05-06 07:08:09.100200\r",
    "Finish processing time: 2024-05-06 07:08:29.300400\r",
    "Successfully completed.",
)
NOTEBOOK_ATTRIBUTES = {
    "isCancelled": False,
    "webToolParameters": json.dumps([{"name": "in", "defaultValue": {"url": "https://gis.example.test/rest/0"}}]),
}
# Keys, their order and their types are those of the page of the seed (ArcGIS Enterprise, "Job"), values are ours.
NOTEBOOK_JOB = {
    "jobId": "j00000000-0000-4000-8000-0000000000aa",
    "jobStatus": "esriJobSucceeded",
    "inputs": {"input_feature_layer": {"paramUrl": "inputs/input_feature_layer"}},
    # A notebook's message says its text first.
    "messages": [{"description": line, "type": INFORMATIVE} for line in NOTEBOOK_LINES],
    "startTime": 1714979288182,
    "endTime": 1714979335841,
    "type": "executeNotebookAsWebTool",
    "results": {"output_feature_layer": {"paramUrl": "results/output_feature_layer"}},
    "status": "COMPLETED",
    "username": "user@DOMAIN",
    "customAttributes": NOTEBOOK_ATTRIBUTES,
}


def types(value: Any) -> Any:
    if isinstance(value, dict):
        return [(key, types(item)) for key, item in value.items()]
    return [types(one) for one in value] if isinstance(value, list) else type(value).__name__


async def test_the_notebooks_job_is_that_of_the_seed_key_for_key_and_in_its_order(arcgis: ArcGis) -> None:
    job = {
        "api": "arcgis",
        "id": NOTEBOOK_JOB["jobId"],
        "service": "NotebookTools.GPServer",
        "task": "executeNotebook",
        "state": "esriJobSucceeded",
        "owner": NOTEBOOK_JOB["username"],
        "created": "2024-05-06T07:08:08.182Z",
        "started": "2024-05-06T07:08:08.182Z",
        "ended": "2024-05-06T07:08:55.841Z",
        "messages": [{"text": line} for line in NOTEBOOK_LINES],
        "customAttributes": NOTEBOOK_ATTRIBUTES,
    }
    assert (await arcgis.client.post("/_control/jobs", json=job)).status == 201
    found = await arcgis.get(f"{NOTEBOOK}/executeNotebook/jobs/{NOTEBOOK_JOB['jobId']}")
    assert json.dumps(found) == json.dumps(NOTEBOOK_JOB)
    # The job that the default fixtures have.
    given = await arcgis.get(f"{NOTEBOOK}/executeNotebook/jobs/j8f8783b5-1b5a-4faf-859c-851c9a837232")
    assert types(given) == types(NOTEBOOK_JOB)


async def test_a_notebooks_new_job_has_a_dashed_id_and_fails_expectedly(arcgis: ArcGis) -> None:
    path = await arcgis.submit("expectedFailure", NOTEBOOK)
    assert len(path.rsplit("/j", 1)[1]) == 36
    await arcgis.advance(10)
    found = await arcgis.get(path)
    assert (found["jobStatus"], found["status"], found["type"]) == (
        "expectedFailure",
        "FAILED",
        "executeNotebookAsWebTool",
    )


async def test_a_job_lives_by_the_clock_alone(arcgis: ArcGis) -> None:
    path = await arcgis.submit("Echo", Input_Text="hi")
    assert (await arcgis.get(path))["jobStatus"] == "esriJobSubmitted"
    for _ in range(5):
        await arcgis.get(path)
    await arcgis.advance(1)
    assert (await arcgis.get(path))["jobStatus"] == "esriJobExecuting"
    await arcgis.advance(2)
    assert (await arcgis.get(path))["results"] == RESULTS
    value = {"paramName": "Output_Text", "dataType": "GPString", "value": "hi"}
    assert await arcgis.get(f"{path}/results/Output_Text") == value
    assert await arcgis.get(f"{path}/results/output_text") == value
    assert await arcgis.get(f"{path}/results") == [value]
    assert await arcgis.get(f"{path}/inputs") == [{"paramName": "Input_Text", "dataType": "GPString", "value": "hi"}]


async def test_the_info_level_frames_the_lines_of_a_tool_that_fails(arcgis: ArcGis) -> None:
    path = await arcgis.submit("Fail", "/arcgis/rest/services/Verbose/GPServer")
    await arcgis.advance(1)
    await arcgis.advance(2)
    found = (await arcgis.get(path))["messages"]
    # The tool's own lines are the tool's business; kinds, frame and their order are those a public server showed in 2025.
    assert found == [
        *lines("Submitted.", "Executing...", "Start Time: Friday, January 2, 2026 12:00:01 PM"),
        *lines("AOI: -123.7835 41.7534 -123.6352 41.8042", "Entering ValidateCoordinates()"),
        {"type": ERROR, "description": "ERROR: Invalid products:  NOTAPRODUCT"},
        *lines("Failed script Fail..."),
        {"type": ERROR, "description": "Failed to execute (Fail)."},
        *lines("Failed at Friday, January 2, 2026 12:00:03 PM (Elapsed Time: 2.00 seconds)"),
        FAILED,
    ]


async def test_the_info_level_has_no_prefix_on_success(arcgis: ArcGis) -> None:
    path = await arcgis.submit("Echo", "/arcgis/rest/services/Verbose/GPServer")
    await arcgis.advance(3)
    found = (await arcgis.get(path))["messages"]
    # No "Submitted." and no "Executing...": the first line is the start, the last one the success.
    assert [found[0], found[-1]] == lines(
        "Start Time: Friday, January 2, 2026 12:00:01 PM",
        "Succeeded at Friday, January 2, 2026 12:00:03 PM (Elapsed Time: 2.00 seconds)",
    )


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("none", []),
        ("error", []),
        ("warning", [("esriJobMessageTypeWarning", "WARNING 000642: Problems reading 1 of 120 total records.")]),
    ],
)
async def test_other_levels_show_their_share_of_the_tools_lines(arcgis: ArcGis, level: str, said: Any) -> None:
    await arcgis.set(message_level=level)
    service = "/arcgis/rest/services/Analysis/Hotspots/GPServer"
    path = await arcgis.submit("911%20Calls%20Hotspot".replace("%20", " "), service)
    await arcgis.advance(3)
    kept = [{"type": kind, "description": text} for kind, text in said]
    assert (await arcgis.get(path))["messages"] == kept
    await arcgis.set(succeeded_frame=True)
    assert (await arcgis.get(path))["messages"] == [*lines("Submitted.", "Executing..."), *kept, *lines("Succeeded.")]


# What 10.x says at level Info, by the version's own look of dates and by the other (recorded from 10.0, 10.7 and a later 10.x).
OF_10 = ("Fri Jan  2 12:00:01 2026", "Fri Jan  2 12:00:03 2026")
LONG = ("Friday, January 2, 2026 12:00:01 PM", "Friday, January 2, 2026 12:00:03 PM")


@pytest.mark.parametrize(
    ("settings", "dates"),
    [
        ({"version": "10.0"}, OF_10),
        ({"version": "10.9.1"}, OF_10),
        ({"version": "10.91"}, OF_10),
        ({"version": "10.7", "message_dates": "long"}, LONG),
    ],
)
async def test_the_info_level_of_10_says_more(arcgis: ArcGis, settings: dict[str, Any], dates: tuple[str, str]) -> None:
    await arcgis.set(**settings)
    path = await arcgis.submit("Echo", "/arcgis/rest/services/Verbose/GPServer", Input_Text="hello there")
    await arcgis.advance(3)
    found = (await arcgis.get(path))["messages"]
    assert found[:3] == lines(
        'Executing (Echo): Echo "hello there"', f"Start Time: {dates[0]}", "Running script Echo..."
    )
    assert found[-2:] == lines("Completed script Echo...", f"Succeeded at {dates[1]} (Elapsed Time: 2.00 seconds)")
    assert len(found) > 5  # and the tool's own lines between


async def test_dates_of_11_can_be_short_without_the_lines_of_10(arcgis: ArcGis) -> None:
    await arcgis.set(message_dates="short")
    path = await arcgis.submit("Echo", "/arcgis/rest/services/Verbose/GPServer")
    await arcgis.advance(3)
    found = (await arcgis.get(path))["messages"]
    assert [found[0], found[-1]] == lines(
        f"Start Time: {OF_10[0]}", f"Succeeded at {OF_10[1]} (Elapsed Time: 2.00 seconds)"
    )


async def test_a_job_of_10_that_fails_names_its_call(arcgis: ArcGis) -> None:
    await arcgis.set(version="10.9")
    path = await arcgis.submit("Fail", "/arcgis/rest/services/Verbose/GPServer")
    await arcgis.advance(1)
    await arcgis.advance(2)
    found = [line["description"] for line in (await arcgis.get(path))["messages"]]
    assert found[:3] == ["Submitted.", "Executing...", found[2]]
    assert found[2].startswith("Executing (Fail): Fail")
    assert found[3:5] == [f"Start Time: {OF_10[0]}", "Running script Fail..."]
    assert "Completed script Fail..." not in found
    assert found[-2:] == [f"Failed at {OF_10[1]} (Elapsed Time: 2.00 seconds)", "Failed."]


async def test_an_execution_of_10_says_more(arcgis: ArcGis, client: Client) -> None:
    await arcgis.set(version="10.0", message_level="info")
    answer = await (
        await client.post(
            "/arcgis/rest/services/SyncDemo/GPServer/Sync/execute", data={"f": "json", "Input_Text": "hi"}
        )
    ).json()
    said = [line["description"] for line in answer["messages"]]
    assert said[0] == "Executing (Sync): Sync hi"
    assert said[1:3] == ["Start Time: Fri Jan  2 12:00:00 2026", "Running script Sync..."]
    assert said[-2:] == [
        "Completed script Sync...",
        "Succeeded at Fri Jan  2 12:00:00 2026 (Elapsed Time: 0.00 seconds)",
    ]


@pytest.mark.parametrize("level", ["error", "warning", "info"])
async def test_what_failed_is_named_by_its_label(arcgis: ArcGis, client: Client, level: str) -> None:
    task = {"name": "CaseOne", "displayName": "Case 1", "plan": "fails", "parameters": []}
    services = [{"name": "Own", "tasks": [task]}, {"name": "Now", "execution_type": "synchronous", "tasks": [task]}]
    own = {"arcgis": {"settings": {"message_level": level}, "services": services}}
    await client.post("/_control/sandboxes", json={"name": "own", "fixtures": [own]})
    path = await arcgis.submit("CaseOne", "/~own/arcgis/rest/services/Own/GPServer")
    await client.post("/~own/_control/clock/advance", json={"seconds": 3})
    said = [line["description"] for line in (await arcgis.get(path))["messages"]]
    # Recorded from 11.5: `Failed to execute (Case 1).`
    assert "Failed to execute (Case 1)." in said
    answer = await arcgis.get("/~own/arcgis/rest/services/Now/GPServer/CaseOne/execute")
    assert answer["error"]["details"][-1] == "Failed to execute (Case 1)."


async def test_what_a_test_forces_is_what_a_client_sees(arcgis: ArcGis) -> None:
    path = await arcgis.submit("Echo")
    job = path.rsplit("/", 1)[1]
    body = {
        "state": "failed",
        "messages": ["one", {"text": "two", "level": "error"}, {"description": "three", "type": "warning"}],
    }
    assert (await arcgis.client.put(f"/_control/jobs/arcgis/{job}/state", json=body)).status == 200
    assert (await arcgis.get(path))["messages"] == [
        {"type": INFORMATIVE, "description": "one"},
        {"type": ERROR, "description": "two"},
        {"type": "esriJobMessageTypeWarning", "description": "three"},
    ]
    body = {"state": "SUCCEEDED", "results": {"Output_Text": {"value": "forced"}}}
    assert (await arcgis.client.put(f"/_control/jobs/arcgis/{job}/state", json=body)).status == 200
    value = {"paramName": "Output_Text", "dataType": "GPString", "value": "forced"}
    assert await arcgis.get(f"{path}/results/Output_Text") == value
    body = {"state": "EXECUTING", "progress": {"type": "step", "message": "halfway", "percent": 50}}
    assert (await arcgis.client.put(f"/_control/jobs/arcgis/{job}/state", json=body)).status == 200
    assert (await arcgis.get(path))["progress"] == {"type": "step", "message": "halfway", "percent": 50}


async def test_an_error_that_a_test_gave_shows_at_every_level(arcgis: ArcGis) -> None:
    path = await arcgis.submit("Echo")
    body = {"state": "FAILED", "error": "ERROR 999999: boom"}
    await arcgis.client.put(f"/_control/jobs/arcgis/{path.rsplit('/', 1)[1]}/state", json=body)
    found = (await arcgis.get(path))["messages"]
    assert found == [
        *lines("Submitted.", "Executing..."),
        {"type": ERROR, "description": "ERROR 999999: boom"},
        FAILED,
    ]


@pytest.mark.parametrize("value", ["false", "False", "FALSE"])
async def test_messages_can_be_left_out_in_any_spelling(arcgis: ArcGis, value: str) -> None:
    path = f"{DEMO}/Echo/jobs/j{9:032x}"
    assert "messages" not in await arcgis.get(path, returnMessages=value)
    await arcgis.set(messages_off="empty")
    assert (await arcgis.get(path, returnMessages=value))["messages"] == []
    assert len((await arcgis.get(f"{DEMO}/Echo/jobs/j{7:032x}", returnMessages="True"))["messages"]) == 3


async def test_progress_in_steps_is_a_whole_number_that_moves_at_intervals(arcgis: ArcGis) -> None:
    await arcgis.set(progress="step")
    path = await arcgis.submit("Slow")
    await arcgis.advance(1)
    seen = []
    for _ in range(4):
        seen.append((await arcgis.get(path))["progress"]["percent"])
        await arcgis.advance(4)
    assert seen == [0, 0, 8, 16]
    assert all(isinstance(percent, int) for percent in seen)


async def test_late_results_come_at_the_third_look(arcgis: ArcGis) -> None:
    path = await arcgis.submit("LateResults")
    await arcgis.advance(10)
    assert await arcgis.get(f"{path}/results/Output_Text") == UNKNOWN
    for _ in range(2):
        late = await arcgis.get(path)
        assert late["jobStatus"] == "esriJobSucceeded"
        assert not {"results", "inputs"} & set(late)
    assert (await arcgis.get(path))["results"] == RESULTS


async def test_looks_at_late_results_count_anew_after_each_success(arcgis: ArcGis) -> None:
    path = await arcgis.submit("LateResults")
    await arcgis.advance(10)
    assert [("results" in await arcgis.get(path)) for _ in range(2)] == [False, False]
    await arcgis.force(path, "SUCCEEDED")
    assert [("results" in await arcgis.get(path)) for _ in range(3)] == [False, False, True]


async def test_results_can_be_late_by_a_setting_or_for_ever(arcgis: ArcGis) -> None:
    missing = await arcgis.submit("MissingResults")
    await arcgis.set(results_delay_polls=1)
    late = await arcgis.submit("Echo")
    await arcgis.advance(10)
    assert [("results" in await arcgis.get(late)) for _ in range(3)] == [False, True, True]
    assert [("results" in await arcgis.get(missing)) for _ in range(9)] == [False] * 9


async def test_a_lost_job_is_unknown_soon_after_it_was_submitted(arcgis: ArcGis) -> None:
    path = await arcgis.submit("Lost")
    assert (await arcgis.get(path))["jobStatus"] == "esriJobSubmitted"
    await arcgis.advance(2)
    assert await arcgis.get(path) == UNKNOWN


async def test_a_finished_job_is_forgotten_after_six_hours(arcgis: ArcGis) -> None:
    path = await arcgis.submit("Echo")
    await arcgis.advance(3 + 6 * 3600)
    assert (await arcgis.get(path))["jobStatus"] == "esriJobSucceeded"
    await arcgis.advance(1)
    assert await arcgis.get(path) == UNKNOWN


@pytest.mark.parametrize(
    ("task", "seen", "end"),
    [
        ("Slow", "esriJobCancelling", "esriJobCancelled"),
        ("CancelTooLate", "esriJobCancelling", "esriJobSucceeded"),
        ("CancelFails", "esriJobCancelling", "esriJobFailed"),
        ("IgnoreCancel", "esriJobCancelling", "esriJobSucceeded"),
        ("CancelStuck", "esriJobCancelling", "esriJobCancelling"),
    ],
)
async def test_each_way_a_tool_takes_a_cancel(arcgis: ArcGis, task: str, seen: str, end: str) -> None:
    path = await arcgis.submit(task)
    await arcgis.advance(2)
    assert (await arcgis.get(f"{path}/cancel"))["jobStatus"] == "esriJobCancelling"
    await arcgis.advance(4.9)
    assert (await arcgis.get(path))["jobStatus"] == seen
    await arcgis.advance(60)
    assert (await arcgis.get(path))["jobStatus"] == end


async def test_cancel_settings(arcgis: ArcGis) -> None:
    path = f"{DEMO}/Echo/jobs/j{{:032x}}/cancel"
    refused = {"error": {"code": 400, "message": "Invalid or missing input parameters.", "details": []}}
    await arcgis.set(cancel_twice="error", cancel_new="accept", cancel_reply="cancelled")
    assert await arcgis.get(path.format(5)) == refused
    assert await arcgis.get(path.format(1)) == {"jobId": f"j{1:032x}", "jobStatus": "esriJobCancelled"}


async def test_a_cancel_is_taken_though_the_job_leaves_new_meanwhile(serve: Serve) -> None:
    class Store(MemoryStore):
        begins = False

        async def load(self, sandbox: str, api: str, kind: str, job_id: str) -> tuple[Job | None, Any]:
            found = await super().load(sandbox, api, kind, job_id)
            if self.begins:
                self.begins = False
                await arcgis.client.sandbox.jobs.force("arcgis", job_id, "esriJobExecuting")
            return found

    store = Store()
    arcgis = ArcGis(await serve(apis=("arcgis",), store=store))
    await arcgis.set(cancel_new="accept")
    job = f"j{1:032x}"
    store.begins = True
    assert (await arcgis.get(f"{DEMO}/Echo/jobs/{job}/cancel"))["jobStatus"] == "esriJobCancelling"
    moves = (await arcgis.client.sandbox.jobs.get("arcgis", job)).history
    assert [move.to for move in moves[-2:]] == ["esriJobExecuting", "esriJobCancelling"]


async def test_a_bad_value_fails_the_job_or_the_submit(arcgis: ArcGis) -> None:
    await arcgis.set(message_level="error")
    path = await arcgis.submit("AllTypes", A_Long="seven")
    await arcgis.advance(3)
    found = await arcgis.get(path)
    assert found["jobStatus"] == "esriJobFailed"
    assert {"type": ERROR, "description": "ERROR 000840: A Long: The value is not a Long."} in found["messages"]
    await arcgis.set(parameter_check="submit")
    response = await arcgis.client.post(f"{DEMO}/AllTypes/submitJob", data={"f": "json", "A_Long": "seven"})
    error = (await response.json(content_type=None))["error"]
    assert error["details"] == ["ERROR 000840: A Long: The value is not a Long."]


async def test_every_data_type_comes_back_as_it_was_sent(arcgis: ArcGis) -> None:
    shape = {"displayFieldName": "", "geometryType": "esriGeometryPoint", "features": []}
    sent: dict[str, Any] = {
        "A_String": "ü {root}/x",
        "A_Boolean": False,
        "A_Long": -7,
        "A_Double": 1.25,
        "A_Date": 1671214531000,
        "A_Linear_Unit": {"distance": 1, "units": "esriMeters"},
        "An_Areal_Unit": {"area": 3, "units": "esriSquareKilometers"},
        "A_Data_File": {"url": "https://example.com/a.zip"},
        "A_Raster": {"url": "https://example.com/a.tif", "format": "tif"},
        "A_Feature_Set": shape,
        "A_Record_Set": {"features": []},
        "A_Multi_Value": ["x", "y"],
        "A_Value_Table": [["x", 1]],
    }
    form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in sent.items()}
    path = await arcgis.submit("AllTypes", **form)
    await arcgis.advance(3)
    found = {one["paramName"]: one["value"] for one in await arcgis.get(f"{path}/results")}
    assert found == {f"Out_{name}": value for name, value in sent.items()}


async def test_addresses_in_results_are_on_this_site(arcgis: ArcGis) -> None:
    path = await arcgis.submit("AllTypes")
    await arcgis.advance(3)
    job = path.rsplit("/", 1)[1]
    value = (await arcgis.get(f"{path}/results/Out_A_Data_File"))["value"]
    root = str(arcgis.client.make_url("/arcgis"))
    assert value == {"url": f"{root}/rest/directories/arcgisjobs/types_gpserver/{job}/scratch/out.zip"}


async def test_multipart_and_split_requests_submit_too(arcgis: ArcGis) -> None:
    form = FormData({"f": "json"})
    form.add_field("Input_Text", "häus", content_type="text/plain; charset=utf-8")
    form.add_field("file", b"\x00\x01", filename="a.zip", content_type="application/zip")
    response = await arcgis.client.post(f"{DEMO}/Echo/submitJob", data=form)
    job = (await response.json(content_type=None))["jobId"]
    assert (await arcgis.get(f"{DEMO}/Echo/jobs/{job}/inputs/Input_Text"))["value"] == "häus"
    # The body wins over the query (inferred).
    response = await arcgis.client.post(f"{DEMO}/Echo/submitJob?f=json&Input_Text=query", data={"Input_Text": "body"})
    job = (await response.json(content_type=None))["jobId"]
    assert (await arcgis.get(f"{DEMO}/Echo/jobs/{job}/inputs/Input_Text"))["value"] == "body"


async def test_many_cancels_at_once_move_the_job_once(arcgis: ArcGis) -> None:
    path = f"{DEMO}/Echo/jobs/j{4:032x}"
    answers = await asyncio.gather(*(arcgis.get(f"{path}/cancel") for _ in range(20)))
    assert {answer["jobStatus"] for answer in answers} == {"esriJobCancelling"}
    record = await (await arcgis.client.get(f"/_control/jobs/arcgis/j{4:032x}")).json()
    assert [(move["from"], move["to"]) for move in record["history"]] == [("esriJobExecuting", "esriJobCancelling")]


async def test_the_fixture_of_the_documentation_is_enough(arcgis: ArcGis) -> None:
    task = {
        "name": "Echo",
        "plan": "succeeds",
        "parameters": [
            {
                "name": "Input_Text",
                "dataType": "GPString",
                "direction": "input",
                "parameterType": "required",
                "defaultValue": "hello",
            }
        ],
        "results": {"Output_Text": {"dataType": "GPString", "value": "hello"}},
    }
    service = {"name": "Own", "folder": "", "type": "GPServer", "execution_type": "asynchronous", "tasks": [task]}
    job = {"id": "j1", "service": "Own.GPServer", "task": "Echo", "state": "esriJobExecuting", "owner": None}
    site = {"settings": {"version": "11.3", "secured": "none", "cancel_check": "5s"}}
    accounts = [{"username": "siteadmin", "password": "secret", "role": "administrator"}]
    fixture = {"arcgis": {**site, "accounts": accounts, "services": [service], "jobs": [job]}}
    response = await arcgis.client.post("/_control/sandboxes", json={"name": "own", "fixtures": [fixture]})
    assert response.status == 201, await response.text()
    own = "/~own/arcgis/rest/services/Own/GPServer"
    assert (await arcgis.get(f"{own}/Echo/jobs/j1"))["jobStatus"] == "esriJobExecuting"
    described = await arcgis.get(f"{own}/Echo")
    assert [one["name"] for one in described["parameters"]] == ["Input_Text", "Output_Text"]
    path = await arcgis.submit("Echo", own)
    await arcgis.client.post("/_control/sandboxes/own/clock/advance", json={"seconds": 3})
    assert (await arcgis.get(f"{path}/results/Output_Text"))["value"] == "hello"
