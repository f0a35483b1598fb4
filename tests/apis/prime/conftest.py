"""A Prime client on the worker's server, and on servers with fixtures of their own."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.drivers.prime import Prime
from tests.drivers.server import Client, Serve


@pytest.fixture
def prime(client: Client) -> Prime:
    return Prime(client)


@pytest.fixture
def bare(serve: Serve) -> Callable[..., Awaitable[Prime]]:
    """Start Prime with fixtures of the test's own."""

    async def start(tmp_path: Path, section: Mapping[str, Any]) -> Prime:
        file = tmp_path / "fixture.json"
        file.write_text(json.dumps({"prime": section}), "utf-8")
        return Prime(await serve(apis=("prime",), fixtures=(file,)))

    return start
