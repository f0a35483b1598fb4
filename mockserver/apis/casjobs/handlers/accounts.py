"""`casusers.asmx`, as far as clients need it: the WebServicesID of a user."""

from __future__ import annotations

from mockserver.api.response import Response
from mockserver.apis.casjobs.arguments import Arguments
from mockserver.apis.casjobs.auth import wsid_of
from mockserver.apis.casjobs.errors import PlainError
from mockserver.apis.casjobs.responses import XML, document_response, written_document
from mockserver.apis.casjobs.service_types import NAMESPACE, CasContext
from mockserver.wire.xml_writer import Node


async def web_service_id(context: CasContext) -> Response:
    """`GetWebServiceId`: the WebServicesID of a user, -1 for a bad login."""
    arguments: Arguments = context.details
    if arguments.error is not None:
        raise PlainError(arguments.error)
    userid, password = arguments.values
    wsid = wsid_of(context, userid, password)
    body = written_document(Node("long", str(wsid), attributes=(("xmlns", NAMESPACE),)))
    return document_response(body, XML, context.settings)._replace(data=wsid)
