"""The settings of the ArcGIS fake: every switch, persona and open question of arcgis.md."""

from __future__ import annotations

from dataclasses import dataclass

from mockserver.api.settings import setting
from mockserver.core.machine import Confidence

_D, _S = Confidence.DOCUMENTED, Confidence.OBSERVED


@dataclass(frozen=True, slots=True, kw_only=True)
class ArcgisSettings:
    """Settings of one sandbox's ArcGIS Server."""

    # --- the site ---------------------------------------------------------------------------------
    contexts: tuple[str, ...] = setting(
        ("arcgis", "webadaptor", "server"), "Web-adaptor names: first path segments under which the site answers.", _D
    )
    portal_context: str = setting("portal", "First path segment of the portal of a federated site.", _D)
    version: str = setting(
        "11.3",
        "The site's release; `10.9.1` is told as the number 10.91.",
        _D,
        pattern=r"\d{1,4}\.\d{1,4}(\.\d{1,4})?",
    )
    secured: str = setting(
        "none",
        "Who asks for tokens: nobody but secured services, the server itself, or the portal it is federated with.",
        choices=("none", "standalone", "federated"),
    )
    http_errors: str = setting(
        "application",
        "REST errors come as HTTP 200, or with their code as the HTTP status.",
        _S,
        choices=("application", "real"),
    )
    admin_http_errors: str = setting(
        "application",
        "Administrator errors come as HTTP 200, or with their code as the HTTP status (open question 4).",
        choices=("application", "real"),
    )
    admin_sign_in: str = setting(
        "as-secured",
        "The Administrator asks for a token when the site is `secured`, or always.",
        choices=("as-secured", "always"),
    )
    admin_get_on_post_only: str = setting(
        "405",
        "GET on an Administrator operation that is documented as POST: refused with 405, or allowed.",
        choices=("405", "allow"),
    )
    json_content_type: str = setting(
        "application/json;charset=UTF-8",
        "Content type of `f=json` (open question 7); old servers say text/plain.",
        choices=("application/json;charset=UTF-8", "text/plain;charset=utf-8"),
    )
    jsonp_semicolon: bool = setting(True, "A JSONP answer ends in a semicolon (open question 7).")

    # --- how jobs run -----------------------------------------------------------------------------
    queue: float = setting(1.0, "Seconds a job of a shorthand plan stays Submitted.", duration=True, minimum=0)
    run: float = setting(
        2.0, "Seconds a job of a shorthand plan runs, unless its task says otherwise.", duration=True, minimum=0
    )
    cancel_check: float = setting(
        5.0, "cancellationCheckInterval: seconds until a tool notices a cancel.", _D, duration=True, minimum=1
    )
    cancel_reply: str = setting(
        "cancelling",
        "What an accepted REST cancel says: esriJobCancelling, or esriJobCancelled as an older sample shows.",
        _D,
        choices=("cancelling", "cancelled"),
    )
    cancel_twice: str = setting(
        "repeat",
        "REST cancel while Cancelling: the answer again, or the error (open question 2).",
        choices=("repeat", "error"),
    )
    cancel_new: str = setting(
        "error",
        "REST cancel while New: the error, as while Submitted, or accepted (open question 2).",
        choices=("error", "accept"),
    )
    tool_honours_cancel: bool = setting(
        True, "Tools stop when cancelled; a pure-Python tool without ArcPy does not, and runs on to its end.", _D
    )
    results_delay_polls: int = setting(
        0, "Status queries after success that do not show the results yet.", _S, minimum=0
    )
    job_max_age: float = setting(
        21600.0, "Maximum file age: seconds a finished job is remembered (6 h).", _D, duration=True, minimum=0
    )
    parameter_check: str = setting(
        "job",
        "A missing or unreadable input fails the job, or is refused at submitJob.",
        choices=("job", "submit"),
    )

    # --- what jobs say ----------------------------------------------------------------------------
    message_level: str = setting(
        "none",
        "Message level of services that name none.",
        _D,
        choices=("none", "error", "warning", "info"),
    )
    submitted_message: bool = setting(
        False, "A job that has not begun says `Submitted.` already, as some servers do.", _S
    )
    messages_off: str = setting(
        "absent",
        "With returnMessages=false the key `messages` is absent, or an empty list (open question 6).",
        choices=("absent", "empty"),
    )
    progress: str = setting("default", "The `progress` of an executing job.", _D, choices=("none", "default", "step"))
    progress_interval: float = setting(
        5.0, "progressMessageUpdateInterval: seconds between changes of `progress`.", _D, duration=True, minimum=1
    )
    unknown_job_details: str = setting("", "A text in `details` when a job id is unknown (open question 1).")
    unable_text: str = setting(
        "Unable to complete operation.",
        "The message of a failed REST operation; some versions print two spaces.",
        _S,
        choices=("Unable to complete operation.", "Unable to complete  operation."),
    )
    redirect_status: int = setting(
        302, "HTTP status of submitJob's redirect to the job page (open question 5).", choices=(301, 302, 303)
    )
    execute_failure: str = setting(
        "messages",
        "`details` of a failed execute: the tool's messages, or nothing (open question 10).",
        choices=("messages", "empty"),
    )

    # --- tokens -----------------------------------------------------------------------------------
    token_minutes: int = setting(60, "shortLivedTokenValidity: minutes a token lives unless asked.", _S, minimum=1)
    token_max_minutes: int = setting(
        20160, "Longest life of a token, in minutes; a longer wish is clamped, not refused.", minimum=1
    )
    token_real_ttl: float = setting(
        0.0,
        "Seconds after which a token is refused, whatever `expires` says (0: as told); for tokens that die early.",
        duration=True,
        minimum=0,
    )
    referer_check: str = setting(
        "off", "Referer-bound tokens are honoured without, or only with, their Referer.", choices=("off", "strict")
    )
