"""The words for a SOAP service: what is declared of it, and what a codec compiled for it offers.

Spyne is not imported here: tables of operations, documents and readers need the words without paying for it.
`mockserver.wire.soap` makes a `SoapService` of a declaration.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from mockserver.wire.xml_writer import Node


class XsdType(StrEnum):
    """The simple types, by their names in XML Schema; `XML` is any content."""

    LONG = "long"
    INT = "int"
    BOOLEAN = "boolean"
    STRING = "string"
    DATE_TIME = "dateTime"
    XML = "xml"


@dataclass(frozen=True, slots=True)
class Struct:
    """A complex type: its members in wire order."""

    name: str
    members: tuple[tuple[str, XsdType], ...]


@dataclass(frozen=True, slots=True)
class ArrayOf:
    """A list of a complex type."""

    item: Struct


Type = XsdType | Struct | ArrayOf


class Declared(Protocol):
    """One operation as a table declares it: `run(context, *arguments)` in the order of `parameters`."""

    @property
    def name(self) -> str: ...
    @property
    def parameters(self) -> tuple[tuple[str, XsdType], ...]: ...
    @property
    def result(self) -> Type | None:
        """None is void."""

    @property
    def run(self) -> Callable[..., Awaitable[Any]]: ...


class Malformed(ValueError):
    """A text is not in the lexical space of its type."""


class OutOfRange(ValueError):
    """A number is well written and does not fit its type."""


class Parameter(NamedTuple):
    """One argument of an operation.

    Attributes:
        decode: text to value; raises `Malformed`, `OutOfRange`.
    """

    name: str
    kind: XsdType
    decode: Callable[[str], Any]


class Element(NamedTuple):
    """A member of a complex type, as an interface document tells it.

    Attributes:
        type: `s:` and a simple type's name, `tns:` and a complex type's name, or None for any content.
        most: how often it may occur; None is without bound.
    """

    name: str
    type: str | None
    least: int
    most: int | None
    nillable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SoapOperation:
    """One operation with what was compiled for it.

    Attributes:
        parameters: in wire order; `tags` has the same by qualified element name.
        encode: a result that is not null to what stands in the response element. Plain data: numbers, texts, lists,
            mappings; nodes where the type is any content.
        request, response: the members of its two messages.
    """

    name: str
    parameters: tuple[Parameter, ...]
    tags: Mapping[str, Parameter]
    run: Callable[..., Awaitable[Any]]
    encode: Callable[[Any], tuple[Node, ...]]
    request: tuple[Element, ...]
    response: tuple[Element, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SoapService:
    """A service, defined once.

    Attributes:
        operations: by name, in the order of their declaration.
        types: members of the complex types, by name.
    """

    name: str
    namespace: str
    operations: Mapping[str, SoapOperation]
    types: Mapping[str, tuple[Element, ...]]
