"""Spyne in quarantine: a service's typed models and its dispatch, without Spyne's transports and protocols.

What Spyne would write (envelopes, WSDL, faults) differs from what the faked systems write, so they
write for themselves, from the neutral tree that `SoapService.result` returns.

Rules a maintainer must keep:

1. Nothing else in the house imports spyne, and nothing of it comes out of here.
2. A method's function is a coroutine function: the caller's loop runs it, not one of Spyne's servers.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from mockserver.wire._spyne_compat import forget_hook

# isort: split

with warnings.catch_warnings():
    warnings.simplefilter("ignore", ImportWarning)  # its copy of six, on Python 3.11
    from spyne.application import Application
    from spyne.decorator import rpc
    from spyne.model.complex import Array, ComplexModel
    from spyne.model.primitive import AnyXml, Boolean, DateTime, Integer32, Integer64, Unicode
    from spyne.protocol.xml import XmlDocument
    from spyne.service import ServiceBase

forget_hook()
logging.getLogger("spyne").setLevel(logging.WARNING)  # it tells of each application it makes


class Kind(StrEnum):
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
    members: tuple[tuple[str, Kind], ...]


@dataclass(frozen=True, slots=True)
class ArrayOf:
    """A list of a complex type."""

    item: Struct


Type = Kind | Struct | ArrayOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One operation: `function(context, *arguments)` in the order of `parameters`; `result` None is void."""

    name: str
    parameters: tuple[tuple[str, Kind], ...]
    result: Type | None
    function: Callable[..., Awaitable[Any]]


class Node(NamedTuple):
    """An element as it shall be written: children, text, or nothing in it; `raw` is somebody else's vocabulary.

    An empty text and no children are written alike.
    """

    name: str
    text: str = ""
    children: tuple[Node, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()


_MODELS = {
    Kind.LONG: Integer64,
    Kind.INT: Integer32,
    Kind.BOOLEAN: Boolean,
    Kind.STRING: Unicode,
    Kind.DATE_TIME: DateTime,
    Kind.XML: AnyXml,
}


class _Texts(XmlDocument):  # type: ignore[misc]
    """Spyne's texts of values; moments are texts already, in the dialect of the faked system."""

    def __init__(self) -> None:
        super().__init__()
        self._to_unicode_handlers[DateTime] = lambda cls, value, **_: value


class SoapService:
    """A service, defined once."""

    def __init__(self, name: str, namespace: str, methods: Sequence[Method]) -> None:
        self._structs: dict[Struct, Any] = {}
        self._namespace = namespace
        body = {method.name: self._rpc(method) for method in methods}
        service = type(ServiceBase)(name, (ServiceBase,), body)
        application = Application(
            [service], namespace, name=name, in_protocol=XmlDocument(), out_protocol=XmlDocument()
        )
        self._texts = _Texts()
        descriptors = {
            method.name: application.interface.service_method_map[f"{{{namespace}}}{method.name}"][0]
            for method in methods
        }
        self._functions = {name: descriptor.function for name, descriptor in descriptors.items()}
        self._results = {
            name: tuple(descriptor.out_message.get_flat_type_info(descriptor.out_message).items())
            for name, descriptor in descriptors.items()
        }

    def call(self, method: str, context: Any, arguments: Sequence[Any]) -> Awaitable[Any]:
        """Run a method; `arguments` are in its order. Whatever its function raises comes through.

        It goes by Spyne's descriptor straight to the function: a MethodContext, which its transports
        make for each call, costs more than all the rest of a call of ours.
        """
        called: Awaitable[Any] = self._functions[method](context, *arguments)
        return called

    def fits(self, kind: Kind, number: int) -> bool:
        """Tell whether a number is in a type's range."""
        model = _MODELS[kind]
        return bool(model.validate_native(model, number))

    def result(self, method: str, value: Any) -> tuple[Node, ...]:
        """Return what stands in a method's response element; nothing for void, and for null.

        Args:
            value: plain data (numbers, texts, lists, mappings), or nodes where the type is `Kind.XML`.
        """
        if value is None:
            return ()
        ((name, model),) = self._results[method]
        return (self._node(name, model, value),)

    def _node(self, name: str, model: Any, value: Any) -> Node:
        if type(value) is int:
            # As Spyne writes it, at a tenth of the price: this is what every poll gets.
            return Node(name, str(value))
        if isinstance(value, (int, str)):
            return Node(name, self._texts.to_unicode(model, value))
        if issubclass(model, Array):
            ((inner, item),) = model.get_flat_type_info(model).items()
            return Node(name, children=tuple(self._node(inner, item, one) for one in value))
        if issubclass(model, ComplexModel):
            members = model.get_flat_type_info(model).items()
            return Node(name, children=self._members(members, value))
        return Node(name, children=tuple(value))  # any content: nodes already

    def _members(self, members: Any, value: Mapping[str, Any]) -> tuple[Node, ...]:
        # A null member is absent: no nil, no empty element.
        return tuple(self._node(name, model, value[name]) for name, model in members if value.get(name) is not None)

    def _model(self, kind: Type) -> Any:
        if isinstance(kind, Kind):
            return _MODELS[kind]
        if isinstance(kind, ArrayOf):
            return Array(self._model(kind.item))
        if kind not in self._structs:
            members = [(name, _MODELS[member]) for name, member in kind.members]
            body = {"__namespace__": self._namespace, "_type_info": members}
            self._structs[kind] = type(ComplexModel)(kind.name, (ComplexModel,), body)
        return self._structs[kind]

    def _rpc(self, method: Method) -> Any:
        returns = {} if method.result is None else {"_returns": self._model(method.result)}
        names = [name for name, _ in method.parameters]

        def run(context: Any, *arguments: Any) -> Awaitable[Any]:
            return method.function(context, *arguments)

        run.__name__ = method.name
        return rpc(*(_MODELS[kind] for _, kind in method.parameters), _args=names, **returns)(run)
