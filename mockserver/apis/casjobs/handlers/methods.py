"""A call of the service: its method is run, and answered in the protocol of the request."""

from __future__ import annotations

from mockserver.api.errors import NoRoute
from mockserver.api.response import Response
from mockserver.apis.casjobs.arguments import MethodCall
from mockserver.apis.casjobs.errors import ClrException, failed_method, unread_arguments
from mockserver.apis.casjobs.quick_jobs import dataset
from mockserver.apis.casjobs.responses import result_response
from mockserver.apis.casjobs.service_types import CasContext, ServiceOperation
from mockserver.wire.soap_types import XsdType
from mockserver.wire.xml_writer import Node

_CLR_TYPES = {XsdType.LONG: "Int64", XsdType.INT: "Int32", XsdType.BOOLEAN: "Boolean", XsdType.STRING: "String"}


async def call(context: CasContext) -> Response:
    """Run the method that is meant.

    Raises:
        SoapFault, PlainError: the arguments cannot be read, or the method has thrown.
    """
    operation = context.operation
    assert isinstance(operation, ServiceOperation)
    wanted: MethodCall = context.details
    method, arguments, version = wanted
    if arguments.error is not None:
        raise unread_arguments(version, arguments.error)
    try:
        result = await method.run(context, *arguments.values)
    except ClrException as error:
        raise failed_method(version, error.framed(_frame(operation))) from None
    content: tuple[Node, ...] = ()
    if result is not None:
        content = method.encode(dataset(result, context.settings) if operation.result is XsdType.XML else result)
    return result_response(operation, result, content, context.settings, version)


async def no_method(context: CasContext) -> Response:
    """Answer at an address of the service where nothing is called."""
    raise NoRoute(context.path)


def _frame(operation: ServiceOperation) -> str:
    """Return what a stack line names for a method."""
    parameters = ", ".join(f"{_CLR_TYPES[kind]} {name}" for name, kind in operation.parameters)
    return f"Jobs.{operation.name}({parameters})"
