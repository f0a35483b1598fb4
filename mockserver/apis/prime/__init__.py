"""Cisco Prime Infrastructure: jobService, run history and JobSummary, v1 to v4, XML and JSON."""

from __future__ import annotations

from mockserver.api.definition import Api, when_asked
from mockserver.apis.prime.beginning import BEGINNING


def _whole() -> Api:
    from mockserver.apis.prime.whole import WHOLE

    return WHOLE


PRIME = when_asked(BEGINNING, _whole)
