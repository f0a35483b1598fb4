"""The state file: what survives a restart, who may have it, and that a save writes no more than it must."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mockserver import MockServer
from mockserver.client import Control
from mockserver.sandbox import snapshot, state_file
from mockserver.sandbox.sandbox import Sandbox
from mockserver.sandbox.state_file import StateFile
from mockserver.settings import BadOption


def saved(file: Path) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads(file.read_text("utf-8"))["sandboxes"]
    return found


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state.json"


def server_over(state: Path) -> MockServer:
    return MockServer(apis=("ges",), state=state)


def test_ttl_and_own_ports_survive_a_restart(state: Path) -> None:
    with server_over(state) as server:
        made = Control(server.url).create_sandbox("t1", ttl=500, port=True)
    with server_over(state) as server:
        again = Control(server.url).show_sandbox("t1")
        assert (again.ttl, again.port) == (500, made.port)
        assert Control(f"http://127.0.0.1:{made.port}").health().status == "healthy"


def test_what_submitted_jobs_are_like_survives_a_restart(state: Path) -> None:
    with server_over(state) as server:
        Control(server.url).create_sandbox("t1", submits={"ges": {"plan": "fails"}})
    with server_over(state) as server:
        assert Control(server.url).show_sandbox("t1").submits == {"ges": {"plan": "fails"}}


def test_the_largest_count_that_is_taken_can_be_counted_on_from(state: Path) -> None:
    with server_over(state) as server:
        taken = Control(server.url).snapshot()
        taken["counters"]["ges.job"] = 2**52
        Control(server.url).restore(taken)
        made = Control(server.url).add("ges", graph="movie").id
    assert saved(state)["default"]["counters"]["ges.job"] == 2**52 + 1  # type: ignore[index]
    with server_over(state) as server:
        assert Control(server.url).job("ges", made).id == made


def test_a_clock_that_an_older_version_let_go_further_stands_at_its_end(state: Path) -> None:
    with server_over(state) as server:
        Control(server.url).freeze()
    state.write_text(
        re.sub(r'"frozen_at":\s*[0-9.]+', '"frozen_at": 253402300799.0', state.read_text("utf-8")), "utf-8"
    )
    with server_over(state) as server:
        assert Control(server.url).clock().now == "8000-01-01T00:00:00.000Z"


@pytest.mark.parametrize("then", ["frozen", "real", "2030-01-01T00:00:00Z"])
def test_a_clock_that_stands_is_where_it_was_and_so_are_its_jobs(state: Path, then: str) -> None:
    """Also when nobody has set it since the start; `--clock` is for sandboxes that begin."""

    def server_at(real: float, clock: str) -> MockServer:
        return MockServer(apis=("ges",), state=state, clock=clock, real_time=lambda: real)

    plan = {"steps": [{"state": "running", "for": "2s"}], "end": "success"}
    with server_at(1.7e9, "frozen") as server:
        control = Control(server.url)
        control.add("ges", id="j", graph="movie", state="running", hold=False, plan=plan)
        before = control.clock().now
    for later in (3.0, 6.0):
        with server_at(1.7e9 + later, then) as server:
            control = Control(server.url)
            assert (control.clock().now, control.clock().frozen) == (before, True)
            assert control.job("ges", "j").state == "running"
    with server_at(1.7e9 + 9.0, then) as server:
        control = Control(server.url)
        control.advance(2)
        assert control.job("ges", "j").state == "success"


def test_a_clock_that_goes_on_has_gone_on_meanwhile(state: Path) -> None:
    real = 1.7e9
    with MockServer(apis=("ges",), state=state, real_time=lambda: real) as server:
        before = datetime.fromisoformat(Control(server.url).clock().now)
    real += 3.0
    with MockServer(apis=("ges",), state=state, real_time=lambda: real) as server:
        clock = Control(server.url).clock()
        assert (datetime.fromisoformat(clock.now) - before, clock.frozen) == (timedelta(seconds=3), False)


def test_a_port_that_is_taken_by_now_is_another_one(state: Path) -> None:
    with server_over(state) as server:
        made = Control(server.url).create_sandbox("t1", port=True)
    with MockServer(apis=("ges",), port=made.port), server_over(state) as server:
        assert Control(server.url).show_sandbox("t1").port not in (None, made.port)


def test_a_link_stays_one(state: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(state)
    with server_over(link):
        pass
    assert link.is_symlink()
    assert "default" in saved(state)


def test_a_second_server_is_refused_the_file_also_by_another_name(state: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(state)
    with server_over(state), pytest.raises(BadOption, match="another server uses it"), server_over(link):
        pytest.fail("it started")
    with server_over(link):
        pass
    assert {file.name for file in tmp_path.iterdir()} == {"link.json", "state.json"}


@pytest.mark.parametrize("file", ["/proc/x.json", "/sys/x.json"])
def test_a_file_that_cannot_be_written_is_refused_at_the_start_by_name(file: str) -> None:
    if not Path(file).parent.is_mount():
        pytest.skip(f"{Path(file).parent} is not the kernel's here")
    with (
        pytest.raises(BadOption, match=f"^{file}: the state cannot be written there") as caught,
        server_over(Path(file)),
    ):
        pytest.fail("it started")
    assert "\n" not in str(caught.value)


def test_a_folder_in_its_place_is_refused_by_name(state: Path) -> None:
    state.mkdir()
    with pytest.raises(BadOption, match=f"^{state}: "), server_over(state):
        pytest.fail("it started")


def spoilt(kind: str, good: Mapping[str, object]) -> str:
    default = json.dumps(good)
    return {
        "empty": "",
        "bytes": "\udc80",
        "list": "[]",
        "no sandbox": '{"sandboxes": {}}',
        "bad name": f'{{"sandboxes": {{"default": {default}, "a b": {default}}}}}',
        "infinite counter": json.dumps({"sandboxes": {"default": {**good, "counters": {"x": float("inf")}}}}),
        "huge integer": f'{{"sandboxes": {{"default": {{"format": {"9" * 5000}}}}}}}',
        "deep": '{"sandboxes": {"default": ' + "[" * 100_000,
        "deep and whole": '{"sandboxes": {"default": ' + "[" * 200 + "]" * 200 + "}}",
        "another API": json.dumps({"sandboxes": {"default": good}}).replace('"ges"', '"casjobs"'),
        "ttl": json.dumps({"sandboxes": {"default": {**good, "ttl": "soon"}}}),
        "a port that is none": json.dumps({"sandboxes": {"default": {**good, "ports": {"http": -1}}}}),
        "a number": "5",
    }[kind]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name")
def test_what_is_no_file_is_refused_and_not_waited_for(state: Path) -> None:
    os.mkfifo(state)
    with pytest.raises(BadOption, match="no file; name another --state"), server_over(state):
        pytest.fail("it started")


@pytest.mark.parametrize(
    "kind",
    [
        "empty", "bytes", "list", "no sandbox", "bad name", "infinite counter", "huge integer", "deep", "deep and whole",
        "another API", "ttl", "a port that is none", "a number",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_one_line(state: Path, kind: str) -> None:
    with server_over(state):
        pass
    text = spoilt(kind, saved(state)["default"]).encode("utf-8", "surrogateescape")
    state.write_bytes(text)
    with pytest.raises(BadOption) as caught, server_over(state):
        pytest.fail("it started")
    message = str(caught.value)
    assert message.startswith(f"{state}: ")
    assert "\n" not in message
    assert len(message) < 1000
    assert state.read_bytes() == text


def test_only_what_has_changed_is_written_anew(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frozen: list[str] = []
    freeze = snapshot.freeze

    async def noted(sandbox: Sandbox) -> snapshot.Frozen:
        frozen.append(sandbox.name)
        return await freeze(sandbox)

    monkeypatch.setattr(snapshot, "freeze", noted)
    with server_over(state) as server:
        control = Control(server.url)
        for name in ("a", "b"):
            control.create_sandbox(name)
        frozen.clear()
    assert frozen == ["a", "b"]  # nobody has touched the default one since the start
    first = saved(state)
    with server_over(state) as server:
        frozen.clear()
        Control(server.url, sandbox="b").add("ges", id="new", graph="movie", state="running")
    assert frozen == ["b"]
    second = saved(state)
    assert second["a"] == {**first["a"], "at": second["a"]["at"]}
    assert [job["id"] for job in second["b"]["jobs"]][-1] == "new"  # type: ignore[index, attr-defined]


def test_what_was_saved_is_let_go_of(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot may have taken its jobs' place meanwhile: to free all of them at once would keep everybody waiting."""
    held: list[tuple[snapshot.Frozen, int]] = []
    freeze = snapshot.freeze

    async def noted(sandbox: Sandbox) -> snapshot.Frozen:
        made = await freeze(sandbox)
        held.append((made, len(made.jobs)))
        return made

    monkeypatch.setattr(snapshot, "freeze", noted)
    with server_over(state):
        pass
    assert max(jobs for _, jobs in held) > 50
    assert all(one.jobs == [] for one, _ in held)


def test_an_idle_server_writes_nothing_and_one_whose_file_was_taken_away_writes_it_again(state: Path) -> None:
    with server_over(state):
        before = state.stat().st_mtime_ns
    assert state.stat().st_mtime_ns == before
    with server_over(state):
        state.unlink()
    assert "default" in saved(state)


class HeldUp:
    """Takes the place of a function that a save's thread calls, and does not go on before it may."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._loop = asyncio.get_running_loop()
        self.called = asyncio.Event()
        self.go_on = threading.Event()

    def __call__(self, *arguments: Any) -> Any:
        self._loop.call_soon_threadsafe(self.called.set)
        self.go_on.wait(10)  # and not for ever when the test has failed
        return self._function(*arguments)


async def turns() -> None:
    """Give everybody else many turns."""
    for _ in range(1000):
        await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def beginning_to_save(state: Path) -> AsyncIterator[tuple[MockServer, StateFile]]:
    """A server with sandboxes a and b in its file, of which a has grown; it is killed at the end."""
    server = server_over(state)
    await server.start()
    file, sandboxes = server._state, server.services.sandboxes
    assert file is not None
    a, _ = await sandboxes.create("a"), await sandboxes.create("b")
    await file.save()
    for number in range(30):
        await a.jobs.add(*await a.build_job("ges", {"id": f"new{number}", "graph": "movie", "state": "running"}))
    yield server, file
    server._state = None
    await server.stop()
    file.close()


async def written_slowly(
    file: StateFile, monkeypatch: pytest.MonkeyPatch, sync: Callable[[int], None]
) -> tuple[HeldUp, asyncio.Task[None]]:
    """Return a disk that holds a save up before it does `sync`, and the save that waits for it."""
    held = HeldUp(sync)
    monkeypatch.setattr("mockserver.sandbox.state_file.os.fsync", held)
    saving = asyncio.create_task(file.save())
    await held.called.wait()
    return held, saving


async def jobs_in(state: Path) -> dict[str, int]:
    """Return how many jobs each sandbox has that a server finds in a file."""
    async with server_over(state) as server:
        return {one.name: (await one.jobs.page("ges"))[1] for one in server.services.sandboxes.all()}


def unsavable(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """Let a sandbox of that name be one that cannot be saved: it is found out at once, or half way through."""
    freeze, pieces = snapshot.freeze, snapshot.Frozen.pieces

    async def frozen(sandbox: Sandbox) -> snapshot.Frozen:
        if where == "at once" and sandbox.name in ("a", "c"):
            raise ValueError("year 10000\nis out of range")
        return await freeze(sandbox)

    def written(self: snapshot.Frozen) -> Iterator[bytes]:
        for number, piece in enumerate(pieces(self)):
            if where == "half way" and number == 2 and self.head["sandbox"] in ("a", "c"):
                raise ValueError("year 10000\nis out of range")
            yield piece

    monkeypatch.setattr(snapshot, "freeze", frozen)
    monkeypatch.setattr(snapshot.Frozen, "pieces", written)


@pytest.mark.parametrize("where", ["at once", "half way"])
async def test_a_sandbox_that_cannot_be_saved_keeps_no_other_from_it(
    state: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    async with beginning_to_save(state) as (server, file):
        before = saved(state)
        sandboxes = server.services.sandboxes
        b = await sandboxes.get("b").build_job("ges", {"id": "more", "graph": "movie", "state": "running"})
        await sandboxes.get("b").jobs.add(*b)
        await sandboxes.create("c")
        with monkeypatch.context() as patched:
            unsavable(patched, where)
            for _ in range(2):
                with pytest.raises(OSError, match="sandbox 'a' cannot be saved .ValueError: year 10000 is") as caught:
                    await file.save()
                assert "\n" not in caught.value.strerror
        found = saved(state)
        assert found.keys() == {"default", "a", "b"}
        assert found["a"] == before["a"]
        assert "more" in {job["id"] for job in found["b"]["jobs"]}  # type: ignore[attr-defined]
        await file.save()
        assert "c" in saved(state)
    jobs = await jobs_in(state)
    assert jobs["a"] == jobs["b"] + 29


async def test_a_stop_with_a_sandbox_that_cannot_be_saved_says_so_and_ends(
    state: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    server = server_over(state)
    await server.start()
    await server.services.sandboxes.create("a")
    unsavable(monkeypatch, "at once")
    monkeypatch.setattr("mockserver.server.SAVE_EVERY", 0.0)
    assert server._saver is not None
    assert server._state is not None
    server._saver.cancel()
    server._saver = asyncio.create_task(server._save_regularly(server._state))
    while len([one for one in caplog.records if "sandbox 'a' cannot be saved" in one.getMessage()]) < 2:
        assert not server._saver.done()
        await asyncio.sleep(0)
    with pytest.raises(OSError, match="sandbox 'a' cannot be saved"):
        await server.stop()
    assert saved(state).keys() == {"default"}
    async with server_over(state):  # another may have the file
        pass


@pytest.mark.parametrize("times", [1, 2])
async def test_a_save_that_is_given_up_ends_with_its_thread(
    state: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """The next one copies what is unchanged from the file that this one leaves, not from the one that it found."""
    async with beginning_to_save(state) as (_, file):
        held, saving = await written_slowly(file, monkeypatch, os.fsync)
        for _ in range(times):
            saving.cancel()
            await turns()
        at_stop = asyncio.create_task(file.save(hurry=True))
        await turns()
        assert not saving.done()
        held.go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await saving
        await at_stop
    found = {name: len(document["jobs"]) for name, document in saved(state).items()}  # type: ignore[arg-type]
    assert found["a"] == found["b"] + 30
    assert await jobs_in(state) == found


async def test_a_save_that_is_given_up_half_way_writes_the_rest_without_a_breath(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaths: list[float] = []
    monkeypatch.setattr("mockserver.sandbox.state_file.time", SimpleNamespace(sleep=breaths.append))
    async with beginning_to_save(state) as (_, file):
        held = HeldUp(snapshot.compact)
        monkeypatch.setattr(snapshot, "compact", held)
        before = len(breaths)
        saving = asyncio.create_task(file.save())
        await held.called.wait()
        saving.cancel()
        await turns()
        held.go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await saving
        assert len(breaths) == before
        written = state_file._stamp(state)
        await file.save(hurry=True)
        assert state_file._stamp(state) == written  # there is nothing left to be written
    found = await jobs_in(state)
    assert found["a"] == found["b"] + 30


async def test_a_save_that_is_given_up_says_no_more_of_a_file_that_cannot_be_written(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who saves regularly goes on after an error of the file; it would not hear that it is to end."""

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    async with beginning_to_save(state) as (_, file):
        held, saving = await written_slowly(file, monkeypatch, refuse)
        saving.cancel()
        await turns()
        held.go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await saving
        with pytest.raises(OSError, match="No space left"):
            await file.save()
        monkeypatch.undo()
        await file.save()
    found = await jobs_in(state)
    assert found["a"] == found["b"] + 30


async def test_a_stop_in_the_middle_of_a_save_leaves_all_in_the_file(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with beginning_to_save(state) as (server, file):
        held = HeldUp(os.fsync)
        monkeypatch.setattr("mockserver.sandbox.state_file.os.fsync", held)
        monkeypatch.setattr("mockserver.server.SAVE_EVERY", 0.0)
        assert server._saver is not None
        server._saver.cancel()
        server._saver = asyncio.create_task(server._save_regularly(file))
        await held.called.wait()
        stopping = asyncio.create_task(server.stop())
        await turns()
        held.go_on.set()
        await stopping
    found = await jobs_in(state)
    assert found["a"] == found["b"] + 30


async def test_a_sandbox_that_ends_while_others_are_saved_does_not_come_back(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with beginning_to_save(state) as (server, file):
        sandboxes, freeze, stamp = server.services.sandboxes, snapshot.freeze, state_file._stamp
        deleted: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def deleting(sandbox: Sandbox) -> snapshot.Frozen:
            if sandbox.name == "default":
                await sandboxes.delete("a")
            return await freeze(sandbox)

        async def delete_b() -> None:
            await sandboxes.delete("b")
            deleted.set_result(None)

        def stamped(target: Path) -> object:
            if not deleted.done():
                asyncio.run_coroutine_threadsafe(delete_b(), loop).result()
            return stamp(target)

        loop = asyncio.get_running_loop()
        await sandboxes.default.store.count("default", "x")
        monkeypatch.setattr(snapshot, "freeze", deleting)
        monkeypatch.setattr(state_file, "_stamp", stamped)
        await file.save()
        assert await server.services.store.sandboxes() == ["default"]
    assert list(saved(state)) == ["default"]
