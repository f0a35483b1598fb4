"""The settings of the ArcGIS fake: every switch, persona and open question of arcgis.md."""

from __future__ import annotations

from dataclasses import dataclass

from mockserver.api.settings import CENTURY, choice, flag, integer, seconds, text, texts
from mockserver.core.machine import Confidence

_D, _S = Confidence.DOCUMENTED, Confidence.OBSERVED


@dataclass(frozen=True, slots=True, kw_only=True)
class ArcgisSettings:
    """Settings of one sandbox's ArcGIS Server."""

    # --- the site ---------------------------------------------------------------------------------
    contexts: tuple[str, ...] = texts(
        ("arcgis", "webadaptor", "server"), "Web-adaptor names: first path segments under which the site answers.", _D
    )
    portal_context: str = text("portal", "First path segment of the portal of a federated site.", _D)
    version: str = text(
        "11.3", "The site's release; `10.9.1` is told as the number 10.91.", _D, pattern=r"\d{1,4}\.\d{1,4}(\.\d{1,4})?"
    )
    secured: str = choice(
        "none",
        ("none", "standalone", "federated"),
        "Who asks for tokens: nobody but secured services, the server itself, or the portal it is federated with.",
    )
    announces_tokens: bool = flag(
        True,
        "`rest/info` tells where tokens come from also while `secured` is `none`, as servers with public services do; "
        "false: only while something is secured. PyPI `arcgis` cannot sign in to an Administrator without it.",
        _S,
    )
    http_errors: str = choice(
        "application",
        ("application", "real"),
        "REST errors come as HTTP 200, or with their code as the HTTP status.",
        _S,
    )
    admin_http_errors: str = choice(
        "application",
        ("application", "real"),
        "Administrator errors come as HTTP 200, or with their code as the HTTP status (open question 4).",
    )
    admin_sign_in: str = choice(
        "as-secured",
        ("as-secured", "always"),
        "The Administrator asks for a token when the site is `secured`, or always.",
    )
    admin_get_on_post_only: str = choice(
        "405",
        ("405", "allow"),
        "GET on an Administrator operation that is documented as POST: refused with 405, or allowed.",
    )
    json_content_type: str = choice(
        "application/json;charset=UTF-8",
        ("application/json;charset=UTF-8", "text/plain;charset=utf-8"),
        "Content type of `f=json` (open question 7); old servers say text/plain.",
    )
    jsonp_semicolon: bool = flag(True, "A JSONP answer ends in a semicolon, as those of 10.0 and 10.6 do.", _S)

    # --- how jobs run -----------------------------------------------------------------------------
    queue: float = seconds(1.0, "Seconds a job of a shorthand plan stays Submitted.")
    run: float = seconds(2.0, "Seconds a job of a shorthand plan runs, unless its task says otherwise.")
    cancel_check: float = seconds(
        5.0, "cancellationCheckInterval: seconds until a tool notices a cancel.", _D, minimum=1
    )
    cancel_reply: str = choice(
        "cancelling",
        ("cancelling", "cancelled"),
        "What an accepted REST cancel says: esriJobCancelling, or esriJobCancelled as an older sample shows.",
        _D,
    )
    cancel_twice: str = choice(
        "repeat", ("repeat", "error"), "REST cancel while Cancelling: the answer again, or the error (open question 2)."
    )
    cancel_new: str = choice(
        "error",
        ("error", "accept"),
        "REST cancel while New: the error, as while Submitted, or accepted (open question 2).",
    )
    tool_honours_cancel: bool = flag(
        True, "Tools stop when cancelled; a pure-Python tool without ArcPy does not, and runs on to its end.", _D
    )
    results_delay_polls: int = integer(
        0, "Status queries after success that do not show the results yet.", _S, minimum=0
    )
    job_max_age: float = seconds(21600.0, "Maximum file age: seconds a finished job is remembered (6 h).", _D)
    parameter_check: str = choice(
        "job", ("job", "submit"), "A missing or unreadable input fails the job, or is refused at submitJob."
    )

    # --- what jobs say ----------------------------------------------------------------------------
    message_level: str = choice(
        "none", ("none", "error", "warning", "info"), "Message level of services that name none.", _D
    )
    succeeded_frame: bool = flag(
        False,
        "A job that succeeded at level None, Error or Warning says `Submitted.`, `Executing...`, `Succeeded.` around "
        "the tool's own lines; a server was seen to say the tool's lines alone.",
        _S,
    )
    message_dates: str = choice(
        "by-version",
        ("by-version", "long", "short"),
        "Dates in messages: `Friday, December 16, 2022 6:05:31 PM`, or `Fri Dec 16 18:05:31 2022`, which is for 10.x.",
        _S,
    )
    submitted_message: bool = flag(False, "A job that has not begun says `Submitted.` already, as some servers do.", _S)
    messages_off: str = choice(
        "absent",
        ("absent", "empty"),
        "With returnMessages=false the key `messages` is absent, or an empty list (open question 6).",
    )
    progress: str = choice("default", ("none", "default", "step"), "The `progress` of an executing job.", _D)
    progress_interval: float = seconds(
        5.0, "progressMessageUpdateInterval: seconds between changes of `progress`.", _D, minimum=1
    )
    unknown_job_details: str = text("", "A text in `details` when a job id is unknown (open question 1).")
    unable_text: str = choice(
        "Unable to complete operation.",
        ("Unable to complete operation.", "Unable to complete  operation."),
        "The message of a failed REST operation; some versions print two spaces.",
        _S,
    )
    redirect_status: int = choice(
        302, (301, 302, 303), "HTTP status of submitJob's redirect to the job page (open question 5)."
    )
    execute_failure: str = choice(
        "messages",
        ("messages", "empty"),
        "`details` of a failed execute: the tool's messages, or nothing (open question 10).",
    )

    # --- tokens -----------------------------------------------------------------------------------
    token_minutes: int = integer(
        60, "shortLivedTokenValidity: minutes a token lives unless asked.", _S, minimum=1, maximum=CENTURY // 60
    )
    token_max_minutes: int = integer(
        20160,
        "Longest life of a token, in minutes; a longer wish is clamped, not refused.",
        minimum=1,
        maximum=CENTURY // 60,
    )
    token_real_ttl: float = seconds(
        0.0, "Seconds after which a token is refused, whatever `expires` says (0: as told); for tokens that die early."
    )
    dead_cookie: str = choice(
        "ignored",
        ("ignored", "refused"),
        "A token in the cookie `agstoken` that is no good: as if none had come, or refused like any other.",
    )
    referer_check: str = choice(
        "off", ("off", "strict"), "Referer-bound tokens are honoured without, or only with, their Referer."
    )

    @property
    def current_version(self) -> int | float:
        """`currentVersion`: a number, 10.91 for 10.9.1 [server-info]."""
        first, second, *rest = self.version.split(".")
        number = float(f"{first}.{second}{''.join(rest)}")
        return int(number) if number.is_integer() else number

    @property
    def is_10(self) -> bool:
        """Whether the site is of a release 10.x, whose jobs say more at message level Info."""
        return self.version.startswith("10.")

    @property
    def short_dates(self) -> bool:
        """Whether dates in messages are short."""
        return self.is_10 if self.message_dates == "by-version" else self.message_dates == "short"

    @property
    def full_version(self) -> str:
        """`fullVersion`: three parts [server-info]."""
        first, second, *rest = self.version.split(".")
        if first == "10" and len(second) == 2:  # 10.91, as `currentVersion` writes 10.9.1
            second, rest = second[0], [second[1]]
        return ".".join((first, second, *(rest or ("0",))))
