"""A SOAP service as Spyne defines it, and a codec compiled from Spyne's models.

Spyne's `Application` is the one definition: which operations there are, in which order their arguments come, of which
types they and the results are. What it would do for each request (find the handler of a type by walking the type's
bases, make an instance, set its members) is done here once, when the service is defined: each model becomes a plain
function. `tests/apis/casjobs/test_codec.py` holds these equal to Spyne's own protocol, and lists where they differ on
purpose.

Rules a maintainer must keep:

1. Nothing else in the package imports spyne, and nothing of it is in a `SoapService`.
2. This module is imported when a service is first asked for, never at start: Spyne costs more than any API of ours.
3. An operation is a coroutine function: the caller's loop runs it, not one of Spyne's servers.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import partial, update_wrapper
from typing import Any

from mockserver.wire._spyne_compat import forget_hook
from mockserver.wire.soap_types import (
    ArrayOf,
    Declared,
    Element,
    Malformed,
    OutOfRange,
    Parameter,
    SoapOperation,
    SoapService,
    Struct,
    Type,
    XsdType,
)
from mockserver.wire.xml_writer import Node

# isort: split

with warnings.catch_warnings():
    warnings.simplefilter("ignore", ImportWarning)  # its copy of six, on Python 3.11
    from spyne.application import Application
    from spyne.decorator import rpc
    from spyne.model.complex import Array, ComplexModel
    from spyne.model.primitive import AnyXml, Boolean, DateTime, Integer, Integer32, Integer64, Unicode
    from spyne.protocol.xml import XmlDocument
    from spyne.service import ServiceBase
    from spyne.util.appreg import unregister_application

forget_hook()
logging.getLogger("spyne").setLevel(logging.WARNING)  # it tells of each application it makes

# Values of .NET's value types are always there; texts and lists may be left out, and are never nil (the genuine WSDL).
_VALUE = {"min_occurs": 1, "nillable": False}
_REFERENCE = {"min_occurs": 0, "nillable": False}
_MODELS = {
    XsdType.LONG: Integer64.customize(**_VALUE),
    XsdType.INT: Integer32.customize(**_VALUE),
    XsdType.BOOLEAN: Boolean.customize(**_VALUE),
    XsdType.DATE_TIME: DateTime.customize(**_VALUE),
    XsdType.STRING: Unicode.customize(**_REFERENCE),
    XsdType.XML: AnyXml.customize(**_REFERENCE),
}
_NUMBER = re.compile(r"[\t-\r ]*([+-]?[0-9]+)[\t-\r ]*")
# Digits beyond this are out of any range; Python refuses to convert thousands of them.
_MOST_DIGITS = 40
# Of so few digits each number is in the range of an int.
_SHORT = 10
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def define(name: str, namespace: str, operations: Sequence[Declared]) -> SoapService:
    """Define a service, and compile its codec."""
    return compiled(application(name, namespace, operations))


def application(name: str, namespace: str, operations: Sequence[Declared]) -> Any:
    """Return the service as Spyne's Application, with its interface built."""
    structs: dict[Struct, Any] = {}
    methods = {}
    for operation in operations:
        returned = {} if operation.result is None else {"_returns": _model(operation.result, namespace, structs)}
        names = [parameter for parameter, _ in operation.parameters]
        types = [_MODELS[kind] for _, kind in operation.parameters]
        methods[operation.name] = rpc(*types, _args=names, **returned)(_function(operation))
    service = type(ServiceBase)(name, (ServiceBase,), methods)
    defined = Application([service], namespace, name=name, in_protocol=XmlDocument(), out_protocol=XmlDocument())
    unregister_application(defined)  # Spyne keeps every application by its name, and warns about the second
    return defined


def compiled(application: Any) -> SoapService:
    """Compile what an Application defines."""
    types: dict[str, tuple[Element, ...]] = {}
    (service,) = application.services
    operations = {
        name: _operation(name, descriptor, application.tns, types)
        for name, descriptor in service.public_methods.items()
    }
    return SoapService(name=application.name, namespace=application.tns, operations=operations, types=types)


def _function(operation: Declared) -> Any:
    # Spyne knows a function by its name and hangs its descriptor on it, so each operation gets one of its own.
    function = update_wrapper(partial(operation.run), operation.run)
    vars(function)["__name__"] = operation.name
    return function


def _model(kind: Type, namespace: str, structs: dict[Struct, Any]) -> Any:
    if isinstance(kind, XsdType):
        return _MODELS[kind]
    if isinstance(kind, ArrayOf):
        item = _model(kind.item, namespace, structs)
        return Array(item, type_name=f"ArrayOf{kind.item.name}", **_REFERENCE)
    if kind not in structs:
        members = [(name, _MODELS[member]) for name, member in kind.members]
        body = {"__namespace__": namespace, "_type_info": members}
        structs[kind] = type(ComplexModel)(kind.name, (ComplexModel,), body)
    return structs[kind]


def _operation(name: str, descriptor: Any, namespace: str, types: dict[str, tuple[Element, ...]]) -> SoapOperation:
    taken, given = _members(descriptor.in_message), _members(descriptor.out_message)
    parameters = tuple(Parameter(member, _kind(model), _decoder(model)) for member, model in taken)
    return SoapOperation(
        name=name,
        parameters=parameters,
        tags={f"{{{namespace}}}{one.name}": one for one in parameters},
        run=descriptor.function,
        encode=_result(given),
        request=_described(taken, types),
        response=_described(given, types),
    )


def _members(model: Any) -> list[tuple[str, Any]]:
    return list(model.get_flat_type_info(model).items())


# --- from texts ---------------------------------------------------------------------------------------


def _kind(model: Any) -> XsdType:
    return next(kind for kind, one in _MODELS.items() if one.get_type_name() == model.get_type_name())


def _decoder(model: Any) -> Callable[[str], Any]:
    if issubclass(model, Integer):
        return _integer(model.Attributes.min_bound, model.Attributes.max_bound)
    if issubclass(model, Boolean):
        return _boolean
    assert issubclass(model, Unicode), f"no operation takes a {model.get_type_name()}"
    return str


def _integer(low: int, high: int) -> Callable[[str], int]:
    def decode(text: str) -> int:
        if len(text) < _SHORT and text.isascii() and text.isdigit():
            return int(text)  # what clients send
        found = _NUMBER.fullmatch(text)
        if found is None:
            raise Malformed(text)
        digits = found[1]
        value = int(digits) if len(digits) < _MOST_DIGITS else int(digits.lstrip("+-0")[:_MOST_DIGITS] or 0)
        if not low <= value <= high:
            raise OutOfRange(text)
        return value

    return decode


def _boolean(text: str) -> bool:
    value = _BOOLEANS.get(text.strip(" \t\r\n"))
    if value is None:
        raise Malformed(text)
    return value


# --- to elements ----------------------------------------------------------------------------------------


def _result(members: list[tuple[str, Any]]) -> Callable[[Any], tuple[Node, ...]]:
    if not members:
        return lambda value: ()  # void
    ((name, model),) = members
    encode = _encoder(name, model)
    return lambda value: (encode(value),)


def _encoder(name: str, model: Any) -> Callable[[Any], Node]:
    if issubclass(model, Array):
        ((inner, item),) = _members(model)
        one = _encoder(inner, item)
        return lambda value: Node(name, "", tuple([one(item) for item in value]))
    if issubclass(model, ComplexModel):
        return _struct(name, [(member, _encoder(member, kind)) for member, kind in _members(model)])
    if issubclass(model, AnyXml):
        return lambda value: Node(name, "", tuple(value))
    if issubclass(model, Boolean):
        return lambda value: Node(name, "true" if value else "false")
    if issubclass(model, Integer):
        return lambda value: Node(name, str(value))
    # A moment is a text already: how many digits a fraction has is the faked system's own.
    assert issubclass(model, (Unicode, DateTime))
    return lambda value: Node(name, value)


def _struct(name: str, members: list[tuple[str, Callable[[Any], Node]]]) -> Callable[[Any], Node]:
    def encode(value: Any) -> Node:
        children = []
        for member, one in members:
            content = value.get(member)
            if content is not None:  # a null member is absent: no nil, no empty element
                children.append(one(content))
        return Node(name, "", tuple(children))

    return encode


# --- to an interface document -----------------------------------------------------------------------------


def _described(members: Iterable[tuple[str, Any]], types: dict[str, tuple[Element, ...]]) -> tuple[Element, ...]:
    """Return members as elements, and put the complex types among theirs into `types`."""
    elements = []
    for name, model in members:
        kind, attributes = model.get_type_name(), model.Attributes
        if issubclass(model, AnyXml):
            type_name = None
        elif issubclass(model, (Array, ComplexModel)):
            type_name = f"tns:{kind}"
            if kind not in types:
                types[kind] = ()  # keeps its place before those of its members
                types[kind] = _described(_members(model), types)
        else:
            type_name = f"s:{kind}"
        most = None if attributes.max_occurs == _UNBOUNDED else int(attributes.max_occurs)
        elements.append(Element(name, type_name, attributes.min_occurs, most, attributes.nillable))
    return tuple(elements)


_UNBOUNDED = float("inf")
