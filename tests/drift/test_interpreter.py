"""What our own server answers, read from the wire, is the answer that its contract names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from multidict import CIMultiDict

from mockserver.apis import APIS
from mockserver.contracts import examples
from mockserver.contracts.examples import Answer
from mockserver.contracts.model import Contract
from mockserver.drift.exchange import Exchange
from mockserver.drift.interpreter import Alias, Interpreter
from tests.drivers.contracts import shipped

CONTRACTS = shipped()
EXAMPLES = [
    pytest.param(one, example, id=f"{one.operation}-{example['name']}".replace(" ", "-"))
    for one in CONTRACTS.by_operation.values()
    for example in one.examples
    if example["response"]["status"] != 501
]


_made: dict[str, Interpreter] = {}


def interpreter(settings: Mapping[str, Any]) -> Interpreter:
    """Return what judges by such settings, made once: to lay out the routes of all APIs takes as long as a test."""
    key = repr(settings)
    if key not in _made:
        _made[key] = Interpreter(APIS, CONTRACTS, settings=settings)
    return _made[key]


class Watched:
    """A target that keeps the last exchange with it."""

    def __init__(self, target: Any) -> None:
        self.target = target
        self.base = target.base
        self.last: Exchange | None = None

    async def prepare(self, api: str, given: Mapping[str, Any]) -> None:
        await self.target.prepare(api, given)

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        answer = await self.target.send(method, path, headers, body)
        self.last = Exchange(
            method=method,
            url=self.base + path,
            headers=CIMultiDict(headers),
            body=body or b"",
            status=answer.status,
            answer_headers=CIMultiDict(answer.headers),
            answer=answer.body,
        )
        return answer


@pytest.mark.parametrize(("one", "example"), EXAMPLES)
async def test_an_answer_read_from_the_wire_is_the_one_its_contract_names(
    one: Contract, example: Mapping[str, Any], example_targets: Any
) -> None:
    api = next(api for api in APIS if one.operation.startswith(f"{api.name}."))
    target = Watched(await example_targets())
    assert await examples.run(one, example, target) == []
    assert target.last is not None
    settings = {api.name: target.target._sandbox.settings_with(api.name, None)}
    changed = example.get("given", {}).get("settings")
    if changed:
        settings = {api.name: target.target._sandbox.settings_with(api.name, changed)}
    judged = await interpreter(settings).judge(target.last)
    assert judged.operation == one.operation, judged.why
    assert judged.verdict is not None, judged.why
    server = [breach for breach in judged.verdict.violations if breach.side == "server"]
    assert server == []
    assert judged.verdict.clause is not None


def test_an_alias_leads_to_the_apis_own_path() -> None:
    interpreter = Interpreter(APIS, CONTRACTS, aliases=[Alias(foreign="/jobs.asmx", own="/CasJobs/services/jobs.asmx")])
    assert interpreter.path_of("http://h:1/Jobs.asmx/CancelJob?a=1") == (
        "/CasJobs/services/jobs.asmx/CancelJob",
        "a=1",
    )
    assert interpreter.path_of("http://h/~t1/arcgis/rest")[0] == "/arcgis/rest"
