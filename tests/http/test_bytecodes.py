"""What a request may cost, finer than by calls: steps of the interpreter within the package, of the third of three equal requests.

They are the same in each run of one Python, however busy the machine is. `RECORDED` says how many there were; ten in a
hundred more fail. Who makes a request dearer on purpose writes down what the failures say, and why.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.drivers.opcodes import counting
from tests.http.test_budgets import CALLS, is_asked, third

PYTHONS = ((3, 11), (3, 12), (3, 13))
RECORDED = {
    "GES status": (752, 701, 687),
    "GES status of a job that has changed": (2151, 2045, 1421),
    "ArcGIS status, json": (715, 668, 655),
    "ArcGIS status, json, of a job that has changed": (2580, 2458, 1777),
    "ArcGIS status, pjson": (715, 668, 655),
    "CasJobs GetJobStatus, GET": (715, 668, 655),
    "CasJobs CancelJob, SOAP 1.1": (2506, 2349, 1438),
    "Prime cancelrunning, XML": (2908, 2729, 1822),
    "force": (2424, 2282, 2260),
}
"""Steps in each of these Pythons, by request."""

MORE = 1.10


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("sweeping", [False, True], ids=["", "beside the sweep"])
async def test_steps_of_the_interpreter(
    serve: Callable[..., Any], name: str, sweeping: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sweeping:
        monkeypatch.setattr("mockserver.app.SWEEP", 0.0)
    if sys.version_info[:2] not in PYTHONS:
        pytest.skip("no steps are recorded for this Python")
    recorded = RECORDED[name][PYTHONS.index(sys.version_info[:2])]
    steps = (await third(await serve(strict=False), CALLS[name][1], partial(counting, is_asked)))[0]
    assert steps <= recorded * MORE, f"{name}: {steps} steps, recorded {recorded}"


def test_each_request_with_a_budget_has_its_steps_recorded() -> None:
    assert set(RECORDED) == set(CALLS)
