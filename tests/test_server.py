"""The house on its ports: in a thread, in a loop, over TLS, with a state file."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import stat
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from mockserver import MockServer, Settings
from mockserver.contracts.sharing import BadContract
from mockserver.http import listening
from mockserver.sandbox.fixtures.merge import BadFixture
from mockserver.sandbox.sandbox import Sandbox
from mockserver.sandbox.state_file import StateFile
from mockserver.settings import BadOption
from mockserver.store.memory import MemoryStore

GRAPH = "/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie"


def fetch(url: str, method: str = "GET", context: ssl.SSLContext | None = None) -> tuple[int, Any]:
    request = urllib.request.Request(url, headers={"X-Auth-Token": "mock-token"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10, context=context) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


@pytest.fixture
def fixture(tmp_path: Path) -> Path:
    file = tmp_path / "own.json"
    graph = {"name": "movie", "id": "g1", "project_id": "0123456789abcdef0123456789abcdef"}
    account = {"user": "alice", "domain": "acme", "password": "secret", "project": "cn-north-4",
               "project_id": "0123456789abcdef0123456789abcdef", "token": "mock-token"}  # fmt: skip
    job = {"id": "j1", "graph": "movie", "kind": "query-vertices", "state": "running"}
    file.write_text(json.dumps({"ges": {"accounts": [account], "graphs": [graph], "jobs": [job]}}))
    return file


def test_it_runs_in_a_thread_and_leaves_none_behind(fixture: Path) -> None:
    before = set(threading.enumerate())  # a server of the whole session may be among them
    with MockServer(fixtures=(fixture,)) as server:
        assert fetch(f"{server.url}{GRAPH}/jobs/j1/status") == (200, {"status": "running"})
    assert "mockserver" not in [thread.name for thread in set(threading.enumerate()) - before]
    with pytest.raises(urllib.error.URLError):
        fetch(f"{server.url}{GRAPH}/jobs/j1/status")


async def test_it_runs_in_the_running_loop(fixture: Path) -> None:
    async with MockServer(fixtures=(fixture,)) as server:
        status, _ = await asyncio.to_thread(fetch, f"{server.url}{GRAPH}/jobs/j1/status")
        assert status == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/CasJobs/services/jobs.asmx/GetJobStatus", b"wsId=1&pw=secret&jobId=1000"),
        ("/_control/clock/advance", b'{"seconds": 1}'),
    ],
)
async def test_a_client_that_waits_with_its_body_is_told_to_go_on(path: str, body: bytes) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nConnection: close\r\n"
    head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    async with MockServer() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
        writer.write(head.encode())
        interim = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        writer.write(body)
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()

    assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("path", ["/CasJobs/services/jobs.asmx/GetJobStatus", "/_control/clock/advance"])
async def test_a_client_that_leaves_before_its_body_is_no_error(path: str, caplog: pytest.LogCaptureFixture) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 27\r\n\r\n"
    async with MockServer() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
        writer.write(head.encode())
        await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        writer.close()
        await writer.wait_closed()
        await asyncio.to_thread(fetch, f"{server.url}/_control/health")

    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


def test_two_servers_do_not_meet(fixture: Path) -> None:
    with MockServer(fixtures=(fixture,)) as one, MockServer(fixtures=(fixture,)) as two:
        assert fetch(f"{one.url}{GRAPH}/jobs/j1", "DELETE") == (200, {})
        assert fetch(f"{two.url}{GRAPH}/jobs/j1/status") == (200, {"status": "running"})


def test_a_client_that_trusts_the_ca_is_served_over_tls(fixture: Path) -> None:
    with MockServer(fixtures=(fixture,), tls_port=0) as server:
        assert server.tls_url is not None
        assert server.ca_pem is not None
        context = ssl.create_default_context(cadata=server.ca_pem.decode())
        for host in ("127.0.0.1", "localhost"):
            url = server.tls_url.replace("127.0.0.1", host)
            assert fetch(f"{url}{GRAPH}/jobs/j1/status", context=context)[0] == 200
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            fetch(f"{server.tls_url}{GRAPH}/jobs/j1/status")


def test_the_state_file_carries_jobs_over_a_restart(fixture: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with MockServer(fixtures=(fixture,), state=state) as server:
        assert fetch(f"{server.url}{GRAPH}/jobs/j1", "DELETE") == (200, {})
        assert "mock-token" not in state.name
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    with MockServer(state=state) as server:
        assert fetch(f"{server.url}{GRAPH}/jobs/j1", "DELETE")[0] == 400


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"sandboxes": {"default": {"format": 99}}}'])
def test_a_state_file_that_is_none_of_ours_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "state.json"
    file.write_text(text)
    with pytest.raises(BadOption) as caught, MockServer(state=file):
        pass
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)
    assert file.read_text() == text


def test_a_state_file_in_a_folder_that_is_not_there_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadOption, match="no folder"), MockServer(state=tmp_path / "nowhere" / "state.json"):
        pytest.fail("it started")


@pytest.mark.parametrize("option", ["port", "tls_port", "control_port"])
def test_a_port_that_is_taken_is_named_with_its_option(option: str) -> None:
    with MockServer() as server:
        port = int(server.url.rpartition(":")[2])
        named = f"--{option.replace('_', '-')}$"
        with pytest.raises(OSError, match=f"{port}.*choose another {named}"), MockServer(**{option: port}):
            pass


class WatchedStore(MemoryStore):
    """Knows whether it is open."""

    is_open = False

    async def open(self) -> None:
        self.is_open = True

    async def close(self) -> None:
        self.is_open = False


@pytest.mark.parametrize("options", ["", "tls-", "control-"])
async def test_a_start_that_fails_leaves_nothing_behind_and_another_may_follow(
    options: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bind(host: str, port: int, prefix: str, *, shared: bool) -> socket.socket:
        if prefix == options:
            raise OSError("the port is taken")
        return listening.bind(host, port, prefix, shared=shared)

    before, store = asyncio.all_tasks(), WatchedStore()
    server = MockServer(apis=("ges",), store=store, state=tmp_path / "state.json", tls_port=0, control_port=0)
    monkeypatch.setattr("mockserver.server.bind", bind)
    for start in (server.start, server.__aenter__):
        with pytest.raises(OSError, match="the port is taken"):
            await start()
        assert asyncio.all_tasks() <= before  # what earlier tests have left may end meanwhile
        assert not store.is_open
    monkeypatch.undo()
    async with server:
        assert store.is_open
        async with aiohttp.ClientSession() as session:
            assert (await session.get(f"{server.control_url}/health")).status == 200
    assert not store.is_open


@pytest.mark.parametrize("option", ["host", "control_host"])
def test_a_host_that_is_not_of_this_machine_is_named_with_its_option(option: str) -> None:
    named = f"--{option.replace('_', '-')}$"
    with (
        pytest.raises(OSError, match=f"choose another {named}"),
        MockServer(**{option: "192.0.2.1", "control_port": 0}),
    ):
        pass


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"apis": ("gas",)}, BadOption, "ges"),
        ({"clock": "yesterday"}, BadOption, "real, frozen or an ISO time"),
        ({"fixtures": (Path("nowhere.json"),)}, BadFixture, "nowhere.json"),
        ({"contracts": Path("nowhere")}, BadContract, "nowhere"),
        ({"tls_port": 0, "tls_cert": Path("c.pem")}, BadOption, "go together"),
        ({"tls_port": 0, "tls_cert": Path("c.pem"), "tls_key": Path("k.pem")}, BadOption, "c.pem"),
    ],
)
def test_what_cannot_be_followed_is_said_in_one_line(
    options: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error) as caught, MockServer(Settings(port=0, **options)):
        pass
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_a_stop_saves_at_once_and_again_when_requests_in_flight_are_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saves = []
    save = StateFile.save

    async def noted(self: StateFile, *, hurry: bool = False) -> None:
        await save(self, hurry=hurry)
        saves.append(len(json.loads(state.read_text("utf-8"))["sandboxes"]["default"]["jobs"]))

    monkeypatch.setattr(StateFile, "save", noted)
    state = tmp_path / "state.json"
    server = MockServer(apis=("casjobs",), state=state)
    await server.start()
    async with aiohttp.ClientSession(server.url) as session:
        fault = {"match": {"operation": "casjobs.SubmitJob"}, "effect": {"delay": 60}}
        assert (await session.post("/_control/faults", json=fault)).status == 201
        query = "wsid=1&pw=secret&qry=q&context=DR7&taskname=t&estimate=1"
        asking = asyncio.create_task(session.get(f"/CasJobs/services/jobs.asmx/SubmitJob?{query}"))
        before = len(server.services.sandboxes.default.fixtures.section("casjobs")["jobs"])
        # The work is done at once; only its answer is late.
        while not (await server.services.sandboxes.default.store.entries("default")).entries:
            await asyncio.sleep(0)
        while (await server.services.sandboxes.default.jobs.page("casjobs", limit=1))[1] == before:
            await asyncio.sleep(0)
        await server.stop()
        assert (await asking).status == 200
    assert saves == [before, before + 1, before + 1]


CASJOBS_STATUS = "/CasJobs/services/jobs.asmx/GetJobStatus?wsId=1&pw=secret&jobId=1000"
PRIME_JOBS = "/webacs/api/v3/data/JobSummary"


@pytest.mark.parametrize(
    ("call", "body", "path", "end"),
    [
        ("/faults", {"match": {}, "effect": {"delay": 3600}}, CASJOBS_STATUS, "</int>"),
        ("/faults", {"match": {}, "effect": {"delay": 3600, "before": "work"}}, CASJOBS_STATUS, "</int>"),
        ("/faults", {"match": {}, "effect": {"drip": {"bytes": 1, "every": 3600}}}, CASJOBS_STATUS, "</int>"),
        ("/apis/prime/settings", {"answer_takes": 3600}, PRIME_JOBS, ">"),
    ],
    ids=["delay", "before-work", "drip", "answer_takes"],
)
async def test_a_stop_ends_what_is_held_back(
    call: str, body: dict[str, Any], path: str, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client has its whole answer, and nobody waits until the grace is over."""
    monkeypatch.setattr("mockserver.server.GRACE", 60)
    waits, pause = asyncio.Event(), Sandbox.pause

    async def told(sandbox: Sandbox, seconds: float) -> None:
        if seconds:
            waits.set()
        await pause(sandbox, seconds)

    monkeypatch.setattr(Sandbox, "pause", told)
    server = MockServer(apis=("casjobs", "prime"))
    await server.start()
    async with aiohttp.ClientSession(server.url) as session:
        how = session.post if call == "/faults" else session.patch
        assert (await how(f"/_control{call}", json=body)).ok, call

        async def ask() -> tuple[int, str]:
            async with session.get(path, auth=aiohttp.BasicAuth("nbi", "secret")) as answer:
                return answer.status, await answer.text()

        asking = asyncio.create_task(ask())
        async with asyncio.timeout(30):
            await waits.wait()
            await server.stop()
            status, text = await asking
    assert (status, text.rstrip().endswith(end)) == (200, True)


async def test_who_asks_for_hurry_while_the_first_save_goes_on_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = MockServer(apis=("ges",), state=tmp_path / "state.json")
    await server.start()
    save = StateFile.save
    runners = list(server._runners)

    async def save_slowly(file: StateFile, **how: Any) -> None:
        server.hurry()
        await save(file, **how)

    async def never() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(StateFile, "save", save_slowly)
    monkeypatch.setattr(server, "_end_requests", never)
    async with asyncio.timeout(60):
        await server.stop()
    for runner in runners:
        await runner.cleanup()
