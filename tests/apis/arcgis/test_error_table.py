"""Each plane answers whatever can happen to a request, and no exception of the API is without a row."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

from mockserver.api.error_table import REQUIRED, ErrorTable
from mockserver.apis import arcgis
from mockserver.apis.arcgis.errors import ADMIN, REST, WEB_TIER
from mockserver.apis.arcgis.public_key import BadCipher
from mockserver.apis.arcgis.values import BadValue

PLANES = {"rest": REST, "admin": ADMIN, "web tier": WEB_TIER}


def own_exceptions() -> set[type[Exception]]:
    modules = [
        importlib.import_module(one.name) for one in pkgutil.walk_packages(arcgis.__path__, "mockserver.apis.arcgis.")
    ]
    found = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    return {one for one in found if issubclass(one, Exception) and one.__module__.startswith("mockserver.apis.arcgis")}


@pytest.mark.parametrize("table", PLANES.values(), ids=PLANES)
@pytest.mark.parametrize("kind", REQUIRED)
def test_each_plane_has_a_row_for_what_can_happen_to_any_request(table: ErrorTable, kind: type[Exception]) -> None:
    assert table.find(kind) is not None


def test_each_exception_of_the_api_has_a_row() -> None:
    with_row = {kind for table in PLANES.values() for kind in table.rows}
    # Text that is no value does not end a request: `values.read_inputs` collects it as a problem of the job.
    # What cannot be decrypted becomes a refusal of the sign-in where it is read.
    assert own_exceptions() - with_row == {BadValue, BadCipher}


def test_the_planes_know_the_errors_of_both() -> None:
    assert own_exceptions() & set(REST.rows) <= set(ADMIN.rows)
