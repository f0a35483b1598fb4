"""The access log: a line per request in the form that web servers share, secrets masked as the journal masks them."""

from __future__ import annotations

from datetime import datetime, timedelta

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

from mockserver.journal import masking


class AccessLog(AbstractAccessLogger):
    """Writes what aiohttp would by itself: client, time, request line, status, bytes, referer, agent."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """Log a request that has been answered, `time` seconds after it came."""
        hide = masking.current()
        began = (datetime.now().astimezone() - timedelta(seconds=time)).strftime("[%d/%b/%Y:%H:%M:%S %z]")
        referer, agent = (hide.header(name, request.headers.get(name, "-")) for name in ("Referer", "User-Agent"))
        version = f"HTTP/{request.version.major}.{request.version.minor}"
        line = f"{request.method} {hide.path(request.path_qs)} {version}"
        self.logger.info(
            '%s %s "%s" %s %s "%s" "%s"',
            request.remote or "-", began, line, response.status, response.body_length, referer, agent,
        )  # fmt: skip
