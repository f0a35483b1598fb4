"""Recorded examples run against a sandbox: when they are written, and when they are checked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from mockserver.api.definition import Api
    from mockserver.contracts.loader import Contracts
    from mockserver.contracts.model import Contract


async def trial(
    api: Api, candidates: Iterable[tuple[str, Mapping[str, Any]]], site: Mapping[str, Any], contracts: Contracts
) -> tuple[list[tuple[str, Mapping[str, Any]]], list[tuple[str, str]]]:
    """Run examples, each as strictly as it will go; return those that match, and why the others do not."""
    from mockserver.drift.recorded_examples import attempts

    kept: list[tuple[str, Mapping[str, Any]]] = []
    left_out = []
    async with sandboxes(site, (api.name,)) as run:
        for operation, example in candidates:
            contract = contracts.get(operation)
            assert contract is not None
            problems: list[str] = []
            for attempt in attempts(example):
                problems = await run(contract, attempt)
                if not problems:
                    kept.append((operation, attempt))
                    break
            else:
                left_out.append((f"{operation}: {example['response']['name']}", problems[0]))
    return kept, left_out


@asynccontextmanager
async def sandboxes(
    site: Mapping[str, Any] | None, apis: tuple[str, ...]
) -> AsyncIterator[Callable[[Contract, Mapping[str, Any]], Awaitable[list[str]]]]:
    """Yield what runs one example in a fresh sandbox, which begins with a site.

    Args:
        site: a fixture; None: the package's own.
    """
    import aiohttp

    from mockserver.cli.example_target import SandboxTarget
    from mockserver.contracts import examples
    from mockserver.sandbox.fixtures.merge import merge
    from mockserver.sandbox.fixtures.source_lines import Document
    from mockserver.server import MockServer

    async with (
        MockServer(apis=apis) as server,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
    ):
        fixtures = None
        if site is not None:
            document = Document(source="the recording", content=dict(site), text=json.dumps(site))
            fixtures = merge([document], server.services.apis)
        count = 0

        async def run(contract: Contract, example: Mapping[str, Any]) -> list[str]:
            nonlocal count
            count += 1
            name = f"recorded-{count}"
            sandbox = await server.services.sandboxes.create(name, fixtures)
            try:
                return await examples.run(contract, example, SandboxTarget(sandbox, server.url, session))
            finally:
                await server.services.sandboxes.delete(name)

        yield run
