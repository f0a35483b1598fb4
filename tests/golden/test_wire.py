"""The net: every byte that goes over the wire is what it was when it was recorded.

Record anew with `python -m pytest tests/golden --update-golden`; what has changed is the diff of `tests/golden/wire`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, groupby
from pathlib import Path
from typing import Any

import pytest

from mockserver.contracts import loader
from tests.golden import raw_exchanges, recording
from tests.golden.player import Player, running
from tests.golden.recording import Exchanges
from tests.golden.samples import Scenario
from tests.golden.wire_bytes import Wire, request

FOLDER = Path(__file__).parents[2] / "contracts"
NAMES = sorted(
    f"{path.parent.name}/{path.stem}" for path in FOLDER.glob("*/*.json") if path.stem not in ("definitions", "openapi")
)
CONTRACTS = loader.load(FOLDER, sorted({name.partition("/")[0] for name in NAMES}), check=False)
OWN_SERVER = frozenset({"control/Metrics"})
"""These count what a whole process did."""


def contract(name: str) -> Mapping[str, Any]:
    """Return a contract with all that it shares; `variants` is none."""
    found = CONTRACTS.get(name.replace("/", "."))
    return {} if found is None else found.document


def _has_body(name: str) -> bool:
    """Tell whether any request of a contract's examples has a body."""
    return any({"json", "form", "text"} & one["request"].keys() for one in contract(name).get("examples", ()))


def _named(player: Player) -> Iterator[Scenario]:
    catalogue = player.control("GET", "/faults/catalogue", prefix="")["named"]
    return raw_exchanges.named({api: [fault["name"] for fault in faults] for api, faults in catalogue.items()})


RAW: Mapping[str, Callable[[Player], Iterator[Scenario]]] = {
    **{name: lambda _, group=group: group() for name, group in raw_exchanges.GROUPS.items()},
    "named faults": _named,
    "methods": lambda _: raw_exchanges.methods({name: contract(name) for name in NAMES}),
}


@pytest.fixture(scope="module")
def player() -> Iterator[Player]:
    with running() as player:
        yield player


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


def examples(name: str, player: Player) -> Exchanges:
    """Play all examples of a contract."""
    api = name.partition("/")[0]
    found = {example["name"]: player.example(api, example) for example in contract(name).get("examples", ())}
    if api == "control":
        player.forget_others()
    return found


def scenarios(group: str, player: Player) -> Exchanges:
    """Play a group of raw exchanges."""
    found: dict[str, list[dict[str, Any]]] = {}
    for _, family in groupby(RAW[group](player), lambda one: one.family or one.name):
        members = list(family)
        with player.sandbox(own_port=members[0].own_port) as address:
            for scenario in members:
                assert scenario.name not in found, "give each scenario a name of its own"
                for fault in scenario.faults:
                    player.control("POST", "/faults", fault)
                answers = [player.play(requests, address) for requests in scenario.connections]
                found[scenario.name] = list(chain.from_iterable(answers))
                if scenario.faults:
                    player.control("DELETE", "/faults")
        if any(scenario.elsewhere for scenario in members):
            player.forget_others()
    return found


def check(name: str, found: Exchanges, update: bool) -> None:
    if update:
        recording.save(name, found)
    problems = recording.differences(recording.load(name), found)
    assert not problems, "\n\n".join((f"{recording.path_of(name).name}:", *problems))


@pytest.mark.parametrize("group", RAW)
def test_raw_exchanges(group: str, update: bool) -> None:
    # A server of its own: the default sandbox counts what was refused before it had an address, too.
    with running() as own:
        check(f"raw/{group}", scenarios(group, own), update)


def test_events(player: Player, update: bool) -> None:
    asked = request("GET", f"{player.prefix}/_control/events")
    wire = Wire(player.address)
    with player.sandbox():
        wire.send(asked)
        # From here on it listens; the end of the sandbox is the end of the answer.
        wire.wait_for(b": mockserver")
        for one in raw_exchanges.happenings():
            player.play([one])
    answer = wire.answer(asked)
    wire.close()
    check("raw/events", {"events": [answer]}, update)


def test_options(update: bool) -> None:
    found = {}
    for name, (options, requests) in raw_exchanges.OPTIONS.items():
        with running(**options) as own, own.sandbox():
            found[name] = [answer for one in requests for answer in own.play([one])]
    with running(control_port=0) as own, own.sandbox():
        port = own.control_address
        found["a port for the control API"] = [
            answer for one in raw_exchanges.CONTROL_PORT for answer in own.play([one], port)
        ]
    check("raw/options", found, update)


@pytest.mark.parametrize("name", NAMES)
def test_examples(name: str, player: Player, update: bool) -> None:
    if name in OWN_SERVER:
        with running() as own:
            check(name, examples(name, own), update)
    else:
        check(name, examples(name, player), update)


@pytest.mark.parametrize("name", [name for name in NAMES if _has_body(name)])
def test_a_long_body_means_what_a_short_one_does(name: str, player: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread finds out what it means."""
    monkeypatch.setattr("mockserver.http.pipeline.LONG", 0)
    monkeypatch.setattr("mockserver.http.steps.LONG", 0)
    check(name, examples(name, player), update=False)


def test_nothing_is_recorded_that_is_not_played(update: bool) -> None:
    found = {path.relative_to(recording.FOLDER).with_suffix("").as_posix() for path in recording.FOLDER.rglob("*.json")}
    stale = found - {*NAMES, *(f"raw/{group}" for group in (*RAW, "events", "options"))}
    if update:
        for name in stale:
            recording.path_of(name).unlink()
        stale = set()
    assert not stale, "nothing of these names is played; --update-golden removes them"


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
