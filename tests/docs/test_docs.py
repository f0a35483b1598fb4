"""The documentation is run: what a page shows is what happens.

How a block is run is said by the words after its language, which no renderer shows:

* `python`: all of a page in one namespace, in order.
* `python pytest`: a test file, run by pytest with the plugin.
* `bash run`, `javascript run`, `java run`, `php run`, `perl run`, `tcl run`: a script of its own.
* `json file=seed.json` (or any language): a file the later blocks find.
* `needs=agsadmin` (`needs=@arcgis/core,jsdom` of a script in Node, `needs=wsdl2h` of one in bash): left out where these
  clients are not installed.
* `heavy`: left out unless MOCKSERVER_HEAVY_CLIENTS=1 is set; what it needs takes more than a few megabytes.
* `bash parse`: commands that do not end, such as `serve`: read as the command line reads them.
* `engine` (of any language): needs a container engine, so it is compared with the image; `bash setup`: what makes a machine ready.
* `browser`: a script in Node that finds what a browser has (`tests/clients/node/browser.mjs`).

Each page finds a server as it starts, at the address that the pages write as http://127.0.0.1:8080
(over TLS https://127.0.0.1:8443), and a folder of its own to work in.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

import mockserver
from mockserver import MockServer
from mockserver.client import Control
from tests.drivers.required import missing

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NODE = ROOT / "tests" / "clients" / "node"
PATIENCE = 300
"""Seconds after which a script is given up."""

_FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block: its language, the words after it, its text, and its first line."""

    language: str
    words: tuple[str, ...]
    text: str
    line: int

    @property
    def file(self) -> str | None:
        return next((word.removeprefix("file=") for word in self.words if word.startswith("file=")), None)

    @property
    def needs(self) -> list[str]:
        found = next((word.removeprefix("needs=") for word in self.words if word.startswith("needs=")), "")
        return [one for one in found.split(",") if one]

    @property
    def kind(self) -> str:
        """Which of a page's cases runs it."""
        return "heavy" if "heavy" in self.words else self.language

    @property
    def missing(self) -> list[str]:
        """The clients it needs that are not here."""
        return [one for one in self.needs if not INSTALLED.get(self.language, in_python)(one)]

    @property
    def runs(self) -> bool:
        if "engine" in self.words:
            return False
        return self.language == "python" or "run" in self.words or self.file is not None


def in_python(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def in_node(package: str) -> bool:
    return (NODE / "node_modules" / package).is_dir()


def says(program: str, *words: str, given: str = "") -> bool:
    """Whether this ends well: a question to an interpreter about a library of its own."""
    if shutil.which(program) is None:
        return False
    return subprocess.run([program, *words], input=given.encode(), check=False, capture_output=True).returncode == 0


INSTALLED: dict[str, Callable[[str], bool]] = {
    "bash": lambda program: shutil.which(program) is not None,
    "javascript": in_node,
    "perl": lambda module: says("perl", f"-M{module}", "-e", "1"),
    "php": lambda extension: says("php", "-r", f"exit((int) !extension_loaded('{extension}'));"),
    "tcl": lambda package: says("tclsh", given=f"exit [catch {{package require {package}}}]"),
}


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text("utf-8")
    for found in _FENCE.finditer(text):
        language, *words = found["info"].split() or [""]
        body = re.sub(f"^{found['indent']}", "", found["text"], flags=re.MULTILINE)
        yield Block(language=language, words=tuple(words), text=body, line=text.count("\n", 0, found.start()) + 2)


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def run_in_namespace(page: Path, block: Block, namespace: dict[str, Any]) -> None:
    # Blank lines before it, so that a traceback names the page's own lines.
    with warnings.catch_warnings():
        if block.needs:
            # What others' packages warn of is none of ours.
            warnings.simplefilter("ignore")
        exec(compile("\n" * (block.line - 1) + block.text, str(page), "exec"), namespace)


def run_process(words: list[str], block: Block, page: Path, folder: Path, environ: Mapping[str, str]) -> None:
    done = subprocess.run(words, cwd=folder, env=environ, check=False, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, f"{page.name}:{block.line} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"


def need(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        missing(f"{program} is not installed")
    return found


ENVIRON = {
    "PYTHONPATH": str(Path(mockserver.__file__).parents[1]),
    # What a page starts with `python` is this one, also behind `mockserver run`.
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    # Other plugins of this machine only cost time: seconds for each run.
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    # Ours loads by itself where it is installed; here also where a page calls pytest behind `mockserver run`.
    "PYTEST_PLUGINS": "mockserver.testing.pytest_plugin",
}
INTERPRETERS = {"perl": ("perl", "pl"), "php": ("php", "php"), "tcl": ("tclsh", "tcl")}
PLUGINS = ["-p", "mockserver.testing.pytest_plugin", "-p", "xdist", "-p", "no:cacheprovider"]
PYTEST = [sys.executable, "-m", "pytest", "-q", *PLUGINS]
SHELL = f"""set -euo pipefail
mockserver() {{ MOCKSERVER_URL=http://127.0.0.1:8080 "{sys.executable}" -m mockserver "$@"; }}
pytest() {{ {" ".join(PYTEST)} "$@"; }}
python() {{ "{sys.executable}" "$@"; }}
"""


class Run:
    """The blocks of one page, run in their order; test files that follow each other, by one pytest."""

    def __init__(self, page: Path, folder: Path) -> None:
        self._page = page
        self._folder = folder
        self._environ = {**os.environ, **ENVIRON}
        self._namespace: dict[str, Any] = {"__name__": "docs"}
        self._tests: dict[str, Block] = {}

    def add(self, block: Block) -> None:
        if block.language == "python" and "pytest" in block.words:
            name = block.file or f"test_line_{block.line}.py"
            if name in self._tests:
                self.finish()
            self._write(name, block)
            self._tests[name] = block
            return
        self.finish()
        if block.file is not None:
            self._write(block.file, block)
        if block.language == "python" and block.file is None:
            run_in_namespace(self._page, block, self._namespace)
        elif "run" in block.words and block.language == "bash":
            need("curl")
            self._process([need("bash"), "-c", block.text], block)
        elif "run" in block.words and block.language == "javascript":
            self._node(block)
        elif "run" in block.words and block.language in INTERPRETERS:
            program, suffix = INTERPRETERS[block.language]
            self._process([need(program), self._write(f"line_{block.line}.{suffix}", block)], block)
        elif "run" in block.words and block.language == "java":
            need("javac")
            self._process([need("java"), self._write("Example.java", block)], block)
        else:
            assert block.file is not None, f"{self._page.name}:{block.line}: nothing runs {block.language}"

    def _node(self, block: Block) -> None:
        words = [need("node")]
        if block.needs and not (self._folder / "node_modules").exists():
            (self._folder / "node_modules").symlink_to(NODE / "node_modules")
        if "browser" in block.words:
            words += ["--import", (NODE / "browser.mjs").as_uri()]
            # What stands in for a browser would keep Node alive.
            block = replace(block, text=f"{block.text}\nprocess.exit(0);\n")
        self._process([*words, self._write(f"line_{block.line}.mjs", block)], block)

    def finish(self) -> None:
        """Run the test files that wait for it."""
        tests, self._tests = self._tests, {}
        if tests:
            self._process([*PYTEST, *(str(self._folder / name) for name in tests)], next(iter(tests.values())))

    def _write(self, name: str, block: Block) -> str:
        file = self._folder / name
        file.write_text(block.text, "utf-8")
        return str(file)

    def _process(self, words: list[str], block: Block) -> None:
        run_process(words, block, self._page, self._folder, self._environ)


@pytest.fixture(scope="module")
def running() -> Iterator[MockServer]:
    """One server for the pages of a worker."""
    with MockServer(tls_port=0) as server:
        yield server


@pytest.fixture
def server(running: MockServer) -> MockServer:
    """The same, as it was when it started."""
    control = Control(running.url)
    for sandbox in control.sandboxes():
        if sandbox.name != "default":
            control.delete_sandbox(sandbox.name)
    control.reset()
    return running


CASES = [
    pytest.param(page, languages, id=f"{name(page)}-{'-'.join(languages)}")
    for page in PAGES
    for languages in (("python", "bash"), ("javascript",), ("java",), ("php",), ("perl",), ("tcl",), ("heavy",))
    if any(block.runs and block.kind in languages for block in blocks(page))
]


@pytest.mark.parametrize(("page", "languages"), CASES)
def test_what_the_page_shows_is_what_happens(
    page: Path, languages: tuple[str, ...], server: MockServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if languages == ("heavy",) and os.environ.get("MOCKSERVER_HEAVY_CLIENTS") != "1":
        pytest.skip("heavy clients run with MOCKSERVER_HEAVY_CLIENTS=1")
    monkeypatch.chdir(tmp_path)
    assert server.tls_url is not None
    (tmp_path / "ca.pem").write_bytes(server.ca_pem or b"")
    run = Run(page, tmp_path)
    left_out: list[str] = []
    for block in blocks(page):
        if not block.runs or (block.kind not in languages and block.file is None):
            continue
        if block.missing:
            left_out += block.missing
            continue
        text = SHELL + block.text if block.language == "bash" else block.text
        text = text.replace("http://127.0.0.1:8080", server.url).replace("https://127.0.0.1:8443", server.tls_url)
        text = text.replace('"127.0.0.1", 8080', f'"127.0.0.1", {server.url.rpartition(":")[2]}')
        run.add(Block(language=block.language, words=block.words, text=text, line=block.line))
    run.finish()
    if left_out:
        missing(f"not installed, see `make clients`: {', '.join(left_out)}")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_within_the_documentation_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(_FENCE.sub("", page.read_text("utf-8"))):
        assert (page.parent / target).exists(), f"{name(page)} links to {target}"


SHELLS = ("bash", "console", "sh")
HOW = ("run", "parse", "engine", "setup")
"""What may become of a block for a shell."""

SHELL_BLOCKS = [
    pytest.param(page, block, id=f"{name(page)}:{block.line}")
    for page in PAGES
    for block in blocks(page)
    if block.language in SHELLS and not page.is_relative_to(ROOT / "docs" / "reference")
]


@pytest.mark.parametrize(("page", "block"), SHELL_BLOCKS)
def test_every_block_for_a_shell_is_tried_and_notices_a_failure(page: Path, block: Block) -> None:
    assert len([word for word in block.words if word in HOW]) == 1 or block.file is not None, "say how it is tried"
    for line in block.text.replace("\\\n", " ").splitlines():
        if "run" in block.words and re.search(r"\bcurl ", line.partition("# ")[0]):
            assert re.search(r"--fail|curl -\w*f", line) or "| grep" in line, f"{line}: would pass over a failure"


@pytest.mark.parametrize(("page", "block"), [one for one in SHELL_BLOCKS if "parse" in one.values[1].words])
def test_a_command_that_does_not_end_is_one(page: Path, block: Block) -> None:
    from tests.cli.test_commands import parse

    for line in block.text.replace("\\\n", " ").splitlines():
        parse(line.replace('"$TOKEN"', "secret").removeprefix("mockserver "))


@pytest.mark.parametrize(("page", "block"), [one for one in SHELL_BLOCKS if "setup" in one.values[1].words])
def test_what_makes_a_machine_ready_is_there(page: Path, block: Block) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([\w-]+)", block.text)) <= targets
    for file in re.findall(r"^cp (\S+)", block.text, re.MULTILINE):
        assert (ROOT / file).exists()


ENGINE_BLOCKS = [
    pytest.param(page, block, id=f"{name(page)}:{block.line}")
    for page in PAGES
    for block in blocks(page)
    if "engine" in block.words
]


@pytest.mark.parametrize(("page", "block"), ENGINE_BLOCKS)
def test_what_needs_an_engine_agrees_with_the_image(page: Path, block: Block) -> None:
    image = (ROOT / "Dockerfile").read_text("utf-8")
    if block.language == "python":
        compile(block.text, str(page), "exec")
    for port in re.findall(
        r"(?:exposed_?ports?|ExposedPorts|MappedPort|forHttp[^)]*,|forPort)\D{0,4}(\d{4})", block.text
    ):
        assert port in re.findall(r"\d+", re.findall(r"^EXPOSE (.*)$", image, re.MULTILINE)[0])
    for path in re.findall(r'forHttp\("([^"]+)"', block.text):
        assert path == "/_control/ready"
    if found := re.search(r'wait_for_logs\(container, "([^"]+)"\)', block.text):
        assert f'"{found[1]}' in (ROOT / "mockserver" / "cli" / "serve.py").read_text("utf-8")
    for service in re.findall(r"--profile (\w+)", block.text):
        assert f"profiles: [{service}]" in (ROOT / "docker-compose.yml").read_text("utf-8")


YAML = [
    pytest.param(block.text, id=f"{name(page)}:{block.line}")
    for page in PAGES
    for block in blocks(page)
    if block.language == "yaml"
]


@pytest.mark.parametrize(
    "text",
    [*YAML, *(file.read_text("utf-8") for file in (ROOT / "action.yml", ROOT / ".github/workflows/release.yml"))],
)
def test_yaml_can_be_read_and_its_commands_are_ours(text: str) -> None:
    from tests.cli.test_commands import parse

    assert yaml.safe_load(text)
    for command in re.findall(r"mockserver (run .*)", text):
        assert parse(command.replace("$OPTIONS", "").replace("$", "")) == "run"


def test_facts_that_the_reference_cites_are_there() -> None:
    facts = set(re.findall(r"\{#([\w.-]+)\}", (ROOT / "docs/explanation/wire-facts.md").read_text("utf-8")))
    cited = {
        anchor
        for page in (ROOT / "docs" / "reference").glob("*.md")
        for anchor in re.findall(r"wire-facts\.md#([\w.-]+)", page.read_text("utf-8"))
    }
    assert cited <= facts
    for page in (ROOT / "docs" / "reference").glob("*.md"):
        assert not re.search(r"(arcgis|casjobs|ges|prime)\.md §", page.read_text("utf-8"))


@pytest.mark.parametrize("word", ["pytest", "unittest", "Testcontainers", "GitHub", "GitLab", "completion"])
def test_what_people_search_for_stands_in_a_heading_or_title(word: str) -> None:
    headings = [
        line
        for page in PAGES
        for line in _FENCE.sub("", page.read_text("utf-8")).splitlines()
        if line.startswith("#") and (ROOT / "docs") in page.parents
    ]
    assert any(
        word.casefold() in line.casefold()
        for line in (*headings, *(ROOT / "mkdocs.yml").read_text("utf-8").splitlines())
    )
