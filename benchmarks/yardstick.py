"""The yardstick: a bare aiohttp handler that returns the same bytes as the server under test.

`python yardstick.py PORT ROUTE < answer.json`, where the answer is {"method", "status", "headers", "body"}.
"""

from __future__ import annotations

import json
import sys

from aiohttp import web


def main(port: int, route: str) -> None:
    answer = json.load(sys.stdin)
    body = answer["body"].encode()

    async def handle(request: web.Request) -> web.Response:
        if request.can_read_body:
            await request.read()
        return web.Response(body=body, status=answer["status"], headers=answer["headers"])

    app = web.Application()
    app.router.add_route(answer["method"], route, handle)
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
