"""Passwords, tokens and keys of all APIs stay out of journal, log, events, metrics, records and error texts.

Every account gets secrets that occur nowhere else, every example of every contract is sent with them, and
then everything a tester can read is searched. A snapshot is left out: it holds accounts, and says so.
"""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from mockserver._resources import folder
from mockserver.apis import APIS
from mockserver.cli.log_format import JsonFormatter, TextFormatter
from mockserver.contracts.examples import BASE
from mockserver.journal import masking
from mockserver.journal.in_parts import everything
from mockserver.journal.masking import mask
from tests.drivers.contracts import shipped
from tests.drivers.server import Client

SECRET = re.compile(r"pass(word)?|token|secret(_key)?|access_key", re.IGNORECASE)
SECRET_NAMES = [(api, name) for api in APIS for name in api.secrets]
ISSUED = re.compile(rb'"(?:token|access_token|refresh_token|ticket)"\s*:\s*"([^"]{16,})"')


def secrets_of(section: Any, path: str = "") -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each object of the accounts that holds a secret, and its name there."""
    if isinstance(section, dict):
        for name, value in section.items():
            if isinstance(value, str) and SECRET.fullmatch(name):
                yield section, name
            else:
                yield from secrets_of(value, f"{path}/{name}")
    elif isinstance(section, list):
        for value in section:
            yield from secrets_of(value, path)


@pytest.fixture
def world(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """Return a fixture file whose accounts have secrets of their own, and the new secret for each old one."""
    merged: dict[str, Any] = {}
    new: dict[str, str] = {}
    for file in sorted(folder("fixtures").glob("*.json")):
        if not file.name.endswith(".schema.json"):
            for api, section in json.loads(file.read_text("utf-8")).items():
                if isinstance(section, dict):
                    merged.setdefault(api, {}).update(section)
    for section in merged.values():
        for holder, name in secrets_of(section.get("accounts", [])):
            old = holder[name]
            holder[name] = new.setdefault(old, f"Hush{len(new):02d}QzW")
    known = {api.name for api in APIS}
    target = tmp_path / "seed.json"
    target.write_text(json.dumps({api: section for api, section in merged.items() if api in known}), "utf-8")
    assert len(new) >= 3
    return target, new


def replaced(text: str, new: Mapping[str, str]) -> str:
    for old, secret in sorted(new.items(), key=lambda pair: -len(pair[0])):
        text = re.sub(rf"(?<![A-Za-z0-9_-]){re.escape(old)}(?![A-Za-z0-9_-])", secret, text)
    return text


def header(value: str, new: Mapping[str, str]) -> str:
    scheme, _, given = value.partition(" ")
    if scheme == "Basic":
        try:
            plain = base64.b64decode(given, validate=True).decode()
        except ValueError:
            return value
        return "Basic " + base64.b64encode(replaced(plain, new).encode()).decode()
    return replaced(value, new)


async def send(client: Client, request: Mapping[str, Any], new: Mapping[str, str]) -> tuple[bytes, Mapping[str, str]]:
    root = str(client.make_url("/")).rstrip("/")
    headers = {name: header(value, new) for name, value in request.get("headers", {}).items()}
    data: Any = None
    if "json" in request:
        data = replaced(json.dumps(request["json"]), new).encode()
        headers.setdefault("Content-Type", "application/json")
    elif "form" in request:
        data = {name: replaced(value, new) for name, value in request["form"].items()}
    elif "text" in request:
        data = replaced(request["text"], new).encode()
    url = URL(root + replaced(request["path"], new).replace(BASE, root), encoded=True)
    async with client.session.request(
        request["method"], url, headers=headers, data=data, allow_redirects=False
    ) as response:
        return await response.read(), response.headers


async def test_no_secret_reaches_what_a_tester_reads(
    serve: Callable[..., Awaitable[Client]],
    world: tuple[Path, dict[str, str]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    fixtures, new = world
    caplog.set_level(logging.DEBUG)
    client = await serve(fixtures=(fixtures,), journal_size=100_000, strict=False)
    contracts = shipped().by_operation
    hidden = set(new.values())
    async with client.get("/_control/events") as events:
        sent = 0
        for one in contracts.values():
            for example in one.examples:
                for request in (*example.get("given", {}).get("requests", ()), example["request"]):
                    body, headers = await send(client, request, new)
                    sent += 1
                    hidden.update(found.decode() for found in ISSUED.findall(body))
                    if "X-Subject-Token" in headers:
                        hidden.add(headers["X-Subject-Token"])
        for secret in list(hidden):
            for name in ("token", "password", "pw", "passwd"):
                text = await (await client.get(f"/nowhere?{name}={secret}")).text()
                assert secret not in text
        await client.post("/_control/jobs", data=json.dumps({"api": "nope", "password": min(hidden)}))
        heard = (await events.content.read(65536)).decode()
    assert sent > 50
    sandbox = client.sandbox
    kept = [entry.path.encode() + entry.body for entry in await everything(sandbox.store, sandbox.name)]
    assert sum(any(secret.encode() in text for secret in new.values()) for text in kept) > 20  # there is what to mask
    shown = {"events": heard}
    for path in (
        "/", "/_control/", "/_control/apis", "/_control/jobs?limit=1000", "/_control/requests?limit=1000",
        "/_control/requests?limit=1000&format=har", "/_control/requests?limit=1000&format=curl",
        "/_control/violations", "/_control/coverage", "/_control/metrics", "/_control/sandboxes", "/_control/contracts",
        "/_control/faults", "/_control/clock",
    ):  # fmt: skip
        shown[path] = await (await client.get(path)).text()
    asked = {"match": {"operation": "nope.Nope", "headers": {"Authorization": "x", "X-Auth-Token": "x"}}}
    shown["verify"] = await (await client.post("/_control/requests/verify", json=asked)).text()
    shown["verify all"] = await (await client.post("/_control/requests/verify", json={"noViolations": True})).text()
    for formatter in (TextFormatter(), JsonFormatter()):
        shown[type(formatter).__name__] = "\n".join(formatter.format(record) for record in caplog.records)
    leaks = sorted(
        f"{where}: …{text[max(0, place - 120) : place + len(secret)]}"
        for where, text in shown.items()
        for secret in hidden
        if (place := text.find(secret)) >= 0
    )
    assert leaks == []


@pytest.mark.parametrize(("api", "name"), SECRET_NAMES, ids=[f"{api.name}-{name}" for api, name in SECRET_NAMES])
def test_what_an_api_calls_secret_is_masked(api: Any, name: str) -> None:
    masking.learn([api])
    as_header = masking.current().headers({name: "Hush99QzW"})
    as_parameter = (
        mask(f"/x?{name}=Hush99QzW"),
        mask(json.dumps({name: "Hush99QzW"})),
        mask(f"<{name}>Hush99QzW</{name}>"),
    )
    assert "Hush99QzW" not in str(as_header) or "Hush99QzW" not in str(as_parameter)
