"""A client of the API on the worker's server."""

from __future__ import annotations

import pytest

from tests.drivers.arcgis import ArcGis
from tests.drivers.server import Client


@pytest.fixture
def arcgis(client: Client) -> ArcGis:
    return ArcGis(client)
