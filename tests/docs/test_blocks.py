"""Every block of the documentation that holds code is tried, and how: `-s` shows the figure.

`test_docs.py` runs what can be run. What cannot be run here is tried in another way, which its row below names; a block
that no row fits fails.
"""

from __future__ import annotations

import json
import re
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from mockserver import MockServer
from mockserver._resources import folder
from mockserver.cli.examples import EXAMPLES
from tests.docs.test_docs import PAGES, ROOT, Block, blocks, name

SHOWN = ("", "text")
"""Languages of what a program prints and of trees: no code."""

REFERENCE = ROOT / "docs" / "reference"
ADD_AN_API = ROOT / "docs" / "how-to" / "add-an-api.md"

WAYS: dict[str, Callable[[Path, Block], bool]] = {
    "built as a fifth API": lambda page, block: page == ADD_AN_API and any("title=" in word for word in block.words),
    "run where its client is installed": lambda _, block: block.runs and "heavy" in block.words,
    "run": lambda _, block: block.runs,
    "read as a command line": lambda page, block: "parse" in block.words or _is_example(page, block),
    "compared with image and compose file": lambda _, block: "engine" in block.words,
    "compared with Makefile and files": lambda _, block: "setup" in block.words,
    "read by its own reader": lambda _, block: block.language in READERS,
    "sent by hand": lambda _, block: block.language == "csharp",
    "compared with the fixtures": lambda _, block: block.language in ("go", "java"),
}
"""How a block is tried; the first that fits."""


def _is_example(page: Path, block: Block) -> bool:
    lines = {f"mockserver {line}" for examples in EXAMPLES.values() for line in examples}
    return page.is_relative_to(REFERENCE) and block.language == "bash" and set(block.text.splitlines()) <= lines


def read_mermaid(text: str) -> None:
    assert re.match(r"(stateDiagram-v2|flowchart|sequenceDiagram|graph)\b", text)


def read_nginx(text: str) -> None:
    """Look that it is blocks and directives, about our ports."""
    bare = re.sub(r"#.*", "", text)
    assert all(re.fullmatch(r"\s*([^{};]+[;{]|\}|)\s*", line) for line in bare.splitlines())
    assert bare.count("{") == bare.count("}")
    for port in re.findall(r"proxy_pass (?:http://)?127\.0\.0\.1:(\d+)", bare):
        assert port in ("8080", "8443")


READERS: dict[str, Callable[[str], object]] = {
    "json": json.loads,
    "yaml": yaml.safe_load,
    "mermaid": read_mermaid,
    "nginx": read_nginx,
}

EVERY = [(page, block) for page in PAGES for block in blocks(page)]
CODE = [(page, block) for page, block in EVERY if block.language not in SHOWN]


def way_of(page: Path, block: Block) -> str | None:
    return next((way for way, fits in WAYS.items() if fits(page, block)), None)


def test_every_block_of_code_is_tried() -> None:
    ways = Counter(way_of(page, block) for page, block in CODE)
    tried = sum(count for way, count in ways.items() if way is not None)
    print(f"\n{len(EVERY)} blocks, {len(CODE)} of them code; tried: {tried}, {100 * tried / len(CODE):.0f} %")
    for way, count in ways.most_common():
        print(f"{count:4}  {way}")
    assert [f"{name(page)}:{block.line}" for page, block in CODE if way_of(page, block) is None] == []


@pytest.mark.parametrize(
    ("page", "block"),
    [
        pytest.param(page, block, id=f"{name(page)}:{block.line}")
        for page, block in CODE
        if way_of(page, block) == "read by its own reader"
    ],
)
def test_what_only_a_reader_needs_can_be_read(page: Path, block: Block) -> None:
    READERS[block.language](block.text)


@pytest.mark.parametrize(
    "block",
    [block for page, block in CODE if way_of(page, block) == "compared with the fixtures"],
    ids=lambda one: one.language,
)
def test_an_sdk_that_is_not_here_is_given_what_the_fixtures_have(block: Block) -> None:
    account = json.loads((folder("fixtures") / "ges.json").read_text("utf-8"))["ges"]["accounts"][0]
    for known in (account["access_key"], account["secret_key"], account["project_id"], "http://127.0.0.1:8080"):
        assert f'"{known}"' in block.text


# --- C#: no .NET here, so its calls are read off the block and sent --------------------------------------------------

_CALL = re.compile(r'control\.(Post|Put)AsJsonAsync\(\$?"(?P<path>[^"]+)",\s*new (?P<body>\{.*?\})\)+[.;]', re.DOTALL)
NAME = "cs-1"


def calls(text: str) -> Iterator[tuple[str, str, str]]:
    """Return method, path and JSON of each call: C#'s anonymous objects differ from JSON in their names alone."""
    for found in _CALL.finditer(text):
        body = re.sub(r"\{ name,", f'{{ "name": "{NAME}",', found["body"])
        body = re.sub(r"(\w+) = ", r'"\1": ', body).replace("new {", "{")
        yield found[1].upper(), found["path"].replace("{name}", NAME), body


def send(method: str, url: str, body: str) -> int:
    request = urllib.request.Request(url, body.encode(), {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request) as answer:
        return int(answer.status)


@pytest.mark.parametrize("block", [block for _, block in CODE if block.language == "csharp"], ids=["other-languages"])
def test_what_the_block_in_csharp_sends_is_taken(block: Block) -> None:
    *before, (method, path, body) = calls(block.text)
    assert [one[0] for one in before] == ["POST", "POST", "PUT"]
    with MockServer() as server:
        for one in before:
            assert send(one[0], f"{server.url}/_control/{one[1]}", one[2]) < 300
        cancel = f"{server.url}/~{NAME}/CasJobs/services/jobs.asmx/CancelJob?wsId=1&pw=secret&jobId=7001"
        with urllib.request.urlopen(cancel):
            assert send(method, f"{server.url}/_control/{path}", body) == 200
