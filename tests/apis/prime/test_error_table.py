from __future__ import annotations

from inspect import getmembers, isclass

import pytest

from mockserver.api.error_table import REQUIRED
from mockserver.apis.prime import errors

OWN = [kind for _, kind in getmembers(errors, isclass) if kind.__module__ == errors.__name__]


def test_the_api_has_errors_of_its_own() -> None:
    assert all(issubclass(kind, Exception) for kind in OWN)
    assert OWN


@pytest.mark.parametrize("kind", [*REQUIRED, *OWN])
def test_each_error_has_a_row(kind: type[Exception]) -> None:
    assert kind in errors.ERRORS.rows
