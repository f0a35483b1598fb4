"""`mockserver run … -- COMMAND`: what the command is told, the exit status, the artifacts, signals."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

PATIENCE = 60.0

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVER_")}

ASK = "import os, urllib.request as r; ask = lambda path, **h: r.urlopen(r.Request(os.environ['MOCKSERVER_URL'] + path, **h), timeout=20);"
BREACH = "/arcgis/rest/services/Demo/GPServer/Echo/jobs/nonesuch?f=nonsense"


def run(*arguments: str, environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mockserver", "run", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**CLEAN, **(environ or {})},
    )


def python(source: str) -> tuple[str, ...]:
    return ("--", sys.executable, "-c", source)


def test_the_command_finds_the_server_by_its_environment_and_its_words() -> None:
    source = "import json, os, sys; print(json.dumps([dict(os.environ), sys.argv[1:]]))"
    words = ["{url}", "{arcgis}", "{casjobs}", "{ges}", "{prime}", "{ca}", "{other}"]
    stale = {"MOCKSERVER_SCENARIO": "old", "MOCKSERVER_GES_URL": "http://old.example.test"}

    done = run("--tls-port", "0", *python(source), *words, environ=stale)

    assert done.returncode == 0, done.stderr
    told, replaced = json.loads(done.stdout)
    url = told["MOCKSERVER_URL"]
    assert told["MOCKSERVER_CONTROL_URL"] == f"{url}/_control"
    assert told["MOCKSERVER_PRIME_TLS_URL"] == told["MOCKSERVER_TLS_URL"] + "/webacs/api/v1"
    assert "MOCKSERVER_SCENARIO" not in told
    assert "127.0.0.1" in told["NO_PROXY"].split(",")
    assert replaced == [
        url,
        *(told[f"MOCKSERVER_{api}_URL"] for api in ("ARCGIS", "CASJOBS", "GES", "PRIME")),
        told["MOCKSERVER_CA_FILE"],
        "{other}",
    ]
    assert not Path(told["MOCKSERVER_CA_FILE"]).exists()  # it goes with the server


def test_without_tls_no_address_of_another_server_is_left() -> None:
    stale = {
        "MOCKSERVER_TLS_URL": "https://old.example.test",
        "MOCKSERVER_CA_FILE": "/old.pem",
        "MOCKSERVER_PRIME_TLS_URL": "x",
    }

    done = run(*python("import os; print([n for n in os.environ if 'TLS' in n or 'CA_FILE' in n])"), environ=stale)

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("source", "options", "status", "says"),
    [
        ("", (), 0, ""),
        ("raise SystemExit(7)", (), 7, ""),
        (f"{ASK} ask({BREACH!r})", (), 3, "the client broke the contract of arcgis.JobStatus in request 1"),
        (f"{ASK} ask({BREACH!r})", ("--allow-violations",), 0, ""),
        (f"{ASK} ask({BREACH!r}); raise SystemExit(7)", (), 7, "broke the contract"),
        # A reset by the suite forgets the journal; the verdict does not.
        (f"{ASK} ask({BREACH!r}); ask('/_control/reset', method='POST')", (), 3, "broke the contract"),
        (
            f"{ASK} j = {{'content-type': 'application/json'}};"
            "ask('/_control/sandboxes', data=b'{\"name\": \"t1\"}', headers=j);"
            f"ask('/~t1{BREACH}'); ask('/_control/sandboxes/t1', method='DELETE')",
            (),
            3,
            "of sandbox t1",
        ),
        (
            f"{ASK} ask('/_control/faults', data=b'{{\"effect\": {{\"status\": 503}}}}', headers={{'content-type': 'application/json'}})",
            (),
            3,
            "never fired",
        ),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", (), 137, ""),
    ],
    ids=["well", "failed", "breach", "allowed", "both", "reset", "sandbox", "fault", "killed"],
)
def test_the_exit_status_is_the_commands_or_3(source: str, options: tuple[str, ...], status: int, says: str) -> None:
    done = run(*options, *python(source or "pass"))

    assert (done.returncode, says in done.stderr) == (status, True), done.stderr
    assert bool(done.stderr) is bool(says), done.stderr


def test_artifacts(tmp_path: Path) -> None:
    done = run("--artifacts", str(tmp_path / "out"), *python(f"{ASK} ask({BREACH!r})"))

    assert done.returncode == 3
    found = {path.name: path.read_text() for path in (tmp_path / "out").iterdir()}
    assert sorted(found) == ["jobs.json", "junit.xml", "requests.har", "server.log", "violations.json"]
    (entry,) = json.loads(found["requests.har"])["log"]["entries"]
    assert entry["request"]["url"].endswith(BREACH)
    (breach,) = json.loads(found["violations.json"])
    assert (breach["operation"], breach["side"], breach["sandbox"]) == ("arcgis.JobStatus", "client", "default")
    assert "GET /arcgis/rest/services" in found["server.log"]
    assert {"arcgis", "casjobs", "ges", "prime"} == {job["api"] for job in json.loads(found["jobs.json"])}
    cases = {
        case.get("name"): case.find("failure") is not None
        for case in ET.fromstring(found["junit.xml"]).iter("testcase")
    }
    assert cases == {"command": False, "arcgis.JobStatus": True, "faults": False}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--", "no-such-program-anywhere"), "cannot run 'no-such-program-anywhere': No such file"),
        ((), "Missing argument 'COMMAND...'"),
        (("--apis", "nope", "--", "true"), "no API 'nope'"),
    ],
)
def test_what_cannot_be_done_takes_one_line(arguments: tuple[str, ...], says: str) -> None:
    done = run(*arguments)

    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_it_never_adopts_a_server_that_was_there_before() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = run("--port", str(port), *python("print('ran')"))

    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert done.stdout == ""


def begin(*arguments: str, stdin: int | None = None) -> subprocess.Popen[str]:
    """Start the command in a session of its own; who does so ends it."""
    return subprocess.Popen(
        [sys.executable, "-m", "mockserver", "run", *arguments],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=CLEAN,
        start_new_session=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
def test_signals_go_to_the_command(number: int) -> None:
    source = (
        "import signal, sys\n"
        f"signal.signal({number:d}, lambda *_: sys.exit(42))\n"
        "print('ready', flush=True)\n"
        "signal.pause()\n"
    )
    process = begin(*python(source))
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.wait(PATIENCE) == 42
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1])
def test_a_signal_after_the_command_has_ended_takes_no_verdict(number: int, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    source = "import os, sys; print(os.environ['MOCKSERVER_URL'], flush=True); sys.stdin.read(); sys.exit(7)"
    process = begin("--state", str(state), *python(source), stdin=subprocess.PIPE)
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        host, port = process.stdout.readline().strip().removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as slow:
            # A body that never comes holds the stop up.
            slow.sendall(b"POST /_control/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{")
            process.stdin.close()
            while listens(host, int(port)):
                time.sleep(0.01)
            process.send_signal(number)
            assert process.wait(PATIENCE) == 7
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert "default" in json.loads(state.read_text("utf-8"))["sandboxes"]
    finally:
        process.kill()
        process.wait()


def listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), PATIENCE).close()
    except (ConnectionRefusedError, ConnectionResetError):
        return False
    return True


def test_options_of_serve_and_the_commands_own_do_not_mix(tmp_path: Path) -> None:
    fixtures = []
    for name in ("one", "two"):
        fixtures.append(tmp_path / f"{name}.json")
        fixtures[-1].write_text(json.dumps({"casjobs": {"queues": [{"context": name, "timeout": 1}]}}))

    done = run(
        "--apis",
        "casjobs",
        "--fixtures",
        *map(str, fixtures),
        *python("import sys; print(sys.argv[1:])"),
        "--fixtures",
        "x",
        "y",
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "['--fixtures', 'x', 'y']"
