"""SDSS CasJobs: `jobs.asmx`, an ASP.NET web service in SOAP 1.1, SOAP 1.2, HTTP GET and HTTP POST."""

from __future__ import annotations

from mockserver.api.definition import Api, when_asked
from mockserver.apis.casjobs.beginning import BEGINNING


def _whole() -> Api:
    from mockserver.apis.casjobs.whole import WHOLE

    return WHOLE


CASJOBS = when_asked(BEGINNING, _whole)
