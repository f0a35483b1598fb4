"""The tree is the one that ARCHITECTURE.md describes: few modules at the top, none too long, tests where their subject is."""

from __future__ import annotations

from pathlib import Path

import mockserver

PACKAGE = Path(mockserver.__file__).parent
TESTS = Path(__file__).parent
LONGEST = 350
"""Lines a module may have."""

STILL_LONGER = {
    "apis/arcgis/routes_admin.py",
    "apis/casjobs/routes.py",
    "client/__init__.py",
}
"""Modules that are being divided; none may join them."""

TOP = 10
"""Modules that may lie directly in the package."""

KINDS = {
    "browser": "pages, looked at in a real browser",
    "clients": "the vendors' and the community's own clients, unmodified",
    "docs": "the documentation, run",
    "drivers": "what the tests drive the APIs with",
    "golden": "bytes on the wire, of all APIs",
}
"""Folders of tests that are about no single package."""

WHOLE = {
    "test_layout.py": "the tree itself",
    "test_imports.py": "who imports whom",
    "test_data.py": "whose data the fixtures, contracts and tests are",
}
"""Tests that are about the whole repository."""

MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "_data" not in path.parts)


def test_a_module_can_be_read_in_one_go() -> None:
    lines = {str(path.relative_to(PACKAGE)): len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert {name for name, count in lines.items() if count > LONGEST} <= STILL_LONGER


def test_few_modules_lie_at_the_top() -> None:
    assert len(list(PACKAGE.glob("*.py"))) <= TOP


def test_each_folder_of_modules_is_a_package() -> None:
    folders = {path.parent for path in MODULES}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_a_folder_of_tests_is_named_after_the_package_that_it_tests() -> None:
    strangers = []
    for test in TESTS.rglob("test_*.py"):
        folder = test.parent.relative_to(TESTS)
        if folder.parts and folder.parts[0] not in KINDS and not (PACKAGE / folder / "__init__.py").exists():
            strangers.append(str(test.relative_to(TESTS)))
    assert strangers == []


def test_a_test_beside_the_folders_is_about_a_module_at_the_top() -> None:
    subjects = {path.name: PACKAGE / path.name.removeprefix("test_") for path in TESTS.glob("test_*.py")}
    assert [name for name, subject in subjects.items() if name not in WHOLE and not subject.exists()] == []
