"""The net: every byte that goes over the wire is what it was when it was recorded.

Record anew with `python -m pytest tests/golden --update-golden`; what has changed is the diff of `tests/golden/wire`.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.golden import recording, replayer
from tests.golden.recording import Exchanges
from tests.golden.replayer import Player

CONTRACTS = Path(__file__).parents[2] / "contracts"
NAMES = sorted(f"{path.parent.name}/{path.stem}" for path in CONTRACTS.glob("*/*.json") if path.stem != "definitions")
OWN_SERVER = frozenset({"control/Metrics"})
"""These count what a whole process did."""


@pytest.fixture(scope="module")
def player() -> Iterator[Player]:
    with replayer.running() as player:
        yield player


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


def examples(name: str, player: Player) -> Exchanges:
    """Play all examples of a contract."""
    api = name.partition("/")[0]
    document = json.loads((CONTRACTS / f"{name}.json").read_text("utf-8"))
    return {example["name"]: player.example(api, example) for example in document.get("examples", ())}


def check(name: str, found: Exchanges, update: bool) -> None:
    if update:
        recording.save(name, found)
    problems = recording.differences(recording.load(name), found)
    assert not problems, "\n\n".join((f"{recording.path_of(name).name}:", *problems))


@pytest.mark.parametrize("name", NAMES)
def test_examples(name: str, player: Player, update: bool) -> None:
    if name in OWN_SERVER:
        with replayer.running() as own:
            check(name, examples(name, own), update)
    else:
        check(name, examples(name, player), update)


def test_nothing_is_recorded_that_is_not_played(update: bool) -> None:
    found = {path.relative_to(recording.FOLDER).with_suffix("").as_posix() for path in recording.FOLDER.rglob("*.json")}
    stale = found - set(NAMES)
    if update:
        for name in stale:
            recording.path_of(name).unlink()
        stale = set()
    assert not stale, "no contract of these names; --update-golden removes them"


def _status(answer: dict[str, Any]) -> None:
    answer["status"] = answer["status"].replace("OK", "Ok")


def _header(answer: dict[str, Any]) -> None:
    answer["headers"][1] = answer["headers"][1].replace("j", "J", 1)


def _order(answer: dict[str, Any]) -> None:
    answer["headers"][1:3] = answer["headers"][2:0:-1]


def _one_header_less(answer: dict[str, Any]) -> None:
    del answer["headers"][2]


def _body(answer: dict[str, Any]) -> None:
    answer["body"][0] = answer["body"][0].replace("}", " ", 1)


def _line_end(answer: dict[str, Any]) -> None:
    answer["body"][-1] += "\n"


@pytest.mark.parametrize("alter", [_status, _header, _order, _one_header_less, _body, _line_end])
def test_the_net_catches(alter: Callable[[dict[str, Any]], None], player: Player) -> None:
    found = examples("ges/CancelJob", player)
    recorded = copy.deepcopy(recording.load("ges/CancelJob"))
    alter(recorded["a running job"][-1])
    assert recorded != recording.load("ges/CancelJob")
    (problem,) = recording.differences(recorded, found)
    assert problem.startswith("'a running job' is not what it was")


def test_the_net_catches_an_exchange_that_is_new_or_gone(player: Player) -> None:
    found = examples("ges/CancelJob", player)
    recorded = dict(recording.load("ges/CancelJob"))
    recorded["gone"] = recorded.pop("a running job")
    assert len(recording.differences(recorded, found)) == 2
