"""The console in Chromium, by playwright-core in a process of Node, while clients in Python talk to the same server."""

from __future__ import annotations

import contextlib
import itertools
import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer
from mockserver.client import Control
from tests.drivers.required import missing

MODULES = Path(__file__).parents[2] / "clients" / "node"
PATIENCE = 240.0
"""Real seconds one question may take; then the driver is ended, so that a hang is a failure and not a hang."""

DESKTOP = {"viewport": {"width": 1280, "height": 800}}


class Browser:
    """Chromium; each page is a tab in a profile of its own, and replaces the one before."""

    def __init__(self, node: str, chromium: str) -> None:
        driver = Path(__file__).with_name("driver.mjs")
        self._command = [node, str(driver), str(MODULES), chromium]
        self._numbers = itertools.count(1)
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._line() == {"ready": True}

    def ask(self, code: str, args: dict[str, Any], options: dict[str, Any] | None = None) -> Any:
        """Run the body of an async function of (page, args, tools); return what it returns."""
        number = next(self._numbers)
        if self._process.poll() is not None:  # a test before has ended it; that is no fault of this one
            self._start()
        assert self._process.stdin is not None
        question = {"id": number, "code": code, "args": args, "options": options}
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = self._line()
        assert answer["id"] == number
        assert "error" not in answer, f"{answer['error']}\n{answer.get('errors')}\n{code}"
        return answer["value"]

    def close(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        watch = threading.Timer(PATIENCE, self._process.kill)
        watch.start()
        line = self._process.stdout.readline()
        watch.cancel()
        assert line, "the driver of Chromium has ended, or did not answer in time"
        found: dict[str, Any] = json.loads(line)
        return found


class Page:
    """One tab on the console of a server."""

    def __init__(self, browser: Browser, url: str, **options: Any) -> None:
        self._browser = browser
        self.url = url
        browser.ask("", {}, {**DESKTOP, **options})

    def run(self, code: str, **args: Any) -> Any:
        """Run the body of an async function of (page, args, tools); `args.url` is the console's address."""
        return self._browser.ask(code, {"url": self.url, **args})

    def open(self, view: str = "#/jobs") -> None:
        """Open a view, and wait until it is live and has read all that it shows."""
        self.run(
            "await page.goto('about:blank'); await page.goto(args.url + args.view);"
            "await page.getByText('Live', { exact: true }).waitFor();"
            "await page.locator('main[aria-busy=false]').waitFor()",
            view=view,
        )

    def errors(self) -> list[str]:
        """Return what went wrong in the page's scripts."""
        found: list[str] = self.run("return tools.errors")
        return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    node = shutil.which("node")
    if chromium is None:
        missing("Chromium is not installed")
    if node is None:
        missing("no node on this machine")
    for name in ("playwright-core", "axe-core"):
        if not (MODULES / "node_modules" / name).is_dir():
            missing(f"{name} is not installed; run `make clients`")
    made = Browser(node, chromium)
    yield made
    made.close()


@pytest.fixture
def server() -> Iterator[MockServer]:
    """A server in a thread, whose clock runs."""
    with MockServer(strict=True) as server:
        yield server


@pytest.fixture
def control(server: MockServer) -> Control:
    return Control(server.url)


@pytest.fixture
def page(browser: Browser, server: MockServer) -> Iterator[Page]:
    """The console of the server; no script of it may have failed when the test is over."""
    made = Page(browser, f"{server.url}/_control/")
    yield made
    assert made.errors() == []


@pytest.fixture
def meanwhile() -> Iterator[Callable[[Callable[[], object]], None]]:
    """Do something again and again beside the test, as a client does; what it raises fails the test."""
    over = threading.Event()
    threads: list[threading.Thread] = []
    problems: list[BaseException] = []

    def start(work: Callable[[], object], pause: float = 0.02) -> None:
        def loop() -> None:
            while not over.wait(pause):
                try:
                    work()
                except BaseException as error:
                    problems.append(error)
                    return

        threads.append(threading.Thread(target=loop, daemon=True))
        threads[-1].start()

    yield start
    over.set()
    for thread in threads:
        thread.join(20)
    assert problems == []
