"""A server that runs as `serve` runs it, a fresh sandbox for each exchange, and a contract's example as requests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode, urlsplit

from mockserver import MockServer
from tests.golden.wire_bytes import HOST, Json, Request, Wire, request

NOON = "2026-01-02T12:00:00Z"
NOON_SECONDS = 1767355200.0
SANDBOX = "golden"
BODY_LIMIT = 65536
"""Bytes a request of an API may have here, so that one that is too large is still small."""


class Player:
    """A running server, and a fresh sandbox for each exchange."""

    def __init__(self, server: MockServer) -> None:
        self.address = _address(server.url)
        self.control_address = _address(server.control_url)
        self.prefix = f"/~{SANDBOX}"
        self._headers = {"Content-Type": "application/json"}
        if server.settings.control_token is not None:
            self._headers["Authorization"] = f"Bearer {server.settings.control_token}"

    @contextmanager
    def sandbox(self, *, own_port: bool = False) -> Iterator[tuple[str, int]]:
        """Have a sandbox as new, and say where it is reached; leave none behind."""
        made = self.control("POST", "/sandboxes", {"name": SANDBOX, "port": own_port}, prefix="")
        try:
            yield (self.address[0], made["port"]) if own_port else self.address
        finally:
            self.control("DELETE", f"/sandboxes/{SANDBOX}", prefix="")

    def forget_others(self) -> None:
        """End the sandboxes that were made by what was played, and begin anew in the default one."""
        for one in self.control("GET", "/sandboxes", prefix="")["sandboxes"]:
            if one["name"] != "default":
                self.control("DELETE", f"/sandboxes/{one['name']}", prefix="")
        self.control("POST", "/reset", prefix="")

    def control(self, method: str, path: str, body: Any = None, *, prefix: str | None = None) -> Any:
        """Call the control API, of which nothing is recorded; return the decoded answer."""
        data = None if body is None else json.dumps(body).encode()
        target = f"{self.prefix if prefix is None else prefix}/_control{path}"
        (answer,) = self.play([request(method, target, self._headers, data)], self.control_address)
        text = "".join(answer["body"])
        status = int(answer["status"].split(" ")[1])
        if status >= 400:
            raise ValueError(f"{method} {target}: {status} {text}")
        return json.loads(text) if text else None

    def prepare(self, api: str, given: Mapping[str, Any]) -> None:
        """Set clock, settings and jobs as an example's `given` asks."""
        if "now" in given:
            self.control("PUT", "/clock", {"now": given["now"]})
        if "settings" in given:
            self.control("PATCH", f"/apis/{api}/settings", given["settings"])
        for fields in given.get("jobs", ()):
            self.control("POST", "/jobs", {"api": api, **fields})

    def play(self, requests: Sequence[Request], address: tuple[str, int] | None = None) -> list[Json]:
        """Send requests over one connection; return the answers."""
        wire = Wire(address or self.address)
        try:
            answers = []
            for number, one in enumerate(requests, 1):
                wire.send(one)
                answers.append(wire.answer(one, last=number == len(requests)))
            return answers
        finally:
            wire.close()

    def example(self, api: str, example: Mapping[str, Any]) -> list[Json]:
        """Play a contract's example; return all its answers, those to what it needs first too."""
        given = example.get("given", {})
        with self.sandbox():
            self.prepare(api, given)
            return [
                answer
                for one in (*given.get("requests", ()), example["request"])
                for answer in self.play([self._of_example(one)])
            ]

    def _of_example(self, asked: Mapping[str, Any]) -> Request:
        host = next((value for name, value in asked.get("headers", {}).items() if name.lower() == "host"), HOST)
        asked = _filled(asked, f"http://{host}{self.prefix}")
        headers = dict(asked.get("headers", {}))
        body, kind = _body(asked)
        if kind is not None and not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = kind
        return request(asked["method"], self.prefix + asked["path"], headers, body)


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 80


def _body(asked: Mapping[str, Any]) -> tuple[bytes | None, str | None]:
    if "json" in asked:
        return json.dumps(asked["json"], ensure_ascii=False).encode(), "application/json"
    if "form" in asked:
        return urlencode(asked["form"]).encode(), "application/x-www-form-urlencoded"
    if "text" in asked:
        return asked["text"].encode(), None
    return None, None


def _filled(value: Any, base: str) -> Any:
    if isinstance(value, str):
        return value.replace("{base}", base)
    if isinstance(value, Mapping):
        return {key: _filled(item, base) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, base) for item in value]
    return value


@contextmanager
def running(**options: Any) -> Iterator[Player]:
    """Run a server as users run it, but for what must stand still."""
    given = {"clock": NOON, "body_limit": BODY_LIMIT, "allowed_host": (HOST.partition(":")[0],), **options}
    with MockServer(real_time=lambda: NOON_SECONDS, **given) as server:
        yield Player(server)
