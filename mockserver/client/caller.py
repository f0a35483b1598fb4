"""What each call of the control API needs: where it is, and for which sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from mockserver.client.records import Record
from mockserver.client.transport import Transport, is_refusal, segment

__tracebackhide__ = is_refusal

Fields = Mapping[str, Any]


class Caller:
    """Asks one server's control API, or that of one sandbox of it; see `Control` for its arguments."""

    def __init__(
        self,
        url: str = "http://127.0.0.1:8080",
        *,
        sandbox: str | None = None,
        token: str | None = None,
        timeout: float = 30.0,
        ca: str | Path | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.name = sandbox
        self._options: dict[str, Any] = {"token": token, "timeout": timeout, "ca": ca}
        self._wire = Transport(self.url, token=token, timeout=timeout, ca=ca)
        self._sandbox = "" if sandbox is None else f"/sandboxes/{segment(sandbox)}"

    def __repr__(self) -> str:
        return f"Control({self.url!r}" + (")" if self.name is None else f", sandbox={self.name!r})")

    def _get(self, path: str, query: Fields | None = None) -> Any:
        return self._wire.json("GET", self._sandbox + path, query=query)

    def _list(self, path: str, key: str, query: Fields | None = None) -> list[Record]:
        return items_of(self._get(path, query), key)

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        return self._wire.json(method, self._sandbox + path, body=body) or {}


def items_of(answer: Any, key: str) -> list[Record]:
    """Return the records of a listing, which stand under a key or alone."""
    return cast("list[Record]", answer[key] if isinstance(answer, dict) else answer)
