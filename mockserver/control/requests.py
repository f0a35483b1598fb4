"""One request to the control API, decoded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from mockserver.api.context import Response
from mockserver.http.services import Services
from mockserver.sandbox.sandbox import Sandbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked of which sandbox.

    Attributes:
        values: names of the path and the query, in the types the contract gives them.
        body: the decoded JSON body, or None.
        base: scheme, host and prefix by which the asker reached the sandbox.
    """

    services: Services
    sandbox: Sandbox
    request: web.BaseRequest
    values: Mapping[str, Any]
    body: Any
    base: str

    @property
    def fields(self) -> Mapping[str, Any]:
        """The body of an operation whose contract asks for an object, or an empty one."""
        return self.body or {}


Handler = Callable[[Ask], Awaitable["Response | web.StreamResponse"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One operation of the control API.

    Attributes:
        name: as in `contracts/control/<name>.json`.
        path: template under `/_control`.
        public: answered without a token (health checks have none).
        large: its body may be as large as an API's.
    """

    name: str
    method: str
    path: str
    handler: Handler
    public: bool = False
    large: bool = False
