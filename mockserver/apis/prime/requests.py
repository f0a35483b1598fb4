"""Bytes to meaning: query and body as plain data in every shape that clients send, and the format of the answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from multidict import istr

from mockserver.api.context import NO_VALUES, Resolved
from mockserver.apis.prime.accounts import Account
from mockserver.apis.prime.address import ROOT, Address, Format, accepted, address_of, body_format
from mockserver.apis.prime.errors import PrimeError
from mockserver.apis.prime.site import PrimeContext
from mockserver.apis.prime.virtual_domains import asked_domain
from mockserver.wire import moulds, xml
from mockserver.wire.json import Malformed, read_json

_LEAST, _MOST = -(1 << 63), (1 << 63) - 1
_ID = re.compile(r"\s*[+-]?[0-9]{1,19}\s*")
# v1 takes `"templateName" : XR Global CDP`, which is no JSON (v1_deploy_responses.txt).
_UNQUOTED = re.compile(r'("(?:[^"\\]|\\.)*+"?)|([:,\[]\s*)([A-Za-z][^"{}\[\],:\r\n]*)')
_CONTENT_TYPE = istr("Content-Type")
"""A name that knows its folded form: each request asks for it."""
_WORDS = frozenset({"true", "false", "null"})


class PrimeRequest(NamedTuple):
    """A request that was let in.

    Attributes:
        answer_format: the format of the answer.
        request_url: as the answer repeats it: absolute, with the query as sent, without suffix.
        root_url: what it ends with below is `op` or `data`.
        virtual_domain: what it is about.
    """

    address: Address
    user: Account
    answer_format: Format
    request_url: str
    root_url: str
    virtual_domain: str

    @property
    def version(self) -> int:
        """The API version, 1 to 4."""
        return self.address.version

    @property
    def domain(self) -> str | None:
        """The virtual domain as the answer names it; only v4 does."""
        return self.virtual_domain if self.address.version == 4 else None


def read_request(context: PrimeContext, address: Address, user: Account) -> PrimeRequest:
    """Return what the address and the headers of a user's request ask for.

    Raises:
        PrimeError: Prime does not write what the client accepts, or does not read what it sends, or the user may not
            see the virtual domain.
    """
    answer_format = accepted(address, context.headers)
    if answer_format is None:
        raise PrimeError(406, "The Accept header does not match a supported type")
    payload = context.payload
    if (
        # What was read was in a format that is known.
        (payload is None or isinstance(payload, Malformed))
        and context.method == "PUT"
        and context.body
        and _format_of_body(context, address) is None
    ):
        raise PrimeError(415, "The Content-Type header does not match a supported type")
    base = f"{context.base}{ROOT}/v{address.version}"
    return PrimeRequest(
        address,
        user,
        answer_format,
        f"{base}{address.shown}",
        f"{base}/{address.section}",
        asked_domain(context, user),
    )


def resolve(context: PrimeContext) -> Resolved:
    """Read the query and the body as plain data."""
    address = address_of(context)
    parameters = _query(address.query) if address.query else NO_VALUES
    payload = _body(context, address) if context.method == "PUT" else None
    return Resolved(context.operation, parameters, payload, address)


def _format_of_body(context: PrimeContext, address: Address) -> Format | None:
    """Return the format of a body; one without a Content-Type is known by its first character."""
    declared = context.headers.get(_CONTENT_TYPE)
    if declared:
        return body_format(declared)
    return Format.XML if context.body.lstrip()[:1] == b"<" or address.suffix is Format.XML else Format.JSON


def ids(payload: Any, place: Sequence[str]) -> tuple[int, ...]:
    """Return the ids of a write: a scalar or a list, numbers or texts of digits.

    Args:
        place: keys down to them: root, list, item.

    Raises:
        PrimeError: the payload has another shape, or an id is no long.
    """
    root, outer, item = place
    try:
        found = payload[root][outer][item]
    except (TypeError, LookupError):
        found = _found(payload, place)
    if found is None or found == "":
        return ()
    return tuple([_long(one, item) for one in (found if isinstance(found, list) else (found,))])


def _found(payload: Any, place: Sequence[str]) -> Any:
    """Return what stands in place of the ids in a payload that is not of the usual shape."""
    if isinstance(payload, Malformed):
        raise PrimeError(400, f"Invalid request: {payload.reason}")
    found = payload
    for name in place:
        if isinstance(found, list) and len(found) == 1:
            found = found[0]
        if found is None or found == "":
            return None
        if not isinstance(found, dict) or (name == place[0] and name not in found):
            raise PrimeError(400, f"Invalid request: {name} is missing")
        found = found.get(name)
    return found


def _long(given: object, name: str) -> int:
    if isinstance(given, str) and _ID.fullmatch(given) is not None:
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int) or not _LEAST <= given <= _MOST:
        raise PrimeError(400, f"Invalid request: {name} is not a long")
    return given


def _query(query: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, text in parse_qsl(query, keep_blank_values=True):
        if name not in made:
            made[name] = text
        elif isinstance(made[name], list):
            made[name].append(text)
        else:
            made[name] = [made[name], text]
    return made


def _body(context: PrimeContext, address: Address) -> Any:
    if not context.body.strip():
        return None
    declared = _format_of_body(context, address)
    if declared is None:
        return Malformed(f"Content-Type {context.headers.get('Content-Type')} is neither JSON nor XML")
    if declared is Format.XML:
        charset = _charset(context.headers.get(_CONTENT_TYPE, ""))
        parts = moulds.split(context.body)
        if parts:
            mould = _MOULDS.find((charset,), parts, _read_mould)
            if mould is not None and (found := mould.fill(parts[1::2])) is not None:
                return found
        return _xml(context.body, charset)
    payload = read_json(context.body)
    if isinstance(payload, Malformed) and address.version == 1:
        text = context.body.decode("utf-8", "replace")
        forgiving = read_json(_UNQUOTED.sub(_quoted, text).encode())
        return payload if isinstance(forgiving, Malformed) else forgiving
    return payload


_MOULDS: moulds.Moulds[None] = moulds.Moulds()


def _xml(body: bytes, charset: str | None) -> Any:
    try:
        root = xml.parse(body, charset)
    except xml.BadXml as error:
        return Malformed(f"the body is not XML: {error}")
    return {_local(root.tag): _plain(root)}


def _read_mould(under: tuple[str | None], body: bytes) -> moulds.Read[None] | None:
    found = _xml(body, *under)
    return None if isinstance(found, Malformed) else (found, None)


@lru_cache(maxsize=64)
def _charset(content_type: str) -> str | None:
    found = re.search(r"charset=\"?([\w.-]+)", content_type, re.IGNORECASE)
    return None if found is None else found[1]


def _quoted(found: re.Match[str]) -> str:
    if found[1] is not None:
        return found[1]
    word = found[3].rstrip()
    return found[0] if word in _WORDS else f'{found[2]}"{word}"'


def _plain(element: Any) -> Any:
    """Return an element as JSON v1 would have it: repeated elements are a list, leaves are texts."""
    if not len(element):
        return element.text or ""
    made: dict[str, Any] = {}
    text = element.text or ""
    for child in element:
        tag = child.tag
        # What is no element (a comment) splits a text, it is no part of it.
        if not isinstance(tag, str):
            text += child.tail or ""
            continue
        name, content = _local(tag), _plain(child)
        if name not in made:
            made[name] = content
        elif isinstance(made[name], list):
            made[name].append(content)
        else:
            made[name] = [made[name], content]
    return made or text


def _local(tag: str) -> str:
    return tag.rpartition("}")[2] if tag[0] == "{" else tag
