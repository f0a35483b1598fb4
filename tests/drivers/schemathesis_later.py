"""Tests of schemathesis that are made when they run.

It makes each operation's examples while pytest collects, and each worker of xdist collects all operations: a third of
the time that collecting took, half of it for tests that another worker runs. What stands for a test until then asks for
the same fixtures and has the same marks; `tests/conftest.py` puts the test in its place before anything of it runs.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

from schemathesis.pytest import _test_builder

_make = _test_builder.build_operation_test


def _promised(*, test_func: Callable[..., Any], **given: Any) -> Callable[..., Any]:
    def promise(**_: Any) -> None:
        raise AssertionError("pytest runs what stands for a test of schemathesis; tests/conftest.py makes the test")

    signature = inspect.signature(test_func)
    asked = [one for name, one in signature.parameters.items() if name != "case"]
    promise.__name__, promise.__doc__ = test_func.__name__, test_func.__doc__
    vars(promise).update(
        __signature__=signature.replace(parameters=asked),
        pytestmark=getattr(test_func, "pytestmark", []),
        make_now=partial(_make, test_func=test_func, **given),
    )
    return promise


def install() -> None:
    """Let schemathesis make the tests of this process when they run."""
    _test_builder.build_operation_test = _promised
