"""The pytest plugin: a server for the session, and a sandbox for each test that asks for one.

pytest loads this module before coverage starts and in every run on a machine where the package is
installed; so it imports nothing of the package before an option or a fixture is used.

Rules a maintainer must keep:

1. What is wrong is said in the test's own phase, so that `xfail` and reruns work; at teardown only what came later.
2. A report is made before the sandbox is gone, in the process that ran the test; the files of JUnit are written by
   the process that hears of it (xdist's controller).
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockserver.testing.asked import Asked
    from mockserver.testing.handles import Sandbox, Server
    from mockserver.testing.scenarios import SandboxScenario
    from mockserver.testing.watch import Watch

SCENARIOS = "mockserver_scenarios"
"""The marker, and a fixture without a value that parametrises: `sandbox` and `scenario` are made of it."""

SECTION = "mockserver"
"""The section of a report."""

_watches: pytest.StashKey[list[Watch]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--mockserver-url` and `--mockserver-artifacts`."""
    group = parser.getgroup("mockserver")
    group.addoption(
        "--mockserver-url",
        metavar="URL",
        help="use the mockserver that already runs there (default: $MOCKSERVER_URL; none: start one in this process)",
    )
    group.addoption(
        "--mockserver-artifacts",
        metavar="DIR",
        help="write HAR, jobs, violations and report of each failed test there (default: $MOCKSERVER_ARTIFACTS)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers."""
    from dataclasses import fields

    from mockserver.testing.asked import Asked

    known = ", ".join(f"{field.name}={field.default!r}" for field in fields(Asked))
    config.addinivalue_line("markers", f"mockserver({known}): what the sandbox of this test is like and allows")
    config.addinivalue_line(
        "markers",
        f"{SCENARIOS}(api, *names, cancels=False, scenarios=FILE, expect=FILE): run this test once in each scenario of "
        "`mockserver exercise`, in a sandbox of its own; the fixture `scenario` tells of it",
    )


def pytest_sessionstart(session: pytest.Session) -> None:
    """Refuse a server that was asked for and is not there, once; find who writes JUnit's file."""
    plugins = session.config.pluginmanager
    for writer in [one for one in plugins.get_plugins() if hasattr(one, "node_reporter")]:
        plugins.register(_JUnit(writer))
    url = session.config.getoption("--mockserver-url")
    if url and not hasattr(session.config, "workerinput"):
        try:
            _running(url)
        except ValueError as error:
            raise pytest.UsageError(str(error)) from None


@pytest.fixture(scope="session")
def mockserver_settings() -> dict[str, Any]:
    """Options of the server that the plugin starts; override it in a conftest (`{"seed": 7}`)."""
    return {}


@pytest.fixture(scope="session")
def mockserver(request: pytest.FixtureRequest, mockserver_settings: dict[str, Any]) -> Iterator[Server]:
    """Provide the server of this session: the one that `--mockserver-url` names, or one in this process."""
    from mockserver.settings import environment
    from mockserver.testing.handles import Server

    url = request.config.getoption("--mockserver-url") or environment("url")
    if url:
        try:
            server = _running(url)
        except ValueError as error:
            pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)
        yield server
        return
    from mockserver.server import MockServer

    with MockServer(**{"tls_port": 0, **mockserver_settings}) as started:
        yield Server.of(started)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that has the marker of scenarios once in each of them."""
    marks = list(metafunc.definition.iter_markers(SCENARIOS))
    if not marks:
        return
    from mockserver.exercise.scenario import BadScenario
    from mockserver.testing.scenarios import Chosen

    nearest = marks[0]
    try:
        found = Chosen.of(nearest.args, nearest.kwargs, metafunc.config.rootpath)
    except BadScenario as error:
        raise pytest.Collector.CollectError(f"{metafunc.definition.nodeid}: the marker {SCENARIOS}: {error}") from None
    if not {"scenario", "sandbox"} & set(metafunc.fixturenames):
        name = metafunc.definition.nodeid
        raise pytest.Collector.CollectError(
            f"{name}: the marker {SCENARIOS} needs a test that takes `scenario` or `sandbox`"
        )
    if SCENARIOS not in metafunc.fixturenames:
        metafunc.fixturenames.append(SCENARIOS)
    metafunc.parametrize(SCENARIOS, found, ids=[one.scenario.name for one in found], indirect=True)


@pytest.fixture(name=SCENARIOS)
def _chosen() -> None:
    """Stand for the scenario that a test is run in; its parameter is what `sandbox` is made of."""


@pytest.fixture
def scenario(request: pytest.FixtureRequest, sandbox: Sandbox) -> SandboxScenario:
    """Tell of the scenario that holds in the test's sandbox; for tests with the marker `mockserver_scenarios`."""
    watches: list[Watch] = request.node.stash[_watches]
    found = next((one.scenario for one in watches if one.sandbox is sandbox), None)
    if found is None:
        pytest.fail(f'the fixture scenario needs the marker: @pytest.mark.{SCENARIOS}("arcgis")', pytrace=False)
    return found


@pytest.fixture
def sandbox(request: pytest.FixtureRequest, mockserver: Server) -> Iterator[Sandbox]:
    """Provide a fresh sandbox; the test fails when its client broke a contract or a fault of it never fired."""
    from mockserver.testing.watch import Watch

    parameters = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    watch = Watch(mockserver, _asked(request.node), parameters.get(SCENARIOS))
    request.node.stash.setdefault(_watches, []).append(watch)
    try:
        yield watch.sandbox
        late = watch.problems()
        if late:
            watch.keep()
    finally:
        watch.end()
    if late:
        pytest.fail("\n".join(late), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that would pass though its sandbox saw what it must not."""
    result = yield
    found = [one for watch in item.stash.get(_watches, ()) for one in watch.problems()]
    if found:
        pytest.fail("\n".join(found), pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the sandbox saw in the report of a failed test, and write it to files where that is asked for."""
    report = yield
    if report.failed:
        for watch in item.stash.get(_watches, ()):
            report.sections.append((SECTION, watch.report()))
            _write(item, watch)
    return report


class _JUnit:
    """Puts the section into JUnit's `system-out`, whatever `junit_logging` says of captured output."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write it before the writer closes the test."""
        text = "\n".join(content for name, content in report.sections if name == SECTION)
        if text:
            element = ET.Element("system-out")
            element.text = f"{SECTION}\n{text}"
            self._writer.node_reporter(report).append(element)


def _running(url: str) -> Server:
    """Return a server that runs elsewhere.

    Raises:
        ValueError: none answers there, or it refuses; in one line.
    """
    from mockserver.client import ControlError
    from mockserver.testing.handles import Server

    try:
        return Server.reached(url)
    except ControlError as error:
        raise ValueError(f"--mockserver-url (or MOCKSERVER_URL): {error}") from None


def _asked(node: pytest.Item) -> Asked:
    """Merge the markers of a test, the nearest last."""
    from mockserver.testing.asked import Asked

    given: dict[str, Any] = {}
    for mark in reversed(list(node.iter_markers("mockserver"))):
        given.update(mark.kwargs)
    try:
        return Asked.of(given, whose="the marker mockserver")
    except TypeError as error:
        pytest.fail(str(error), pytrace=False)


def _write(item: pytest.Item, watch: Watch) -> None:
    from mockserver.settings import environment
    from mockserver.testing import artifacts

    folder = item.config.getoption("--mockserver-artifacts") or environment("artifacts")
    evidence = watch.evidence() if folder else None
    if folder and evidence is not None:
        artifacts.write(Path(folder), item.nodeid, evidence)
