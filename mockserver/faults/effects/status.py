"""An answer of the tester's own, with any status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import orjson

from mockserver.api.context import RequestContext
from mockserver.api.response import Response
from mockserver.faults.effects.effect import Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Status(Effect):
    """Answer this instead.

    Attributes:
        body: a text, anything else JSON can say, or None for no body.
    """

    name: ClassVar[str] = "status"
    words: ClassVar[str] = "a number, with optional headers and body (text, or an object sent as JSON)"

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        headers = {str(name): str(value) for name, value in given.get("headers", {}).items()}
        return cls(status=given["status"], headers=headers, body=given.get("body"))

    @property
    def replaces_work(self) -> bool:
        return True

    def response(self, context: RequestContext[Any, Any] | None) -> Response:  # noqa: ARG002 - the same for all
        headers = dict(self.headers)
        kind = next((headers.pop(name) for name in list(headers) if name.lower() == "content-type"), None)
        if self.body is None:
            return Response(status=self.status, content_type=kind, headers=headers)
        if isinstance(self.body, str):
            body, usual = self.body.encode(), "text/plain; charset=utf-8"
        else:
            body, usual = orjson.dumps(self.body), "application/json"
        return Response(status=self.status, data=self.body, body=body, content_type=kind or usual, headers=headers)
