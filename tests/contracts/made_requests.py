"""Requests made from a contract's request clause, for each way in which its operation is asked.

A value is drawn by hypothesis-jsonschema from the schemas of the contract; `Way` puts it on the wire. What fits is
drawn as it is; what breaks the contract is what fits with one `Break` in it, so that nothing else can be the reason.

Rules a maintainer must keep:

1. Nothing of the server's own reading is used here: a request is valid or not by the contract alone.
2. Who asks, and for which job or graph, is the example's: otherwise every request would end at the door.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis_jsonschema import from_schema
from lxml import etree

from mockserver.contracts.model import Contract

CASJOBS = "http://Services.Cas.jhu.edu"
ENVELOPES = {
    "SOAP-1.1": ("http://schemas.xmlsoap.org/soap/envelope/", "text/xml; charset=utf-8"),
    "SOAP-1.2": ("http://www.w3.org/2003/05/soap-envelope", "application/soap+xml; charset=utf-8"),
}
WHO = frozenset(
    {"token", "username", "password", "userid", "wsid", "wsId", "pw", "owner_wsid", "owner_pw", "oid", "md5"}
)
"""Parameters that say who asks."""

_NO_XML = re.compile("[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One change that makes a request break its contract.

    Attributes:
        kind: `missing`, `too many`, `wrong`, `unreadable` or `displaced`.
        at: names and indices that lead to what is changed; of `too many`, to the object.
    """

    kind: str
    at: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Way:
    """One way in which an operation is asked.

    Attributes:
        protocol: `query`, `form`, `JSON`, `XML`, `SOAP-1.1` or `SOAP-1.2`.
        example: the contract's example whose address, headers and credentials are taken.
        own: the parameters of that example.
        breaks: what can be wrong with such a request.
    """

    contract: Contract
    protocol: str
    example: Mapping[str, Any]
    own: Mapping[str, Any] = field(default_factory=dict)
    breaks: Sequence[Break] = ()

    @property
    def of_body(self) -> bool:
        """Whether what varies is the body, and not the parameters."""
        return self.protocol in ("JSON", "XML")

    @property
    def soap(self) -> bool:
        """Whether it is a SOAP message."""
        return self.protocol in ENVELOPES

    @property
    def typed(self) -> bool:
        """Whether parameters are numbers and booleans to the contract, although a text on the wire."""
        return self.contract.operation.startswith("casjobs.")

    def __repr__(self) -> str:
        return f"{self.contract.operation}-{self.protocol}"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        # Hypothesis would show the whole contract otherwise, again and again: it took most of the time.
        printer.text(repr(self))


def ways(contract: Contract) -> Iterator[Way]:
    """Yield the ways in which an operation that has a request clause is asked."""
    if contract.body is not None:
        yield from _ways_of_bodies(contract)
    elif isinstance(contract.parameters, Mapping) and _says_something(contract):
        yield from _ways_of_parameters(contract)


def _says_something(contract: Contract) -> bool:
    schema = _resolved(contract.parameters, contract)
    return bool(schema.get("properties")) or schema.get("additionalProperties") is False


def _ways_of_bodies(contract: Contract) -> Iterator[Way]:
    breaks = (*_breaks_in(contract.body, contract), Break(kind="unreadable"))
    for protocol, path in (("JSON", ".json"), ("XML", ".xml")):
        prime = contract.operation.startswith("prime.")
        if protocol == "XML" and not prime:
            continue
        # A body that is optional may be in no example.
        example = min(_clean(contract), key=lambda one: "json" not in one["request"])
        request = dict(example["request"])
        if prime:
            bare, mark, query = request["path"].partition("?")
            request["path"] = re.sub(r"\.(json|xml)$", "", bare) + path + mark + query
            # Several elements of one name are a list; one alone, and none, are not told from others.
            request["headers"] = {
                **request["headers"],
                "Content-Type": "application/xml" if protocol == "XML" else "application/json",
            }
        yield Way(contract=contract, protocol=protocol, example={**example, "request": request}, breaks=breaks)


def _ways_of_parameters(contract: Contract) -> Iterator[Way]:
    examples = _clean(contract)
    found: list[Way] = []
    for method, protocol in (("GET", "query"), ("POST", "form"), ("DELETE", "query"), ("PUT", "query")):
        # SOAP's own address is another; and a body of another kind than a form is none of theirs.
        example = next(
            (one for one in examples if one["request"]["method"] == method and "text" not in one["request"]), None
        )
        if example is None:
            continue
        request = example["request"]
        own = {**dict(parse_qsl(request["path"].partition("?")[2], keep_blank_values=True)), **request.get("form", {})}
        found.append(Way(contract=contract, protocol=protocol, example=example, own=_typed(contract, own)))
    if any(one["request"].get("text", "").find("Envelope") >= 0 for one in examples):
        said = next(one.own for one in found)
        for protocol, (_, kind) in ENVELOPES.items():
            headers = {"Content-Type": kind}
            if protocol == "SOAP-1.1":
                headers["SOAPAction"] = f'"{CASJOBS}/{_operation(contract)}"'
            request = {"method": "POST", "path": "/CasJobs/services/jobs.asmx", "headers": headers}
            found.append(Way(contract=contract, protocol=protocol, example={"request": request}, own=said))
    for way in found:
        breaks = [*_breaks_in(contract.parameters, contract)]
        if way.soap:
            breaks += [Break(kind="unreadable"), Break(kind="displaced")]
        elif way.typed:
            # GET and POST of ASMX insist on every parameter, and look at no other.
            properties = _resolved(contract.parameters, contract)["properties"]
            breaks = [one for one in breaks if one.kind == "wrong"]
            breaks += [Break(kind="missing", at=(name,)) for name in properties]
        yield Way(
            contract=contract,
            protocol=way.protocol,
            example=way.example,
            own=way.own,
            breaks=tuple(one for one in breaks if one.at or one.kind != "wrong"),
        )


def _clean(contract: Contract) -> list[Mapping[str, Any]]:
    """Return the examples in which nobody breaks the contract, those of a plain server that succeed first."""
    found = [one for one in contract.examples if not one.get("breaches")]
    return sorted(found, key=lambda one: ("settings" in one.get("given", {}), one["response"]["status"] != 200))


def _operation(contract: Contract) -> str:
    return contract.operation.partition(".")[2]


def _typed(contract: Contract, own: Mapping[str, str]) -> dict[str, Any]:
    if not contract.operation.startswith("casjobs."):
        return dict(own)
    properties = _resolved(contract.parameters, contract)["properties"]
    folded = {name.casefold(): name for name in properties}
    found: dict[str, Any] = {}
    for name, text in own.items():
        known = folded[name.casefold()]
        kind = _resolved(properties[known], contract)["type"]
        found[known] = int(text) if kind == "integer" else text.casefold() == "true" if kind == "boolean" else text
    return found


# --- what can be broken ---------------------------------------------------------------------------------


def _breaks_in(schema: Any, contract: Contract, at: tuple[str | int, ...] = ()) -> Iterator[Break]:
    schema = _resolved(schema, contract)
    if not schema:
        return
    properties = schema.get("properties", {})
    yield from (Break(kind="missing", at=(*at, name)) for name in schema.get("required", ()))
    if schema.get("additionalProperties") is False:
        yield Break(kind="too many", at=at)
    if set(schema) - {"description", "properties", "required", "additionalProperties", "patternProperties"}:
        # A text is a text whatever stands in it: on a wire that has nothing else, there is nothing to break.
        typed = contract.body is not None or contract.operation.startswith("casjobs.")
        kind = schema.get("type")
        if (contract.body is not None or kind != "string") if typed else not _any_text(schema, contract):
            yield Break(kind="wrong", at=at)
    for name, inner in properties.items():
        yield from _breaks_in(inner, contract, (*at, name))
    if "items" in schema:
        yield from _breaks_in(schema["items"], contract, (*at, 0))


def _any_text(schema: Mapping[str, Any], contract: Contract) -> bool:
    if "anyOf" in schema:
        return any(_any_text(_resolved(one, contract), contract) for one in schema["anyOf"])
    return not set(schema) & {"enum", "const", "pattern", "minLength", "maxLength", "oneOf"}


def _resolved(schema: Any, contract: Contract) -> Mapping[str, Any]:
    while isinstance(schema, Mapping) and "$ref" in schema:
        schema = contract.document["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return schema if isinstance(schema, Mapping) else {}


# --- values ---------------------------------------------------------------------------------------------


TEXTS = st.text(max_size=8)
NAMES = st.from_regex(r"\A[A-Za-z_][A-Za-z0-9_]{0,7}\Z") | TEXTS
PLAIN = st.none() | st.booleans() | st.integers(-9, 9) | TEXTS
ANYTHING = st.one_of(PLAIN, st.just([]), st.just({}), st.just([None]), st.just({"a": 1}))


def values(schema: Any, contract: Contract) -> st.SearchStrategy[Any]:
    """Return what fits a schema of a contract, or nearly so: whoever draws asks the contract."""
    found = _resolved(schema, contract)
    kinds = found.get("type")
    if isinstance(kinds, list):
        return st.one_of([values({**found, "type": kind}, contract) for kind in kinds])
    if kinds == "object" or "properties" in found:
        return _objects(found, contract)
    if kinds == "array":
        items = values(found["items"], contract) if "items" in found else ANYTHING
        return st.lists(items, min_size=found.get("minItems", 0), max_size=found.get("minItems", 0) + 2)
    for word in ("anyOf", "oneOf"):
        if word in found:
            rest = {name: one for name, one in found.items() if name != word}
            return st.one_of([values({**rest, **_resolved(one, contract)}, contract) for one in found[word]])
    return _leaves(json.dumps(found, sort_keys=True)) if found else ANYTHING


@cache
def _leaves(text: str) -> st.SearchStrategy[Any]:
    # Objects are put together here: hypothesis-jsonschema 0.23 cannot draw one with a Hypothesis of today.
    return from_schema(json.loads(text))


@st.composite
def _objects(draw: st.DrawFn, schema: Mapping[str, Any], contract: Contract) -> dict[str, Any]:
    properties, required = dict(schema.get("properties", {})), set(schema.get("required", ()))
    if "anyOf" in schema:
        branch = draw(st.sampled_from(schema["anyOf"]))
        required |= set(branch.get("required", ()))
        for name, one in branch.get("properties", {}).items():
            properties[name] = {**_resolved(properties.get(name, {}), contract), **one}
    made = {
        name: draw(values(one, contract)) for name, one in properties.items() if name in required or draw(st.booleans())
    }
    for name in required - made.keys():
        made[name] = draw(PLAIN)
    if schema.get("additionalProperties") is not False and draw(st.booleans()):
        made.setdefault(draw(NAMES), draw(PLAIN))
    return made


@st.composite
def fitting(draw: st.DrawFn, way: Way) -> Any:
    """Draw the parameters, or the body, of a request that keeps the contract."""
    contract = way.contract
    if way.of_body:
        made = draw(values(contract.body, contract))
        own = way.example["request"].get("json")
        if isinstance(made, dict) and isinstance(own, dict) and draw(st.booleans()):
            made = {**made, **own}
        made = _in_xml(made) if way.protocol == "XML" else made
        assert contract.check_body is not None
        assume(made is not _UNSAID and contract.check_body.is_valid(made))
        return made
    return draw(_parameters(way))


@st.composite
def _parameters(draw: st.DrawFn, way: Way) -> dict[str, Any]:
    contract = way.contract
    schema = _resolved(contract.parameters, contract)
    properties, required = schema.get("properties", {}), schema.get("required", ())
    made = {
        name: draw(_parameter(one, way))
        for name, one in properties.items()
        # GET and POST of ASMX insist on every parameter.
        if name in required or (way.typed and not way.soap) or draw(st.booleans())
    }
    if "additionalProperties" not in schema and draw(st.booleans()):
        made.setdefault(draw(TEXTS.map(lambda text: f"x{text}")), draw(TEXTS))
    if "^[._]" in schema.get("patternProperties", {}) and draw(st.booleans()):
        made.setdefault(draw(TEXTS.map(lambda text: f"_{text}")), draw(TEXTS))
    # The job that the example asks about is asked about in half of all requests, too.
    everything = draw(st.booleans())
    made |= {name: value for name, value in way.own.items() if everything or name in WHO}
    assume(contract.check_parameters.is_valid(made))
    return made


def _parameter(schema: Any, way: Way) -> st.SearchStrategy[Any]:
    found = values(schema, way.contract)
    if way.soap:
        return found.map(_said_in_xml)
    if way.typed:
        return found
    # A parameter that comes once is a text; one that comes several times is a list to whoever counts.
    return found.filter(lambda one: isinstance(one, str) or (isinstance(one, list) and len(one) > 1))


@st.composite
def broken(draw: st.DrawFn, way: Way, change: Break) -> Any:
    """Draw the parameters, or the body, of a request that breaks the contract by one change."""
    contract = way.contract
    made = copy.deepcopy(draw(fitting(way)))
    if change.kind in ("unreadable", "displaced"):
        return made
    schema = contract.body if way.of_body else contract.parameters
    assert schema is not None
    *place, last = change.at or (None,)
    holder = made
    for step in place if change.kind != "too many" else change.at:
        schema = _step(schema, step, contract)
        holder = _entered(draw, holder, step, schema, contract)
    if change.kind == "too many":
        assume(isinstance(holder, dict))
        name = draw(st.from_regex(r"\A[a-z]{1,8}\Z"))
        assume(name not in _resolved(schema, contract).get("properties", {}))
        holder[name] = draw(TEXTS.map(_said_in_xml))
    elif change.kind == "missing":
        assume(isinstance(holder, dict))
        holder.pop(last, None)
    elif last is None:
        made = draw(ANYTHING)
    else:
        inner = _step(schema, last, contract)
        _entered(draw, holder, last, inner, contract)
        holder[last] = draw(_wrong(inner, way))
    if way.protocol == "XML":
        made = _in_xml(made)
        assume(made is not _UNSAID)
    checked = contract.check_body if way.of_body else contract.check_parameters
    assert checked is not None
    # What GET and POST of ASMX insist on beyond that, no schema says.
    assume(not checked.is_valid(made) or (change.kind == "missing" and way.typed))
    return made


def _step(schema: Any, step: str | int, contract: Contract) -> Any:
    found = _resolved(schema, contract)
    return found.get("items", True) if isinstance(step, int) else found.get("properties", {}).get(step, True)


def _entered(draw: st.DrawFn, holder: Any, step: str | int, schema: Any, contract: Contract) -> Any:
    """Return what stands at a step, which is made when it is not there."""
    assume(isinstance(holder, list if isinstance(step, int) else dict))
    if isinstance(step, int):
        if not holder:
            holder.append(draw(values(schema, contract)))
    elif step not in holder:
        holder[step] = draw(values(schema, contract))
    return holder[step]


def _wrong(schema: Any, way: Way) -> st.SearchStrategy[Any]:
    if way.of_body:
        return ANYTHING
    if not way.typed:
        return st.sampled_from(("none", "-", "1.5", "é")) | TEXTS
    kind = _resolved(schema, way.contract)["type"]
    words = {"integer": ("abc", "1.5", "", str(1 << 64), "0x1"), "boolean": ("yes", "", "2", "truth")}
    # A text is whatever stands there.
    return st.sampled_from(words.get(kind, ("",)))


# --- on the wire ----------------------------------------------------------------------------------------


def on_the_wire(way: Way, value: Any, change: Break | None = None) -> dict[str, Any]:
    """Return a request in the form that examples have."""
    request = {name: one for name, one in way.example["request"].items() if name not in ("json", "form", "text")}
    kind = "" if change is None else change.kind
    if way.of_body:
        text = json.dumps(value, ensure_ascii=False) if way.protocol == "JSON" else _document(value)
        request["text"] = text[:-1] if kind == "unreadable" else text
        headers = request.get("headers", {})
        request["headers"] = {"Content-Type": "application/json", **headers}
        return request
    if way.soap:
        text = _envelope(way, value, displaced=kind == "displaced")
        request["text"] = text[:-1] if kind == "unreadable" else text
        return request
    pairs = [(name, _text(one)) for name, each in value.items() for one in (each if isinstance(each, list) else [each])]
    path, _, query = request["path"].partition("?")
    if way.protocol == "query":
        fixed = _fixed(way, query)
        request["path"] = (
            f"{path}?{urlencode([*fixed, *((name, one) for name, one in pairs if name not in dict(fixed))])}"
        )
        return request
    request["path"] = path
    request["form"] = dict(pairs)
    return request


def _fixed(way: Way, query: str) -> list[tuple[str, str]]:
    """Return what of an example's query belongs to the operation's address."""
    told = {name for path in way.contract.paths for name, _ in parse_qsl(path.partition("?")[2])}
    return [(name, text) for name, text in parse_qsl(query, keep_blank_values=True) if name in told]


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _envelope(way: Way, value: Mapping[str, Any], *, displaced: bool) -> str:
    namespace, _ = ENVELOPES[way.protocol]
    envelope = etree.Element(f"{{{namespace}}}Envelope", nsmap={"soap": namespace})
    body = etree.SubElement(envelope, f"{{{namespace}}}Body")
    operation = etree.SubElement(
        body, f"{{{CASJOBS}}}{_operation(way.contract)}", nsmap={"cas" if displaced else None: CASJOBS}
    )
    for name, one in value.items():
        etree.SubElement(operation, name if displaced else f"{{{CASJOBS}}}{name}").text = _text(one)
    return etree.tostring(envelope, encoding="unicode")


class _Unsaid:
    """What XML cannot say."""


_UNSAID = _Unsaid()


def _said_in_xml(value: Any) -> Any:
    return _NO_XML.sub("", value) if isinstance(value, str) else value


def _in_xml(value: Any) -> Any:
    """Return a JSON value as XML says it: texts, repeated elements, and nothing for an empty list; or `_UNSAID`."""
    if isinstance(value, dict) and len(value) == 1 and not isinstance(next(iter(value.values())), list):
        return _read(value)
    return _UNSAID


def _read(value: Any) -> Any:
    if isinstance(value, dict):
        if not all(_NAME.fullmatch(name) for name in value):
            return _UNSAID
        made = {name: _read(one) for name, one in value.items()}
        if any(one is _UNSAID for one in made.values()):
            return _UNSAID
        # An empty list leaves no element, and a list of one is no list any more.
        return {name: one for name, one in made.items() if one != []} or ""
    if isinstance(value, list):
        several = [_read(one) for one in value]
        if any(one is _UNSAID or isinstance(one, list) for one in several):
            return _UNSAID
        return several[0] if len(several) == 1 else several
    return "" if value is None else _said_in_xml(_text(value))


def _document(value: Mapping[str, Any]) -> str:
    ((name, content),) = value.items()
    root = etree.Element(name)
    _fill(root, content)
    return etree.tostring(root, encoding="unicode")


def _fill(element: Any, content: Any) -> None:
    if not isinstance(content, dict):
        element.text = content
        return
    for name, one in content.items():
        for each in one if isinstance(one, list) else [one]:
            _fill(etree.SubElement(element, name), each)
