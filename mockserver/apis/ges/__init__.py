"""Huawei Cloud GES: the service plane's jobs, IAM tokens, and the job calls of the management plane."""

from __future__ import annotations

from mockserver.api.definition import Api, when_asked
from mockserver.apis.ges.beginning import BEGINNING


def _whole() -> Api:
    from mockserver.apis.ges.whole import WHOLE

    return WHOLE


GES = when_asked(BEGINNING, _whole)
