"""`verify`, `check-traffic` and `record`, as a user types them: exit status, files, one line for what is wrong."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mockserver import MockServer
from mockserver._resources import folder as shipped
from mockserver.cli import main
from mockserver.client import Control

ACCOUNT = {"casjobs": {"wsid": 1, "password": "secret", "job": 1005, "protocols": ["get", "soap12"]}}
SERVICE = "/CasJobs/services/jobs.asmx"


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer() as running:
        yield running


@pytest.fixture
def account(tmp_path: Path) -> str:
    file = tmp_path / "account.json"
    file.write_text(json.dumps(ACCOUNT), "utf-8")
    return str(file)


def run(*words: Any, **options: Any) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], **options)


# --- verify --------------------------------------------------------------------------------------------


def test_a_system_that_holds_ends_with_0_and_writes_each_report(
    server: MockServer, account: str, tmp_path: Path
) -> None:
    files = {kind: tmp_path / f"report.{kind}" for kind in ("xml", "json", "html", "evidence")}
    done = run(
        "verify", server.url + SERVICE, "--api", "casjobs", "--account", account, "--interval", "0",
        "--junit", files["xml"], "--json", files["json"], "--html", files["html"], "--evidence", files["evidence"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "casjobs.GetJobStatus" in done.output and "needs --write" in done.output
    report = json.loads(files["json"].read_text("utf-8"))
    assert report["ok"] is True and report["breaches"] == [] and report["summary"]["holds"] > 10
    suite = ET.parse(files["xml"]).getroot()[0]
    assert int(suite.attrib["failures"]) == 0 and int(suite.attrib["tests"]) == len(report["rows"])
    page = files["html"].read_text("utf-8")
    assert "casjobs.GetJobStatus" in page and "src=" not in page and "<script" not in page
    assert json.loads(files["evidence"].read_text("utf-8"))["target"] == server.url + SERVICE
    assert all("secret" not in file.read_text("utf-8") for file in files.values())


def test_it_only_reads_unless_told_otherwise(server: MockServer, account: str) -> None:
    control = Control(server.url)
    control.reset()
    assert run("verify", server.url + SERVICE, "--api", "casjobs", "--account", account).exit_code == 0
    operations = {one["operation"] for one in control.requests(api="casjobs", limit=1000)}
    assert not operations & {"casjobs.SubmitJob", "casjobs.CancelJob", "casjobs.ExecuteQuickJob"}


def test_a_breach_ends_with_1_and_says_what_where_and_from_which_source(
    server: MockServer, account: str, tmp_path: Path
) -> None:
    contracts = tmp_path / "contracts"
    _copied(contracts, "GetQueues", '"$ref": "#/$defs/CJQueue"', '"type": "object", "required": ["Priority"]')
    done = run(
        "verify", server.url + SERVICE, "--api", "casjobs", "--account", account, "--contracts", contracts,
        "--operation", "GetQueues",
    )  # fmt: skip
    assert done.exit_code == 1
    assert "casjobs.GetQueues: GET /CasJobs/services/jobs.asmx/GetQueues?wsid=1&pw=***" in done.output
    said = r'the contract says at /\d: an object with Priority; the system says: \{"Context": '
    assert re.search(said, done.output)
    assert "source: help page ?op=GetQueues (documented)" in done.output


def _copied(folder: Path, operation: str, old: str, new: str) -> None:
    """Write the package's contracts, one of them changed."""
    shutil.copytree(shipped("contracts"), folder)
    file = folder / "casjobs" / f"{operation}.json"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def _with_cancels(server: MockServer, name: str, cancel: Any) -> str:
    """Make a sandbox whose jobs take three looks, and a cancel as they say; return the service's address there."""
    plan = {"steps": [{"state": "Started", "for": {"looks": 3}}], "end": "Finished"}
    Control(server.url).create_sandbox(name, submits={"casjobs": {"plan": plan, "on_cancel": cancel}})
    return f"{server.url}/~{name}{SERVICE}"


def test_a_cancel_that_takes_long_is_waited_for(server: MockServer, account: str) -> None:
    url = _with_cancels(server, "late", {"mode": "honours", "after": {"looks": 80}})
    done = run("verify", url, "--api", "casjobs", "--account", account, "--write", "--interval", "0.0001")
    assert done.exit_code == 0, done.output
    assert "0 breaches of the system" in done.output and "not finished" not in done.output


def test_a_cancel_that_is_still_on_its_way_is_no_breach_and_said_apart(
    server: MockServer, account: str, tmp_path: Path
) -> None:
    url = _with_cancels(server, "stuck", "stuck")
    files = {kind: tmp_path / f"report.{kind}" for kind in ("xml", "json", "html")}
    done = run(
        "verify", url, "--api", "casjobs", "--account", account, "--write", "--interval", "0", "--polls", "5",
        "--junit", files["xml"], "--json", files["json"], "--html", files["html"],
    )  # fmt: skip
    assert done.exit_code == 2
    assert done.stderr == "Error: not finished in time; --wait gives more of it\n"
    sentence = (
        "expected an end after an accepted cancel: 3 (Cancelled), or the end that was quicker, got 2 after 5 polls"
    )
    assert done.output.count(f"not finished: casjobs.GetJobStatus: {sentence}\n") == 2
    assert "0 breaches of the system" in done.output
    report = json.loads(files["json"].read_text("utf-8"))
    assert report["breaches"] == [] and report["ok"] is False
    assert report["unfinished"] == [f"casjobs.GetJobStatus: {sentence}"] * 2
    suite = ET.parse(files["xml"]).getroot()[0]
    assert int(suite.attrib["failures"]) == 0
    assert files["xml"].read_text("utf-8").count("not finished: expected an end after") == 2
    assert files["html"].read_text("utf-8").count(sentence) == 2


def test_a_job_has_the_seconds_that_it_is_given(server: MockServer, account: str) -> None:
    url = _with_cancels(server, "brief", "stuck")
    done = run(
        "verify", url, "--api", "casjobs", "--account", account, "--write", "--interval", "600", "--wait", "0.001"
    )
    assert done.exit_code == 2
    assert "got 2 after 0.001 s" in done.output


def test_what_cannot_be_tried_ends_with_2(account: str) -> None:
    done = run("verify", "http://127.0.0.1:1/CasJobs", "--api", "casjobs", "--account", account)
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1 and "127.0.0.1:1" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["not-an-address", "--api", "ges"], "is no address; write http://host/path"),
        (["http://127.0.0.1:1", "--api", "ges", "--operation", "Nope"], "no operation 'Nope'"),
    ],
)
def test_a_command_that_cannot_be_followed_says_so_in_one_line(words: list[str], said: str) -> None:
    done = run("verify", *words)
    assert done.exit_code == 2 and said in done.output


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"casjobs": {"wsid": "one"}}, "at /casjobs/wsid"),
        ({"casjobs": {"user": "alice"}}, "at /casjobs"),
        ({"casjob": {}}, "at /"),
        ("[", "mend the YAML"),
        ("[" * 100_000, ":1: nested more than 100 deep; mend the YAML"),
    ],
)
def test_a_bad_account_file_names_file_and_place_and_no_secret(tmp_path: Path, document: Any, said: str) -> None:
    file = tmp_path / "account.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    done = run("verify", "http://127.0.0.1:1", "--api", "casjobs", "--account", file)
    assert done.exit_code == 2
    assert str(file) in done.output and said in done.output


def test_credentials_come_from_the_environment_too(server: MockServer) -> None:
    environment = {"MOCKSERVER_ACCOUNT_WSID": "1", "MOCKSERVER_ACCOUNT_PASSWORD": "secret"}
    done = run("verify", server.url + SERVICE, "--api", "casjobs", env=environment)
    assert done.exit_code == 0, done.output
    assert "casjobs.GetQueues" in done.output.partition("NOT TRIED")[0]


# --- check-traffic -------------------------------------------------------------------------------------


@pytest.fixture
def traffic(server: MockServer, tmp_path: Path) -> dict[str, Path]:
    """Some requests as our own exports have them."""
    control = Control(server.url)
    control.reset()
    form = b"wsId=1&pw=secret&jobId=1005"
    for path, data, method in (
        ("/arcgis/rest/services?f=json", None, "GET"),
        ("/arcgis/rest/info?f=json", None, "HEAD"),
        (f"{SERVICE}/GetJobStatus", form, "POST"),
        ("/nowhere", None, "GET"),
    ):
        request = urllib.request.Request(server.url + path, data=data, method=method)
        with contextlib.suppress(urllib.error.HTTPError):
            urllib.request.urlopen(request, timeout=5).read()
    files = {"har": tmp_path / "traffic.har", "journal": tmp_path / "journal.json"}
    files["har"].write_text(json.dumps(control.export("har")), "utf-8")
    files["journal"].write_text(json.dumps({"requests": list(control.requests())}), "utf-8")
    return files


@pytest.mark.parametrize("form", ["har", "journal"])
def test_our_own_exports_are_judged(traffic: dict[str, Path], form: str) -> None:
    done = run("check-traffic", traffic[form])
    assert done.exit_code == 0, done.output
    assert "arcgis.Catalog" in done.output and "arcgis.Info" in done.output and "casjobs.GetJobStatus" in done.output
    assert "not judged: GET /nowhere (no operation stands at this path)" in done.output


def test_what_an_export_has_half_of_is_not_judged_by_that(server: MockServer, tmp_path: Path) -> None:
    control = Control(server.url)
    control.reset()
    control.add_fault({"connection": "close-mid-body"}, times=1)
    with contextlib.suppress(http.client.IncompleteRead):
        urllib.request.urlopen(f"{server.url}/arcgis/rest/info?f=json", timeout=5).read()
    headers = {"Content-Encoding": "br", "Content-Type": "application/x-www-form-urlencoded"}
    job = urllib.request.Request(f"{server.url}{SERVICE}/GetJobStatus", b"x", headers)
    with contextlib.suppress(urllib.error.HTTPError):
        urllib.request.urlopen(job, timeout=5).read()
    (tmp_path / "traffic.har").write_text(json.dumps(control.export("har")), "utf-8")
    done = run("check-traffic", tmp_path / "traffic.har")

    assert done.exit_code == 0, done.output


def test_a_breach_in_a_recording_is_found_on_either_side(traffic: dict[str, Path]) -> None:
    text = traffic["har"].read_text("utf-8")
    traffic["har"].write_text(text.replace(">5</int>", ">9</int>").replace("jobId=1005", "jobId=soon"), "utf-8")
    done = run("check-traffic", traffic["har"])
    assert done.exit_code == 1
    assert "2 exchanges" not in done.output
    assert "the system says: 9" in done.output and 'the client says: "soon"' in done.output
    again = run("check-traffic", traffic["har"], "--ignore-clients")
    assert again.exit_code == 1 and "the client says" not in again.output


def test_a_multipart_form_as_a_browser_takes_it_apart(tmp_path: Path) -> None:
    posted = {
        "mimeType": "multipart/form-data; boundary=x",
        "params": [{"name": "f", "value": "json"}, {"name": "Input_Text", "value": "hi"}],
    }
    answer = {"mimeType": "application/json", "text": '{"jobId": "17", "jobStatus": "esriJobQueued"}'}
    headers = [{"name": "Content-Type", "value": "application/json;charset=UTF-8"}]
    entry = {
        "request": {"method": "POST", "url": "https://real.example/server/rest/services/A/GPServer/T/submitJob",
                    "headers": [], "postData": posted},
        "response": {"status": 200, "headers": headers, "content": answer},
    }  # fmt: skip
    file = tmp_path / "a.har"
    file.write_text(json.dumps({"log": {"entries": [entry]}}), "utf-8")
    done = run("check-traffic", file)
    assert done.exit_code == 1
    assert "arcgis.SubmitJob" in done.output and "/jobStatus" in done.output + "/jobId"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, ":1: not JSON that can be used (nested more than 100 deep)"),
        ("{}", "neither an HTTP Archive (HAR) nor a saved journal"),
        ('{"log": {"entries": [{}]}}', "at /log/entries/0: lacks 'request'"),
        ('{"log": {"entries": {}}}', "at /log/entries: no list"),
        ('{"requests": [{"method": "GET", "path": "/"}]}', "save the journal with them"),
    ],
)
def test_a_file_that_is_no_traffic_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "bad.har"
    file.write_text(text, "utf-8")
    done = run("check-traffic", file)
    assert done.exit_code == 2
    assert str(file) in done.output and said in done.output and done.output.count("\n") == 1


# --- record --------------------------------------------------------------------------------------------


@contextlib.contextmanager
def heard_by_default() -> Iterator[None]:
    """Start processes that hear of a closed terminal; tests may run under nohup themselves."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C reaches a process as a signal on POSIX only")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_recording_is_an_archive_a_fixture_and_examples_that_run(
    server: MockServer, tmp_path: Path, number: signal.Signals
) -> None:
    out = tmp_path / "recorded"
    words = [sys.executable, "-m", "mockserver", "record", "--api", "casjobs", "--upstream", server.url]
    with heard_by_default():
        recording = subprocess.Popen([*words, "--out", str(out)], stdout=subprocess.PIPE, text=True)
    assert recording.stdout is not None
    recording.stdout.readline()
    url = recording.stdout.readline().split()[1]
    for path in ("GetJobStatus?wsId=1&pw=secret&jobId=1005", "GetQueues?wsid=1&pw=secret"):
        urllib.request.urlopen(f"{url}{SERVICE}/{path}", timeout=5).read()
    recording.send_signal(number)
    said = recording.stdout.read()
    assert recording.wait() == 0, said

    archive, fixture = out / "traffic.har", out / "fixtures.json"
    assert "secret" not in archive.read_text("utf-8")
    assert run("check-traffic", archive).exit_code == 0
    (job,) = json.loads(fixture.read_text("utf-8"))["casjobs"]["jobs"]
    assert (job["id"], job["state"], job["owner"]) == ("1005", "Finished", "1")
    names = sorted(file.name for file in (out / "examples").glob("*.json"))
    assert names == ["casjobs.GetJobStatus.json", "casjobs.GetQueues.json"]
    checked = run("contracts", "check", "--contracts", out / "examples")
    assert checked.exit_code == 0 and "2 examples: all match" in checked.output
    # What was recorded can be played: a server starts with it.
    with MockServer(fixtures=(fixture,)) as played:
        path = f"{SERVICE}/GetJobStatus?wsId=1&pw=secret&jobId=1005"
        assert b">5</int>" in urllib.request.urlopen(played.url + path, timeout=5).read()


def test_a_recorder_needs_an_address(tmp_path: Path) -> None:
    done = run("record", "--api", "ges", "--upstream", "ges.example", "--out", tmp_path / "o")
    assert done.exit_code == 2 and "is no address; write https://host" in done.output
