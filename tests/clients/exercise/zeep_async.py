"""zeep's AsyncClient: the same, awaited."""

import asyncio
import os
import sys

import zeep
from pace import LOOKS, PAUSE


async def main() -> int:
    async with zeep.AsyncClient(os.environ["MOCKSERVER_CASJOBS_URL"] + "?WSDL") as client:
        query = {"qry": os.environ["MOCKSERVER_TASK"], "context": "DR7", "taskname": "zeep", "estimate": 30}
        job = await client.service.SubmitJob(wsid=1, pw="secret", **query)
        for _ in range(LOOKS):
            status = await client.service.GetJobStatus(wsId=1, pw="secret", jobId=job)
            if status not in (0, 1, 2):
                return 0 if status == 5 else 1
            await asyncio.sleep(PAUSE)
    return 1


sys.exit(asyncio.run(main()))
