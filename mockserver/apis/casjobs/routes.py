"""Ways in: which protocol a request speaks, and the way from its bytes to an operation and back."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from mockserver.api.context import Response
from mockserver.api.definition import BodyTooLarge, Endpoint, HandlerFailed, MethodNotAllowed, NoRoute, Operation
from mockserver.apis.casjobs import clr, documentation, message, quick, reading, writing, wsdl
from mockserver.apis.casjobs.clr import ClrException
from mockserver.apis.casjobs.jobs import API, QUERY, output_of
from mockserver.apis.casjobs.message import Incoming, SoapRefused, Unread
from mockserver.apis.casjobs.operations import BY_FOLDED, BY_NAME, NAMESPACE, ROWS, Row
from mockserver.apis.casjobs.reading import Arguments
from mockserver.apis.casjobs.service import JOBS, CasContext
from mockserver.apis.casjobs.settings import CasSettings
from mockserver.apis.casjobs.writing import HTML, JSON, XML, Version
from mockserver.contracts.model import Violation
from mockserver.core.errors import DomainError, UnknownJob
from mockserver.wire import xml
from mockserver.wire.soap import Kind, Node

SITES = ("/CasJobs", "/ps1casjobs", "/gcasjobs")
"""casjobs.sdss.org, and MAST's two."""

_CLR_TYPES = {Kind.LONG: "Int64", Kind.INT: "Int32", Kind.BOOLEAN: "Boolean", Kind.STRING: "String"}
_FRAMES = {
    row.name: (f"Jobs.{row.name}({', '.join(f'{_CLR_TYPES[kind]} {name}' for name, kind in row.parameters)})",)
    for row in ROWS
}
_DANGEROUS = re.compile(r"<[A-Za-z!/?]|&#")
_FORM = "application/x-www-form-urlencoded"
_CREDENTIALS = (("userid", Kind.STRING), ("password", Kind.STRING))


class PlainRefused(Exception):
    """A GET or POST that failed: what is told, and whether the method was reached."""

    def __init__(self, error: ClrException, *, ran: bool = False) -> None:
        super().__init__(error.message)
        self.error = error
        self.ran = ran


class PageRefused(Exception):
    """A request that ASP.NET's page of errors answers."""

    def __init__(self, status: int, title: str, exception: str | None = None) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.exception = exception


# --- jobs.asmx ------------------------------------------------------------------------------------


async def service(context: CasContext) -> Response:
    """Answer at `jobs.asmx` itself: SOAP for a POST, documents for a GET."""
    if context.path.endswith("/"):
        raise _unrecognized_url(context, "/")
    if context.method == "POST":
        return await _soap(context)
    if context.method == "GET":
        return await _document(context)
    raise PageRefused(405, "Request format is unrecognized.", "System.Web.HttpException")


async def method(context: CasContext) -> Response:
    """Answer at `jobs.asmx/{method*}`: HTTP GET and HTTP POST."""
    name = context.values["method"]
    if context.method not in ("GET", "POST"):
        raise _unrecognized_url(context, f"/{name}")
    if context.method == "POST" and context.settings.script_handler and _media(context) == "application/json":
        return _script(context)
    row = _row(context, name)
    parameters = row.taken(context.settings.upload_data_parameters)
    if context.method == "GET":
        arguments = reading.form(context.query_string, parameters)
        _validate(context, "QueryString", arguments)
    else:
        if _media(context) != _FORM:
            _breach(context, OPERATION[row.name], "the body is no form")
            content_type = context.headers.get("Content-Type", "")
            raise PlainRefused(
                ClrException(
                    f"Request format is invalid: {content_type}.",
                    kind=clr.INVALID,
                    frames=("System.Web.Services.Protocols.HttpServerProtocol.ReadParameters()",),
                )
            )
        charset = xml.codec(_charset(context)) or "utf-8"
        arguments = reading.form(context.body.decode(charset, "replace"), parameters, charset)
        _validate(context, "Form", arguments)
    await _begin(context, row, arguments)
    if arguments.error is not None:
        raise PlainRefused(arguments.error)
    try:
        result = await JOBS.call(row.name, context, arguments.values)
    except ClrException as error:
        raise PlainRefused(_framed(error, row), ran=True) from None
    return writing.answer(row, result, _content(context, row, result), context.settings, None)


async def _soap(context: CasContext) -> Response:
    incoming = Incoming(context.headers, context.body)
    try:
        row = incoming.route()
    except (SoapRefused, Unread) as refused:
        _breach(context, None, str(refused))
        raise
    try:
        read = incoming.read(row)
    except (SoapRefused, Unread) as refused:
        _breach(context, OPERATION[row.name], str(refused))
        raise
    parameters = row.taken(context.settings.upload_data_parameters)
    arguments = reading.soap(read.element, parameters, incoming.text)
    await _begin(context, row, arguments)
    if arguments.error is not None:
        raise message.unreadable(read.version, arguments.error)
    try:
        result = await JOBS.call(row.name, context, arguments.values)
    except ClrException as error:
        raise message.failed(read.version, _framed(error, row)) from None
    return writing.answer(row, result, _content(context, row, result), context.settings, read.version)


async def _begin(context: CasContext, row: Row, arguments: Arguments) -> None:
    context.parameters = arguments.decoded
    await context.begin(OPERATION[row.name])
    if arguments.error is not None and not context.violations:
        # The schema cannot see it: a text parameter that GET and POST insist on.
        last = list(arguments.error.chain())[-1]
        context.violations.append(Violation(side="client", part="parameters", pointer="", message=last.message))


def _content(context: CasContext, row: Row, result: Any) -> tuple[Node, ...]:
    if row.result is Kind.XML and result is not None:
        result = quick.dataset(result, context.settings)
    return JOBS.result(row.name, result)


def _row(context: CasContext, name: str) -> Row:
    row = BY_NAME.get(name)
    if row is not None:
        return row
    other = BY_FOLDED.get(name.casefold())
    _breach(context, None, f"there is no operation {name}")
    if other is None:
        message = f"{name} Web Service method name is not valid."
        error = ClrException(message, kind=clr.INVALID, frames=_INITIALIZE)
    else:
        message = (
            f"Invalid method name '{name}',  method names are case sensitive.   The method name '{other.name}' with "
            "the same name but different casing was found.\r\nParameter name: methodName"
        )
        error = ClrException(message, kind=clr.ARGUMENT, frames=_INITIALIZE)
    raise PlainRefused(error)


_INITIALIZE = ("System.Web.Services.Protocols.HttpServerProtocol.Initialize()",)


def _validate(context: CasContext, where: str, arguments: Arguments) -> None:
    if not context.settings.request_validation:
        return
    for name, value in arguments.decoded.items():
        if isinstance(value, str) and _DANGEROUS.search(value):
            _breach(context, None, f"{name} looks like markup")
            shown = value if len(value) <= 20 else value[:20] + "..."
            raise PlainRefused(
                ClrException(
                    f'A potentially dangerous Request.{where} value was detected from the client ({name}="{shown}").',
                    kind=clr.VALIDATION,
                )
            )


def _script(context: CasContext) -> Response:
    _breach(context, None, "a JSON request to a service without [ScriptService]")
    told = "Only Web services with a [ScriptService] attribute on the class definition can be called from script."
    body = (
        f'{{"Message":"{told}","StackTrace":"   at System.Web.Script.Services.WebServiceData.GetWebServiceData('
        'HttpContext context, String virtualPath)","ExceptionType":"System.InvalidOperationException"}'
        if context.settings.error_details
        else '{"Message":"There was an error processing the request.","StackTrace":"","ExceptionType":""}'
    )
    headers = {**writing.headers(context.settings, ran=False), "jsonerror": "true"}
    return Response(status=500, data=None, body=body.encode(), content_type=JSON, headers=headers)


def _unrecognized_url(context: CasContext, ending: str) -> PageRefused:
    _breach(context, None, f"{context.method} is not understood here")
    title = f"Request format is unrecognized for URL unexpectedly ending in '{ending}'."
    return PageRefused(500, title, clr.INVALID)


def _framed(error: ClrException, row: Row) -> ClrException:
    for one in error.chain():
        one.frames = one.frames or _FRAMES[row.name]
    return error


def _breach(context: CasContext, operation: Operation | None, what: str) -> None:
    """Record a client's breach that happens before there are arguments to check."""
    if operation is not None:
        context.operation = operation
    context.violations.append(Violation(side="client", part="body", pointer="", message=what))


def _media(context: CasContext) -> str:
    return context.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _charset(context: CasContext) -> str | None:
    return message.head(context.headers).charset


# --- documents ----------------------------------------------------------------------------------------


async def _document(context: CasContext) -> Response:
    settings, address = context.settings, context.base + context.path
    word = unquote(context.query_string).casefold()
    if word == "wsdl":
        await context.begin(OPERATION["ServiceDescription"])
        body = wsdl.wsdl(address, uploads=settings.upload_data_parameters, dataset=settings.dataset_in_wsdl)
        return _written(settings, body, XML)
    if word == "disco":
        await context.begin(OPERATION["Discovery"])
        return _written(settings, wsdl.disco(address), XML)
    name = next((key.casefold() for key in context.query if key.casefold() in ("wsdl", "schema")), None)
    if name is not None:
        await context.begin(OPERATION["ServiceDescription"])
        missing = "Schema not found." if name == "schema" else "XML Web service description was not found."
        raise PlainRefused(
            ClrException(
                missing,
                kind=clr.INVALID,
                frames=(
                    "System.Web.Services.Protocols.DiscoveryServerProtocol.WriteReturns(Object[] returnValues, "
                    "Stream outputStream)",
                    "System.Web.Services.Protocols.WebServiceHandler.WriteReturns(Object[] returnValues)",
                    "System.Web.Services.Protocols.WebServiceHandler.Invoke()",
                ),
            ),
            ran=True,
        )
    await context.begin(OPERATION["HelpPage"])
    operation = next((value for key, value in context.query.items() if key.casefold() == "op"), None)
    if operation is None:
        return _written(settings, documentation.operation_list(address), HTML)
    host = context.host.partition(":")[0] if not context.host.startswith("[") else context.host
    path = context.sandbox.prefix + context.path
    return _written(settings, documentation.operation_page(operation, address, host, path, settings), HTML)


def _written(settings: CasSettings, body: bytes, content_type: str) -> Response:
    return Response(body=body, content_type=content_type, headers=writing.headers(settings, ran=True))


# --- beside the service -------------------------------------------------------------------------------


async def web_service_id(context: CasContext) -> Response:
    """`casusers.asmx/GetWebServiceId`: the WebServicesID of a user, -1 for a bad login."""
    arguments = context.payload
    if arguments.error is not None:
        raise PlainRefused(arguments.error)
    userid, password = arguments.values
    account = context.site.account_named(userid)
    wsid = int(account.wsid) if account is not None and account.password == password else -1
    root = Node("long", str(wsid), attributes=(("xmlns", NAMESPACE),))
    body = f"{writing.DECLARATION}\r\n{writing.indented(root)}".encode()
    return Response(data=wsid, body=body, content_type=XML, headers=writing.headers(context.settings, ran=True))


async def output(context: CasContext) -> Response:
    """A finished job's file, under the URL that its OutputLoc names. The address is ours."""
    job_id = context.values["file"].partition(".")[0]
    context.job = job_id
    try:
        job = await context.jobs.get(API, job_id)
    except UnknownJob:
        raise NoRoute(context.path) from None
    if output_of(job, context.settings, context.base, context.now) is None:
        raise NoRoute(context.path)
    text = job.data.get("output_data")
    if text is None:
        table = str(job.data.get("query") or "").casefold()
        stored = await context.sandbox.records(API).get("tables", f"{job.owner}/{table}")
        text = context.settings.default_quick_result if stored is None else "\n".join(stored["data"])
    kind = "text/csv" if job.data.get("type", QUERY).casefold() in ("csv", "tcsv") else "application/octet-stream"
    return _written(context.settings, text.encode(), kind)


def decode(context: CasContext) -> None:
    """Read what the operations with a path of their own take."""
    if context.operation is None and context.path.casefold().endswith("/getwebserviceid"):
        text = context.query_string if context.method == "GET" else context.body.decode("utf-8", "replace")
        context.payload = reading.form(text, _CREDENTIALS)
        context.parameters = context.payload.decoded
    else:
        context.parameters = dict(context.values)


def refuse(context: CasContext, error: Exception) -> Response:
    """Turn whatever went wrong into the service's own fault; the one table of them."""
    settings = context.settings
    if isinstance(error, SoapRefused):
        return writing.soap_fault(error.error, error.code, error.version, settings, ran=error.ran)
    if isinstance(error, Unread):
        return writing.empty_error(error.status, error.version, settings)
    if isinstance(error, PlainRefused):
        return writing.plain_error(error.error, settings, ran=error.ran)
    if isinstance(error, PageRefused):
        return _page(context, error)
    if isinstance(error, NoRoute):
        return _page(context, PageRefused(404, "The resource cannot be found."))
    if isinstance(error, MethodNotAllowed):
        return _page(context, PageRefused(405, "Request format is unrecognized.", "System.Web.HttpException"))
    if isinstance(error, BodyTooLarge):
        return _page(context, PageRefused(500, "Maximum request length exceeded.", "System.Web.HttpException"))
    if isinstance(error, ClrException):
        return _thrown(context, error)
    if isinstance(error, DomainError):
        return _thrown(context, ClrException(str(error)))
    if isinstance(error, HandlerFailed):
        return _thrown(
            context, ClrException("Object reference not set to an instance of an object.", kind=clr.NULL_REFERENCE)
        )
    raise error


def _thrown(context: CasContext, error: ClrException) -> Response:
    """Answer with an exception of the method, in the protocol that the request speaks."""
    version = spoken(context)
    if version is None:
        return writing.plain_error(error, context.settings, ran=True)
    return refuse(context, message.failed(version, error))


def spoken(context: CasContext) -> Version | None:
    """Return the version of SOAP in which a request is answered; None for GET and POST."""
    if context.method != "POST" or not context.path.casefold().rstrip("/").endswith("jobs.asmx"):
        return None
    try:
        return Version(xml.parse(context.body, _charset(context)).tag.partition("}")[0][1:])
    except (xml.BadXml, ValueError):
        return message.head(context.headers).guess


def _page(context: CasContext, error: PageRefused) -> Response:
    body = documentation.error_page(
        error.title,
        application="/" + context.path.split("/")[1],
        status=error.status,
        exception=error.exception,
        details=context.settings.error_details,
    )
    headers = writing.headers(context.settings, ran=False)
    return Response(status=error.status, data=None, body=body, content_type=HTML, headers=headers)


_NOT_FAKED = (
    ("CreateAccount", "users.asmx: creates an account"),
    ("GetUsers", "users.asmx: lists accounts"),
)

OPERATIONS = (
    *(Operation(name=row.name, methods=("GET", "POST"), handler=service, title=row.doc.split("\n")[0]) for row in ROWS),
    Operation(name="ServiceDescription", methods=("GET",), handler=service, title="jobs.asmx?WSDL: the WSDL."),
    Operation(name="Discovery", methods=("GET",), handler=service, title="jobs.asmx?disco: the discovery document."),
    Operation(name="HelpPage", methods=("GET",), handler=service, title="The list of operations, and a page for each."),
    Operation(
        name="GetWebServiceId",
        methods=("GET", "POST"),
        paths=tuple(f"{site}/casusers.asmx/GetWebServiceId" for site in SITES),
        handler=web_service_id,
        folded=True,
        title="The WebServicesID of a user name.",
    ),
    Operation(
        name="Output",
        methods=("GET",),
        paths=tuple(f"{site}/output/{{file}}" for site in SITES),
        handler=output,
        folded=True,
        title="The file of a finished extract job.",
    ),
    *(
        Operation(
            name=name,
            methods=("GET", "POST"),
            paths=tuple(f"{site}/services/users.asmx/{name}" for site in SITES),
            folded=True,
            title=title,
        )
        for name, title in _NOT_FAKED
    ),
)
OPERATION = {operation.name: operation for operation in OPERATIONS}

ENDPOINTS = (
    Endpoint(handler=service, methods=(), paths=tuple(f"{site}/services/jobs.asmx" for site in SITES), folded=True),
    Endpoint(
        handler=method,
        methods=(),
        paths=tuple(f"{site}/services/jobs.asmx/{{method*}}" for site in SITES),
        folded=True,
    ),
)
