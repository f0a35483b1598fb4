"""REST and Administrator cancel the same job in each of its states: the two documented tables, side by side."""

from __future__ import annotations

import pytest

from tests.drivers.arcgis import ArcGis

ID = "jaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
REST = f"/arcgis/rest/services/Demo/GPServer/Echo/jobs/{ID}"
ADMIN = f"/webadaptor/admin/services/Demo.GPServer/jobs/{ID}"
ACCEPTED = {"jobId": ID, "jobStatus": "esriJobCancelling"}
REFUSED = {"error": {"code": 400, "message": "Invalid or missing input parameters.", "details": []}}
DONE = {"status": "success"}
UNABLE = {"status": "error", "messages": [f"Unable to cancel job :[{ID}]"], "code": 500}

# state: REST's answer, the state after it; the Administrator's answer, the state after it
TABLE = {
    "esriJobNew": (REFUSED, "esriJobNew", UNABLE, "esriJobNew"),
    "esriJobSubmitted": (REFUSED, "esriJobSubmitted", DONE, "esriJobCancelled"),
    "esriJobWaiting": (ACCEPTED, "esriJobCancelling", UNABLE, "esriJobWaiting"),
    "esriJobExecuting": (ACCEPTED, "esriJobCancelling", DONE, "esriJobCancelling"),
    "esriJobCancelling": (ACCEPTED, "esriJobCancelling", UNABLE, "esriJobCancelling"),
    "esriJobCancelled": (REFUSED, "esriJobCancelled", UNABLE, "esriJobCancelled"),
    "esriJobFailed": (REFUSED, "esriJobFailed", UNABLE, "esriJobFailed"),
    "esriJobTimedOut": (REFUSED, "esriJobTimedOut", UNABLE, "esriJobTimedOut"),
    "esriJobSucceeded": (REFUSED, "esriJobSucceeded", UNABLE, "esriJobSucceeded"),
    "esriJobDeleting": (REFUSED, "esriJobDeleting", UNABLE, "esriJobDeleting"),
    "esriJobDeleted": (REFUSED, "esriJobDeleted", UNABLE, "esriJobDeleted"),
    "expectedFailure": (REFUSED, "expectedFailure", UNABLE, "expectedFailure"),
}


async def state_of(arcgis: ArcGis) -> tuple[str, str]:
    """What each plane says of the job; they never disagree."""
    rest = await (await arcgis.client.get(REST, params={"f": "json"})).json(content_type=None)
    admin = await (await arcgis.client.get(ADMIN, params={"f": "json"})).json(content_type=None)
    return rest["jobStatus"], admin["status"]


@pytest.mark.parametrize("state", TABLE)
async def test_both_planes_on_one_job(arcgis: ArcGis, state: str) -> None:
    given = {"api": "arcgis", "id": ID, "service": "Demo.GPServer", "task": "Echo", "state": state, "hold": True}
    rest_answer, after_rest, admin_answer, after_admin = TABLE[state]

    assert (await arcgis.client.post("/_control/jobs", json=given)).status == 201
    assert (
        await (await arcgis.client.get(REST + "/cancel", params={"f": "json"})).json(content_type=None) == rest_answer
    )
    assert await state_of(arcgis) == (after_rest, after_rest)

    await arcgis.client.delete(f"/_control/jobs/arcgis/{ID}")
    assert (await arcgis.client.post("/_control/jobs", json=given)).status == 201
    assert (
        await (await arcgis.client.post(ADMIN + "/cancel", data={"f": "json"})).json(content_type=None) == admin_answer
    )
    assert await state_of(arcgis) == (after_admin, after_admin)


async def test_a_submitted_job_carries_on_after_a_refused_cancel(arcgis: ArcGis) -> None:
    task = "/arcgis/rest/services/Demo/GPServer/Echo"
    submitted = await (await arcgis.client.post(task + "/submitJob", data={"f": "json"})).json(content_type=None)
    path = f"{task}/jobs/{submitted['jobId']}"
    assert await (await arcgis.client.post(path + "/cancel", data={"f": "json"})).json(content_type=None) == REFUSED
    await arcgis.advance(10)
    job = await (await arcgis.client.get(path, params={"f": "json"})).json(content_type=None)
    assert job["jobStatus"] == "esriJobSucceeded"
