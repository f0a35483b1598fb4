"""Drivers: each API by the hands of its client, all with the same verbs, and the server that the tests drive."""

from __future__ import annotations

from mockserver.api.definition import Api
from tests.drivers import arcgis, casjobs, ges, prime
from tests.drivers.driver import Poll

POLLS = {"arcgis": arcgis.POLL, "casjobs": casjobs.POLL, "ges": ges.POLL, "prime": prime.POLL}


def poll_of(api: Api) -> Poll:
    """Return an API's status query; an API without one has not been thought of here."""
    return POLLS[api.name]
