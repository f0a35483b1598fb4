"""The site's own failures on demand: each plane in its own envelope, in the format asked for."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.apis.arcgis.faults import FAULTS
from tests.drivers.arcgis import ArcGis

SERVICE = "/arcgis/rest/services/Demo/GPServer"
JOBS = "/arcgis/admin/services/Demo.GPServer/jobs"


async def hit(arcgis: ArcGis, name: str, method: str, path: str, form: str = "json") -> Any:
    await arcgis.arm(name, times=1)
    sent = {"data": {"f": form}} if method == "POST" else {"params": {"f": form}}
    answer = await arcgis.client.request(method, path, **sent)
    assert answer.status == 200
    return await answer.json(content_type=None)


@pytest.mark.parametrize(
    ("name", "code", "rest", "admin"),
    [
        (
            "token-required",
            499,
            "Token Required",
            "Unauthorized access.Token not found. You can generate a token using the 'generateToken' operation.",
        ),
        ("invalid-token", 498, "Invalid Token", "Token Expired."),
        (
            "forbidden",
            403,
            "You do not have permissions to access this resource or perform this operation.",
            "You are not authorized to access this information or perform this operation.",
        ),
    ],
)
@pytest.mark.parametrize("form", ["json", "pjson"])
async def test_both_planes_refuse_in_their_own_words(
    arcgis: ArcGis, name: str, code: int, rest: str, admin: str, form: str
) -> None:
    assert await hit(arcgis, name, "GET", SERVICE, form) == {"error": {"code": code, "message": rest, "details": []}}
    assert await hit(arcgis, name, "GET", f"{JOBS}/query", form) == {
        "status": "error",
        "messages": [admin],
        "code": code,
    }


@pytest.mark.parametrize(
    ("name", "path", "answer"),
    [
        (
            "admin-unable-to-cancel",
            f"{JOBS}/j1/cancel",
            {"status": "error", "messages": ["Unable to cancel job :[j1]"], "code": 500},
        ),
        (
            "admin-unable-to-delete",
            f"{JOBS}/j1/delete",
            {"status": "error", "messages": ["Unable to delete job :[j1]"], "code": 400},
        ),
        (
            "unable-to-generate-token",
            "/arcgis/tokens/",
            {
                "error": {
                    "code": 400,
                    "message": "Unable to generate token.",
                    "details": ["Invalid username or password."],
                }
            },
        ),
        (
            "unable-to-generate-token",
            "/arcgis/admin/generateToken",
            {"status": "error", "messages": ["Invalid username or password."], "code": 401},
        ),
    ],
)
async def test_the_administrators_and_the_token_services_own(
    arcgis: ArcGis, name: str, path: str, answer: dict[str, Any]
) -> None:
    assert await hit(arcgis, name, "POST", path) == answer


async def test_a_refused_cancel_leaves_the_job_alone(arcgis: ArcGis) -> None:
    job = {"api": "arcgis", "id": "j1", "service": "Demo.GPServer", "task": "Echo", "state": "esriJobExecuting"}
    await arcgis.client.post("/_control/jobs", json=job)
    assert (await hit(arcgis, "admin-unable-to-cancel", "POST", f"{JOBS}/j1/cancel"))["code"] == 500
    assert (await (await arcgis.client.get("/_control/jobs/arcgis/j1")).json())["state"] == "esriJobExecuting"
    again = await arcgis.client.post(f"{JOBS}/j1/cancel", data={"f": "json"})
    assert await again.json(content_type=None) == {"status": "success"}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
@pytest.mark.parametrize("path", [SERVICE, JOBS, "/arcgis/tokens/"])
async def test_every_fault_can_be_had_everywhere_as_a_page(arcgis: ArcGis, fault: Any, path: str) -> None:
    await arcgis.arm(fault.name)
    answer = await arcgis.client.get(path)
    assert answer.status < 500
    assert answer.headers["Content-Type"].startswith("text/html")
