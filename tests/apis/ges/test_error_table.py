"""The table of errors has a row for whatever can go wrong."""

from __future__ import annotations

import inspect

import pytest

from mockserver.api.error_table import REQUIRED
from mockserver.apis.ges import errors

OWN = [one for _, one in inspect.getmembers(errors, inspect.isclass)
       if issubclass(one, Exception) and one.__module__ == errors.__name__]  # fmt: skip


@pytest.mark.parametrize("error", [*REQUIRED, *OWN], ids=lambda error: error.__name__)
def test_each_error_has_a_row_of_its_own(error: type[Exception]) -> None:
    assert error in errors.ERRORS.rows


def test_the_errors_of_each_plane_are_found() -> None:
    assert {one.__name__ for one in OWN} == {"ServiceError", "ManagementError", "GatewayError"}
