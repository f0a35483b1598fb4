"""The walk of `benchmarks/newcomer.py` finds on the pages what it tries, and plants its faults where they are noticed."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def newcomer() -> ModuleType:
    file = ROOT / "benchmarks" / "newcomer.py"
    spec = importlib.util.spec_from_file_location("newcomer", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["newcomer"] = module
    spec.loader.exec_module(module)
    return module


def test_the_sloppy_client_is_red_and_then_mended(newcomer: ModuleType) -> None:
    red, green = newcomer.sloppy_test(ROOT)
    assert "allow_violations" not in red
    assert "includeSystem>false" not in red and "includeSystem>false" in green


def test_the_stage_has_a_client_that_does_not_try_again(newcomer: ModuleType) -> None:
    red, green = newcomer.stage_test(ROOT)
    assert (red.count("tries=1"), green.count("tries=3")) == (1, 1)
    command = newcomer.stage_command(ROOT)
    assert command.startswith("mockserver run --artifacts out -- ")


def test_the_readme_and_the_tutorial_have_what_is_walked(newcomer: ModuleType) -> None:
    assert newcomer.block_of(ROOT / "README.md", "bash", "run").count("http://127.0.0.1:8080") == 2
    assert "pip install" in newcomer.block_of(ROOT / "docs/tutorial/client-developer.md", "bash", "setup")


def test_a_page_that_has_changed_stops_the_walk(newcomer: ModuleType) -> None:
    with pytest.raises(newcomer.Stumbled, match="no longer has"):
        newcomer.changed("text", "what was", "what is")


def test_the_page_has_a_place_for_the_figures(newcomer: ModuleType) -> None:
    text = newcomer.PAGE.read_text("utf-8")
    assert text.index(newcomer.BEGIN) < text.index(newcomer.END)
