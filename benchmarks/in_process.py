"""One request of each kind, over and over in one process and without a socket: what it costs is the server's own.

`python benchmarks/in_process.py` prints microseconds of CPU a request (the best of some rounds). Under
`valgrind --tool=callgrind --dump-before=getpriority` it marks where each kind begins and ends, and `instructions.py`
reads the counts: they hardly differ between two runs, and not at all with other tenants of the machine. `--bare` puts
a handler of aiohttp that does nothing in the server's place.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from aiohttp import web
from scenarios import SCENARIOS, Scenario

from mockserver._resources import folder
from mockserver.app import build, pipeline
from mockserver.http.connection import Listener
from mockserver.http.services import Services
from mockserver.settings import Settings

HOST = "127.0.0.1:8080"

MARKED = 100
"""Requests of each kind between two marks."""


class Wire(asyncio.Transport):
    """A connection that takes what is written and tells when an answer has come."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[bytes] = []
        self.answered = asyncio.Event()

    def write(self, data: Any) -> None:
        self.got.append(bytes(data))
        self.answered.set()

    def writelines(self, data: Any) -> None:
        self.write(b"".join(data))

    def is_closing(self) -> bool:
        return False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("127.0.0.1", 8080) if name in ("sockname", "peername") else default

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def close(self) -> None:
        pass


def raw(scenario: Scenario, number: int) -> bytes:
    """Return a scenario's request as wrk sends it."""
    body = scenario.body.replace("{n}", str(number)).encode()
    headers = {"Host": HOST, **scenario.headers}
    if body:
        headers["Content-Length"] = str(len(body))
    lines = [f"{scenario.method} {scenario.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Asked:
    """A server, and one connection to it."""

    def __init__(self, server: web.Server) -> None:
        self.server = server
        self.wire = Wire()
        self.protocol = self.server()
        self.protocol.connection_made(self.wire)

    @classmethod
    def of(cls, handler: Callable[[web.BaseRequest], Any], *, bare: bool = False) -> Asked:
        """Return one whose server answers by a handler: ours, or aiohttp's own."""
        factory = partial(web.BaseRequest, loop=asyncio.get_running_loop(), client_max_size=1 << 26)
        made = web.Server if bare else partial(Listener, refuse=handler)
        return cls(made(handler, request_factory=factory, access_log=None))  # type: ignore[arg-type]

    async def ask(self, request: bytes) -> bytes:
        """Send a request; return the answer."""
        self.wire.got.clear()
        self.wire.answered.clear()
        self.protocol.data_received(request)
        await self.wire.answered.wait()
        return self.wire.got[0]


async def bare(request: web.BaseRequest) -> web.Response:
    """Answer as the least server does: the body is read, and looked at by nobody."""
    return web.Response(body=b"{}" if await request.read() else b"[]", content_type="application/json")


async def seeded(chosen: Sequence[Scenario], changing: int) -> Services:
    """Return a server with the fixtures of some scenarios, and so many jobs to be changed."""
    sections: dict[str, dict[str, list[Any]]] = {}
    for one in chosen:
        for api, section in one.fixture(changing).items():
            jobs = sections.setdefault(api, {"jobs": []})["jobs"]
            known = {job["id"] for job in jobs}
            jobs += [job for job in section["jobs"] if job["id"] not in known]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(sections, file)
        file.flush()
        services = build(Settings(fixtures=(folder("fixtures"), Path(file.name))))
    await services.sandboxes.default.seed()
    return services


async def measured(only: str, times: int, rounds: int, mark: Callable[[], object] | None, handler: Any = None) -> None:
    chosen = [one for one in SCENARIOS if only.lower() in one.name.lower()]
    changing = times * rounds + 100
    services = await seeded(chosen, changing)
    asked = Asked.of(handler or pipeline(services).handle, bare=handler is not None)
    for scenario in chosen:
        numbers: Iterator[int] = iter(range(scenario.first, scenario.first + changing))
        for _ in range(50):
            answer = await asked.ask(raw(scenario, next(numbers)))
        assert b" 200 " in answer[:16], answer
        best = float("inf")
        for _ in range(rounds):
            requests = [raw(scenario, next(numbers)) for _ in range(times)]
            if mark is not None:
                mark()
            began = time.process_time()
            for request in requests:
                await asked.ask(request)
            best = min(best, (time.process_time() - began) / times * 1e6)
            if mark is not None:
                mark()
        print(f"{scenario.name:46} {best:7.1f} µs", flush=True)


if __name__ == "__main__":
    under = "--mark" in sys.argv
    names = [one for one in sys.argv[1:] if not one.startswith("--")]
    asyncio.run(
        measured(names[0] if names else "", MARKED if under else 3000, 1 if under else 5,
                 (lambda: os.getpriority(os.PRIO_PROCESS, 0)) if under else None,
                 bare if "--bare" in sys.argv else None)
    )  # fmt: skip
