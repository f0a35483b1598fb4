"""What a sandbox costs: `python benchmarks/sandboxes.py [COUNT]`, in one process and without a socket.

Printed are milliseconds of CPU to make one over the control API, and the KB that one holds: as it was made, and after one of
its jobs was asked for, when the jobs of that API are made. The jobs are those of the fixtures that came with the server.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
import tracemalloc

from coming_due import request
from in_process import Asked

from mockserver.app import build, pipeline
from mockserver.settings import Settings

STATUS = "/~{}/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie/jobs/4448c9fb-0b16-4a78-8d89-2a137c53454a001679122/status"


async def main(count: int) -> None:
    """Measure."""
    services = build(Settings(max_sandboxes=4 * count + 100))
    jobs = await services.sandboxes.default.seed()
    asked = Asked.of(pipeline(services).handle)

    async def make(name: str) -> float:
        began = time.process_time()
        answer = await asked.ask(request("POST", "/_control/sandboxes", f'{{"name": "{name}"}}'))
        assert b" 201 " in answer[:16], answer
        return time.process_time() - began

    taken = sorted([await make(f"a{number}") for number in range(count)])
    gc.collect()
    tracemalloc.start()
    for number in range(count):
        await make(f"b{number}")
    gc.collect()
    made = tracemalloc.get_traced_memory()[0]
    for number in range(count):
        answer = await asked.ask(request("GET", STATUS.format(f"b{number}")))
        assert b" 200 " in answer[:16], answer
    gc.collect()
    used = tracemalloc.get_traced_memory()[0]
    print(
        f"a sandbox of {jobs} jobs: {taken[count // 2] * 1000:.2f} ms of CPU (the best {taken[0] * 1000:.2f}),"
        f" {made / count / 1024:.1f} KB; once asked for a job {used / count / 1024:.1f} KB"
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
