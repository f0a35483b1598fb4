"""What a GET of the service shows: the WSDL, the discovery document, the help pages."""

from __future__ import annotations

from typing import NamedTuple

from mockserver.api.response import Response
from mockserver.apis.casjobs import help_pages
from mockserver.apis.casjobs.errors import INVALID, ClrException, PlainError
from mockserver.apis.casjobs.responses import HTML, XML, document_response
from mockserver.apis.casjobs.service_types import CasContext, ServiceOperation
from mockserver.apis.casjobs.wsdl import disco, wsdl
from mockserver.wire.soap_types import SoapService

_NO_DOCUMENT_FRAMES = (
    "System.Web.Services.Protocols.DiscoveryServerProtocol.WriteReturns(Object[] returnValues, Stream outputStream)",
    "System.Web.Services.Protocols.WebServiceHandler.WriteReturns(Object[] returnValues)",
    "System.Web.Services.Protocols.WebServiceHandler.Invoke()",
)


class DocumentRequest(NamedTuple):
    """Which document is asked for.

    Attributes:
        table: the service's operations; the table itself names these handlers.
        service: the one that the WSDL describes; None when something else is asked for.
        part: the kind of part of a WSDL that is asked for by name, `wsdl` or `schema`.
    """

    table: tuple[ServiceOperation, ...]
    service: SoapService | None = None
    part: str = ""


async def service_description(context: CasContext) -> Response:
    """The WSDL; a part of it by name is refused, since there is but one."""
    wanted: DocumentRequest = context.details
    settings = context.settings
    if wanted.service is not None:
        body = wsdl(
            wanted.service,
            wanted.table,
            _address(context),
            dataset=settings.dataset_in_wsdl,
            http=settings.http_ports_in_wsdl,
        )
        return document_response(body, XML, settings)
    missing = "Schema not found." if wanted.part == "schema" else "XML Web service description was not found."
    raise PlainError(ClrException(missing, clr_type=INVALID, frames=_NO_DOCUMENT_FRAMES), ran=True)


async def discovery(context: CasContext) -> Response:
    """The discovery document."""
    return document_response(disco(_address(context)), XML, context.settings)


async def help_page(context: CasContext) -> Response:
    """The list of operations, or the page of one."""
    wanted: DocumentRequest = context.details
    settings, address = context.settings, _address(context)
    name = next((value for key, value in context.query.items() if key.casefold() == "op"), None)
    if name is None:
        return document_response(help_pages.operation_list(wanted.table, address), HTML, settings)
    host = context.host
    host = host.partition(":")[0] if not host.startswith("[") else host
    path = context.prefix + context.path
    page = help_pages.operation_page(wanted.table, name, address, host, path, settings)
    return document_response(page, HTML, settings)


def _address(context: CasContext) -> str:
    return context.base + context.path
