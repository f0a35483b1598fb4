"""Pages in a real browser: Chromium without a window, driven over its own debugging protocol.

Nothing but aiohttp is needed for that. One process serves all tests, each test has a profile of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import shutil
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.drivers.required import missing

PATIENCE = 30.0
"""Real seconds a page may take; a bound, not a wait."""


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start Chromium; give the address of its debugging socket."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        missing("Chromium is not installed")
    profile = tmp_path_factory.mktemp("chromium")
    options = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0")
    process = subprocess.Popen(
        [program, *options, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    try:
        yield _address(process, profile)
    finally:
        process.terminate()
        process.wait()


def _address(process: subprocess.Popen[str], profile: Path) -> str:
    said = []
    assert process.stderr is not None
    for line in process.stderr:
        said.append(line)
        if "DevTools listening on " in line:
            # Somebody must go on reading, or Chromium stops when the pipe is full.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return line.partition("DevTools listening on ")[2].strip()
    pytest.fail(f"Chromium did not start with {profile}: {''.join(said[-5:])}")


class Page:
    """One tab in a profile of its own."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._session: str | None = None
        self._loads = 0
        self.dialogs: list[str] = []
        self.errors: list[str] = []
        self._watched: dict[str, dict[str, Any]] = {}

    async def open(self) -> None:
        """Make profile and tab."""
        context = await self._call("Target.createBrowserContext")
        profile = context["browserContextId"]
        target = await self._call("Target.createTarget", url="about:blank", browserContextId=profile)
        attached = await self._call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        await self._call("Page.enable")
        await self._call("Runtime.enable")

    async def goto(self, url: str) -> None:
        """Open an address and wait until it is there."""
        before = self._loads
        await self._call("Page.navigate", url=str(url))
        await self._loaded(before)

    async def click(self, selector: str) -> None:
        """Click on something that leads to another page, and wait for that."""
        before = self._loads
        clicked = await self.run(f"(e => e && (e.click(), true))(document.querySelector({json.dumps(selector)}))")
        assert clicked, f"nothing to click at {selector} on {await self.url()}"
        await self._loaded(before)

    async def press(self, selector: str) -> None:
        """Click on something that stays on the page."""
        clicked = await self.run(f"(e => e && (e.click(), true))(document.querySelector({json.dumps(selector)}))")
        assert clicked, f"nothing to press at {selector} on {await self.url()}"

    async def fill(self, selector: str, value: str) -> None:
        """Write into a field."""
        field = f"document.querySelector({json.dumps(selector)})"
        event = "new Event('input', {bubbles: true})"
        await self.run(f"{field}.value = {json.dumps(value)}, {field}.dispatchEvent({event})")

    async def run(self, script: str) -> Any:
        """Evaluate an expression in the page; a promise is waited for."""
        answer = await self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def watch(self) -> None:
        """Note what goes over the network from now on, for `archive`."""
        await self._call("Network.enable")

    async def archive(self) -> dict[str, Any]:
        """Return what was noted as the browser's own panel saves it: HTTP Archive 1.2."""
        entries = []
        for number, seen in self._watched.items():
            if "response" not in seen:
                continue
            request, response = seen["request"], seen["response"]
            content = {"size": int(response["encodedDataLength"]), "mimeType": response["mimeType"]}
            # A browser forgets the bodies of a page that it has left, and its archive then has none.
            with contextlib.suppress(AssertionError):
                content["text"] = (await self._call("Network.getResponseBody", requestId=number))["body"]
            posted = request.get("postData")
            sent = {"method": request["method"], "url": request["url"], "headers": _pairs(request["headers"])}
            if posted is not None:
                sent["postData"] = {"mimeType": request["headers"].get("Content-Type", ""), "text": posted}
            got = {"status": response["status"], "headers": _pairs(response["headers"]), "content": content}
            entries.append({"startedDateTime": _iso(seen["at"]), "time": 1.0, "request": sent, "response": got})
        return {"log": {"version": "1.2", "creator": {"name": "Chromium", "version": "1"}, "entries": entries}}

    async def text(self) -> str:
        """What a person reads."""
        found: str = await self.run("document.body.innerText")
        return found

    async def url(self) -> str:
        """Where the page is."""
        found: str = await self.run("location.href")
        return found

    async def _loaded(self, before: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while self._loads == before:
                self._note(await self._socket.receive_json())

    async def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        await self._socket.send_json(message)
        async with asyncio.timeout(PATIENCE):
            while True:
                answer = await self._socket.receive_json()
                if answer.get("id") == number:
                    assert "error" not in answer, f"{method}: {answer['error']}"
                    result: dict[str, Any] = answer["result"]
                    return result
                self._note(answer)

    def _note(self, event: dict[str, Any]) -> None:
        match event.get("method"):
            case "Page.loadEventFired":
                self._loads += 1
            case "Network.requestWillBeSent":
                self._requested(event["params"])
            case "Network.responseReceived":
                self._watched[event["params"]["requestId"]]["response"] = event["params"]["response"]
            case "Page.javascriptDialogOpening":
                self.dialogs.append(event["params"]["message"])
            case "Runtime.exceptionThrown":
                self.errors.append(str(event["params"]["exceptionDetails"].get("text")))

    def _requested(self, sent: dict[str, Any]) -> None:
        number = sent["requestId"]
        if "redirectResponse" in sent:
            # The redirected request has the same number as the one it leads to.
            before = self._watched.pop(number)
            self._watched[f"{number} {len(self._watched)}"] = {**before, "response": sent["redirectResponse"]}
        self._watched[number] = {"request": sent["request"], "at": sent["wallTime"]}


def _pairs(headers: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


@pytest.fixture
async def page(chromium: str) -> AsyncIterator[Page]:
    """A tab; when the test is over, no script of a page may have failed or asked anything."""
    async with aiohttp.ClientSession() as session, session.ws_connect(chromium, max_msg_size=0) as socket:
        page = Page(socket)
        await page.open()
        yield page
        assert page.dialogs == []
        assert page.errors == []
