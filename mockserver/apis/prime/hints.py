"""Why Prime refuses, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.api.errors import NoRoute
from mockserver.api.hints import Hint, of_operation, said
from mockserver.apis.prime.address import address_of
from mockserver.apis.prime.errors import LoginNeeded, PrimeError, RawUrl, SessionLimit
from mockserver.apis.prime.model import OperationAnswer
from mockserver.apis.prime.site import PrimeContext
from mockserver.core.errors import DomainError

_ACCOUNT = "GET /_control/apis/prime names the account to remember"


def _no_credentials(context: PrimeContext, error: LoginNeeded) -> Mapping[str, Any] | None:
    return None if "Authorization" in context.headers else {}


def _later_version(context: PrimeContext, error: NoRoute) -> Mapping[str, Any] | None:
    since, asked = getattr(context.operation, "since", 0), address_of(context).version
    return {"since": since, "asked": asked} if asked and asked < since else None


def _no_version(context: PrimeContext, error: NoRoute) -> Mapping[str, Any] | None:
    return None if address_of(context).version else {}


def _entity(context: PrimeContext, error: PrimeError) -> Mapping[str, Any] | None:
    address = address_of(context)
    listing = f"/webacs/api/v{address.version}{address.path.rpartition('/')[0]}"
    return {"listing": listing} if error.code == "PRS-101" else None


def _failures(context: PrimeContext, answer: OperationAnswer) -> Mapping[str, Any] | None:
    bad = [str(one.id) for result in answer.operation_result for one in result.failure or ()]
    if not bad:
        return None
    running = context.operation is not None and context.operation.name == "CancelRunning"
    wants = "it takes ids of runs that have not ended" if running else "it takes ids of jobs, in a state that allows it"
    return {"ids": ", ".join(bad[:5]), "wants": wants}


HINTS = (
    Hint(
        name="no-credentials",
        when="A request comes without credentials.",
        of=LoginNeeded,
        says="no credentials came: send HTTP Basic, with every request, or the session's cookie; " + _ACCOUNT + ", and "
        "the setting authentication_failure chooses between this redirect and a 401",
        facts=_no_credentials,
    ),
    Hint(
        name="bad-login",
        when="The user name or password is another.",
        of=LoginNeeded,
        says="no account has this user name and password; " + _ACCOUNT,
    ),
    Hint(
        name="session-limit",
        when="One user has more connections open than the setting allows.",
        of=SessionLimit,
        says="this user has more connections open than the setting session_limit allows: close some, or send "
        "Connection: close",
    ),
    Hint(
        name="not-in-group",
        when="The user is not in the group that the call takes.",
        of=PrimeError,
        says="the call takes the user group {group}: use an account whose `groups` in the fixtures hold it",
        facts=said(r"is not in the user group (?P<group>.*)\.-PRS"),
    ),
    Hint(
        name="raw-address",
        when="The address has characters that need percent-encoding; the answer is an empty 400.",
        of=RawUrl,
        says="percent-encode the address: a quote (%22), a blank, a brace, < or > may not stand in it as it is",
    ),
    Hint(
        name="unknown-id",
        when="The entity type has nothing of that id.",
        of=PrimeError,
        says="nothing of this type has that id; GET {listing} lists them, and ids of jobs and of their runs are two "
        "things",
        facts=_entity,
    ),
    Hint(
        name="call-of-a-later-version",
        when="The version in the path has no such call yet.",
        of=NoRoute,
        says="v{asked} has no such call; v{since} is the first that has",
        facts=_later_version,
    ),
    Hint(
        name="no-version",
        when="The path names no version of the API.",
        of=NoRoute,
        says="paths begin with /webacs/api/v1 to /webacs/api/v4; the nearest known one is {nearest}",
        facts=_no_version,
    ),
    Hint(
        name="unknown-attribute",
        when="A filter or sort names no attribute of the type.",
        of=PrimeError,
        says="{name!r} is no attribute here: names are as the answer spells them with .full=true (letter case counts), "
        "directives begin with a dot, and one entity is asked for by its id in the path",
        facts=said(r"^Unknown attribute (?P<name>.*?)( in \.sort)?\.-PRS"),
    ),
    Hint(
        name="bad-page",
        when="A Range header, or .firstResult and .maxResults, that cannot be read.",
        of=PrimeError,
        says="a page is Range: items=0-99, or .firstResult=0&.maxResults=100",
        facts=said(r"^Invalid (Range|value for \.)"),
    ),
    Hint(
        name="bad-filter",
        when="A filter's value or function cannot be read.",
        of=PrimeError,
        says="filters are name=value, or name=function(value, value) with as many values as the function takes; text "
        "may stand in %22, and a value is of the attribute's type",
        facts=said(r"^Invalid (filter|value)"),
    ),
    Hint(
        name="not-acceptable",
        when="The Accept header takes neither JSON nor XML.",
        of=PrimeError,
        says="the answer is application/xml or application/json: say so in Accept, or end the path with .json or .xml",
        facts=said("^The Accept header"),
    ),
    Hint(
        name="unsupported-body",
        when="The Content-Type of a body is neither JSON nor XML.",
        of=PrimeError,
        says="a body is application/json or application/xml: say so in Content-Type",
        facts=said("^The Content-Type header"),
    ),
    Hint(
        name="page-too-large",
        when="A page is larger than the setting allows (503).",
        of=PrimeError,
        says="a page is larger than the setting limit_page_size allows: ask for less at a time, or set it to -1",
        facts=said("^NBI page size limit"),
    ),
    Hint(
        name="rate-limit",
        when="A threshold of the rate limiter is reached (503, never 429).",
        of=PrimeError,
        says="the sandbox's rate limits are reached: GET op/rateService/rateLimits shows them, PATCH "
        "/_control/apis/prime/settings changes them, and the window slides with the sandbox's clock",
        facts=lambda context, error: {} if error.status == 503 else None,
    ),
    Hint(
        name="foreign-domain",
        when="The virtual domain is none of the user's.",
        of=PrimeError,
        says="_ctx.domain names a virtual domain that is none of this user's: the fixtures' `domains` say whose there "
        "are; the setting foreign_domain can ignore it",
        facts=said("cannot access the virtual domain"),
    ),
    Hint(
        name="bad-body",
        when="The body lacks something, or has it in another shape.",
        of=PrimeError,
        says="the body is not as the call wants it; `mockserver contracts show {operation}` shows a whole one",
        facts=lambda context, error: of_operation(context, error) if str(error).startswith("Invalid request") else None,
    ),
    Hint(
        name="some-failed",
        when="A write answers 200, and failed for some of the ids.",
        of=OperationAnswer,
        says="it failed for {ids}: {wants}; GET /_control/jobs?api=prime shows jobs with their runs and states",
        facts=_failures,
    ),
    Hint(
        name="bad-request",
        when="Something else in the request is not as the page says.",
        of=(PrimeError, DomainError),
        says="the request is not as the vendor's page says; `mockserver contracts show {operation}` shows a whole "
        "example",
        facts=of_operation,
    ),
)
"""The first that fits counts."""
