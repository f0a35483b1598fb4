"""The balancer of the profile `scale` as it is configured, over two servers and a Redis: only the names are others."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from mockserver import MockServer
from mockserver.apis import APIS
from mockserver.settings import Settings
from tests.drivers import POLLS
from tests.drivers.redis import RedisServer
from tests.drivers.required import missing
from tests.drivers.server import NOON

CONFIGURATION = Path(__file__).parents[2] / "examples" / "scale" / "nginx.conf"


class Scaled:
    """Two servers over one Redis, and nginx before them.

    Attributes:
        url: of the balancer.
        servers: those behind it.
        session: what asks.
    """

    def __init__(self, redis: RedisServer, folder: Path) -> None:
        self._program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if self._program is None:
            missing("nginx is not installed")
        self._folder = folder
        options: dict[str, Any] = {"port": 0, "strict": True, "clock": NOON, "store": redis.url}
        self.servers = [MockServer(Settings(**options)) for _ in range(2)]
        self.session: aiohttp.ClientSession
        self.url = ""
        self._nginx: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Scaled:
        for server in self.servers:
            await server.__aenter__()
        self.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        for _ in range(5):
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            if await self._begin(port):
                self.url = f"http://127.0.0.1:{port}"
                return self
        raise AssertionError("nginx does not start: " + (self._folder / "said").read_text())

    async def _begin(self, port: int) -> bool:
        text = CONFIGURATION.read_text("utf-8").replace("listen 8080;", f"listen 127.0.0.1:{port};")
        for number, server in enumerate(self.servers, 1):
            text = text.replace(f"replica-{number}:8080", server.url.removeprefix("http://"))
        # Where the image's own nginx writes, a test may not.
        folders = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        own = "".join(f"  {name}_temp_path {self._folder}/{name};\n" for name in folders) + "  access_log off;\n"
        file = self._folder / "nginx.conf"
        file.write_text(text.replace("http {\n", "http {\n" + own))
        said = (self._folder / "said").open("wb")
        words = f"daemon off; master_process off; pid {self._folder}/pid; error_log stderr;"
        command = [str(self._program), "-c", str(file), "-p", str(self._folder), "-e", "stderr", "-g", words]
        self._nginx = await asyncio.create_subprocess_exec(*command, stdout=said, stderr=said)
        said.close()
        deadline = time.monotonic() + 60
        while self._nginx.returncode is None:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 5).close()
                return True
            assert time.monotonic() < deadline, "nginx does not listen"
            await asyncio.sleep(0.02)
        return False

    async def __aexit__(self, *_: object) -> None:
        if self._nginx is not None and self._nginx.returncode is None:
            self._nginx.kill()
            await self._nginx.wait()
        await self.session.close()
        for server in self.servers:
            await server.stop()

    async def ask(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        async with self.session.request(method, self.url + path, **options) as answer:
            return answer.status, await answer.json(content_type=None)


@pytest.fixture
async def scaled(redis_server: RedisServer, tmp_path: Path) -> AsyncIterator[Scaled]:
    redis_server.empty()
    async with Scaled(redis_server, tmp_path) as made:
        yield made


async def test_whoever_answers_says_the_same_and_one_is_enough(scaled: Scaled) -> None:
    assert (await scaled.ask("GET", "/_control/ready"))[0] == 200
    for api in APIS:
        poll = POLLS[api.name]
        assert (await scaled.ask("POST", "/_control/jobs", json={**poll.job, "state": poll.states[0]}))[0] == 201
        told = set()
        for state in poll.states * 2:
            path = f"/_control/jobs/{api.name}/{poll.job['id']}/state"
            assert (await scaled.ask("PUT", path, json={"state": state}))[0] == 200
            for _ in range(4):
                async with scaled.session.get(scaled.url + poll.path, headers=dict(poll.headers)) as answer:
                    assert answer.status == 200
                    told.add((state, await answer.read()))
        # The first answers tell of a job that has not been in both states yet.
        assert {state for state, _ in told} == set(poll.states)
        assert len(told) <= 3

    # Each has had its share, and what one makes stays with the address that the client knows.
    counted = [sum(server.services.metrics.requests.values()) for server in scaled.servers]
    assert min(counted) > 0
    _, made = await scaled.ask("POST", "/_control/sandboxes", json={"name": "t1"})
    assert {url.partition("/~t1")[0] for url in made["apis"].values()} == {scaled.url}
    for _ in range(4):
        assert (await scaled.ask("GET", "/~t1/_control/jobs"))[0] == 200

    # Events come as they happen: nothing holds them back until a buffer is full.
    async with scaled.session.get(f"{scaled.url}/~t1/_control/events") as stream:
        assert await stream.content.readline() == b": mockserver\n"
        job = POLLS["ges"].job
        assert (await scaled.ask("POST", "/~t1/_control/jobs", json=dict(job)))[0] == 201
        while not (line := await stream.content.readline()).startswith(b"data: "):
            continue
        assert json.loads(line.removeprefix(b"data: "))["id"] == job["id"]

    # A body beyond nginx' own limit reaches the server, which has one of its own.
    status, refused = await scaled.ask("POST", "/_control/jobs", data=b" " * (2 << 20))
    assert (status, refused["error"]["code"]) == (413, "too-large")

    added = {name: value for name, value in POLLS["ges"].job.items() if name != "id"}
    await scaled.servers[0].stop()
    for _ in range(6):
        assert (await scaled.ask("GET", "/_control/ready"))[0] == 200
        assert (await scaled.ask("POST", "/_control/jobs", json=added))[0] == 201
