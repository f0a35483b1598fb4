"""Prime's settings: every switch, persona and open question of its specification."""

from __future__ import annotations

from dataclasses import dataclass

from mockserver.api.settings import choice, flag, integer, seconds, text
from mockserver.core.machine import Confidence

DOCUMENTED, OBSERVED, INFERRED = Confidence.DOCUMENTED, Confidence.OBSERVED, Confidence.INFERRED


@dataclass(frozen=True, slots=True, kw_only=True)
class PrimeSettings:
    """How this Prime behaves."""

    authentication_failure: str = choice(
        "302",
        ("302", "401"),
        "What missing or incorrect credentials get: 302 to the login page (PI 3.x) or 401 (PI 2.x, EPN Manager).",
        DOCUMENTED,
    )
    realm: str = text("Prime Infrastructure", "Realm of the WWW-Authenticate header of a 401; empty: no such header.")
    session_cookie: bool = flag(
        True,
        "A Basic login also sets JSESSIONID, and that cookie alone is a login afterwards (client mihudec).",
        OBSERVED,
    )
    session_limit: int = integer(
        0, "Connections a user may keep open with Basic logins before 401; 0: no limit. PI 3.0's FAQ says 5.", minimum=0
    )
    job_visible_after: float = seconds(
        0.0,
        "Time between a job's creation by a client and its first appearance in any answer; recorded: none.",
        OBSERVED,
    )
    deploy_starts_after: float = seconds(
        2.0,
        "Time between a job's creation by a client and the start of its run, where the client names no startTime. "
        "Recorded: 30 s (PI 3.x, 2016 and 2017); the references say at once.",
        OBSERVED,
    )
    run_before_start: str = choice(
        "RUNNING",
        ("RUNNING", "PENDING_EXECUTION", "absent"),
        "What runhistory shows of a run that is due but has not begun. JobSummary shows none.",
    )
    cancel_takes: float = seconds(
        2.0, "Time between an accepted cancelrunning and its effect, for runs that say nothing else."
    )
    run_takes: float = seconds(5.0, "How long a run created by a client stays RUNNING. Recorded: 1 to 22 s.", OBSERVED)
    cancelled_run_status: str = choice(
        "CANCELLED", ("CANCELLED", "ABORTED"), "runStatus of a run that a cancelrunning has ended."
    )
    cancel_failed_run_status: str = choice(
        "COMPLETED",
        ("COMPLETED", "RUNNING", "ABORTED", "INTERRUPTED"),
        "runStatus of a run whose resultStatus is CANCELFAILED.",
    )
    empty_results: str = choice(
        "absent",
        ("absent", "empty"),
        'How the empty side of operationResult looks: no key; an empty element (v1 "failure":"", v2 and later '
        '{"failure":[]}).',
    )
    no_jobs: str = choice(
        "empty",
        ("empty", "absent"),
        'How v2 and later JSON says that runhistory found no job: "job":[] or no such key.',
    )
    empty_last: str = choice("-1", ("-1", "0", "absent"), "@last of a list without jobs.")
    runhistory_without_parameters: str = choice(
        "no-jobs",
        ("no-jobs", "jobs-without-runs"),
        "What runhistory without parameters lists; no run instances in either case.",
    )
    success_message: str = text("The operation succeeded.", "Text of each success entry.")
    failure_message: str = text("The operation failed.", "Text of each failure entry.")
    all_succeeded_message: str = text("The operation succeeded.", "Text of an operationResult without failures.")
    some_failed_message: str = text("The operation failed for some ids.", "Text of an operationResult with failures.")
    empty_id_list: str = choice(
        "400", ("400", "200"), "What a PUT without ids gets: a 400 errorDocument, or a result without entries."
    )
    json_content_type: str = choice(
        "application/json", ("application/json", "application/json;charset=UTF-8"), "Content-Type of JSON answers."
    )
    suffix_after_query: bool = flag(
        True, ".json and .xml also count at the very end of the query, as PI 2.0's FAQ shows it.", DOCUMENTED
    )
    server_zone: str = text(
        "Z",
        "The server's zone in dates: Z, or an offset such as +10:00.",
        OBSERVED,
        pattern=r"Z|[+-](0\d|1[0-4]):[0-5]\d",
    )
    domain: str = text("ROOT-DOMAIN", "The root of the virtual domains, from which all is seen.", OBSERVED)
    foreign_domain: str = choice(
        "403",
        ("403", "400", "ignored"),
        "What a `_ctx.domain` gets that does not exist or is not the user's: a refusal, or the user's own domain.",
    )
    instance_uuid: bool = flag(False, "JobSummary entities carry instanceUuid (EPN Manager 3.1 and later).", DOCUMENTED)
    recurrence: float = seconds(
        3600.0, "Time from one planned run of a scheduled job to the next, where the job does not say.", minimum=1
    )
    # --- limits; the names are those of rateService/rateLimits -----------------------------------
    rate_limiting: bool = flag(False, "Whether the thresholds below are enforced; page sizes always are.")
    job_service_limited: bool = flag(
        True, 'jobService counts: "Rate limiting: Yes" up to PI 3.4 and EPN Manager 3.1, "No" later.', DOCUMENTED
    )
    window_size: int = integer(1000, "Length of the sliding window in milliseconds.", DOCUMENTED, minimum=1)
    window_segments: int = integer(10, "Segments the window is cut in.", minimum=1)
    total_request_threshold: int = integer(
        20, "Requests per window, all users together; -1: no limit.", OBSERVED, minimum=-1
    )
    per_user_threshold: int = integer(-1, "Requests per window and user; -1: no limit.", OBSERVED, minimum=-1)
    max_concurrent_queries: int = integer(5, "Requests of one user at a time; -1: no limit.", OBSERVED, minimum=-1)
    max_all_user_concurrent_queries: int = integer(
        45, "Requests of all users at a time; -1: no limit.", OBSERVED, minimum=-1
    )
    limit_page_size: int = integer(1000, "The greatest page; more is 503. -1: no limit.", DOCUMENTED, minimum=-1)
    limit_unpaged_query: int = integer(100, "The page of a query that names no size.", minimum=1)
    answer_takes: float = seconds(0.0, "Real time each call takes, so that calls of one client can overlap.")
