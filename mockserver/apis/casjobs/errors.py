"""What goes wrong, as a .NET server shows it, and the one table from exceptions to answers.

An exception is a chain of types and messages, with or without stack lines. What of it is shown depends on ASP.NET's
customErrors (the setting `error_details`); see casjobs.md §4.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mockserver.api.error_table import ErrorTable
from mockserver.api.errors import BodyTooLarge, HandlerFailed, MethodNotAllowed, NoRoute
from mockserver.api.response import Response
from mockserver.apis.casjobs import responses
from mockserver.apis.casjobs.protocols import Version, spoken_version
from mockserver.apis.casjobs.responses import CODES12, CONTENT_TYPES, HTML, JSON, PLAIN, Code
from mockserver.apis.casjobs.service_types import CasContext
from mockserver.core.errors import DomainError, Unavailable
from mockserver.wire.xml_writer import MARKUP, decimal, escaper

EXCEPTION = "System.Exception"
SQL = "System.Data.SqlClient.SqlException"
ARGUMENT = "System.ArgumentException"
FORMAT = "System.FormatException"
INVALID = "System.InvalidOperationException"
OVERFLOW = "System.OverflowException"
XML = "System.Xml.XmlException"
SOAP = "System.Web.Services.Protocols.SoapException"
SOAP_HEADER = "System.Web.Services.Protocols.SoapHeaderException"
KEY_NOT_FOUND = "System.Collections.Generic.KeyNotFoundException"
VALIDATION = "System.Web.HttpRequestValidationException"
NULL_REFERENCE = "System.NullReferenceException"
HTTP = "System.Web.HttpException"

UNABLE_TO_READ = "Server was unable to read request."
UNABLE_TO_PROCESS = "Server was unable to process request."
# github.com/ballerina-platform/module-ballerina-soap, pull request 130, quotes them from a server on .NET.
INITIALIZE_FRAMES = (
    "System.Web.Services.Protocols.ServerProtocol.SetContext(Type type, HttpContext context, HttpRequest request, "
    "HttpResponse response)",
    "System.Web.Services.Protocols.ServerProtocolFactory.Create(Type type, HttpContext context, HttpRequest request, "
    "HttpResponse response, Boolean& abortProcessing)",
)
READ_FRAMES = (
    "System.Web.Services.Protocols.SoapServerProtocol.ReadParameters()",
    "System.Web.Services.Protocols.WebServiceHandler.CoreProcessRequest()",
)
_END_OF_INNER = "   --- End of inner exception stack trace ---"
# GET and POST errors are plain text, and still encoded, as HttpUtility.HtmlEncode does.
_html_encoded = escaper({**MARKUP, '"': "&quot;", "'": "&#39;"}, "\u00a0-\u00ff", decimal)


class ClrException(Exception):
    """An exception of the faked server, with the one that caused it.

    Attributes:
        clr_type: its full name in .NET.
        frames: what its stack lines name, innermost first.
    """

    def __init__(
        self,
        message: str,
        *,
        clr_type: str = EXCEPTION,
        inner: ClrException | None = None,
        frames: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.clr_type = clr_type
        self.message = message
        self.inner = inner
        self.frames = frames

    def chain(self) -> Iterator[ClrException]:
        """Yield this one and those within it, outermost first."""
        one: ClrException | None = self
        while one is not None:
            yield one
            one = one.inner

    def framed(self, *frames: str) -> ClrException:
        """Return it with these stack lines wherever it has none, also within."""
        inner = None if self.inner is None else self.inner.framed(*frames)
        return ClrException(self.message, clr_type=self.clr_type, inner=inner, frames=self.frames or frames)

    def as_data(self) -> list[dict[str, str]]:
        """Return types and messages as plain data, for the contract."""
        return [{"type": one.clr_type, "message": one.message} for one in self.chain()]

    def text(self, *, details: bool, frames: bool = False, encode: Callable[[str], str] = str) -> str:
        """Return what a client sees, without a line end.

        Args:
            details: with types (and, as `frames` says, stack lines); otherwise messages only.
            encode: what is done to each message; types and stack lines are left alone.
        """
        chain = list(self.chain())
        if not details:
            return " ---> ".join(encode(one.message) for one in chain)
        lines = [" ---> ".join(f"{one.clr_type}: {encode(one.message)}" for one in chain)]
        for depth, one in enumerate(reversed(chain)):
            if depth:
                lines.append(_END_OF_INNER)
            if frames:
                lines.extend(f"   at {frame}" for frame in one.frames)
        return "\r\n".join(lines)


class SoapFault(Exception):
    """A SOAP request that failed: the fault's code, what it says, and whether the method was reached."""

    def __init__(self, version: Version, code: Code, error: ClrException, *, ran: bool = False) -> None:
        super().__init__(error.message)
        self.version = version
        self.code = code
        self.error = error
        self.ran = ran


class UnreadableMessage(Exception):
    """A SOAP message that cannot be read: an empty 400 or 415 under the guessed version's Content-Type."""

    def __init__(self, version: Version, status: int, reason: str) -> None:
        super().__init__(reason)
        self.version = version
        self.status = status


class PlainError(Exception):
    """A GET or POST that failed: what it says, and whether the method was reached."""

    def __init__(self, error: ClrException, *, ran: bool = False) -> None:
        super().__init__(error.message)
        self.error = error
        self.ran = ran


class ScriptError(Exception):
    """A JSON request, which only a service for scripts would take."""


class PageError(Exception):
    """A request that ASP.NET's page of errors answers."""

    def __init__(self, status: int, title: str, clr_type: str | None = None) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.clr_type = clr_type


def query_failed(text: str) -> ClrException:
    """Return what a query's error looks like: clients search for `System.Exception: … --->`.

    Args:
        text: the database's message, or the whole chain of messages joined by ` ---> `.
    """
    messages = text.split(" ---> ")
    if len(messages) == 1:
        return ClrException(text, inner=ClrException(text, clr_type=SQL))
    inner = None
    for message in reversed(messages):
        inner = ClrException(message, inner=inner)
    assert inner is not None
    return inner


def unread_arguments(version: Version | None, inner: ClrException) -> SoapFault | UnreadableMessage | PlainError:
    """Return the error for arguments that cannot be read; `version` None is a GET or POST.

    A client's fault that has an XmlException within is a bare 400 (SetResponseErrorCode of the reference source).
    """
    if version is None:
        return PlainError(inner)
    if any(one.clr_type == XML for one in inner.chain()):
        return UnreadableMessage(version, 400, inner.message)
    error = ClrException(UNABLE_TO_READ, clr_type=SOAP, inner=inner, frames=READ_FRAMES)
    return SoapFault(version, Code.CLIENT, error)


def failed_method(version: Version | None, inner: ClrException) -> SoapFault | PlainError:
    """Return the error for an exception in the method; `version` None is a GET or POST."""
    if version is None:
        return PlainError(inner, ran=True)
    return SoapFault(version, Code.SERVER, ClrException(UNABLE_TO_PROCESS, clr_type=SOAP, inner=inner), ran=True)


# --- exception -> answer --------------------------------------------------------------------------


def _soap_fault(context: CasContext, fault: SoapFault) -> Response:
    """Status 500. A version mismatch is answered in SOAP 1.1, whatever came in."""
    settings, version = context.settings, fault.version
    text = fault.error.text(details=settings.error_details, frames=settings.stack_frames)
    return Response(
        status=500,
        data={
            "code": CODES12[fault.code] if version is Version.SOAP12 else str(fault.code),
            "told": fault.error.as_data(),
        },
        body=responses.fault_envelope(text, fault.code, version),
        content_type=CONTENT_TYPES[version],
        headers=responses.headers(settings, ran=fault.ran),
    )


def _plain(context: CasContext, error: PlainError) -> Response:
    """Status 500, plain text, messages HTML-encoded."""
    settings = context.settings
    text = error.error.text(details=settings.error_details, frames=settings.stack_frames, encode=_html_encoded)
    return Response(
        status=500,
        data={"told": error.error.as_data()},
        body=f"{text}\r\n".encode(),
        content_type=PLAIN,
        headers=responses.headers(settings, ran=error.ran),
    )


def _unreadable(context: CasContext, error: UnreadableMessage) -> Response:
    """An empty body under the guessed version's Content-Type, or IIS's own short page."""
    body, content_type = b"", CONTENT_TYPES[error.version]
    if context.settings.iis_error_pages:
        body = {400: b"Bad Request", 415: b"Unsupported Media Type"}[error.status]
        content_type = "text/html"
    headers = responses.headers(context.settings, ran=False)
    return Response(status=error.status, data=None, body=body, content_type=content_type, headers=headers)


def _script(context: CasContext, _: ScriptError) -> Response:
    message = "Only Web services with a [ScriptService] attribute on the class definition can be called from script."
    body = (
        f'{{"Message":"{message}","StackTrace":"   at System.Web.Script.Services.WebServiceData.GetWebServiceData('
        'HttpContext context, String virtualPath)","ExceptionType":"System.InvalidOperationException"}'
        if context.settings.error_details
        else '{"Message":"There was an error processing the request.","StackTrace":"","ExceptionType":""}'
    )
    headers = {**responses.headers(context.settings, ran=False), "jsonerror": "true"}
    return Response(status=500, data=None, body=body.encode(), content_type=JSON, headers=headers)


def _page(context: CasContext, error: PageError) -> Response:
    """ASP.NET's yellow page, in the sentences of its resources; without details it only says so much."""
    status, title, clr_type = error.status, error.title, error.clr_type
    if status == 404:
        description = _NOT_FOUND  # shown to everybody, whatever customErrors says
    elif context.settings.error_details:
        description = _UNHANDLED
    else:
        title, description, clr_type = "Runtime Error", _HIDDEN, None
    body = responses.page(
        "error.html",
        title=title,
        application="/" + context.path.split("/")[1],
        description=description,
        exception=None if clr_type is None else f"{clr_type}: {title}",
        url=context.prefix + context.path if status == 404 else None,
        hidden=description is _HIDDEN,
    )
    headers = responses.headers(context.settings, ran=False)
    return Response(status=status, data=None, body=body, content_type=HTML, headers=headers)


_NOT_FOUND = (
    "HTTP 404. The resource you are looking for (or one of its dependencies) could have been removed, had its name "
    "changed, or is temporarily unavailable.  Please review the following URL and make sure that it is spelled "
    "correctly."
)
_UNHANDLED = (
    "An unhandled exception occurred during the execution of the current web request. Please review the stack trace "
    "for more information about the error and where it originated in the code."
)
_HIDDEN = (
    "An application error occurred on the server. The current custom error settings for this application prevent the "
    "details of the application error from being viewed remotely (for security reasons). It could, however, be viewed "
    "by browsers running on the local server machine."
)


def _no_route(context: CasContext, _: NoRoute) -> Response:
    return _page(context, PageError(404, "The resource cannot be found."))


def _method_not_allowed(context: CasContext, _: MethodNotAllowed) -> Response:
    return _page(context, PageError(405, "Request format is unrecognized.", HTTP))


def _body_too_large(context: CasContext, _: BodyTooLarge) -> Response:
    return _page(context, PageError(500, "Maximum request length exceeded.", HTTP))


def _clr_exception(context: CasContext, error: ClrException) -> Response:
    """Answer with an exception of the method, in the protocol that the request speaks."""
    return refuse(context, failed_method(spoken_version(context), error))


def _domain_error(context: CasContext, error: DomainError) -> Response:
    return _clr_exception(context, ClrException(str(error)))


def _unavailable(context: CasContext, _: Unavailable) -> Response:
    """Answer as a method whose database is away: SqlException's own text; no capture from CasJobs (inferred)."""
    message = (
        "A network-related or instance-specific error occurred while establishing a connection to SQL Server. The "
        "server was not found or was not accessible."
    )
    return _clr_exception(context, ClrException(message, clr_type=SQL))


def _handler_failed(context: CasContext, _: Any) -> Response:
    message = "Object reference not set to an instance of an object."
    return _clr_exception(context, ClrException(message, clr_type=NULL_REFERENCE))


refuse = ErrorTable(
    {
        SoapFault: _soap_fault,
        UnreadableMessage: _unreadable,
        PlainError: _plain,
        PageError: _page,
        ScriptError: _script,
        ClrException: _clr_exception,
        NoRoute: _no_route,
        MethodNotAllowed: _method_not_allowed,
        BodyTooLarge: _body_too_large,
        DomainError: _domain_error,
        HandlerFailed: _handler_failed,
        Unavailable: _unavailable,
    }
)
