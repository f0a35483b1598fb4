"""Every answer a contract names is run: by an example, by a variant of one, or it is listed with a reason."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver._resources import folder
from mockserver.apis import APIS
from mockserver.cli.clauses import ClauseRow, Servers, Shown, progress_of, rows_of, servers, summed
from mockserver.contracts.loader import VARIANTS
from mockserver.contracts.sharing import BadContract
from mockserver.contracts.variants import Variants
from tests.drivers.contracts import shipped

NAMES = [*(api.name for api in APIS), "control"]
CONTRACTS = {**shipped().by_operation, **shipped("control").by_operation}
ENOUGH = 0.95
"""How many of all answers are run."""


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[Servers]:
    async with servers(None) as made:
        yield made


Rows = Callable[[str], Awaitable[list[ClauseRow]]]


@pytest.fixture(scope="module")
def rows(running: Servers) -> Rows:
    """Say how each answer of an API is shown; found out once for all tests that ask."""
    found: dict[str, list[ClauseRow]] = {}

    async def rows(api: str) -> list[ClauseRow]:
        if api not in found:
            variants = Variants(folder("contracts"), api)
            own = [one for name, one in CONTRACTS.items() if name.startswith(f"{api}.")]
            found[api] = [row for one in own for row in await rows_of(one, variants, running)]
        return found[api]

    return rows


@pytest.mark.parametrize("api", NAMES)
async def test_each_answer_is_run_or_has_a_reason(api: str, rows: Rows) -> None:
    assert [row.as_dict() for row in await rows(api) if row.shown is Shown.MISSING] == []


async def test_nearly_all_answers_are_run(rows: Rows) -> None:
    every = [row for api in NAMES for row in await rows(api)]
    found = progress_of(every)
    ran = found["example"] + found["variant"]
    assert ran / len(every) >= ENOUGH, found


def test_each_reason_is_needed() -> None:
    # A reason for an answer that has an example of its own would be read by nobody.
    for api in NAMES:
        variants = Variants(folder("contracts"), api)
        known = [one for name, one in CONTRACTS.items() if name.startswith(f"{api}.")]
        reasons = json.loads((folder("contracts") / api / VARIANTS).read_text("utf-8"))["not_run"]
        without = {
            clause.name
            for one in known
            for clause in one.responses
            if clause.name not in {example["response"]["name"] for example in one.examples}
        }
        told = {why for name in without if (why := variants.why_not_run(name)) is not None}
        assert told == set(reasons.values())


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("{", "mend the JSON"),
        ("[" * 100_000, "nested more than 100 deep"),
        ({"variants": [{}], "not_run": {}}, "at /variants/0"),
        ({"variants": []}, "not_run"),
    ],
)
def test_a_broken_file_is_refused_in_one_line(tmp_path: Path, document: Any, said: str) -> None:
    (tmp_path / "contract.schema.json").write_bytes((folder("contracts") / "contract.schema.json").read_bytes())
    (tmp_path / "toy").mkdir()
    text = document if isinstance(document, str) else json.dumps(document)
    (tmp_path / "toy" / VARIANTS).write_text(text)
    with pytest.raises(BadContract) as caught:
        Variants(tmp_path, "toy")
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_operations_by_confidence() -> None:
    def row(shown: Shown, confidence: str) -> ClauseRow:
        return ClauseRow(operation="toy.A", clause="x", confidence=confidence, shown=shown)

    rows = [row(Shown.EXAMPLE, "documented"), row(Shown.NOT_RUN, "inferred"), row(Shown.VARIANT, "inferred")]
    assert summed(rows) == [("toy.A", 3, 2, "1/1", None, "1/2")]
