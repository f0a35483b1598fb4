"""Examples made from examples: what an API's operations have in common is written once and run for each of them.

`contracts/<api>/variants.json` says how the request of one answer becomes that of another (a wrong token, another
format, a body that is too large), and which answers no example can bring about, with the reason.

Rules a maintainer must keep:

1. A variant states the answer's clause; what it says beyond that is the contract's schema's business.
2. A clause that a contract has an example of needs no variant.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import jsonschema_rs

from mockserver.contracts.checker import pointer
from mockserver.contracts.loader import LAYOUT, VARIANTS
from mockserver.contracts.model import Contract, ResponseClause
from mockserver.contracts.sharing import BadContract
from mockserver.wire.json_document import BadJson, read_document, read_written

MOST = 12
"""Examples that are tried for one clause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A request that should get a certain answer.

    Attributes:
        request, given: as `contract.schema.json` has them; `given` may name faults of the API, which are armed.
        server: options of the server that it needs.
    """

    clause: ResponseClause
    request: Mapping[str, Any]
    given: Mapping[str, Any]
    server: Mapping[str, Any] = field(default_factory=dict)


class Variants:
    """The rules of one API.

    Raises:
        BadContract: the file is not laid out as it should be.
    """

    def __init__(self, folder: Path, api: str) -> None:
        file = folder / api / VARIANTS
        document: Any = {"variants": [], "not_run": {}}
        if file.exists():
            try:
                document = read_document(file.read_bytes())
            except BadJson as error:
                raise BadContract(f"{file}:{error}") from None
            layout = read_written((folder / LAYOUT).read_bytes())
            schema = {"$ref": "#/$defs/variants", "$defs": layout["$defs"]}
            problem = next(jsonschema_rs.Draft202012Validator(schema).iter_errors(document), None)
            if problem is not None:
                place = pointer(problem.instance_path) or "/"
                raise BadContract(f"{file}: at {place}: {problem.message}; see {LAYOUT}")
        self._rules: Sequence[Mapping[str, Any]] = document["variants"]
        self._not_run: Mapping[str, str] = document["not_run"]

    def why_not_run(self, clause: str) -> str | None:
        """Return why no example brings an answer about; None when one should."""
        return next((why for like, why in self._not_run.items() if re.search(like, clause)), None)

    def of(self, contract: Contract, clause: ResponseClause) -> Iterator[Variant]:
        """Yield what might bring an answer about, the likeliest first; no more than a few."""
        yield from itertools.islice(self._of(contract, clause, depth=0), MOST)

    def _of(self, contract: Contract, clause: ResponseClause, depth: int) -> Iterator[Variant]:
        for rule in self._rules:
            found = re.search(rule["like"], clause.name)
            if found is None or depth > 2:
                continue
            stems = found.expand(rule["from"].replace("$", "\\")).split("|") if "from" in rule else None
            for base in self._bases(contract, stems, depth):
                yield from _changed(contract, clause, base, rule)

    def _bases(self, contract: Contract, stems: Sequence[str] | None, depth: int) -> Iterator[Variant]:
        by_name = {one.name: one for one in contract.responses}
        for example in contract.examples:
            name = example["response"]["name"]
            if stems is None or name in stems:
                yield Variant(clause=by_name[name], request=example["request"], given=example.get("given", {}))
        for stem in stems or ():
            if stem in by_name:
                yield from self._of(contract, by_name[stem], depth + 1)


def _changed(contract: Contract, clause: ResponseClause, base: Variant, rule: Mapping[str, Any]) -> Iterator[Variant]:
    request = dict(base.request)
    if "method" in rule and request["method"] != rule["method"]:
        if rule["method"] not in contract.methods and clause.status != 405:
            return
        request["method"] = rule["method"]
        if rule["method"] == "GET" and "form" in request:
            path, mark, query = request["path"].partition("?")
            form = urlencode(request.pop("form"))
            request["path"] = f"{path}?{query}{'&' if mark else ''}{form}"
    if "path" in rule:
        pattern, replacement = rule["path"]
        path, mark, query = request["path"].partition("?")
        changed = re.sub(pattern, replacement, path, count=1)
        if changed == path:
            return
        request["path"] = changed + ("&" if "?" in changed and mark else mark) + query
    _set(request, rule)
    if "headers" in rule:
        request["headers"] = _headers(contract, request.get("headers", {}), rule["headers"])
    for old, new in rule.get("replace", ()):
        if old not in request.get("text", ""):
            return
        request["text"] = request["text"].replace(old, new)
    if "text" in rule or "padding" in rule:
        request = {name: value for name, value in request.items() if name not in ("json", "form", "text")}
        request["text"] = rule.get("text", "x" * rule.get("padding", 0))
    given = {**base.given}
    more = rule.get("given", {})
    if "settings" in more:
        given["settings"] = {**given.get("settings", {}), **more["settings"]}
    if "before" in rule:
        given["requests"] = [*given.get("requests", ()), *rule["before"]]
    server = {**base.server, **rule.get("server", {})}
    for fault in more.get("faults", ()):
        yield Variant(clause=clause, request=request, given={**given, "fault": fault}, server=server)
    if not more.get("faults"):
        yield Variant(clause=clause, request=request, given=given, server=server)


def _set(request: dict[str, Any], rule: Mapping[str, Any]) -> None:
    """Set parameters where the request has its own: in the form, or in the query."""
    values = rule.get("set", {})
    if values and "form" in request:
        request["form"] = {name: value for name, value in {**request["form"], **values}.items() if value is not None}
        values = dict.fromkeys(values)  # not twice
    values = {**values, **rule.get("query", {})}
    if values:
        path, _, query = request["path"].partition("?")
        pairs = {**dict(parse_qsl(query, keep_blank_values=True)), **values}
        kept = {name: value for name, value in pairs.items() if value is not None}
        request["path"] = f"{path}?{urlencode(kept)}" if kept else path


def _headers(contract: Contract, given: Mapping[str, str], changes: Mapping[str, str | None]) -> Mapping[str, str]:
    changed = {name.lower() for name in changes}
    kept = {name: value for name, value in given.items() if name.lower() not in changed}
    operation = contract.operation.partition(".")[2]
    new = {name: value.replace("{operation}", operation) for name, value in changes.items() if value is not None}
    return {**kept, **new}
