"""A client of the API on the worker's server."""

from __future__ import annotations

import pytest

from tests.drivers.casjobs import CasJobs
from tests.drivers.server import Client


@pytest.fixture
def casjobs(client: Client) -> CasJobs:
    return CasJobs(client)
