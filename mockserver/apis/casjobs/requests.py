"""What a request means: which protocol it speaks, which operation it calls, and with which arguments."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from operator import itemgetter
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import unquote

from multidict import istr

from mockserver.api.context import Resolved
from mockserver.api.operation import Operation
from mockserver.apis.casjobs import definition, errors
from mockserver.apis.casjobs.arguments import (
    FORM_READER,
    QUERY_READER,
    READ_FORM_FRAMES,
    Arguments,
    MethodCall,
    read_form,
    read_soap,
)
from mockserver.apis.casjobs.errors import (
    ClrException,
    PageError,
    PlainError,
    ScriptError,
    SoapFault,
    UnreadableMessage,
)
from mockserver.apis.casjobs.handlers.documents import DocumentRequest
from mockserver.apis.casjobs.operations import (
    BY_ACTION,
    BY_FOLDED,
    BY_NAME,
    METHOD_ENTRANCE,
    OPERATION,
    SERVICE_ENTRANCE,
    SERVICE_OPERATIONS,
)
from mockserver.apis.casjobs.protocols import FORM_MEDIA, JSON_MEDIA, Head, Version, head_of, read_head, readable
from mockserver.apis.casjobs.service_types import NAMESPACE, CasContext, ServiceOperation
from mockserver.apis.casjobs.soap import operation_in_body, read_message
from mockserver.contracts.model import Violation
from mockserver.wire import moulds, xml
from mockserver.wire.charset import codec
from mockserver.wire.soap_types import Parameter, SoapOperation, SoapService, XsdType

_CREDENTIALS = tuple(Parameter(name, XsdType.STRING, str) for name in ("userid", "password"))
# Names that know their folded form: each message asks for them.
_CONTENT_TYPE, _SOAP_ACTION = istr("Content-Type"), istr("SOAPAction")
_DANGEROUS = re.compile(r"<[A-Za-z!/?]|&#")
_INITIALIZE = ("System.Web.Services.Protocols.HttpServerProtocol.Initialize()", *errors.INITIALIZE_FRAMES)


def prepare(context: CasContext) -> Awaitable[object] | None:
    """Define the service when somebody first needs it: Spyne costs a tenth of a second to import."""
    uploads = context.settings.upload_data_parameters
    if uploads in definition.SERVICES:
        return None
    route = context.route
    needed = route is METHOD_ENTRANCE or (route is SERVICE_ENTRANCE and (context.method == "POST" or _is_wsdl(context)))
    return definition.first_asked(uploads) if needed else None


def resolve(context: CasContext) -> Resolved:
    """Find out which protocol a request speaks and which operation it means, and read its arguments."""
    route = context.route
    if route is METHOD_ENTRANCE:
        return _at_method(context)
    if route is SERVICE_ENTRANCE:
        if context.path.endswith("/"):
            return _unrecognized_url(context, "/")
        if context.method == "POST":
            return _soap(context)
        if context.method == "GET":
            return _document(context)
        return Resolved(None, refusal=PageError(405, "Request format is unrecognized.", errors.HTTP))
    if route is OPERATION["GetWebServiceId"]:
        text = context.query_string if context.method == "GET" else context.body.decode("utf-8", "replace")
        arguments = read_form(text, _CREDENTIALS)
        return Resolved(context.operation, arguments.decoded.copy(), details=arguments)
    return Resolved(context.operation, dict(context.values))


# --- jobs.asmx: SOAP for a POST, documents for a GET ------------------------------------------------


class _Call(NamedTuple):
    """What messages of one mould call, but for their arguments.

    Attributes:
        values: the arguments that are read -> one for each parameter.
    """

    operation: ServiceOperation
    method: SoapOperation
    version: Version | None
    values: Callable[[Mapping[str, Any]], tuple[Any, ...]]


_MOULDS: moulds.Moulds[_Call] = moulds.Moulds()


def _soap(context: CasContext) -> Resolved:
    headers, body = context.headers, context.body
    service = definition.SERVICES[context.settings.upload_data_parameters]
    content_type, action = headers.get(_CONTENT_TYPE, ""), headers.get(_SOAP_ACTION)
    parts = moulds.split(body)
    if parts:
        mould = _MOULDS.find((content_type, action, service), parts, _read_mould)
        if mould is not None and (decoded := mould.fill(parts[1::2])) is not None:
            operation, method, version, values = mould.meaning
            arguments = Arguments(MappingProxyType(decoded), values(decoded))
            return Resolved(operation, decoded, None, MethodCall(method, arguments, version))
    return _read_soap(read_head(content_type, action), body, service)


def _read_mould(under: tuple[str, str | None, SoapService], message: bytes) -> moulds.Read[_Call] | None:
    content_type, action, service = under
    return _only_arguments(_read_soap(read_head(content_type, action), message, service))


def _only_arguments(read: Resolved) -> moulds.Read[_Call] | None:
    """Return the arguments of a message, and what it calls; None for one with which anything is wrong."""
    if read.breaches or read.unseen is not None or read.refusal is not None:
        return None
    method, arguments, version = read.details
    names = [one.name for one in method.parameters]
    if len(names) < 2 or not all(name in arguments.decoded for name in names):
        return None
    assert isinstance(read.operation, ServiceOperation)
    return {**arguments.decoded}, _Call(read.operation, method, version, itemgetter(*names))


def _read_soap(head: Head, body: bytes, service: SoapService) -> Resolved:
    operation = BY_ACTION.get(head.action or "")
    root = None
    try:
        if operation is None:
            operation, root = operation_in_body(head, body)
        version, element = read_message(head, body, operation, root)
    except (SoapFault, UnreadableMessage) as error:
        return _refused(error, str(error), operation)
    method = service.operations[operation.name]
    arguments = read_soap(element, method, partial(xml.text, body, head.charset))
    well = element is not None and arguments.error is None and not arguments.unknown
    unseen = None if arguments.error is None else _unreadable_argument(arguments.error)
    return Resolved(
        operation,
        arguments.decoded.copy(),
        details=MethodCall(method, arguments, version),
        breaches=() if well else _out_of_place(element, arguments, method),
        unseen=unseen,
    )


def _document(context: CasContext) -> Resolved:
    if unquote(context.query_string).casefold() == "disco":
        return Resolved(OPERATION["Discovery"])
    if _is_wsdl(context):
        service = definition.SERVICES[context.settings.upload_data_parameters]
        return Resolved(OPERATION["ServiceDescription"], details=DocumentRequest(SERVICE_OPERATIONS, service))
    part = next((key.casefold() for key in context.query if key.casefold() in ("wsdl", "schema")), None)
    if part is not None:
        return Resolved(OPERATION["ServiceDescription"], details=DocumentRequest(SERVICE_OPERATIONS, part=part))
    return Resolved(OPERATION["HelpPage"], details=DocumentRequest(SERVICE_OPERATIONS))


def _is_wsdl(context: CasContext) -> bool:
    return unquote(context.query_string).casefold() == "wsdl"


# --- jobs.asmx/{method*}: HTTP GET and HTTP POST ---------------------------------------------------


def _at_method(context: CasContext) -> Resolved:
    name, settings = context.values["method"], context.settings
    if context.method not in ("GET", "POST"):
        return _unrecognized_url(context, f"/{name}")
    head = None if context.method == "GET" else head_of(context.headers)
    if head is not None and settings.script_handler and head.media == JSON_MEDIA:
        return _refused(ScriptError(), "a JSON request to a service without [ScriptService]")
    operation = BY_NAME.get(name)
    if operation is None:
        return _refused(PlainError(_no_method(name)), f"there is no operation {name}")
    method = definition.SERVICES[settings.upload_data_parameters].operations[name]
    if head is None:
        arguments = read_form(context.query_string, method.parameters)
    elif head.media != FORM_MEDIA:
        return _refused(PlainError(_no_form(context)), "the body is no form", operation)
    else:
        charset = codec(head.charset) or "utf-8"
        arguments = read_form(context.body.decode(charset, "replace"), method.parameters, charset, FORM_READER)
    if settings.request_validation and (dangerous := _dangerous(arguments)) is not None:
        error = _looks_like_markup(
            *(("QueryString", QUERY_READER) if head is None else ("Form", FORM_READER)), *dangerous
        )
        return _refused(PlainError(error), f"{dangerous[0]} looks like markup")
    unseen = None if arguments.error is None else _unreadable_argument(arguments.error)
    return Resolved(operation, arguments.decoded.copy(), details=MethodCall(method, arguments, None), unseen=unseen)


def _no_method(name: str) -> ClrException:
    other = BY_FOLDED.get(name.casefold())
    if other is None:
        message = f"{name} Web Service method name is not valid."
        return ClrException(message, clr_type=errors.INVALID, frames=_INITIALIZE)
    message = (
        f"Invalid method name '{name}',  method names are case sensitive.   The method name '{other.name}' with "
        "the same name but different casing was found.\r\nParameter name: methodName"
    )
    return ClrException(message, clr_type=errors.ARGUMENT, frames=_INITIALIZE)


def _no_form(context: CasContext) -> ClrException:
    return ClrException(
        f"Request format is invalid: {readable(context.headers.get('Content-Type', ''))}.",
        clr_type=errors.INVALID,
        frames=READ_FORM_FRAMES,
    )


def _dangerous(arguments: Arguments) -> tuple[str, str] | None:
    for name, value in arguments.decoded.items():
        if isinstance(value, str) and _DANGEROUS.search(value):
            return name, value
    return None


def _looks_like_markup(where: str, reader: str, name: str, value: str) -> ClrException:
    shown = value if len(value) <= 20 else value[:20] + "..."
    message = f'A potentially dangerous Request.{where} value was detected from the client ({name}="{shown}").'
    return ClrException(message, clr_type=errors.VALIDATION, frames=(reader, *READ_FORM_FRAMES))


# --- requests that break before or beside their arguments -------------------------------------------


def _unreadable_argument(error: ClrException) -> Violation:
    """Return the breach that no schema can see: a text parameter that GET and POST insist on."""
    last = list(error.chain())[-1]
    return Violation(side="client", part="parameters", pointer="", message=last.message)


def _out_of_place(element: Any, arguments: Arguments, method: SoapOperation) -> tuple[Violation, ...]:
    """Return the breach, in words, of a message whose operation or parameters are not where the service reads them.

    They are in no namespace, or in another; or a value has what is no text in it.
    """
    if arguments.error is not None and (last := list(arguments.error.chain())[-1]).clr_type == errors.XML:
        return (Violation(side="client", part="parameters", pointer="", message=last.message),)
    if element is None:
        message = f"the Body has no {method.name} in the namespace {NAMESPACE}: every parameter is at its default"
        return (Violation(side="client", part="body", pointer="", message=message),)
    spaces: dict[str, list[str]] = {}
    for tag in arguments.decoded:
        if tag[0] == "{":
            space, _, name = tag[1:].partition("}")
            if any(name == parameter.name for parameter in method.parameters):
                spaces.setdefault(space, []).append(name)
    if not spaces:
        return ()
    places = "; ".join(
        f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} in "
        + (f"the namespace {space}" if space else "no namespace")
        for space, names in spaces.items()
    )
    message = f"{places}: the service reads parameters in {NAMESPACE} alone, and takes these for missing"
    return (Violation(side="client", part="parameters", pointer="", message=message),)


def _refused(error: Exception, breach: str, operation: Operation | None = None) -> Resolved:
    """Refuse a request before there are arguments to check; `breach` says how it breaks the contract."""
    violation = Violation(side="client", part="body", pointer="", message=breach)
    return Resolved(operation, breaches=(violation,), refusal=error)


def _unrecognized_url(context: CasContext, ending: str) -> Resolved:
    title = f"Request format is unrecognized for URL unexpectedly ending in '{ending}'."
    return _refused(PageError(500, title, errors.INVALID), f"{context.method} is not understood here")
