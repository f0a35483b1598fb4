"""Ways in: which protocol a request speaks, and the way from its bytes to an operation and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from mockserver.api.context import Resolved
from mockserver.api.errors import BodyTooLarge, HandlerFailed, MethodNotAllowed, NoRoute
from mockserver.api.operation import Entrance, JobPlace, Operation, operation_at
from mockserver.api.response import Response
from mockserver.apis.casjobs import clr, conditions, definition, documentation, message, quick, reading, writing, wsdl
from mockserver.apis.casjobs.clr import ClrException
from mockserver.apis.casjobs.jobs import API, QUERY, output_of
from mockserver.apis.casjobs.message import Incoming, SoapRefused, Unread
from mockserver.apis.casjobs.operations import BY_FOLDED, BY_NAME, NAMESPACE, ROWS, Row
from mockserver.apis.casjobs.reading import Arguments
from mockserver.apis.casjobs.service import CasContext
from mockserver.apis.casjobs.settings import CasSettings
from mockserver.apis.casjobs.writing import HTML, JSON, XML, Version
from mockserver.contracts.model import Violation
from mockserver.core.errors import DomainError, UnknownJob
from mockserver.wire import charset as charsets
from mockserver.wire import xml
from mockserver.wire.soap_types import Parameter, SoapOperation, SoapService, XsdType
from mockserver.wire.xml_writer import Node

SITES = ("/CasJobs", "/ps1casjobs", "/gcasjobs")
"""casjobs.sdss.org, and MAST's two."""

_CLR_TYPES = {XsdType.LONG: "Int64", XsdType.INT: "Int32", XsdType.BOOLEAN: "Boolean", XsdType.STRING: "String"}
_FRAMES = {
    row.name: (f"Jobs.{row.name}({', '.join(f'{_CLR_TYPES[kind]} {name}' for name, kind in row.parameters)})",)
    for row in ROWS
}
_DANGEROUS = re.compile(r"<[A-Za-z!/?]|&#")
_FORM = "application/x-www-form-urlencoded"
_CREDENTIALS = tuple(Parameter(name, XsdType.STRING, str) for name in ("userid", "password"))


class PlainRefused(Exception):
    """A GET or POST that failed: what is told, and whether the method was reached."""

    def __init__(self, error: ClrException, *, ran: bool = False) -> None:
        super().__init__(error.message)
        self.error = error
        self.ran = ran


class ScriptRefused(Exception):
    """A JSON request, which only a service for scripts would take."""


class PageRefused(Exception):
    """A request that ASP.NET's page of errors answers."""

    def __init__(self, status: int, title: str, exception: str | None = None) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.exception = exception


# --- jobs.asmx ------------------------------------------------------------------------------------


class Called(NamedTuple):
    """A call of the service.

    Attributes:
        row: the method.
        operation: its types.
        arguments: as read.
        version: that of its envelope; None for HTTP GET and POST.
    """

    row: Row
    operation: SoapOperation
    arguments: Arguments
    version: Version | None


async def prepare(context: CasContext) -> None:
    """Make the service's types when somebody first needs them: Spyne costs a tenth of a second to import."""
    if context.route is METHOD or (context.route is SERVICE and context.method == "POST"):
        await _defined(context)


async def _defined(context: CasContext) -> SoapService:
    uploads = context.settings.upload_data_parameters
    return definition.SERVICES.get(uploads) or await definition.first_asked(uploads)


def _operation(context: CasContext, row: Row) -> SoapOperation:
    return definition.SERVICES[context.settings.upload_data_parameters].operations[row.name]


def resolve(context: CasContext) -> Resolved:
    """Find out which protocol a request speaks and which operation it means, and read its arguments."""
    if context.route is SERVICE:
        return _at_service(context)
    if context.route is METHOD:
        return _at_method(context)
    if isinstance(context.route, Operation) and context.route.name == "GetWebServiceId":
        text = context.query_string if context.method == "GET" else context.body.decode("utf-8", "replace")
        arguments = reading.form(text, _CREDENTIALS)
        return Resolved(context.route, arguments.decoded, details=arguments)
    return Resolved(operation_at(context.route), dict(context.values))


async def call(context: CasContext) -> Response:
    """Run the method that is meant, and answer in the protocol of the request."""
    row, operation, arguments, version = context.details
    if arguments.error is not None:
        raise PlainRefused(arguments.error) if version is None else message.unreadable(version, arguments.error)
    try:
        result = await operation.run(context, *arguments.values)
    except ClrException as error:
        framed = _framed(error, row)
        raise (PlainRefused(framed, ran=True) if version is None else message.failed(version, framed)) from None
    return writing.answer(row, result, _content(context, row, operation, result), context.settings, version)


async def _nobody(context: CasContext) -> Response:
    raise NoRoute(context.path)


# --- jobs.asmx: SOAP for a POST, documents for a GET ------------------------------------------------


def _at_service(context: CasContext) -> Resolved:
    if context.path.endswith("/"):
        return _unrecognized_url(context, "/")
    if context.method == "POST":
        return _soap(context)
    if context.method == "GET":
        return Resolved(OPERATION[_document_asked(context)])
    return Resolved(None, refusal=PageRefused(405, "Request format is unrecognized.", "System.Web.HttpException"))


def _soap(context: CasContext) -> Resolved:
    incoming = Incoming(context.headers, context.body)
    row: Row | None = None
    try:
        row = incoming.route()
        read = incoming.read(row)
    except (SoapRefused, Unread) as refused:
        return _refused(refused, str(refused), None if row is None else OPERATION[row.name])
    operation = _operation(context, row)
    arguments = reading.soap(read.element, operation, incoming.text)
    return _read(Called(row, operation, arguments, read.version))


# --- jobs.asmx/{method*}: HTTP GET and HTTP POST ---------------------------------------------------


def _at_method(context: CasContext) -> Resolved:
    name = context.values["method"]
    if context.method not in ("GET", "POST"):
        return _unrecognized_url(context, f"/{name}")
    if context.method == "POST" and context.settings.script_handler and _media(context) == "application/json":
        return _refused(ScriptRefused(), "a JSON request to a service without [ScriptService]")
    row = BY_NAME.get(name)
    if row is None:
        return _refused(PlainRefused(_no_method(name)), f"there is no operation {name}")
    operation = _operation(context, row)
    if context.method == "GET":
        arguments = reading.form(context.query_string, operation.parameters)
        where = "QueryString"
    else:
        if _media(context) != _FORM:
            error = ClrException(
                f"Request format is invalid: {context.headers.get('Content-Type', '')}.",
                kind=clr.INVALID,
                frames=("System.Web.Services.Protocols.HttpServerProtocol.ReadParameters()",),
            )
            return _refused(PlainRefused(error), "the body is no form", OPERATION[row.name])
        charset = charsets.codec(_charset(context)) or "utf-8"
        arguments = reading.form(context.body.decode(charset, "replace"), operation.parameters, charset)
        where = "Form"
    if context.settings.request_validation and (dangerous := _dangerous(arguments)) is not None:
        name, value = dangerous
        shown = value if len(value) <= 20 else value[:20] + "..."
        error = ClrException(
            f'A potentially dangerous Request.{where} value was detected from the client ({name}="{shown}").',
            kind=clr.VALIDATION,
        )
        return _refused(PlainRefused(error), f"{name} looks like markup")
    return _read(Called(row, operation, arguments, None))


def _read(called: Called) -> Resolved:
    arguments, unseen = called.arguments, None
    if arguments.error is not None:
        # The schema cannot see it: a text parameter that GET and POST insist on.
        last = list(arguments.error.chain())[-1]
        unseen = Violation(side="client", part="parameters", pointer="", message=last.message)
    return Resolved(OPERATION[called.row.name], arguments.decoded, details=called, unseen=unseen)


def _refused(error: Exception, what: str, operation: Operation | None = None) -> Resolved:
    """Refuse a request before there are arguments to check; `what` says how it breaks the contract."""
    breach = Violation(side="client", part="body", pointer="", message=what)
    return Resolved(operation, breaches=(breach,), refusal=error)


def _unrecognized_url(context: CasContext, ending: str) -> Resolved:
    title = f"Request format is unrecognized for URL unexpectedly ending in '{ending}'."
    return _refused(PageRefused(500, title, clr.INVALID), f"{context.method} is not understood here")


def _content(context: CasContext, row: Row, operation: SoapOperation, result: Any) -> tuple[Node, ...]:
    if result is None:
        return ()
    return operation.encode(quick.dataset(result, context.settings) if row.result is XsdType.XML else result)


def _no_method(name: str) -> ClrException:
    other = BY_FOLDED.get(name.casefold())
    if other is None:
        return ClrException(f"{name} Web Service method name is not valid.", kind=clr.INVALID, frames=_INITIALIZE)
    message = (
        f"Invalid method name '{name}',  method names are case sensitive.   The method name '{other.name}' with "
        "the same name but different casing was found.\r\nParameter name: methodName"
    )
    return ClrException(message, kind=clr.ARGUMENT, frames=_INITIALIZE)


_INITIALIZE = ("System.Web.Services.Protocols.HttpServerProtocol.Initialize()",)


def _dangerous(arguments: Arguments) -> tuple[str, str] | None:
    for name, value in arguments.decoded.items():
        if isinstance(value, str) and _DANGEROUS.search(value):
            return name, value
    return None


def _script(context: CasContext) -> Response:
    told = "Only Web services with a [ScriptService] attribute on the class definition can be called from script."
    body = (
        f'{{"Message":"{told}","StackTrace":"   at System.Web.Script.Services.WebServiceData.GetWebServiceData('
        'HttpContext context, String virtualPath)","ExceptionType":"System.InvalidOperationException"}'
        if context.settings.error_details
        else '{"Message":"There was an error processing the request.","StackTrace":"","ExceptionType":""}'
    )
    headers = {**writing.headers(context.settings, ran=False), "jsonerror": "true"}
    return Response(status=500, data=None, body=body.encode(), content_type=JSON, headers=headers)


def _framed(error: ClrException, row: Row) -> ClrException:
    for one in error.chain():
        one.frames = one.frames or _FRAMES[row.name]
    return error


def _media(context: CasContext) -> str:
    return context.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _charset(context: CasContext) -> str | None:
    return message.head(context.headers).charset


# --- documents ----------------------------------------------------------------------------------------


def _document_asked(context: CasContext) -> str:
    """Return the operation that a GET of the service means."""
    if unquote(context.query_string).casefold() == "disco":
        return "Discovery"
    return "ServiceDescription" if _named(context.query) is not None or _is_wsdl(context) else "HelpPage"


def _is_wsdl(context: CasContext) -> bool:
    return unquote(context.query_string).casefold() == "wsdl"


def _named(query: Mapping[str, str]) -> str | None:
    return next((key.casefold() for key in query if key.casefold() in ("wsdl", "schema")), None)


async def service_description(context: CasContext) -> Response:
    """The WSDL; a part of it by name is refused, since there is but one."""
    settings = context.settings
    if _is_wsdl(context):
        address = context.base + context.path
        body = wsdl.wsdl(await _defined(context), address, dataset=settings.dataset_in_wsdl)
        return _written(settings, body, XML)
    missing = "Schema not found." if _named(context.query) == "schema" else "XML Web service description was not found."
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


async def discovery(context: CasContext) -> Response:
    """The discovery document."""
    return _written(context.settings, wsdl.disco(context.base + context.path), XML)


async def help_page(context: CasContext) -> Response:
    """The list of operations, or the page of one."""
    settings, address = context.settings, context.base + context.path
    operation = next((value for key, value in context.query.items() if key.casefold() == "op"), None)
    if operation is None:
        return _written(settings, documentation.operation_list(address), HTML)
    host = context.peer.host
    host = host.partition(":")[0] if not host.startswith("[") else host
    path = context.sandbox.prefix + context.path
    return _written(settings, documentation.operation_page(operation, address, host, path, settings), HTML)


def _written(settings: CasSettings, body: bytes, content_type: str) -> Response:
    return Response(body=body, content_type=content_type, headers=writing.headers(settings, ran=True))


# --- beside the service -------------------------------------------------------------------------------


async def web_service_id(context: CasContext) -> Response:
    """`casusers.asmx/GetWebServiceId`: the WebServicesID of a user, -1 for a bad login."""
    arguments = context.details
    if arguments.error is not None:
        raise PlainRefused(arguments.error)
    userid, password = arguments.values
    account = context.site.account_named(userid)
    wsid = int(account.wsid) if account is not None and account.password == password else -1
    root = Node("long", str(wsid), attributes=(("xmlns", NAMESPACE),))
    body = f"{writing.DECLARATION}\r\n{writing.INDENTED.write(root)}".encode()
    return Response(data=wsid, body=body, content_type=XML, headers=writing.headers(context.settings, ran=True))


async def output(context: CasContext) -> Response:
    """A finished job's file, under the URL that its OutputLoc names. The address is ours."""
    job_id = context.values["file"].partition(".")[0]
    try:
        job = await context.jobs.get(API, job_id)
    except UnknownJob:
        raise NoRoute(context.path) from None
    if output_of(job, context.settings, context.base, context.now) is None:
        raise NoRoute(context.path)
    text = job.data.get("output_data")
    if text is None:
        table = str(job.data.get("query") or "").casefold()
        stored = await context.sandbox.documents(API).get("tables", f"{job.owner}/{table}")
        text = context.settings.default_quick_result if stored is None else "\n".join(stored["data"])
    kind = "text/csv" if job.data.get("type", QUERY).casefold() in ("csv", "tcsv") else "application/octet-stream"
    return _written(context.settings, text.encode(), kind)


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
    if isinstance(error, ScriptRefused):
        return _script(context)
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

_JOB_PLACES = {
    "CancelJob": JobPlace(parameter="jobId"),
    "GetJobStatus": JobPlace(parameter="jobId"),
    "GetJobs": JobPlace(parameter="conditions", clean=conditions.only_id),
    "GetJobsJob": JobPlace(parameter="conditions", clean=conditions.only_id),
}

OPERATIONS = (
    *(
        Operation(
            name=row.name,
            methods=("GET", "POST"),
            handler=call,
            title=row.doc.split("\n")[0],
            job=_JOB_PLACES.get(row.name),
        )
        for row in ROWS
    ),
    Operation(
        name="ServiceDescription", methods=("GET",), handler=service_description, title="jobs.asmx?WSDL: the WSDL."
    ),
    Operation(name="Discovery", methods=("GET",), handler=discovery, title="jobs.asmx?disco: the discovery document."),
    Operation(
        name="HelpPage", methods=("GET",), handler=help_page, title="The list of operations, and a page for each."
    ),
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
        job=JobPlace(path="file", clean=lambda file: file.partition(".")[0]),
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

SERVICE = Entrance(
    handler=_nobody, methods=(), paths=tuple(f"{site}/services/jobs.asmx" for site in SITES), folded=True
)
METHOD = Entrance(
    handler=_nobody, methods=(), paths=tuple(f"{site}/services/jobs.asmx/{{method*}}" for site in SITES), folded=True
)
