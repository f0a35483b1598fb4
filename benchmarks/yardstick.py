"""The yardstick: the least an aiohttp server can do and still do the job, with the bytes of the server under test.

It reads what it is asked (the path's names and the query, or one element of the XML) and answers always the same.
`python yardstick.py PORT ROUTE [LOOP] < answer.json`, where LOOP is asyncio or uvloop and the answer is {"method", "status", "headers", "body", "reads"};
`reads` is the path of that element, as ElementTree takes it; null: nothing of the request is looked at.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from aiohttp import web


def application(answer: Mapping[str, Any], route: str) -> web.Application:
    """Return the yardstick for one route."""
    body, reads = answer["body"].encode(), answer["reads"]

    async def handle(request: web.Request) -> web.Response:
        if request.can_read_body:
            sent = await request.read()
            if reads is not None and ET.fromstring(sent).find(reads) is None:
                return web.Response(status=500)
        elif reads is not None:
            request.query.get("f")
            request.match_info.get("job")
        return web.Response(body=body, status=answer["status"], headers=answer["headers"])

    app = web.Application()
    app.router.add_route(answer["method"], route, handle)
    return app


def main(port: int, route: str, kind: str = "asyncio") -> None:
    app = application(json.load(sys.stdin), route)
    loop = asyncio.new_event_loop()
    if kind == "uvloop":
        import uvloop

        loop = uvloop.new_event_loop()
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None, loop=loop)


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
