"""The page about Python: the pytest plugin, what a test holds in its hands, `MockServer` and `Control`."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator
from typing import Any

from generate import markdown as md
from mockserver.client import Control
from mockserver.server import MockServer
from mockserver.settings import Settings
from mockserver.testing import cases, pytest_plugin
from mockserver.testing import handles as testing
from mockserver.testing.asked import Asked
from mockserver.testing.scenarios import SandboxScenario


def page() -> str:
    """Write the page."""
    return md.page(
        "pytest plugin and Python",
        "The plugin loads by itself where the package is installed (entry point `pytest11`) and works under "
        "pytest-xdist. Without pytest, use [`MockServer`](#mockserver) and [`Control`](#control).",
        "## Options\n\n"
        "`--mockserver-url URL`: use the server that already runs there, a container for instance; also "
        "`MOCKSERVER_URL`. None: one is started in the test process. When nothing answers there, the run ends with one "
        "line.\n\n"
        "`--mockserver-artifacts DIR`: write what the sandbox of each failed test saw there, in four files named after "
        "the test: `.har` (an HTTP Archive), `.jobs.json`, `.violations.json` and `.txt` (the section `mockserver` of "
        "its report); also `MOCKSERVER_ARTIFACTS`.",
        "## Fixtures\n\n" + md.table(("Fixture", "Scope", "What it is"), _fixtures()),
        "## The marker\n\n"
        "`@pytest.mark.mockserver(…)` on a test, a class or (as `pytestmark`) a module; the nearest wins. A test fails "
        "(in its own phase, so that `xfail` works) when its client broke a contract, and when a fault it armed was "
        "never hit. The report of a failed test has a section `mockserver` with what its sandbox saw, so has JUnit's "
        "`system-out`.\n\n" + md.table(("Argument", "Default", "Meaning"), _marker()),
        "## The marker of scenarios\n\n"
        "`@pytest.mark.mockserver_scenarios(api, *names, cancels=False, scenarios=None, expect=None)` runs a test once "
        "in each [scenario](scenarios.md) of an API, or in those it names, each in a sandbox of its own. `scenarios` "
        "and `expect` are files as for `mockserver exercise`, from pytest's root; `cancels` chooses those for clients "
        "that cancel. The fixture `scenario` tells of it; what it plans holds for each job that the client submits. As "
        "elsewhere a breach of contract fails the test, and so does a scenario none of whose faults fired. "
        "[How to use it](../how-to/make-your-client-survive.md#in-your-own-suite).",
        "## unittest, and no framework at all\n\n"
        "`mockserver.testing.SandboxCase` is a `unittest.TestCase` with a `sandbox` and the same checks; "
        "`mockserver.testing.open_sandbox()` is a `with` block. [How to test with unittest](../how-to/unittest.md).",
        _class(cases.SandboxCase),
        *(_class(one) for one in (testing.Sandbox, testing.SandboxApi, SandboxScenario, *_handles())),
        _class(MockServer, "The same options as [`mockserver serve`](options.md), by the names of `Settings`:"),
        md.table(
            ("Option", "Default"),
            [(md.code(field.name), md.code(field.default)) for field in dataclasses.fields(Settings)],
        ),
        _class(Control),
    )


def _fixtures() -> Iterator[tuple[str, str, str]]:
    for name, value in vars(pytest_plugin).items():
        # What pytest wraps a fixture function into says so in its type's name, in all the versions we support.
        marker: Any = getattr(value, "_fixture_function_marker", None) or getattr(value, "_pytestfixturefunction", None)
        if marker is not None and not name.startswith("_"):
            function = getattr(value, "_fixture_function", None) or inspect.unwrap(value)
            yield md.code(marker.name or name), str(marker.scope), md.text(md.summary(function))


def _marker() -> Iterator[tuple[str, str, str]]:
    meanings = _attributes(Asked)
    for field in dataclasses.fields(Asked):
        yield md.code(field.name), md.code(field.default), md.text(meanings.get(field.name, ""))


def _handles() -> list[type]:
    known = (testing.Sandbox, testing.SandboxApi)
    return [
        one
        for one in vars(testing).values()
        if inspect.isclass(one)
        and one.__module__ == testing.__name__
        and one not in known
        and not one.__name__.startswith("_")
    ]


def _members(kind: type) -> dict[str, Any]:
    """Return what a class and its bases of ours define, those of the class itself first."""
    ours = [one for one in kind.__mro__ if one.__module__.startswith("mockserver.")]
    return {name: value for one in reversed(ours) for name, value in vars(one).items()}


def _class(kind: type, more: str = "") -> str:
    rows = [(md.code(name), md.text(meaning)) for name, meaning in _attributes(kind).items()]
    methods = [
        (md.code(f"{name}{signature}"), md.text(meaning)) for name, signature, meaning in _methods(kind) if meaning
    ]
    parts = [
        f"## {kind.__name__} {{ #{kind.__name__.lower()} }}",
        md.text(md.summary(kind)),
        md.table(("Attribute", "Meaning"), rows),
        md.table(("Method", "Meaning"), methods),
        more,
    ]
    return "\n\n".join(part for part in parts if part)


def _methods(kind: type) -> Iterator[tuple[str, str, str]]:
    for name, value in _members(kind).items():
        if name.startswith("_"):
            continue
        if isinstance(value, property):
            yield name, "", md.summary(value.fget)
        elif inspect.isfunction(value):
            signature = inspect.signature(value)
            parameters = [
                parameter.replace(annotation=inspect.Parameter.empty)
                for parameter in list(signature.parameters.values())[1:]
            ]
            short = signature.replace(parameters=parameters, return_annotation=inspect.Signature.empty)
            yield name, str(short).replace("mappingproxy({})", "{}"), md.summary(value)


def _attributes(kind: type) -> dict[str, str]:
    """Read the `Attributes:` of a docstring: `name: meaning`, or `name, name: meaning`."""
    found: dict[str, str] = {}
    within, last = False, ""
    for line in (inspect.getdoc(kind) or "").splitlines():
        if line.strip() in ("Attributes:", "Args:"):
            within, last = line.strip() == "Attributes:", ""
        elif within and line.startswith("    ") and not line.startswith("     "):
            last, _, meaning = line.strip().partition(": ")
            found[last] = meaning
        elif within and last and line.strip():
            found[last] += " " + line.strip()
    return found
