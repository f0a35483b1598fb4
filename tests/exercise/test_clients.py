"""A good client holds in every scenario; each planted fault is found by the scenarios that it concerns, and by no other."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.drivers.exercise import client, exercise, exercised, failing

NO_JOB = {"submit-answer-lost", "not-allowed"}
"""Scenarios in which a client gets no job to ask for."""

BAD_ENDS = {"fails", "times-out", "cancelled-by-someone"}
GOOD_ENDS = {
    "succeeds", "succeeds-late", "unknown-state", "busy-then-works", "connection-reset-once", "slow-answers", "garbled-once",
}  # fmt: skip
RESULTS = {"results-late", "results-missing"}
POLLED = BAD_ENDS | GOOD_ENDS | RESULTS | {"stuck", "job-lost", "token-expires"}

FOUND = {
    "waits-for-success-only": {key: {"stopped"} for key in BAD_ENDS},
    "failure-is-success": {key: {"exit"} for key in BAD_ENDS},
    "never-gives-up": {"stuck": {"ended"}},
    "submits-again-blindly": {"submit-answer-lost": {"jobs"}},
    "submits-twice": {key: {"jobs"} for key in POLLED},
    "gives-up-when-busy": {"busy-then-works": {"exit"}},
    "no-second-try": {key: {"exit"} for key in ("busy-then-works", "connection-reset-once")},
    # Where answers are slow, they are its pause.
    "asks-without-a-pause": {key: {"pause"} for key in POLLED - {"slow-answers"}},
    "asks-on-after-the-end": {key: {"stopped"} for key in BAD_ENDS | GOOD_ENDS},
    "waits-for-results-forever": {key: {"ended"} for key in RESULTS},
    "half-an-answer-crashes-and-hangs": {
        key: {"ended"} for key in ("garbled-once", "connection-reset-once", "busy-then-works")
    },
    "unknown-state-is-the-end": {"unknown-state": {"exit"}},
    "lost-is-success": {"job-lost": {"exit"}},
    "refusal-is-success": {"not-allowed": {"exit"}},
    "tries-a-refusal-again": {"not-allowed": {"polls"}},
    "breaks-the-contract": {key: {"contract"} for key in POLLED},
}
"""Planted fault -> scenario -> the checks that find it."""

OF_CANCELS = {
    "cancels-again-and-again": {key: {"cancels"} for key in ("cancel-races", "cancel-ignored")},
    "waits-for-cancelled": {key: {"stopped"} for key in ("cancel-races", "cancel-ignored")},
}

IN_JAVASCRIPT = {
    "waits-for-success-only": {key: {"stopped"} for key in BAD_ENDS},
    "submits-again-blindly": {"submit-answer-lost": {"jobs"}},
    "never-gives-up": {"stuck": {"ended"}},
    "no-second-try": {key: {"exit"} for key in ("busy-then-works", "connection-reset-once")},
    "failure-is-success": {key: {"exit"} for key in BAD_ENDS},
}


ALWAYS = ("waits-for-success-only", "submits-again-blindly", "breaks-the-contract")
"""Faults that are tried in every run; each takes some seconds of real time, so the others are asked for."""

ALL = os.environ.get("MOCKSERVER_EXERCISE") == "all"


def _some(planted: dict[str, dict[str, set[str]]]) -> list[object]:
    slow = pytest.mark.skipif(not ALL, reason="takes some seconds; MOCKSERVER_EXERCISE=all runs it")
    return [pytest.param(name, marks=() if name in ALWAYS else slow, id=name) for name in planted]


@pytest.mark.parametrize("api", ["arcgis", "casjobs", "ges", "prime"])
def test_a_good_client_holds_everywhere(api: str) -> None:
    report = exercised("--api", api, "--", *client(api))

    assert failing(report) == {}
    assert report["passed"] >= 15


@pytest.mark.parametrize("api", ["arcgis", "casjobs", "ges", "prime"])
def test_a_good_client_that_cancels_holds(api: str) -> None:
    report = exercised("--api", api, "--cancels", "--", *client(api), "--cancel")

    assert failing(report) == {}
    assert {one["name"] for one in report["scenarios"]} == {"cancel-races", "cancel-ignored"}
    assert all(one["facts"]["cancels"] == 1 for one in report["scenarios"])


@pytest.mark.parametrize("planted", _some(FOUND))
def test_a_planted_fault_is_found_where_it_concerns(planted: str) -> None:
    report = exercised("--api", "arcgis", "--timeout", "20", "--", *client("arcgis"), planted=planted)

    found = failing(report)
    # What ends a client for its time has no say in what it would have done then.
    assert {name: checks & FOUND[planted].get(name, checks) for name, checks in found.items()} == FOUND[planted]


@pytest.mark.parametrize("planted", OF_CANCELS)
def test_a_planted_fault_of_cancelling_is_found(planted: str) -> None:
    report = exercised("--api", "arcgis", "--cancels", "--", *client("arcgis"), "--cancel", planted=planted)

    found = failing(report)
    assert {name: checks & OF_CANCELS[planted].get(name, checks) for name, checks in found.items()} == OF_CANCELS[
        planted
    ]


@pytest.mark.usefixtures("node")
def test_a_good_client_in_javascript_holds() -> None:
    assert failing(exercised("--api", "arcgis", "--", *client("arcgis", "javascript"))) == {}


@pytest.mark.usefixtures("node")
@pytest.mark.parametrize("planted", _some(IN_JAVASCRIPT))
def test_a_planted_fault_in_javascript_is_found(planted: str) -> None:
    command = client("arcgis", "javascript")

    found = failing(exercised("--api", "arcgis", "--timeout", "20", "--", *command, planted=planted))

    wanted = IN_JAVASCRIPT[planted]
    assert {name: checks & wanted.get(name, checks) for name, checks in found.items()} == wanted


def test_what_a_client_has_started_ends_with_it() -> None:
    report = exercised("--api", "ges", "--scenario", "succeeds", "--", *client("ges"), planted="leaves-a-child")

    (only,) = report["scenarios"]
    child = int(only["output"].split("child ")[1].split()[0])
    for _ in range(200):
        try:
            gone = Path(f"/proc/{child}/stat").read_text().split(") ")[1].startswith("Z")
        except OSError:
            gone = True
        if gone:
            break
        time.sleep(0.02)
    assert gone


@pytest.mark.skipif(not ALL, reason="takes most of a minute")
@pytest.mark.parametrize("api", ["arcgis", "casjobs", "ges", "prime"])
@pytest.mark.parametrize(("pause", "limit", "most"), [("1", "9", 20), ("5", "32", 60)])
def test_a_run_takes_no_longer_than_the_clients_pauses(api: str, pause: str, limit: str, most: float) -> None:
    done = exercise(
        "--api",
        api,
        "--timeout",
        "50",
        "--pause",
        "0.9",
        "--",
        *client(api),
        limit=limit,
        pause=pause,
    )

    assert done.returncode == 0, done.stdout
    took = float(done.stdout.rsplit(" in ", 1)[1].split()[0])
    print(f"{api}, {pause} s between polls: {took} s")
    assert took < most
