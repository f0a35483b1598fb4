"""`mockserver serve` as a process of its own: what it prints, how it ends, what it says when it cannot start."""

from __future__ import annotations

import gc
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from mockserver.cli import main
from mockserver.client import Control
from mockserver.settings import Settings

Start = Callable[..., "subprocess.Popen[str]"]

PATIENCE = 60.0
"""Seconds; far more than anything here takes, so that a hang is an error and not a hang."""


def read_until(process: subprocess.Popen[str], word: str) -> str:
    assert process.stdout is not None
    watchdog = threading.Timer(PATIENCE, process.kill)
    watchdog.start()
    try:
        text = ""
        while word not in text:
            line = process.stdout.readline()
            assert line, f"it ended without {word!r}: {text}"
            text += line
    finally:
        watchdog.cancel()
    return text


def end(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> int:
    process.send_signal(number)
    return process.wait(PATIENCE)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    processes = []

    def run(*arguments: str, **environ: str) -> subprocess.Popen[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVER_")}
        process = subprocess.Popen(
            [sys.executable, "-m", "mockserver", "serve", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**clean, **environ},
            bufsize=1,
        )
        processes.append(process)
        return process

    yield run
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_one_table_and_ends_on_a_signal(start: Start, number: int) -> None:
    process = start("--port", "0")

    text = read_until(process, "console")

    lines = text.splitlines()
    assert lines[0].split() == ["API", "BASE", "URL", "ACCOUNT"]
    for api, base, account in (
        ("arcgis", "/arcgis/rest", "siteadmin"),
        ("casjobs", "/CasJobs/services/jobs.asmx", "secret"),
        ("ges", "/ges/v1.0", "mock-token"),
        ("prime", "/webacs/api/v1", "nbi"),
    ):
        assert re.search(rf"^{api} +http://127\.0\.0\.1:\d+{base}  .*{account}", text, re.MULTILINE)
    assert re.search(r"^control +http://127\.0\.0\.1:\d+/_control$", text, re.MULTILINE)
    assert re.search(r"^console +http://127\.0\.0\.1:\d+/_control/$", text, re.MULTILINE)
    assert end(process, number) == 0
    assert process.stderr is not None
    assert process.stderr.read() == ""


def test_it_prints_json_for_programs(start: Start) -> None:
    process = start("--port", "0", "--json")

    found = json.loads(read_until(process, "}\n"))

    assert found["control_url"] == found["url"] + "/_control"
    assert found["pid"] == process.pid
    assert {"api", "url", "tls_url", "account"} == set(found["apis"][0])
    assert end(process) == 0


def test_every_option_is_an_environment_variable(start: Start) -> None:
    process = start("--json", MOCKSERVER_PORT="0", MOCKSERVER_TLS_PORT="0", MOCKSERVER_APIS="ges")

    found = json.loads(read_until(process, "}\n"))

    assert [one["api"] for one in found["apis"]] == ["ges"]
    assert found["tls_url"].startswith("https://127.0.0.1:")
    assert end(process) == 0


def test_fixtures_may_be_listed_after_one_option(start: Start, tmp_path: Path) -> None:
    for number, name in enumerate(("one", "two", "three")):
        queue = {"context": name, "timeout": number + 1}
        (tmp_path / f"{name}.json").write_text(json.dumps({"casjobs": {"queues": [queue]}}))
    one, two, three = (str(tmp_path / f"{name}.json") for name in ("one", "two", "three"))
    process = start("--fixtures", one, two, "--port", "0", f"--fixtures={three}", "--json")

    found = json.loads(read_until(process, "}\n"))

    queues = Control(found["url"]).snapshot()["fixtures"]["casjobs"]["queues"]
    assert [queue["context"] for queue in queues] == ["one", "two", "three"]
    assert end(process) == 0


def test_requests_in_flight_are_finished(start: Start) -> None:
    process = start("--port", "0", "--json")
    control = Control(json.loads(read_until(process, "}\n"))["url"])
    job = control.add("ges", graph="movie", state="running")
    control.add_fault({"delay": "2s"}, {"operation": "ges.JobStatus"})
    graph = f"{control.url}/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie"

    def poll() -> str:
        request = urllib.request.Request(f"{graph}/jobs/{job.id}/status", headers={"X-Auth-Token": "mock-token"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return str(json.load(answer)["status"])

    with ThreadPoolExecutor() as pool:
        polling = pool.submit(poll)
        deadline = time.monotonic() + PATIENCE
        while not control.requests(operation="ges.JobStatus"):
            assert time.monotonic() < deadline
        assert end(process) == 0

    assert polling.result() == "running"


def test_a_port_that_is_taken_is_one_line(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        process = start("--port", port)
        out, err = process.communicate(timeout=PATIENCE)

    assert process.returncode == 2
    assert out == ""
    assert err.startswith(f"Error: cannot listen on 127.0.0.1:{port}")
    assert err.count("\n") == 1
    assert "choose another --port" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--prot", "0"], "--port"),
        (["--port", "70000"], "70000"),
        (["--port", "x"], "'x'"),
        (["--apis", "gse"], "no API 'gse'"),
        (["--clock", "noon"], "--clock takes real, frozen or an ISO time"),
        (["--clock", "9999-12-31"], "of the years 1970 to 7999"),
        (["--store", "disk:"], "use memory:"),
        (["--fixtures", "/nowhere/seed.json"], "name a fixture file or a folder"),
        (["--contracts", "/nowhere"], "name a folder laid out as contracts/ is"),
        (["--tls-port", "0", "--tls-cert", __file__], "--tls-cert and --tls-key go together"),
        (["--tls-cert", __file__, "--tls-key", __file__], "without --tls-port"),
        (["--control-host", "127.0.0.1"], "without --control-port"),
        (["--control-token", ""], "--control-token is empty"),
        (["--host", ""], "--host"),
        (["--patience", "nan"], "--patience takes seconds above 0"),
        (["--log-level", "loud"], "'loud'"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(arguments: list[str], says: str) -> None:
    done = CliRunner().invoke(main, ["serve", "--port", "0", *arguments])

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert says in done.stderr


@pytest.mark.parametrize(
    ("option", "name", "text", "says"),
    [
        ("--fixtures", "a.json", '{"ges": {},\n "ges": {}}', ':2: a second "ges"'),
        ("--fixtures", "a.yaml", "ges: {}\nges: {}\n", ":2: a second 'ges'"),
        ("--fixtures", "a.json", '{"ges": ' + "9" * 5000 + "}", "64 bits are the most"),
        ("--fixtures", "a.yaml", "ges: " + "9" * 5000, "64 bits are the most"),
        ("--fixtures", "a.json", "[" * 100_000, "nested more than 100 deep"),
        ("--fixtures", "a.yaml", "[" * 100_000, "nested more than 100 deep"),
        ("--fixtures", "a.json", '\ufeff{"ges": {}}', "byte order mark; save it as UTF-8 without one"),
        ("--fixtures", "a.json", '{"ges": {"jobs": [{"id": "1"}, {"id": "1"}]}}', "a second ges job '1'"),
        ("--state", "a.json", "[" * 100_000, "no state of ours (nested too deep)"),
        ("--state", "a.json", '{"sandboxes": {"default": ' + "9" * 5000 + "}}", "no state of ours"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line_and_exit_2(
    tmp_path: Path, option: str, name: str, text: str, says: str
) -> None:
    file = tmp_path / name
    file.write_text(text, "utf-8")

    done = CliRunner().invoke(main, ["serve", "--port", "0", option, str(file)])

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert str(file) in done.stderr
    assert says in done.stderr


@pytest.mark.parametrize("option", ["--port", "--tls-port", "--control-port"])
def test_the_option_of_a_port_that_is_taken_is_named(option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = CliRunner().invoke(main, ["serve", *([] if option == "--port" else ["--port", "0"]), option, port])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert f"127.0.0.1:{port}" in done.stderr
    assert done.stderr.endswith(f"choose another {option}\n")
    assert gc.isenabled()


def test_a_bad_fixture_names_file_and_line(start: Start, tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text('{"ges": {\n  "jobs": [\n    {"id": 7}\n  ]}}')

    process = start("--port", "0", "--fixtures", str(seed))
    _, err = process.communicate(timeout=PATIENCE)

    assert process.returncode == 2
    assert f"{seed}:3" in err


def test_the_state_file_carries_a_job_over_a_restart(start: Start, tmp_path: Path) -> None:
    state = str(tmp_path / "state.json")
    first = start("--port", "0", "--json", "--state", state)
    Control(json.loads(read_until(first, "}\n"))["url"]).add("ges", id="kept", graph="movie", state="running")
    assert end(first) == 0

    second = start("--port", "0", "--json", "--state", state)

    assert Control(json.loads(read_until(second, "}\n"))["url"]).job("ges", "kept").state == "running"
    assert end(second) == 0


@contextmanager
def hangup(meaning: signal.Handlers) -> Iterator[None]:
    """Start processes that inherit this of their terminal; tests may run under nohup themselves."""
    before = signal.signal(signal.SIGHUP, meaning)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


def listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), PATIENCE).close()
    except (ConnectionRefusedError, ConnectionResetError):
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_second_signal_waits_for_nobody_and_loses_nothing(start: Start, tmp_path: Path, number: int) -> None:
    state = tmp_path / "state.json"
    with hangup(signal.SIG_DFL):
        process = start("--port", "0", "--json", "--state", str(state))
    url = json.loads(read_until(process, "}\n"))["url"]
    control = Control(url)
    control.add_fault({"delay": 60}, {"operation": "casjobs.SubmitJob"})
    before = len(control.jobs("casjobs"))
    host, port = url.removeprefix("http://").split(":")
    query = "wsid=1&pw=secret&qry=q&context=DR7&taskname=late&estimate=1"
    path = "/CasJobs/services/jobs.asmx/SubmitJob"
    with socket.create_connection((host, int(port))) as client, socket.create_connection((host, int(port))) as slow:
        # A body that never comes holds a stop up; what a fault holds back does not.
        slow.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n".encode())
        client.sendall(f"GET {path}?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        deadline = time.monotonic() + PATIENCE
        while len(control.jobs("casjobs")) == before:
            assert time.monotonic() < deadline
        process.send_signal(number)
        while '"late"' not in state.read_text("utf-8"):  # the first signal saves at once
            assert time.monotonic() < deadline
        # Until the first is taken, a system makes one of two signals of a kind.
        while listens(host, int(port)):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert end(process, number) == 0
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()
    assert '"late"' in state.read_text("utf-8")


def test_a_server_under_nohup_outlives_its_terminal(start: Start) -> None:
    with hangup(signal.SIG_IGN):
        process = start("--port", "0", "--json")
    control = Control(json.loads(read_until(process, "}\n"))["url"])
    process.send_signal(signal.SIGHUP)
    assert control.health().status == "healthy"
    assert end(process) == 0


def test_a_second_server_is_refused_the_state_file_of_another(start: Start, tmp_path: Path) -> None:
    state = str(tmp_path / "state.json")
    first = start("--port", "0", "--json", "--state", state)
    read_until(first, "}\n")
    second = start("--port", "0", "--state", state)
    _, err = second.communicate(timeout=PATIENCE)
    assert second.returncode == 2
    assert f"{state}: another server uses it" in err
    assert end(first) == 0


def test_the_log_is_json_when_asked_for(start: Start) -> None:
    process = start("--port", "0", "--json", "--log-format", "json", "--access-log")
    url = json.loads(read_until(process, "}\n"))["url"]
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"{url}/nowhere?token=s3cret", timeout=PATIENCE)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=PATIENCE)

    line = json.loads(err.splitlines()[0])
    assert {"time", "level", "logger", "message"} == set(line)
    assert "/nowhere?token=***" in line["message"]
    assert "s3cret" not in err


def test_the_options_are_those_of_the_settings() -> None:
    from mockserver.cli.serve import serve

    names = {parameter.name for parameter in serve.params} - {"as_json"}

    assert set(Settings.__dataclass_fields__) == names
    assert all(
        parameter.envvar == f"MOCKSERVER_{parameter.name.upper()}"
        for parameter in serve.params
        if parameter.name in names
    )
