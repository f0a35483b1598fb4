"""Why GES refuses, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.api.hints import NOTHING_TO_FILL, Hint, listed, of_operation, said
from mockserver.apis.ges.errors import GatewayError, ManagementError, ServiceError
from mockserver.apis.ges.requests import GesContext

_ISSUE = "POST /v3/auth/tokens issues one, and GET /_control/apis/ges names the account to remember"
_JOBS = "GET /_control/jobs?api=ges lists all there are"


def _no_token(context: GesContext, error: ServiceError) -> Mapping[str, Any] | None:
    return NOTHING_TO_FILL if error.code == "GES.8007" and not context.headers.get("X-Auth-Token") else None


def _project(context: GesContext, error: Any) -> Mapping[str, Any] | None:
    return {"project": context.values.get("project_id", "")} if error.code in ("GES.8006", "GES.0016") else None


_unknown_graph = said(r"[Gg]raph ?(: .* not exist$|\[.*(is not found|does not exist))")


def _graph(context: GesContext, error: ServiceError) -> Mapping[str, Any] | None:
    if _unknown_graph(context, error) is None:
        return None
    project = context.values.get("project_id", "")
    own = [name for of, name in context.site.graphs if of == project]
    return {"graph": context.values.get("graph_name", ""), "graphs": listed(own), "project": project}


def _edition(context: GesContext, error: ServiceError) -> Mapping[str, Any] | None:
    fits = error.code == "GES.8000" and error.status == 404
    return {"edition": context.settings.edition} if fits else None


def _job(pattern: str, *codes: str, shows_state: bool = False) -> Any:
    found = said(pattern, *codes)

    def facts(context: GesContext, error: Any) -> Mapping[str, Any] | None:
        if getattr(error, "shows_state", False) is not shows_state or found(context, error) is None:
            return None
        return {"job": context.values.get("job_id", ""), "edition": context.settings.edition}

    return facts


HINTS = (
    Hint(
        name="no-token",
        when="A call on the service plane comes without a token.",
        of=ServiceError,
        says="no X-Auth-Token came: send one; " + _ISSUE,
        facts=_no_token,
    ),
    Hint(
        name="unknown-token",
        when="The token is unknown or has expired.",
        of=ServiceError,
        says="this X-Auth-Token has expired by the sandbox's clock, or is none of this sandbox's (each issues its "
        "own): take a new one; " + _ISSUE,
        facts=said("", "GES.8007"),
    ),
    Hint(
        name="wrong-project",
        when="The token or signature is for another project than the path's.",
        of=(ServiceError, ManagementError),
        says="the credential is not for the project in the path ({project}): use the project_id that it was issued "
        "for; GET /v3/projects lists its projects, and a token for a domain opens none",
        facts=_project,
    ),
    Hint(
        name="not-permitted",
        when="The user may not use GES.",
        of=ServiceError,
        says='the fixtures say `"permitted": false` of this user; use another account, or change the fixture',
        facts=said("", "GES.8020"),
    ),
    Hint(
        name="unknown-graph",
        when="The project has no graph of that name.",
        of=ServiceError,
        says="project {project} has no graph {graph!r}; the fixtures give it {graphs}; GET /v1.0/{project}/graphs "
        "lists those that clients made, too",
        facts=_graph,
    ),
    Hint(
        name="call-of-another-edition",
        when="The edition that the sandbox plays has no such call.",
        of=ServiceError,
        says="the edition {edition!r} has no such call; PATCH /_control/apis/ges/settings with edition memory, "
        "memory-2025 or persistent (export_result for exports) plays another",
        facts=_edition,
    ),
    Hint(
        name="job-forgotten",
        when="The status of a cancelled job, where the setting says that GES forgets it.",
        of=ServiceError,
        says="job {job} was cancelled, and cancelled_status = unknown says that GES forgets such jobs",
        facts=_job("can not find job", "GES.8301", shows_state=True),
    ),
    Hint(
        name="job-failed",
        when="The status of an algorithm that has failed.",
        of=ServiceError,
        says="no fault of the request: this is how the API tells that job {job}, an algorithm, has failed",
        facts=_job("", "GES.8301", shows_state=True),
    ),
    Hint(
        name="unknown-job",
        when="The graph has no job of that id.",
        of=(ServiceError, ManagementError),
        says="this graph has no job {job!r}: it was never made, belongs to another graph or plane, or is forgotten; "
        + _JOBS,
        facts=_job("can not find job,|[Jj]ob does not exist", "GES.8301", "GES.7007"),
    ),
    Hint(
        name="nothing-to-cancel",
        when="A cancel of a job that is unknown, has ended or is being cancelled already.",
        of=ServiceError,
        says="there is nothing to cancel: job {job!r} is unknown, has ended, or is being cancelled already; GET "
        "/_control/jobs/ges/{job} says which",
        facts=_job("an not find job to cancel", "GES.8303"),
    ),
    Hint(
        name="not-cancellable",
        when="A cancel of a job of a kind that cannot be cancelled.",
        of=ServiceError,
        says="jobs of this kind cannot be cancelled in the edition {edition!r}; the settings cancellable and "
        "finished_cancel choose another page's list",
        facts=_job("^Unsupported Operation$", "GES.8303", "GES.8304"),
    ),
    Hint(
        name="no-credential",
        when="A call through the gateway comes without a token or signature.",
        of=GatewayError,
        says="neither X-Auth-Token nor an AK/SK signature came: send a token (" + _ISSUE + "), or sign the request",
        facts=said("x-auth-token not found$", "APIGW.0301"),
    ),
    Hint(
        name="token-of-nobody",
        when="The gateway does not know the token.",
        of=GatewayError,
        says="this X-Auth-Token is none of this sandbox's (each issues its own); " + _ISSUE,
        facts=said("decrypt token fail$", "APIGW.0301"),
    ),
    Hint(
        name="token-expired",
        when="The token has expired.",
        of=GatewayError,
        says="this X-Auth-Token has expired by the sandbox's clock (GET /_control/clock); POST /v3/auth/tokens issues "
        "another, and the setting token_lifetime says for how long",
        facts=said("token expires", "APIGW.0301"),
    ),
    Hint(
        name="unknown-access-key",
        when="A signature by an access key that no account has.",
        of=GatewayError,
        says="no account has this access key; GET /_control/apis/ges names the one to remember, fixtures add others",
        facts=said("access key not found$", "APIGW.0301"),
    ),
    Hint(
        name="access-key-locked",
        when="A signature by an access key that is locked.",
        of=GatewayError,
        says="five bad signatures in a row lock an access key for five minutes of the sandbox's clock: advance it, or "
        "set access_key_lock to false",
        facts=said("access key is locked$", "APIGW.0301"),
    ),
    Hint(
        name="bad-signature",
        when="A signature that does not match what arrived.",
        of=GatewayError,
        says="the signature is not this request's: is it the account's secret key, and did method, path, query, signed "
        "headers and body arrive as they were signed? A proxy that changes Host or path breaks it",
        facts=said("signature does not match$", "APIGW.0301"),
    ),
    Hint(
        name="signature-out-of-time",
        when="A signature whose date is more than 15 minutes away.",
        of=GatewayError,
        says="the signature's X-Sdk-Date is over 15 minutes from now; the setting signature_clock says whether real "
        "time, the sandbox's clock, or either counts",
        facts=said("not within 15 minutes$", "APIGW.0301"),
    ),
    Hint(
        name="unreadable-signature",
        when="An Authorization header that is no whole signature.",
        of=GatewayError,
        says="the Authorization header is no whole SDK-HMAC-SHA256 signature: the answer says what it lacks",
        facts=said("", "APIGW.0301"),
    ),
    Hint(
        name="bad-login",
        when="No account has this name, domain and password, or key and signature.",
        of=GatewayError,
        says="no account has this name, domain and password (or this access key and signature); GET /_control/apis/ges "
        "names the one to remember",
        facts=said("", "IAM.0001"),
    ),
    Hint(
        name="unknown-project",
        when="A token is asked for a project that the user has not.",
        of=GatewayError,
        says="the user has no such project in the fixtures; leave the scope's name out, or take one that GET "
        "/v3/projects lists",
        facts=said("^Could not find project", "IAM.0004"),
    ),
    Hint(
        name="unknown-graph-id",
        when="The management plane knows no graph of that id.",
        of=ManagementError,
        says="no graph of this project has that id; the management plane takes a graph's id, not its name: GET "
        "/v1.0/<project_id>/graphs lists both",
        facts=said("graph does not exist", "GES.7000"),
    ),
    Hint(
        name="bad-request",
        when="Something else in the request is not as the page says.",
        of=(ServiceError, ManagementError, GatewayError),
        says="the request is not as the vendor's page says; `mockserver contracts show {operation}` shows a whole "
        "example, and X-Mockserver-Violation what differs, if a contract sees it",
        facts=of_operation,
    ),
)  # fmt: skip
"""The first that fits counts."""
