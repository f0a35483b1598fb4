"""What the recorder costs a request: a GES status poll with it and without it, in turn, over one kept connection.

    python benchmarks/recorder.py [ROUNDS]

The server runs in another process, the recorder in this one, judging what passes.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from statistics import median

import aiohttp

from mockserver._resources import folder
from mockserver.apis import APIS
from mockserver.contracts import loader
from mockserver.drift.recorder import Upstream, recorder
from mockserver.drift.recording import Recording

PORT = 18299
PATH = (
    "/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie/jobs/4448c9fb-0b16-4a78-8d89-2a137c53454a001679122/status"
)
ASKED = 300


async def timed(session: aiohttp.ClientSession, base: str) -> float:
    began = time.perf_counter()
    for _ in range(ASKED):
        async with session.get(base + PATH, headers={"X-Auth-Token": "mock-token"}) as answer:
            assert answer.status == 200
            await answer.read()
    return (time.perf_counter() - began) / ASKED * 1e6


async def main(rounds: int) -> None:
    root = f"http://127.0.0.1:{PORT}"
    contracts = loader.load(folder("contracts"), ["ges"])
    recording = Recording(next(api for api in APIS if api.name == "ges"), contracts, root)
    async with recorder(Upstream(root=root), recording.keep) as made, aiohttp.ClientSession() as session:
        direct, through = [], []
        for _ in range(rounds):
            direct.append(await timed(session, root))
            through.append(await timed(session, made.url))
    ratio = median(through) / median(direct)
    print(f"direct {median(direct):.0f} µs, recorded {median(through):.0f} µs, ratio {ratio:.2f}")


if __name__ == "__main__":
    server = subprocess.Popen(
        [sys.executable, "-m", "mockserver", "serve", "--port", str(PORT)], stdout=subprocess.PIPE
    )
    assert server.stdout is not None
    server.stdout.readline()
    try:
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 9))
    finally:
        server.terminate()
        server.wait()
