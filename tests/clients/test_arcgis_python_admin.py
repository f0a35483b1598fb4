"""The unmodified `arcgis` package over TLS: Server administration, and its ways to sign in (captures w2, w3, w12)."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from mockserver.client import Control
from mockserver.server import MockServer

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(sys.version_info >= (3, 15), reason="PyPI's arcgis 2.4 declares that it needs Python < 3.15"),
]


@pytest.fixture(scope="module")
def arcgis(missing: Callable[[str], NoReturn]) -> Any:
    """The package, loaded once: it takes seconds."""
    try:
        import arcgis
        import arcgis.gis.server
    except ImportError:
        missing("the PyPI package arcgis is not installed")
    return arcgis


@pytest.fixture(scope="module")
def running() -> Iterator[MockServer]:
    """A server with TLS, on the real clock: the client compares a token's `expires` with its own."""
    with MockServer(tls_port=0, strict=True) as server:
        yield server


@pytest.fixture
def control(running: MockServer) -> Control:
    control = Control(running.url)
    control.reset()
    return control


def sign_in(arcgis: Any, running: MockServer) -> Any:
    url = f"{running.tls_url}/arcgis"
    return arcgis.gis.server.Server(url=url, username="siteadmin", password="secret", verify_cert=False)


def jobs_of(site: Any) -> Any:
    return next(one for one in site.services.list() if one.properties["serviceName"] == "Demo")._jobs


def add(control: Control, number: int, state: str, **more: Any) -> str:
    job_id = f"jce{number:030x}"
    control.add("arcgis", id=job_id, service="Demo.GPServer", task="Echo", state=state, **more)
    return job_id


def by_id(jobs: list[Any]) -> dict[str, Any]:
    return {job._url.rsplit("/", 1)[1]: job for job in jobs}


def operations(control: Control) -> list[str]:
    return [entry["operation"] for entry in reversed(control.requests(limit=1000)) if entry["operation"]]


def breaches(control: Control) -> list[Any]:
    return [entry for entry in control.requests(limit=1000) if entry["violations"]]


@pytest.mark.parametrize("secured", ["standalone", "none"])
def test_the_sequence_of_the_capture(arcgis: Any, running: MockServer, control: Control, secured: str) -> None:
    control.change_settings("arcgis", {"secured": secured})
    site = sign_in(arcgis, running)
    assert site.properties["currentVersion"] == 11.3
    assert "Demo" in [one.properties["serviceName"] for one in site.services.list()]
    asked = operations(control)
    assert asked.count("arcgis.GenerateToken") == 1
    assert asked[-1] == "arcgis.AdminService"
    assert breaches(control) == []


def test_jobs_are_searched_page_by_page(arcgis: Any, running: MockServer, control: Control) -> None:
    control.change_settings("arcgis", {"secured": "standalone"})
    added = [add(control, number, "esriJobWaiting", owner="searched") for number in range(25)]
    found = jobs_of(sign_in(arcgis, running)).search(username="searched")
    assert list(by_id(found)) == added
    assert operations(control).count("arcgis.AdminQueryJobs") == 3
    assert breaches(control) == []


def test_jobs_are_searched_by_time(arcgis: Any, running: MockServer, control: Control) -> None:
    for number, created in enumerate(("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z")):
        add(control, number, "esriJobSucceeded", owner="timed", created=created)
    start, end = (dt.datetime(2026, 1, day, 12, tzinfo=dt.UTC) for day in (1, 2))
    found = jobs_of(sign_in(arcgis, running)).search(start_time=start, end_time=end, username="timed")
    assert list(by_id(found)) == [f"jce{1:030x}"]


def test_cancel_and_delete_as_the_client_has_them(arcgis: Any, running: MockServer, control: Control) -> None:
    control.change_settings("arcgis", {"secured": "standalone"})
    states = ("esriJobSubmitted", "esriJobExecuting", "esriJobWaiting", "esriJobSucceeded")
    added = [add(control, number, state, owner="cancelled") for number, state in enumerate(states)]
    jobs = by_id(jobs_of(sign_in(arcgis, running)).search(username="cancelled"))
    # It returns the word of the envelope, also when that is an error.
    assert [jobs[job_id].cancel() for job_id in added] == ["success", "success", "error", "error"]
    after = [control.job("arcgis", job_id)["state"] for job_id in added]
    assert after == ["esriJobCancelled", "esriJobCancelling", "esriJobWaiting", "esriJobSucceeded"]
    # `delete` posts to `cancel`: a bug of the client's.
    assert jobs[added[3]].delete() == "error"
    assert operations(control)[-1] == "arcgis.AdminCancelJob"
    assert breaches(control) == []


def test_purge(arcgis: Any, running: MockServer, control: Control) -> None:
    waiting = add(control, 1, "esriJobWaiting")
    assert jobs_of(sign_in(arcgis, running)).purge() == {"status": "success"}
    assert control.job("arcgis", waiting)["state"] == "esriJobCancelled"


@pytest.mark.parametrize("way", [{}, {"use_gen_token": True}], ids=["oauth", "generateToken"])
def test_a_federated_site(arcgis: Any, running: MockServer, control: Control, way: dict[str, Any]) -> None:
    control.change_settings("arcgis", {"secured": "federated"})
    gis = arcgis.gis.GIS(f"{running.tls_url}/portal", "siteadmin", "secret", verify_cert=False, **way)
    assert gis.users.me.username == "siteadmin"
    site = arcgis.gis.server.Server(url=f"{running.tls_url}/arcgis", gis=gis)
    job_id = add(control, 1, "esriJobExecuting", owner="federated")
    found = by_id(jobs_of(site).search(username="federated"))
    assert found[job_id].cancel() == "success"
    assert ("arcgis.OAuthSignIn" in operations(control)) is not bool(way)
    assert breaches(control) == []


def test_a_wrong_password(arcgis: Any, running: MockServer, control: Control) -> None:
    control.change_settings("arcgis", {"secured": "federated"})
    with pytest.raises(Exception, match="Could not login"):
        arcgis.gis.GIS(f"{running.tls_url}/portal", "siteadmin", "wrong", verify_cert=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_it_trusts_the_ca_the_server_hands_out(
    arcgis: Any, running: MockServer, control: Control, host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_text(control.ca())
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    assert running.tls_url is not None
    url = f"{running.tls_url.replace('127.0.0.1', host)}/arcgis"
    site = arcgis.gis.server.Server(url=url, username="siteadmin", password="secret")
    assert site.properties["fullVersion"] == "11.3.0"


def test_it_signs_in_to_a_site_that_asks_nobody(arcgis: Any, running: MockServer, control: Control) -> None:
    """With no secured service the client learns of tokens only because `rest/info` announces them all the same."""
    account = {"username": "siteadmin", "password": "secret", "role": "administrator"}
    own = {"arcgis": {"accounts": [account], "services": [{"name": "Demo", "tasks": [{"name": "Echo"}]}]}}
    # The client takes the first segment of a path for the context: it needs a port of its own, not a prefix.
    made = control.create_sandbox("own", fixtures=[own], port=True)
    try:
        sandbox = control.sandbox("own")
        url = f"{made['own_urls']['https']}/arcgis"
        site = arcgis.gis.server.Server(url=url, username="siteadmin", password="secret", verify_cert=False)
        assert [one.properties["serviceName"] for one in site.services.list()] == ["Demo"]
        assert "arcgis.GenerateToken" in operations(sandbox)
        sandbox.change_settings("arcgis", {"announces_tokens": False})
        before = len(operations(sandbox))
        arcgis.gis.server.Server(url=url, username="siteadmin", password="secret", verify_cert=False)
        # Nothing tells it where tokens come from, and it asks for none.
        assert "arcgis.GenerateToken" not in operations(sandbox)[before:]
    finally:
        control.delete_sandbox("own")


def test_a_service_is_looked_at_stopped_and_started(arcgis: Any, running: MockServer, control: Control) -> None:
    control.change_settings("arcgis", {"secured": "standalone"})
    site = sign_in(arcgis, running)
    demo = next(one for one in site.services.list() if one.properties["serviceName"] == "Demo")
    assert demo.status["realTimeState"] == "STARTED"
    assert demo.statistics["summary"]["serviceName"] == "Demo"
    assert demo.stop() is True
    assert demo.status["realTimeState"] == "STOPPED"
    assert demo.start() is True
    assert site.services.exists(folder_name="", name="Demo", service_type="GPServer") is True
    assert site.services.exists(folder_name="", name="Nope", service_type="GPServer") is False
    assert demo.iteminformation is not None
    assert breaches(control) == []
