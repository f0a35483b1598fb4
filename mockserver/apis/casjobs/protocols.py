"""Which protocol a request speaks, by its headers and by its envelope (casjobs.md §4.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import unquote_plus

from mockserver.apis.casjobs.service_types import CasContext
from mockserver.wire import xml

SOAP12_MEDIA = "application/soap+xml"
SOAP_MEDIA = ("text/xml", SOAP12_MEDIA)
FORM_MEDIA = "application/x-www-form-urlencoded"
JSON_MEDIA = "application/json"

_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)
_ACTION = re.compile(r";\s*action\s*=\s*(?:\"([^\"]*)\"|([^\s;]*))", re.IGNORECASE)


class Version(StrEnum):
    """The versions of SOAP, by the namespace of their envelope."""

    SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
    SOAP12 = "http://www.w3.org/2003/05/soap-envelope"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the headers say.

    Attributes:
        guess: the version of SOAP before the message is read.
        media: the media type, in lower case.
        charset: that of the Content-Type.
        action: SOAPAction of a 1.1 guess, the `action` parameter of a 1.2 guess; decoded.
    """

    guess: Version
    media: str
    charset: str | None
    action: str | None


@lru_cache(maxsize=256)
def read_head(content_type: str, soap_action: str | None) -> Head:
    """Read two headers: SOAP 1.2 without a SOAPAction or as `application/soap+xml`, otherwise 1.1."""
    media = content_type.partition(";")[0].strip().lower()
    charset = _CHARSET.search(content_type)
    guess = Version.SOAP12 if soap_action is None or media == SOAP12_MEDIA else Version.SOAP11
    action: str | None
    if guess is Version.SOAP11:
        assert soap_action is not None
        quoted = len(soap_action) > 1 and soap_action[0] == soap_action[-1] == '"'
        action = _decoded(soap_action[1:-1] if quoted else soap_action)
    else:
        found = _ACTION.search(content_type)
        action = None if found is None else _decoded(found[1] if found[1] is not None else found[2])
    return Head(guess=guess, media=media, charset=charset and charset[1], action=action)


def head_of(headers: Mapping[str, str]) -> Head:
    """Return what the headers of a request say."""
    return read_head(headers.get("Content-Type", ""), headers.get("SOAPAction"))


def _decoded(action: str) -> str:
    return readable(unquote_plus(action) if "%" in action or "+" in action else action)


def readable(header: str) -> str:
    """Return a header as an answer can quote it: what is no UTF-8 comes with surrogates in it."""
    return header if header.isascii() else header.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def spoken_version(context: CasContext) -> Version | None:
    """Return the version of SOAP in which a request is answered; None for GET and POST."""
    if context.method != "POST" or not context.path.casefold().rstrip("/").endswith("jobs.asmx"):
        return None
    head = head_of(context.headers)
    try:
        return Version(xml.parse(context.body, head.charset).tag.partition("}")[0][1:])
    except (xml.BadXml, ValueError):
        return head.guess
