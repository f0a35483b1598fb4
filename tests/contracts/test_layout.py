"""Contract files are laid out alike: as `mockserver.contracts.layout` writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from generate import contract_layout

from mockserver._resources import folder
from mockserver.contracts.layout import WIDTH, laid_out

ROOT = folder("contracts")


@pytest.mark.parametrize("api", [*sorted(path.name for path in ROOT.iterdir() if path.is_dir()), "."])
def test_every_file_is_laid_out_so(api: str) -> None:
    files = sorted((ROOT / api).glob("*.json"))
    texts = {file.name: file.read_text("utf-8") for file in files}
    otherwise = [name for name, text in texts.items() if laid_out(json.loads(text)) != text]
    assert files
    assert otherwise == [], "lay them out: make reference"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({}, "{}\n"),
        ({"a": [1, 2.5, None, True, "é"]}, '{"a": [1, 2.5, null, true, "é"]}\n'),
        ({"long": "x" * 200}, f'{{\n  "long": "{"x" * 200}"\n}}\n'),
        ({"long": ["x" * 200, {}, []]}, f'{{\n  "long": [\n    "{"x" * 200}",\n    {{}},\n    []\n  ]\n}}\n'),
        ([{"a": 1}, {"b": ["y" * 150]}], f'[\n  {{"a": 1}},\n  {{\n    "b": [\n      "{"y" * 150}"\n    ]\n  }}\n]\n'),
    ],
)  # fmt: skip
def test_what_fits_on_a_line_stands_on_one(document: Any, expected: str) -> None:
    assert laid_out(document) == expected


@pytest.mark.parametrize("length", range(WIDTH - 20, WIDTH + 1))
def test_no_line_with_several_values_is_longer(length: int) -> None:
    document = {"first": {"a": "x" * (length - 30), "b": 1}, "second": 2}
    text = laid_out(document)
    assert json.loads(text) == document
    assert all(len(line) <= WIDTH for line in text.splitlines())


def test_all_files_can_be_written_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "toy").mkdir()
    crooked, straight = tmp_path / "toy" / "Show.json", tmp_path / "contract.schema.json"
    crooked.write_text('{"a":\n1}')
    straight.write_text('{"a": 1}\n')
    contract_layout.main(tmp_path)
    assert crooked.read_text() == straight.read_text() == '{"a": 1}\n'
    assert capsys.readouterr().out == f"written: {crooked}\n"
