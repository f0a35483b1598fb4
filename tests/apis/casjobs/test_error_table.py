"""The one table of errors has a row for whatever can happen, of the server's kinds and of CasJobs' own."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest

from mockserver.api.error_table import REQUIRED
from mockserver.apis import casjobs
from mockserver.apis.casjobs import errors
from mockserver.apis.casjobs.errors import ClrException


def own() -> Iterator[type[Exception]]:
    """Yield the exception classes that modules of CasJobs define."""
    for found in pkgutil.walk_packages(casjobs.__path__, f"{casjobs.__name__}."):
        module = importlib.import_module(found.name)
        for _, one in inspect.getmembers(module, inspect.isclass):
            if issubclass(one, Exception) and one.__module__ == module.__name__:
                yield one


@pytest.mark.parametrize("kind", [*REQUIRED, *own()], ids=lambda kind: kind.__name__)
def test_every_error_has_a_row(kind: type[Exception]) -> None:
    assert errors.refuse.find(kind) is not None


def test_these_are_all_there_are() -> None:
    assert {one.__name__ for one in own()} == {
        "BadCondition",
        "ClrException",
        "PageError",
        "PlainError",
        "ScriptError",
        "SoapFault",
        "UnreadableMessage",
    }
    assert set(REQUIRED) <= set(errors.refuse.rows)


def test_frames_are_given_to_a_copy() -> None:
    inner = ClrException("inner", frames=("its own",))
    error = ClrException("outer", inner=inner)

    framed = error.framed("a frame")

    assert [one.frames for one in framed.chain()] == [("a frame",), ("its own",)]
    assert [one.frames for one in error.chain()] == [(), ("its own",)]
    assert framed.as_data() == error.as_data()
