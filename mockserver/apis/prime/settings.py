"""Prime's settings: every switch, persona and open question of its specification."""

from __future__ import annotations

from dataclasses import dataclass

from mockserver.api.settings import setting
from mockserver.core.machine import Confidence

DOCUMENTED, OBSERVED, INFERRED = Confidence.DOCUMENTED, Confidence.OBSERVED, Confidence.INFERRED


@dataclass(frozen=True, slots=True, kw_only=True)
class PrimeSettings:
    """How this Prime behaves."""

    authentication_failure: str = setting(
        "302",
        "What missing or incorrect credentials get: 302 to the login page (PI 3.x) or 401 (PI 2.x, EPN Manager).",
        DOCUMENTED,
        choices=("302", "401"),
    )
    realm: str = setting(
        "Prime Infrastructure", "Realm of the WWW-Authenticate header of a 401; empty: no such header."
    )
    session_cookie: bool = setting(
        True,
        "A Basic login also sets JSESSIONID, and that cookie alone is a login afterwards (client mihudec).",
        OBSERVED,
    )
    session_limit: int = setting(
        0, "Connections a user may keep open with Basic logins before 401; 0: no limit. PI 3.0's FAQ says 5.", minimum=0
    )
    job_visible_after: float = setting(
        2.0,
        "Time between a job's creation by a client and its first appearance in any answer.",
        duration=True,
        minimum=0,
    )
    cancel_takes: float = setting(
        2.0, "Time between an accepted cancelrunning and its effect, for runs that say nothing else.", duration=True,
        minimum=0,
    )  # fmt: skip
    run_takes: float = setting(5.0, "How long a run created by a client stays RUNNING.", duration=True, minimum=0)
    cancelled_run_status: str = setting(
        "CANCELLED", "runStatus of a run that a cancelrunning has ended.", choices=("CANCELLED", "ABORTED")
    )
    cancel_failed_run_status: str = setting(
        "COMPLETED",
        "runStatus of a run whose resultStatus is CANCELFAILED.",
        choices=("COMPLETED", "RUNNING", "ABORTED", "INTERRUPTED"),
    )
    empty_results: str = setting(
        "absent",
        'How the empty side of operationResult looks: no key; an empty element (v1 "failure":"", v2 and later '
        '{"failure":[]}).',
        choices=("absent", "empty"),
    )
    no_jobs: str = setting(
        "empty",
        'How v2 and later JSON says that runhistory found no job: "job":[] or no such key.',
        choices=("empty", "absent"),
    )
    empty_last: str = setting("-1", "@last of a list without jobs.", choices=("-1", "0", "absent"))
    runhistory_without_parameters: str = setting(
        "no-jobs",
        "What runhistory without parameters lists; no run instances in either case.",
        choices=("no-jobs", "jobs-without-runs"),
    )
    success_message: str = setting("The operation succeeded.", "Text of each success entry.")
    failure_message: str = setting("The operation failed.", "Text of each failure entry.")
    all_succeeded_message: str = setting("The operation succeeded.", "Text of an operationResult without failures.")
    some_failed_message: str = setting(
        "The operation failed for some ids.", "Text of an operationResult with failures."
    )
    empty_id_list: str = setting(
        "400", "What a PUT without ids gets: a 400 errorDocument, or a result without entries.", choices=("400", "200")
    )
    json_content_type: str = setting(
        "application/json",
        "Content-Type of JSON answers.",
        choices=("application/json", "application/json;charset=UTF-8"),
    )
    suffix_after_query: bool = setting(
        True, ".json and .xml also count at the very end of the query, as PI 2.0's FAQ shows it.", DOCUMENTED
    )
    server_zone: str = setting(
        "Z",
        "The server's zone in dates: Z, or an offset such as +10:00.",
        OBSERVED,
        pattern=r"Z|[+-](0\d|1[0-4]):[0-5]\d",
    )
    domain: str = setting("ROOT-DOMAIN", "Virtual domain named by v4 answers.", OBSERVED)
    instance_uuid: bool = setting(
        False, "JobSummary entities carry instanceUuid (EPN Manager 3.1 and later).", DOCUMENTED
    )
    recurrence: float = setting(
        3600.0, "Time from one planned run of a scheduled job to the next, where the job does not say.", duration=True,
        minimum=1,
    )  # fmt: skip
    # --- limits; the names are those of rateService/rateLimits -----------------------------------
    rate_limiting: bool = setting(False, "Whether the thresholds below are enforced; page sizes always are.")
    job_service_limited: bool = setting(
        True, 'jobService counts: "Rate limiting: Yes" up to PI 3.4 and EPN Manager 3.1, "No" later.', DOCUMENTED
    )
    window_size: int = setting(1000, "Length of the sliding window in milliseconds.", DOCUMENTED, minimum=1)
    window_segments: int = setting(10, "Segments the window is cut in.", minimum=1)
    total_request_threshold: int = setting(
        20, "Requests per window, all users together; -1: no limit.", OBSERVED, minimum=-1
    )
    per_user_threshold: int = setting(-1, "Requests per window and user; -1: no limit.", OBSERVED, minimum=-1)
    max_concurrent_queries: int = setting(5, "Requests of one user at a time; -1: no limit.", OBSERVED, minimum=-1)
    max_all_user_concurrent_queries: int = setting(
        45, "Requests of all users at a time; -1: no limit.", OBSERVED, minimum=-1
    )
    limit_page_size: int = setting(1000, "The greatest page; more is 503. -1: no limit.", DOCUMENTED, minimum=-1)
    limit_unpaged_query: int = setting(100, "The page of a query that names no size.", minimum=1)
    answer_takes: float = setting(
        0.0, "Real time each call takes, so that calls of one client can overlap.", duration=True, minimum=0
    )
