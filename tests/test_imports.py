"""No module of the package imports itself by a detour, whatever the detour is made for.

Which package may import which is said in `pyproject.toml` and checked by import-linter; inside a package,
and for imports that only a type checker follows, this test looks.
"""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import grimp
import pytest


def circle(imports: dict[str, set[str]]) -> str:
    """Return a circle of imports, or an empty text."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return " -> ".join(error.args[1])
    return ""


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = grimp.build_graph("mockserver", cache_dir=None)
    # `mockserver` itself names its public classes for type checkers only; each of them is loaded when it is asked for.
    modules = graph.modules - {"mockserver"}
    imports = {module: graph.find_modules_directly_imported_by(module) & modules for module in modules}
    assert circle(imports) == ""


@pytest.mark.parametrize("imports", [{"a": {"a"}}, {"a": {"b"}, "b": {"c"}, "c": {"a"}}])
def test_a_circle_is_seen(imports: dict[str, set[str]]) -> None:
    assert circle(imports) != ""
