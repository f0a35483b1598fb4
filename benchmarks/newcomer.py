"""A newcomer's first hour, walked by a program: what the README and the tutorials say, in a fresh clone, with times.

    python benchmarks/newcomer.py                  walk, print the table
    python benchmarks/newcomer.py --write          … and put it into docs/explanation/first-hour.md

Needs git, make, curl, bash and whatever pip's index needs; nothing else of the network. What it clones is the last commit
of this repository. Times are this machine's: a person reads and types besides. Anything that does not do what the page
says ends the walk with status 1.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "explanation" / "first-hour.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
PATIENCE = 600
"""Seconds after which a step is given up."""

REPORTED: Mapping[str, str] = {
    "clone and `make serve` until it answers": "23.4 s",
    "the README's forced job, since the clone": "57 s, reading included",
    "the tutorial's environment (`pip install`)": "36 s",
    "the tutorial's three tests pass": "1.4 s",
    "first contract test red, for the right reason": "in no report; a bug by hand 2 min 41 s after the clone, reading included",
    "the same test green": "4 min 5 s after the clone, with a second bug, reading included",
    "a CI stage red for the right reason, with files that show it": "not possible: the step printed no violations",
    "the same stage green": "-",
}
"""Step -> what a person measured on 2026-11-28, with a load up to 9 on two cores."""

_OURS = ("PYTHONPATH", "VIRTUAL_ENV", "PYTEST_ADDOPTS", "MOCKSERVER_URL", "MOCKSERVER_REQUIRE")
"""What a newcomer's shell would not have set."""

_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


class Stumbled(Exception):
    """A page does not do what it says."""


@dataclass(slots=True, kw_only=True)
class Walk:
    """A walk: where, since when, and what each step took.

    Attributes:
        took: step -> seconds of this step, and seconds since the clone began.
    """

    folder: Path
    began: float = field(default_factory=time.monotonic)
    took: dict[str, tuple[float, float]] = field(default_factory=dict)

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step of `REPORTED`."""
        if name not in REPORTED:
            raise KeyError(name)
        before = time.monotonic()
        yield
        now = time.monotonic()
        self.took[name] = (now - before, now - self.began)
        print(f"{now - before:7.1f} s  {name}", flush=True)


def blocks(page: Path) -> list[tuple[list[str], str]]:
    """Return a page's blocks: the words behind the fence, and the text."""
    return [(found["info"].split(), found["text"]) for found in _FENCE.finditer(page.read_text("utf-8"))]


def block_of(page: Path, *words: str) -> str:
    """Return the first block of a page that has these words.

    Raises:
        Stumbled: there is none.
    """
    for info, text in blocks(page):
        if set(words) <= set(info):
            return text
    raise Stumbled(f"{page} has no block {' '.join(words)}")


def changed(text: str, old: str, new: str) -> str:
    """Return a text with a part of it replaced.

    Raises:
        Stumbled: it has no such part, so that nothing would be tried.
    """
    if old not in text:
        raise Stumbled(f"the page no longer has {old!r}")
    return text.replace(old, new)


def shell(text: str, folder: Path, *, status: int = 0) -> str:
    """Run a script as a shell of the newcomer's would; return what it printed.

    Raises:
        Stumbled: it ended with another status.
    """
    environ = {name: value for name, value in os.environ.items() if name not in _OURS}
    words = ["bash", "-euo", "pipefail", "-c", text]
    done = subprocess.run(words, cwd=folder, env=environ, check=False, capture_output=True, text=True, timeout=PATIENCE)
    if done.returncode != status:
        raise Stumbled(f"status {done.returncode} instead of {status}:\n{text}\n{done.stdout}\n{done.stderr}")
    return done.stdout + done.stderr


def shows(text: str, *words: str) -> None:
    """Refuse an output that lacks what a person needs to see.

    Raises:
        Stumbled: it does.
    """
    for word in words:
        if word not in text:
            raise Stumbled(f"{word!r} is not shown in:\n{text}")


# --- the steps ----------------------------------------------------------------------------------------


@contextlib.contextmanager
def serving(walk: Walk, port: int) -> Iterator[Path]:
    """Clone, `make serve` on a free port, wait for its first answer; end it when the walk goes on."""
    with walk.step("clone and `make serve` until it answers"):
        shell(f"git clone -q {ROOT} mockserver", walk.folder)
        clone = walk.folder / "mockserver"
        log = (walk.folder / "serve.log").open("w")
        server = subprocess.Popen(
            ["make", "serve", f"ARGS=--port {port}"], cwd=clone, stdout=log, stderr=log, start_new_session=True
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/", server)
        except BaseException:
            os.killpg(server.pid, signal.SIGTERM)
            raise
    try:
        yield clone
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait()
        log.close()


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until something answers.

    Raises:
        Stumbled: the server ended, or time did.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if server.poll() is not None:
            raise Stumbled("make serve has ended")
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.05)
    raise Stumbled("make serve does not answer")


def tutorial(walk: Walk, clone: Path) -> str:
    """Do what the client developer's tutorial says; return how its environment is entered."""
    page = clone / "docs" / "tutorial" / "client-developer.md"
    with walk.step("the tutorial's environment (`pip install`)"):
        shell(block_of(page, "bash", "setup"), walk.folder)
    for info, text in blocks(page):
        for word in info:
            if word.startswith("file="):
                (walk.folder / word.removeprefix("file=")).write_text(text, "utf-8")
    enter = ". venv/bin/activate\n"
    with walk.step("the tutorial's three tests pass"):
        shows(shell(enter + "pytest -q test_skyquery.py", walk.folder), "3 passed")
    return enter


def sloppy_test(clone: Path) -> tuple[str, str]:
    """Return the tutorial's test of a sloppy client as it fails without its mark, and with the client mended."""
    page = clone / "docs" / "tutorial" / "client-developer.md"
    marked = next(text for info, text in blocks(page) if "pytest" in info and "allow_violations" in text)
    red = re.sub(r"^@pytest\.mark\.mockserver.*\n", "", marked, flags=re.MULTILINE)
    red = red[: red.index("    (violation,)")]
    green = changed(red, '"<conditions/></GetJobs>', '"<conditions/><includeSystem>false</includeSystem></GetJobs>')
    return red, green


def stage_test(clone: Path) -> tuple[str, str]:
    """Return the test of the CI tutorial with a client that does not try again, and as it stands."""
    page = clone / "docs" / "tutorial" / "ci-stage.md"
    green = block_of(page, "file=test_contract.py")
    return changed(green, "tries=3", "tries=1"), green


def stage_command(clone: Path) -> str:
    """Return the one command that the CI tutorial runs its test with."""
    page = clone / "docs" / "tutorial" / "ci-stage.md"
    text = next(text for info, text in blocks(page) if "mockserver run --artifacts" in text and "run" in info)
    return text.partition("\n")[0]


def contract_test(walk: Walk, clone: Path, enter: str) -> None:
    """Make a contract test fail for the right reason, then pass."""
    red, green = sloppy_test(clone)
    file = walk.folder / "test_own.py"
    file.write_text("import urllib.request\n\n" + red.partition("import pytest\n")[2], "utf-8")
    with walk.step("first contract test red, for the right reason"):
        told = shell(enter + "pytest -q test_own.py", walk.folder, status=1)
    shows(told, "broke the contract of casjobs.GetJobs", "includeSystem", "- mockserver -", "requests (1)")
    file.write_text("import urllib.request\n\n" + green.partition("import pytest\n")[2], "utf-8")
    with walk.step("the same test green"):
        shows(shell(enter + "pytest -q test_own.py", walk.folder), "1 passed")


def stage(walk: Walk, clone: Path, enter: str) -> None:
    """Run the CI stage of the tutorial with a client that has a fault, then with it mended."""
    red, green = stage_test(clone)
    command = stage_command(clone)
    file, out = walk.folder / "test_contract.py", walk.folder / "out"
    file.write_text(red, "utf-8")
    with walk.step("a CI stage red for the right reason, with files that show it"):
        told = shell(enter + command, walk.folder, status=1)
        shows(told, "test_it_tries_again", "503", "- mockserver -")
        shows((walk.folder / "contract.xml").read_text("utf-8"), "test_it_tries_again", "hit by fault")
        har = json.loads((out / "requests.har").read_text("utf-8"))
        if not any(entry["response"]["status"] == 503 for entry in har["log"]["entries"]):
            raise Stumbled("the archive has no 503")
        for name in ("junit.xml", "violations.json", "jobs.json", "server.log"):
            if not (out / name).is_file():
                raise Stumbled(f"out/{name} is missing")
    file.write_text(green, "utf-8")
    with walk.step("the same stage green"):
        shell(enter + command, walk.folder)


def walked(folder: Path) -> Walk:
    """Walk from the clone to the CI stage.

    Raises:
        Stumbled: something does not do what its page says.
    """
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    walk = Walk(folder=folder)
    with serving(walk, port) as clone:
        with walk.step("the README's forced job, since the clone"):
            text = changed(
                block_of(clone / "README.md", "bash", "run"), "http://127.0.0.1:8080", f"http://127.0.0.1:{port}"
            )
            shell(text, walk.folder)
        enter = tutorial(walk, clone)
        contract_test(walk, clone, enter)
        stage(walk, clone, enter)
    return walk


def table(walk: Walk) -> str:
    """Return the figures as the page shows them."""
    rows = [
        f"| {name} | {before} | {walk.took[name][0]:.1f} s | {walk.took[name][1]:.0f} s |"
        for name, before in REPORTED.items()
    ]
    commit = subprocess.run(
        ["git", "-C", str(ROOT), "log", "-1", "--format=%h, %cs"], check=True, capture_output=True, text=True
    ).stdout.strip()
    load = os.getloadavg()[0]
    head = "| step | a person, 2026-11-28 | this step | since the clone began |\n| --- | --- | --- | --- |"
    where = f"At {commit}, Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {load:.1f} at the end."
    return "\n".join([where, "", head, *rows])


def main() -> None:
    """Walk, and say what it took."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.relative_to(ROOT)}")
    parser.add_argument("--keep", action="store_true", help="leave the folder")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="newcomer-"))
    try:
        found = table(walked(folder))
    except Stumbled as error:
        sys.exit(f"stumbled: {error}")
    finally:
        if options.keep:
            print(f"left: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"\n{found}")
    if options.write:
        text = PAGE.read_text("utf-8")
        before, after = text.partition(BEGIN)[0], text.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n\n{found}\n\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
