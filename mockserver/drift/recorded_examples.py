"""Recorded exchanges as examples of contracts: run against a sandbox, they show that the fake answers alike.

A file is `<api>.<Operation>.json`: `{"operation", "examples": […]}`, the examples as `contract.schema.json` has them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mockserver.api.answers import JobSeen
from mockserver.api.definition import Api
from mockserver.contracts.judge import Page, Unreadable
from mockserver.contracts.layout import laid_out
from mockserver.contracts.loader import Contracts
from mockserver.contracts.model import Contract
from mockserver.contracts.sharing import BadContract
from mockserver.core.clock import iso
from mockserver.drift.interpreter import Judged
from mockserver.drift.recording import Recording, job_fixture
from mockserver.journal import masking
from mockserver.journal.masking import MASK
from mockserver.wire.charset import text_of
from mockserver.wire.json_document import read_written

_HEADERS = ("content-type", "accept", "soapaction", "origin")
"""Headers that an answer may depend on, besides those with secrets."""


def candidates(recording: Recording, root: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield an operation and an example for each of its answers that was seen, the first exchange that shows it."""
    seen: set[tuple[str, str]] = set()
    for number, (one, subject) in enumerate(zip(recording.judged, recording.subjects, strict=True), 1):
        verdict = one.verdict
        if verdict is None or verdict.clause is None or one.operation is None or not verdict.holds:
            continue
        if (one.operation, verdict.clause.name) in seen or not one.exchange.request_known:
            continue
        seen.add((one.operation, verdict.clause.name))
        yield one.operation, _example(recording.api, one, subject, number, root)


def _example(api: Api, judged: Judged, subject: JobSeen | None, number: int, root: str) -> dict[str, Any]:
    exchange, verdict = judged.exchange, judged.verdict
    assert verdict is not None and verdict.clause is not None
    request: dict[str, Any] = {"method": exchange.method, "path": _stood_in(api, masking.mask(judged.path))}
    headers = {}
    for name, value in exchange.headers.items():
        lower = name.lower()
        if lower in _HEADERS:
            headers[name] = value.replace(root, "{base}")
        elif stand_in := _stand_in(api, lower):
            headers[name] = stand_in
    if headers:
        request["headers"] = headers
    if exchange.body:
        content_type = exchange.headers.get("Content-Type", "")
        text = masking.current().body(text_of(exchange.body, content_type), content_type)
        request["text"] = _stood_in(api, text).replace(root, "{base}")
    jobs = [one for one in judged.jobs if one.state and not one.part_of]
    if not judged.jobs and subject is not None and not subject.part_of:
        jobs = [subject]
    given: dict[str, Any] = {"now": iso(exchange.at)} if exchange.at else {}
    if jobs:
        given["jobs"] = [job_fixture(api, one, judged.jobs) for one in jobs]
    response: dict[str, Any] = {"name": verdict.clause.name, "status": exchange.status}
    if isinstance(judged.data, dict | list) and not isinstance(judged.data, Page | Unreadable):
        response["json"] = judged.data
    made: dict[str, Any] = {"name": f"recorded exchange {number}", "source": masking.mask(root)}
    if verdict.violations:
        made["breaches"] = True
    return {**made, **({"given": given} if given else {}), "request": request, "response": response}


def attempts(example: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield an example as strict as it may be, then looser: without the body, then without the jobs it told of."""
    whole = dict(example)
    if "json" in example["response"] and masking.mask(json.dumps(example["response"]["json"])) == json.dumps(
        example["response"]["json"]
    ):
        yield whole
    response = {name: value for name, value in example["response"].items() if name != "json"}
    yield {**whole, "response": response}
    given = {name: value for name, value in example.get("given", {}).items() if name != "jobs"}
    rest = {name: value for name, value in whole.items() if name != "given"}
    yield {**rest, **({"given": given} if given else {}), "response": response}


def _stand_in(api: Api, lower: str) -> str | None:
    return next((value for name, value in api.stand_ins.items() if name.lower() == lower), None)


def _stood_in(api: Api, text: str) -> str:
    """Return a masked text with what the sandbox takes in place of each secret."""
    for name, value in api.stand_ins.items():
        escaped = re.escape(name)
        if not value:
            text = re.sub(rf"([?&])(?:{escaped})={re.escape(MASK)}&?", r"\1", text, flags=re.IGNORECASE)
            text = re.sub(rf"^{escaped}={re.escape(MASK)}&?", "", text, flags=re.IGNORECASE).rstrip("&?")
            continue
        before = rf'("{escaped}"\s*:\s*"|(?:^|[?&]){escaped}=|<(?:[\w.-]+:)?{escaped}(?:\s[^<>]*)?>)'
        text = re.sub(before + re.escape(MASK), rf"\g<1>{value}", text, flags=re.IGNORECASE)
    return text


def files(examples: Sequence[tuple[str, Mapping[str, Any]]]) -> Mapping[str, bytes]:
    """Return the files: their names, and what they hold."""
    by_operation: dict[str, list[Mapping[str, Any]]] = {}
    for operation, example in examples:
        by_operation.setdefault(operation, []).append(example)
    return {
        f"{operation}.json": laid_out({"operation": operation, "examples": found}).encode()
        for operation, found in by_operation.items()
    }


def is_folder(folder: Path) -> bool:
    """Tell whether a folder holds recorded examples and no contracts."""
    return not (folder / "contract.schema.json").exists() and any(folder.glob("*.*.json"))


def load(folder: Path, contracts: Contracts) -> list[Contract]:
    """Return the contracts that the files of a folder are examples of, with these examples for their own.

    Raises:
        BadContract: a file is not laid out so.
    """
    found = []
    for file in sorted(folder.glob("*.json")):
        try:
            document = read_written(file.read_bytes())
            operation, examples = document["operation"], document["examples"]
            named = [(one["name"], one["request"]["method"], one["response"]["name"]) for one in examples]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadContract(f"{file}: no file of recorded examples ({error!r}); record it anew") from None
        contract = contracts.get(operation)
        if contract is None or not named:
            raise BadContract(f"{file}: there is no operation {operation!r}, or no example; record it anew")
        found.append(replace(contract, examples=examples))
    return found
