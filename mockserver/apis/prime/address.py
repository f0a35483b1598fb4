"""Where a request goes and how it wants its answer: version, path, suffix, Accept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from multidict import istr

from mockserver.apis.prime.site import PrimeContext

ROOT = "/webacs/api"
VERSIONS = (1, 2, 3, 4)

VERSIONED = f"{ROOT}/{{version}}"
"""What the paths of operations begin with."""

OPERATIONS = f"{VERSIONED}/op/"
"""Where the directory `op` stands: what it lists lies below."""

_PATH = re.compile(r"/webacs/api/v([0-9])(/.*)?")
_SUFFIX = re.compile(r"\.(json|xml)/?$")
# RFC 3986 wants these encoded. The references speak of quotes and of RFC 3986; the rest of the row follows from it.
_RAW = re.compile(r'["<>\\^`{|}\x00-\x20\x7f-\uffff]')


class Format(StrEnum):
    """The two formats."""

    XML = "xml"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A request's address.

    Attributes:
        version: 1 to 4; 0 for a path that names none of them.
        path: below the version, as sent, without suffix: `/data/JobSummary/15`.
        query: as sent, without a suffix at its end.
        suffix: the format it asks for.
        section: `op` or `data`: what the answer's rootUrl ends with.
        shown: path and query as the answer's requestUrl repeats them.
        raw: it holds characters that should have been percent-encoded.
    """

    version: int
    path: str
    query: str
    suffix: Format | None
    section: str
    shown: str
    raw: bool


REMEMBERED = 256
"""Characters of an address beyond which it is not remembered."""


def locate(path: str, query: str, suffix_after_query: bool) -> Address:
    """Take an address apart.

    Args:
        path: the whole path as sent, percent-encoded, without the query.
    """
    taken = _known if len(path) + len(query) <= REMEMBERED else _taken_apart
    return taken(path, query, suffix_after_query)


def _taken_apart(path: str, query: str, suffix_after_query: bool) -> Address:
    suffix = None
    if (found := _SUFFIX.search(path)) is not None:
        suffix, path = Format(found[1]), path[: found.start()]
    elif suffix_after_query and (found := _SUFFIX.search(query)) is not None:
        suffix, query = Format(found[1]), query[: found.start()]
    split = _PATH.fullmatch(path)
    version = int(split[1]) if split is not None else 0
    path = (split[2] or "/") if split is not None else path
    return Address(
        version=version if version in VERSIONS else 0,
        path=path,
        query=query,
        suffix=suffix,
        section=path.split("/", 2)[1] if path.startswith("/") else "",
        shown=path.rstrip("/") + (f"?{query}" if query else ""),
        raw=_RAW.search(path) is not None or _RAW.search(query) is not None,
    )


_known = lru_cache(maxsize=1024)(_taken_apart)


def address_of(context: PrimeContext) -> Address:
    """Take the address of a request apart."""
    return locate(context.path, context.query_string, context.settings.suffix_after_query)


_ACCEPT = istr("Accept")
"""A name that knows its folded form: each request asks for it."""
_XML_TYPES = frozenset({"text/xml", "application/xml", "*/*", "text/*", "application/*"})


def accepted(address: Address, headers: Mapping[str, str]) -> Format | None:
    """Return the format of the answer, or None when the client accepts neither. XML is the default."""
    if address.suffix is not None:
        return address.suffix
    accept = headers.get(_ACCEPT)
    return Format.XML if not accept else _negotiate(accept)


@lru_cache(maxsize=256)
def _negotiate(accept: str) -> Format | None:
    wishes: list[tuple[float, str]] = []
    for item in accept.split(","):
        name, *facts = (part.strip().lower() for part in item.split(";"))
        quality = 1.0
        for fact in facts:
            if fact.startswith("q="):
                try:
                    quality = float(fact[2:])
                except ValueError:
                    quality = 0.0
        if quality > 0:
            wishes.append((quality, name))
    # A stable sort: of equal wishes the first counts.
    for _, name in sorted(wishes, key=lambda wish: -wish[0]):
        if name == "application/json":
            return Format.JSON
        if name in _XML_TYPES:
            return Format.XML
    return None


@lru_cache(maxsize=256)
def body_format(content_type: str) -> Format | None:
    """Return the format a Content-Type header names, or None for one that Prime does not read."""
    name = content_type.partition(";")[0].strip().lower()
    if name == "application/json":
        return Format.JSON
    return Format.XML if name in ("application/xml", "text/xml") else None
