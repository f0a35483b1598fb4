"""agsadmin, python-ags, restapi and ArcREST, unmodified: over plain http, where they meet what the `arcgis` package does not."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Callable, Iterator
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest

from mockserver import MockServer
from mockserver.client import Control

pytestmark = pytest.mark.filterwarnings("ignore")

Missing = Callable[[str], NoReturn]
STARTED = {"configuredState": "STARTED", "realTimeState": "STARTED"}


@pytest.fixture(scope="module")
def running() -> Iterator[MockServer]:
    """A server on the real clock: the clients compare a token's `expires` with their own, and sleep between polls."""
    with MockServer(strict=True) as server:
        yield server


@pytest.fixture
def control(running: MockServer) -> Iterator[Control]:
    control = Control(running.url)
    control.reset()
    control.change_settings("arcgis", {"secured": "standalone", "queue": 0, "run": 0.5})
    yield control
    assert control.requests(violations=True) == []


def load(missing: Missing, module: str, package: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        missing(f"the PyPI package {package} is not installed")


def operations(control: Control) -> list[str]:
    return [entry["operation"].removeprefix("arcgis.") for entry in reversed(control.requests(limit=1000))]


# --- agsadmin ----------------------------------------------------------------------------------------


@pytest.fixture
def agsadmin(missing: Missing, running: MockServer, control: Control) -> Any:
    module = load(missing, "agsadmin", "agsadmin")
    place = urlsplit(running.url)
    # By default it takes the token's `expires` for local time, and encrypts its sign-in over http.
    return module.RestAdmin(place.hostname, "siteadmin", "secret", port=place.port, utc_delta=dt.timedelta())


def test_agsadmin_signs_in_encrypted_and_manages_a_service(agsadmin: Any, control: Control) -> None:
    service = agsadmin.services.get_service("Demo", "GPServer")
    assert service.get_status() == STARTED
    assert operations(control)[:4] == ["Info", "AdminPublicKey", "GenerateToken", "AdminService"]
    assert service.stop_service() == {"status": "success"}
    assert service.get_status()["realTimeState"] == "STOPPED"
    assert service.start_service() == {"status": "success"}
    assert service.get_statistics()["summary"]["isStatisticsAvailable"] is True
    assert service.get_iteminfo()["title"] == "Demo"


def test_agsadmin_sees_the_integer_code_of_what_is_not_faked(agsadmin: Any, missing: Missing) -> None:
    service = agsadmin.services.get_service("Demo", "GPServer")
    with pytest.raises(Exception, match=r"501 Server Error: arcgis\.AdminItemInfoFiles .* is not faked"):
        service.get_manifest()


def test_agsadmin_learns_of_a_wrong_password(
    agsadmin: Any, missing: Missing, running: MockServer, control: Control
) -> None:
    module, place = load(missing, "agsadmin", "agsadmin"), urlsplit(running.url)
    errors = load(missing, "agsadmin.exceptions", "agsadmin")
    site = module.RestAdmin(place.hostname, "siteadmin", "wrong", port=place.port, utc_delta=dt.timedelta())
    with pytest.raises(errors.AuthenticationError):
        site.services.get_service("Demo", "GPServer")


# --- python-ags --------------------------------------------------------------------------------------


def test_python_ags_manages_a_service_and_runs_a_task(missing: Missing, running: MockServer, control: Control) -> None:
    server = load(missing, "ags.admin.server", "python-ags")
    gp = load(missing, "ags.gp", "python-ags")
    site = server.ServerAdmin(urlsplit(running.url).netloc, "siteadmin", "secret")
    assert site.service_exists("Demo", "GPServer")
    assert not site.service_exists("Nope", "GPServer")
    site.stop_service("Demo", "GPServer")
    assert site.get_service_status("Demo", "GPServer").realtime_state == "STOPPED"
    site.start_service("Demo", "GPServer")
    task = gp.GPTask(f"{running.url}/arcgis/rest/services/Demo/GPServer/Echo", {"Input_Text": "hi"}, token=site.token)
    assert task.submit_job(blocking=True) == task.SUCCEEDED
    assert task.results["Output_Text"].value == "hi"
    # The token goes as the cookie `agstoken`, which is all that lets it in here.
    assert "JobStatus" in operations(control)


def test_python_ags_does_not_know_a_job_that_timed_out(missing: Missing, running: MockServer, control: Control) -> None:
    gp = load(missing, "ags.gp", "python-ags")
    control.change_settings("arcgis", {"secured": "none"})
    task = gp.GPTask(f"{running.url}/arcgis/rest/services/Demo/GPServer/TimedOut", {})
    control.add("arcgis", id="jtimedout", service="Demo.GPServer", task="TimedOut", state="esriJobTimedOut")
    task.job_id = "jtimedout"
    with pytest.raises(gp.GPError, match="Unrecognized job status: esriJobTimedOut"):
        task.poll()


# --- restapi -----------------------------------------------------------------------------------------


def test_restapi_runs_a_task(missing: Missing, running: MockServer, control: Control) -> None:
    restapi = load(missing, "restapi", "bmi-arcgis-restapi")
    control.change_settings("arcgis", {"run": 1.5})
    url = f"{running.url}/arcgis/rest/services/Demo/GPServer"
    service = restapi.common_types.GPService(url, usr="siteadmin", pw="secret")
    found = service.task("Echo").run({"Input_Text": "hi"})
    assert found.getValue("Output_Text") == "hi"


def test_restapi_administers(missing: Missing, running: MockServer, control: Control) -> None:
    admin = load(missing, "restapi.admin", "bmi-arcgis-restapi")
    job = control.add("arcgis", service="Demo.GPServer", task="Fail", state="esriJobFailed", error="ERROR 999999")
    site = admin.ArcServerAdmin(f"{running.url}/arcgis/admin/services", "siteadmin", "secret")
    service = site.service("Demo.GPServer")
    assert dict(service.status) == STARTED
    assert dict(service.stop()) == {"status": "success"}
    assert service.status["realTimeState"] == "STOPPED"
    service.start()
    assert service.itemInfo()["title"] == "Demo"
    log = site.queryLogs(level="SEVERE", filter={"services": ["Demo.GPServer"]})
    assert log[0]["message"].startswith(f"Error executing tool. Fail Job ID: {job.id} : ERROR 999999")


# --- ArcREST (gn-arcrest) ----------------------------------------------------------------------------


def test_arcrest_watches_a_job_and_a_service(missing: Missing, running: MockServer, control: Control) -> None:
    server = load(missing, "arcrest.server", "gn-arcrest")
    admin = load(missing, "arcrest.admin", "gn-arcrest")
    control.change_settings("arcgis", {"secured": "none"})
    job = server.Catalog(f"{running.url}/arcgis/rest/services").Demo.Echo("hi")
    while job.running:
        pass
    assert job.jobStatus == "esriJobSucceeded"
    # It reads results by a method that dictionaries had in Python 2.
    with pytest.raises(AttributeError, match="itervalues"):
        _ = job.results
    service = admin.Admin(f"{running.url}/arcgis/admin").services["Demo.GPServer"]
    assert service.status == STARTED
    assert service.statistics["summary"]["serviceName"] == "Demo"
