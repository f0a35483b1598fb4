"""What OpenAPI wants to know of an API and its contracts do not say: who may ask, and how a request is written.

It stands in `contracts/<api>/openapi.json`, as `contract.schema.json#/$defs/description` lays it out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Soap:
    """Where SOAP is spoken.

    Attributes:
        path: the path that all operations share.
        namespace: of the operations' elements.
    """

    path: str
    namespace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What is said of one API.

    Attributes:
        text: Markdown, for the head of the document.
        forms: media types in which parameters may be posted.
        xml: media types of XML in which a body may be sent, besides JSON.
        soap: None: none is spoken.
        schemes: OpenAPI's Security Scheme Objects, by name.
        security: (regular expression over `Name /path` of an operation, alternatives): the first that fits counts.
            An alternative is the names of the schemes that are needed together; none: nobody is asked.
        defaults: what stands for a name in a path, where no example of the operation says it.
    """

    text: str = ""
    forms: Sequence[str] = ()
    xml: Sequence[str] = ()
    soap: Soap | None = None
    schemes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    security: Sequence[tuple[str, Sequence[Sequence[str]]]] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)

    def security_of(self, operation: str, path: str) -> Sequence[Sequence[str]]:
        """Return the alternatives of an operation (named without its API) at a path; nothing: nobody is asked."""
        return next((needed for like, needed in self.security if re.search(like, f"{operation} {path}")), ())


def described(document: Mapping[str, Any]) -> Description:
    """Return what a file of the right layout says."""
    soap = document.get("soap")
    return Description(
        text=document.get("description", ""),
        forms=document.get("forms", ()),
        xml=document.get("xml", ()),
        soap=None if soap is None else Soap(path=soap["path"], namespace=soap["namespace"]),
        schemes=document.get("schemes", {}),
        security=[(rule["operations"], rule["any_of"]) for rule in document.get("security", ())],
        defaults=document.get("defaults", {}),
    )
