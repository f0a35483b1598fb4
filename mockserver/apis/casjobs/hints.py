"""Why CasJobs refuses, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mockserver.api.hints import Filling, Hint, of_operation, said
from mockserver.apis.casjobs.errors import (
    SQL,
    ClrException,
    PageError,
    PlainError,
    ScriptError,
    SoapFault,
    UnreadableMessage,
)
from mockserver.apis.casjobs.responses import Code
from mockserver.apis.casjobs.service_types import NAMESPACE, CasContext

_FAULTS = (ClrException, SoapFault, PlainError)

_FACTS = ("wsid", "job", "jobId", "jobID", "type", "state", "condition")
"""What hints may say: of the sentence where that says it, otherwise of the request."""


def _text(error: ClrException | SoapFault | PlainError) -> str:
    """Return all messages of an error, outermost first, a line each."""
    outer = error if isinstance(error, ClrException) else error.error
    return "\n".join(one.message for one in outer.chain())


@lru_cache(maxsize=64)
def _pattern(template: str) -> re.Pattern[str]:
    """Return what a sentence matches once it is filled; a user may have written any, also one with nothing to fill."""
    filled: set[str] = set()

    def group(found: re.Match[str]) -> str:
        name = found[1]
        if name in filled or name not in _FACTS:
            return ".*"
        filled.add(name)
        return f"(?P<{name}>.*)"

    text = re.sub(r"\\\{(\w+)\\\}", group, re.escape(template))
    return re.compile(f"^{text}$", re.MULTILINE)


def worded(setting: str) -> Filling:
    """Return facts that fit an error which says the sentence of a setting; what fills that sentence are the facts."""

    def facts(context: CasContext, error: Any) -> Mapping[str, Any] | None:
        found = _pattern(getattr(context.settings, setting)).search(_text(error))
        given = {name: context.parameters.get(name, "") for name in _FACTS}
        return None if found is None else {**given, **found.groupdict()}

    return facts


def _no_login(context: CasContext, error: Any) -> Mapping[str, Any] | None:
    found = worded("login_error")(context, error)
    return found if found is not None and found["wsid"] in ("0", "") else None


def _code(code: Code) -> Filling:
    return lambda context, error: {} if error.code is code else None


def _status(status: int) -> Filling:
    return lambda context, error: {} if error.status == status else None


def _page(title: str) -> Filling:
    return lambda context, error: {} if error.title.startswith(title) else None


def _query_failed(context: CasContext, error: Any) -> Mapping[str, Any] | None:
    outer = error if isinstance(error, ClrException) else error.error
    return {} if any(one.clr_type == SQL for one in outer.chain()) else None


HINTS = (
    Hint(
        name="no-login",
        when="The account's number does not arrive: it is 0 for ASP.NET.",
        of=_FAULTS,
        says=f"no wsid arrived, so it is 0: in SOAP the arguments are elements of the namespace {NAMESPACE}, spelt as "
        "?WSDL spells them; X-Mockserver-Violation says what is amiss",
        facts=_no_login,
    ),
    Hint(
        name="bad-login",
        when="No account has that number and password.",
        of=_FAULTS,
        says="no account has the WebServicesID {wsid} and this password; GET /_control/apis/casjobs names the account "
        "to remember",
        facts=worded("login_error"),
    ),
    Hint(
        name="foreign-job",
        when="The job belongs to another account.",
        of=_FAULTS,
        says="job {job} is another account's: its owner can cancel it, and only an administrator sees it besides; "
        "GET /_control/jobs/casjobs/{job} says whose it is",
        facts=worded("foreign_job_error"),
    ),
    Hint(
        name="unknown-job",
        when="GetJobStatus of an id that is no job.",
        of=_FAULTS,
        says="there is no job of that id in this sandbox; GET /_control/jobs?api=casjobs lists all there are; the "
        "setting unknown_job_status answers 0 instead",
        facts=worded("unknown_job_error"),
    ),
    Hint(
        name="job-ended",
        when="CancelJob of a job that has ended, where the setting makes that an error.",
        of=_FAULTS,
        says="job {job} has ended, and cancel_ended = exception makes that an error",
        facts=worded("cancel_ended_error"),
    ),
    Hint(
        name="not-an-administrator",
        when="A call for administrators by somebody else.",
        of=_FAULTS,
        says="the call is for accounts with `\"admin\": true` in the fixtures (wsid 99 of the default ones); the "
        "setting service_state_admin_only opens it",
        facts=worded("admin_error"),
    ),
    Hint(
        name="unknown-job-type",
        when="An extract job of a type that there is none of.",
        of=_FAULTS,
        says="no type {type!r}: GetJobTypes lists those there are, and QUERY is none of a table's",
        facts=worded("job_type_error"),
    ),
    Hint(
        name="unknown-service-state",
        when="A service state that there is none of.",
        of=_FAULTS,
        says="no state {state!r}: SUSPENDING and WAKING can be set",
        facts=worded("service_state_error"),
    ),
    Hint(
        name="bad-condition",
        when="GetJobs with conditions that cannot be read, where the setting makes that an error.",
        of=_FAULTS,
        says="conditions are key:value pairs joined by `;`, as GetJobs' help page says; {condition!r} is none",
        facts=worded("conditions_error"),
    ),
    Hint(
        name="query-failed",
        when="A query that the fixtures let fail.",
        of=_FAULTS,
        says="the fixtures let this query fail (quick_results with `error`), or the store is away; it is no fault of "
        "the request",
        facts=_query_failed,
    ),
    Hint(
        name="unknown-operation",
        when="An address with an operation that there is none of.",
        of=PlainError,
        says="no operation of that name: letter case counts in jobs.asmx/<Operation>, and jobs.asmx lists them all",
        facts=said("method name", text=_text),
    ),
    Hint(
        name="no-form",
        when="A POST to an operation whose body is no form.",
        of=PlainError,
        says="a POST to jobs.asmx/<Operation> is a form (application/x-www-form-urlencoded); SOAP goes to "
        "jobs.asmx",
        facts=said("^Request format is invalid", text=_text),
    ),
    Hint(
        name="looks-like-markup",
        when="A value that looks like markup, where the setting refuses such.",
        of=PlainError,
        says="request_validation = true refuses values that look like markup, as ASP.NET does in GET and POST; SOAP "
        "takes them",
        facts=said("potentially dangerous", text=_text),
    ),
    Hint(
        name="bad-number",
        when="A number, truth value or time that is missing or none.",
        of=_FAULTS,
        says="an argument is missing or of another type: GET and POST want all that ?WSDL names; "
        "X-Mockserver-Violation says which",
        facts=said(
            "Cannot convert|not in a correct format|too large or too small|Missing parameter|recognized as a valid",
            text=_text,
        ),
    ),
    Hint(
        name="unknown-action",
        when="The SOAPAction names no operation.",
        of=SoapFault,
        says=f'SOAPAction must be "{NAMESPACE}/<Operation>"; ?WSDL says each, and the client that reads it sends them '
        'right',
        facts=said("HTTP Header SOAPAction|action", text=_text),
    ),
    Hint(
        name="not-soap",
        when="The envelope is of no version of SOAP.",
        of=SoapFault,
        says="the envelope's namespace is that of SOAP 1.1 (http://schemas.xmlsoap.org/soap/envelope/) or SOAP 1.2 "
        "(http://www.w3.org/2003/05/soap-envelope)",
        facts=_code(Code.VERSION_MISMATCH),
    ),
    Hint(
        name="unknown-header-block",
        when="A header block must be understood, and the service knows none.",
        of=SoapFault,
        says="the service knows no SOAP headers (WS-Security, WS-Addressing): send none with mustUnderstand",
        facts=_code(Code.MUST_UNDERSTAND),
    ),
    Hint(
        name="unreadable-message",
        when="A SOAP message that cannot be read.",
        of=(SoapFault, UnreadableMessage),
        says="the message cannot be read as an envelope with one Body that begins with an element of "
        f"{NAMESPACE}; the test page of the operation (jobs.asmx?op=Name) shows a whole one",
        facts=lambda context, error: None if getattr(error, "status", 400) == 415 else {},
    ),
    Hint(
        name="unsupported-media-type",
        when="The Content-Type is none of SOAP's.",
        of=UnreadableMessage,
        says="Content-Type is text/xml with a SOAPAction header for SOAP 1.1, application/soap+xml for SOAP 1.2, and "
        "application/x-www-form-urlencoded for a POST to jobs.asmx/<Operation>",
        facts=_status(415),
    ),
    Hint(
        name="json",
        when="A JSON request, which only a service for scripts takes.",
        of=ScriptError,
        says="the service takes no JSON: use SOAP, or a form to jobs.asmx/<Operation>",
    ),
    Hint(
        name="unrecognized-request",
        when="An address with an operation that there is none of, or a method that the service does not take.",
        of=PageError,
        says="call jobs.asmx/<Operation> with GET or a form, or post SOAP to jobs.asmx; ?WSDL lists the operations",
        facts=_page("Request format is unrecognized"),
    ),
    Hint(
        name="bad-request",
        when="Something else in the request is not as the service's description says.",
        of=(*_FAULTS, PageError),
        says="the request is not as ?WSDL says; `mockserver contracts show {operation}` shows a whole example",
        facts=of_operation,
    ),
)  # fmt: skip
"""The first that fits counts."""
