"""A contract's examples, run: each is a complete exchange, and what the server answers must match.

The tests run every example against a fresh sandbox, `mockserver contracts check` does the same for a user.

Rules a maintainer must keep:

1. An example compares everything it states: status, headers, and the whole body unless it says `contains`.
2. What may differ from run to run is named by the example (`varies`), not guessed here.
3. `run` knows no server: whoever calls it brings an `ExampleTarget`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from mockserver.contracts.model import Contract, ResponseClause
from mockserver.core.errors import DomainError

NOON = "2026-01-02T12:00:00Z"
"""Where the clock stands in an example that names no other time."""

BASE = "{base}"
"""Stands in an example for where the sandbox is reached: scheme, host and prefix."""

_SHOWN = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. Header names are compared without regard to letter case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class ExampleTarget(Protocol):
    """What an example is sent to: a sandbox that nothing else uses.

    Attributes:
        base: scheme, host and prefix of the sandbox, without a trailing slash.
    """

    base: str

    async def prepare(self, api: str, given: Mapping[str, Any]) -> None:
        """Set clock, settings and jobs as an example's `given` asks.

        Raises:
            DomainError: the sandbox cannot be made so.
        """

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """Send one request. `path` is as it goes over the wire, with the query."""


async def run(contract: Contract, example: Mapping[str, Any], target: ExampleTarget) -> list[str]:
    """Run one example; return what differed, in sentences, nothing when it matches.

    Args:
        target: a fresh sandbox; the default fixtures are there already.
    """
    given = example.get("given", {})
    api = contract.operation.partition(".")[0]
    try:
        answer = await run_request(example["request"], given, api, target)
    except DomainError as error:
        return [f"what must be there cannot be made: {error}"]
    expected = _filled(example["response"], _base(example["request"], target))
    response = next((one for one in contract.responses if one.name == expected["name"]), None)
    if response is None:
        return [f"the contract has no response {expected['name']!r}"]
    return [
        *_compare_head(expected, response, answer),
        *_compare_body(expected, response, answer),
        *_compare_violations(bool(example.get("breaches", False)), answer),
    ]


async def _send(request: Mapping[str, Any], target: ExampleTarget) -> Answer:
    request = _filled(request, _base(request, target))
    headers = dict(request.get("headers", {}))
    body, kind = _body(request)
    if kind is not None and not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = kind
    return await target.send(request["method"], request["path"], headers, body)


def _body(request: Mapping[str, Any]) -> tuple[bytes | None, str | None]:
    if "json" in request:
        return json.dumps(request["json"], ensure_ascii=False).encode(), "application/json"
    if "form" in request:
        return urlencode(request["form"]).encode(), "application/x-www-form-urlencoded"
    if "text" in request:
        text: str = request["text"]
        return text.encode(), None
    return None, None


def _base(request: Mapping[str, Any], target: ExampleTarget) -> str:
    """Return the base as the server sees it: a Host header of the example's own counts."""
    host = next((value for name, value in request.get("headers", {}).items() if name.lower() == "host"), None)
    if host is None:
        return target.base
    scheme, _, rest = target.base.partition("://")
    _, slash, prefix = rest.partition("/")
    return f"{scheme}://{host}{slash}{prefix}"


def _filled(value: Any, base: str) -> Any:
    """Return a copy in which `{base}` stands for where the sandbox is."""
    if isinstance(value, str):
        return value.replace(BASE, base)
    if isinstance(value, Mapping):
        return {key: _filled(item, base) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_filled(item, base) for item in value]
    return value


def _compare_head(expected: Mapping[str, Any], response: ResponseClause, answer: Answer) -> list[str]:
    problems = []
    if answer.status != expected["status"]:
        problems.append(f"status {answer.status} instead of {expected['status']}: {_shown(answer.body)}")
    kind = answer.headers.get("Content-Type")
    if kind != response.content_type:
        problems.append(f"Content-Type {kind} instead of {response.content_type}")
    for name, value in expected.get("headers", {}).items():
        if answer.headers.get(name) != value:
            problems.append(f"header {name} is {answer.headers.get(name)!r} instead of {value!r}")
    return problems


def _compare_body(expected: Mapping[str, Any], response: ResponseClause, answer: Answer) -> list[str]:
    problems = []
    try:
        text = answer.body.decode()
    except UnicodeDecodeError:
        return ["the body is not UTF-8"]
    if "text" in expected and text != expected["text"]:
        problems.append(f"body {_shown(answer.body)} instead of {expected['text'][:_SHOWN]!r}")
    problems.extend(f"the body lacks {part!r}: {_shown(answer.body)}" for part in expected.get("contains", ())
                    if part not in text)  # fmt: skip
    if "json" in expected:
        try:
            data = json.loads(text)
        except ValueError:
            return [*problems, f"the body is not JSON: {_shown(answer.body)}"]
        problems.extend(_differences(expected["json"], data, frozenset(expected.get("varies", ()))))
        if not response.validator.is_valid(data):
            problems.append(f"the body does not fit the schema of response {response.name!r}")
    return problems


def _compare_violations(breaches: bool, answer: Answer) -> list[str]:
    found = answer.headers.get("X-Mockserver-Violations")
    if found is not None and not breaches:
        return [f"the request breaks the contract ({found}); mend one of them, or say `breaches: true`"]
    if found is None and breaches:
        return ["the example says `breaches: true`, but the contract has nothing against the request"]
    return []


def _differences(expected: Any, found: Any, varies: frozenset[str], at: str = "") -> list[str]:
    """Return where two JSON values differ; at the pointers in `varies` only the type counts."""
    if at in varies:
        same = _kind(expected) == _kind(found)
        return [] if same else [f"{at} is {_kind(found)} instead of {_kind(expected)}"]
    if isinstance(expected, dict) and isinstance(found, dict):
        problems = [f"{at}/{_escaped(key)} is missing" for key in expected if key not in found]
        problems += [f"{at}/{_escaped(key)} is there and should not be" for key in found if key not in expected]
        for key in expected.keys() & found.keys():
            problems += _differences(expected[key], found[key], varies, f"{at}/{_escaped(key)}")
        return problems
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = enumerate(zip(expected, found, strict=True))
        return [one for index, (left, right) in pairs for one in _differences(left, right, varies, f"{at}/{index}")]
    # True == 1 in Python, not in JSON.
    if expected == found and _kind(expected) == _kind(found):
        return []
    left, right = (json.dumps(value, ensure_ascii=False)[:_SHOWN] for value in (found, expected))
    return [f"{at or 'the body'} is {left} instead of {right}"]


def _kind(value: Any) -> str:
    kinds = {bool: "boolean", int: "number", float: "number", str: "string", dict: "object", list: "array"}
    return kinds.get(type(value), "null")


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _shown(body: bytes) -> str:
    return repr(body[:_SHOWN].decode("utf-8", "replace"))


async def run_request(request: Mapping[str, Any], given: Mapping[str, Any], api: str, target: ExampleTarget) -> Answer:
    """Make a sandbox as `given` asks, send its requests and then this one; return what comes back.

    Raises:
        DomainError: the sandbox cannot be made so.
    """
    await target.prepare(api, given)
    for earlier in given.get("requests", ()):
        await _send(earlier, target)
    return await _send(request, target)
