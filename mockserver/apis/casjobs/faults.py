"""Named faults: failures that users of CasJobs have met, in the service's own bytes."""

from __future__ import annotations

from mockserver.api.definition import NamedFault
from mockserver.api.response import Response
from mockserver.apis.casjobs.auth import sentence
from mockserver.apis.casjobs.errors import INVALID, SQL, ClrException, UnreadableMessage, refuse
from mockserver.apis.casjobs.protocols import head_of
from mockserver.apis.casjobs.service_types import CasContext
from mockserver.core.machine import Confidence

_ISSUES = "github.com/rlwastro/mastcasjobs issues 3, 4, 5, 12"


def _prepared_statement(context: CasContext) -> Response:
    frames = (
        "System.Data.SqlClient.SqlConnection.OnError(SqlException exception, Boolean breakConnection, "
        "Action`1 wrapCloseInAction)",
    )
    message = "Could not find prepared statement with handle -1."
    return refuse(context, ClrException(message, clr_type=SQL, frames=frames))


def _open_reader(context: CasContext) -> Response:
    message = "There is already an open DataReader associated with this Command which must be closed first."
    return refuse(context, ClrException(message, clr_type=INVALID))


def _slow_queue(context: CasContext) -> Response:
    message = (
        "Timeout expired.  The timeout period elapsed prior to completion of the operation or the server is not "
        "responding."
    )
    return refuse(context, ClrException(message, inner=ClrException(message, clr_type=SQL)))


def _bad_login(context: CasContext) -> Response:
    wsid = context.parameters.get("wsId", context.parameters.get("wsid", context.parameters.get("owner_wsid", "")))
    return refuse(context, ClrException(sentence(context.settings.login_error, wsid=wsid)))


def _bad_request(context: CasContext) -> Response:
    return refuse(context, UnreadableMessage(head_of(context.headers).guess, 400, "a named fault"))


def _unsupported_media(context: CasContext) -> Response:
    return refuse(context, UnreadableMessage(head_of(context.headers).guess, 415, "a named fault"))


FAULTS = (
    NamedFault(
        name="sql-exception",
        title="SqlException: Could not find prepared statement with handle -1.",
        reply=_prepared_statement,
        confidence=Confidence.OBSERVED,
        source=_ISSUES,
    ),
    NamedFault(
        name="open-data-reader",
        title="InvalidOperationException: There is already an open DataReader associated with this Command …",
        reply=_open_reader,
        confidence=Confidence.OBSERVED,
        source=_ISSUES,
    ),
    NamedFault(
        name="slow-queue",
        title="The database's timeout expires while a query waits.",
        reply=_slow_queue,
        confidence=Confidence.INFERRED,
        source="SqlException's own text; no capture from CasJobs",
    ),
    NamedFault(
        name="bad-login",
        title="The account is refused (the sentence is the setting login_error).",
        reply=_bad_login,
        confidence=Confidence.INFERRED,
        source="casjobs.md §4.6",
    ),
    NamedFault(
        name="bad-request",
        title="400 with an empty body, as for a message that is not well-formed.",
        reply=_bad_request,
        confidence=Confidence.OBSERVED,
        source="ASMX runtime",
    ),
    NamedFault(
        name="unsupported-media-type",
        title="415 with an empty body, as for a media type that is not SOAP's.",
        reply=_unsupported_media,
        confidence=Confidence.OBSERVED,
        source="ASMX runtime",
    ),
)
