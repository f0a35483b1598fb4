"""The pytest plugin: a server for the session, and a sandbox for each test that asks for one.

pytest loads this module before coverage starts and in every run on a machine where the package is
installed; so it imports nothing of the package before a fixture is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from mockserver.testing.handles import Sandbox, Server

TTL = 600
"""Real seconds after which a sandbox ends that a killed test run has left behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What `@pytest.mark.mockserver(…)` asks for.

    Attributes:
        allow_violations: the client may break contracts.
        allow_unused_faults: a fault may stay without a hit.
        forced_states_seen: fail when no client saw a state that the test forced.
        fixtures: documents, or names of loaded ones (`default`: all), to start with instead of the server's own.
        port: give the sandbox a port of its own, for clients that only take a host.
    """

    allow_violations: bool = False
    allow_unused_faults: bool = False
    forced_states_seen: bool = False
    fixtures: tuple[Any, ...] | None = None
    port: bool = False


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--mockserver-url`."""
    parser.getgroup("mockserver").addoption(
        "--mockserver-url",
        metavar="URL",
        help="use the mockserver that already runs there (default: $MOCKSERVER_URL; none: start one in this process)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    known = ", ".join(f"{field.name}={field.default!r}" for field in fields(Asked))
    config.addinivalue_line("markers", f"mockserver({known}): what the sandbox of this test is like and allows")


@pytest.fixture(scope="session")
def mockserver_settings() -> dict[str, Any]:
    """Options of the server that the plugin starts; override it in a conftest (`{"seed": 7}`)."""
    return {}


@pytest.fixture(scope="session")
def mockserver(request: pytest.FixtureRequest, mockserver_settings: dict[str, Any]) -> Iterator[Server]:
    """Provide the server of this session: the one that `--mockserver-url` names, or one in this process."""
    from mockserver.client import Control
    from mockserver.settings import environment
    from mockserver.testing.handles import Server

    url = request.config.getoption("--mockserver-url") or environment("url")
    if url:
        url = url.rstrip("/").removesuffix("/_control")
        control = Control(url, token=environment("control_token"))
        control.health()
        yield Server(url=url, control=control, tls_url=url if url.startswith("https:") else None)
        return
    from mockserver.server import MockServer

    with MockServer(**{"tls_port": 0, **mockserver_settings}) as server:
        control = Control(server.control_url, token=server.settings.control_token)
        yield Server(url=server.url, control=control, tls_url=server.tls_url, ca_pem=server.ca_pem)


@pytest.fixture
def sandbox(request: pytest.FixtureRequest, mockserver: Server) -> Iterator[Sandbox]:
    """Provide a fresh sandbox; fail the test when its client broke a contract or a fault of it never fired."""
    from mockserver.settings import JUDGED
    from mockserver.testing import handles as testing

    asked = _asked(request.node)
    name = f"{JUDGED}{uuid4().hex[:12]}"
    record = mockserver.control.create_sandbox(name, fixtures=asked.fixtures, ttl=TTL, port=asked.port)
    sandbox = testing.Sandbox(mockserver, record)
    try:
        yield sandbox
        problems = [] if asked.allow_violations else testing.broken_contracts(sandbox)
        if not asked.allow_unused_faults:
            problems += testing.faults_for_nothing(sandbox)
        if asked.forced_states_seen:
            problems += testing.states_for_nothing(sandbox)
    finally:
        mockserver.control.delete_sandbox(record.name)
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


def _asked(node: pytest.Item) -> Asked:
    """Merge the markers of a test, the nearest last."""
    given: dict[str, Any] = {}
    for mark in reversed(list(node.iter_markers("mockserver"))):
        given.update(mark.kwargs)
    known = [field.name for field in fields(Asked)]
    for name in given:
        if name not in known:
            pytest.fail(f"the marker mockserver has no {name!r}; it takes {', '.join(known)}", pytrace=False)
    if given.get("fixtures") is not None:
        given["fixtures"] = tuple(given["fixtures"])
    return Asked(**given)
