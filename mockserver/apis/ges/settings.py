"""The settings of GES: one for each switch, persona and open question of its documentation."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from mockserver.api.settings import choice, flag, optional_text, seconds
from mockserver.core.machine import Confidence

DOCUMENTED, INFERRED = Confidence.DOCUMENTED, Confidence.INFERRED


class Edition(StrEnum):
    """Which edition of the engine, and of its documentation, is played."""

    MEMORY = "memory"
    MEMORY_2025 = "memory-2025"
    PERSISTENT = "persistent"


@dataclass(frozen=True, slots=True, kw_only=True)
class GesSettings:
    """What a test may choose. `edition` in another setting means: as the edition has it."""

    edition: str = choice(
        Edition.MEMORY,
        tuple(Edition),
        "The engine: `memory` as documented in 2021, `memory-2025` as documented in 2025, `persistent` (database).",
        DOCUMENTED,
    )
    end_word: str = choice(
        "edition",
        ("edition", "success", "complete"),
        "How a finished job is called. Edition: `success` for queries and `complete` for algorithms in memory, "
        "`complete` in the persistent edition.",
        DOCUMENTED,
    )
    waiting_word: str = choice(
        "pending",
        ("pending", "waiting"),
        "How an algorithm that has not begun is called; the page of the algorithms' parameters says `waiting`.",
        DOCUMENTED,
    )
    unfinished_data: str = choice(
        "absent", ("absent", "empty"), "Whether the status of an unfinished job has an empty `data`."
    )
    cancelled_status: str = choice(
        "failed",
        ("failed", "unknown"),
        "What the status query says of a cancelled job: `failed`, or `unknown` (400 GES.8301, the job is forgotten).",
    )
    cancel_delay: float = seconds(
        0.0, "Sandbox seconds between an accepted cancel and its effect; meanwhile clients see `running`."
    )
    cancellable: str = choice(
        "edition",
        ("edition", "2021", "2022", "2025"),
        "Which page's list of cancellable jobs holds: memory 2021, memory-2025 and persistent 2025.",
    )
    finished_cancel: str = choice(
        "unknown",
        ("unknown", "unsupported"),
        "What a cancel of a finished job is answered: as for an `unknown` job, or `unsupported`.",
    )
    unsupported_cancel_code: str = choice(
        "GES.8303",
        ("GES.8303", "GES.8304"),
        "The code of `Unsupported Operation`: GES.8303 with 400, or GES.8304 with 500.",
    )
    limit_over_max: str = choice(
        "clamp",
        ("clamp", "error"),
        "A status or list query with a limit above 100000: `clamp` it, or `error` (400 GES.8005).",
    )
    job_ids: str = choice(
        "edition",
        ("edition", "uuid", "uuid-digits", "digits-uuid", "hex-digits"),
        "The shape of job ids: as the edition's samples of each call show, or one shape for all; "
        "`digits-uuid` is the hundred-billion-edge edition's.",
        DOCUMENTED,
    )
    retention: float = seconds(0.0, "Sandbox seconds a finished job is remembered; 0 for ever.")
    export_result: str = choice(
        "edition",
        ("edition", "yes", "no"),
        "Whether results can be exported; a client saw 404 for it in the persistent edition.",
        Confidence.OBSERVED,
    )
    token_required: bool = flag(True, "Whether the service plane asks for a token.", DOCUMENTED)
    token_failure_status: int = choice(
        400, (400, 401), "HTTP status of GES.8007, a missing or bad token; pages also list 401."
    )
    token_lifetime: float = seconds(86400.0, "Sandbox seconds an issued token is valid.", DOCUMENTED)
    service_signatures: bool = flag(
        False,
        "Whether the service plane takes AK/SK signatures too; the pages of 2021 say tokens only, "
        "the error catalogue of 2025 mentions both.",
        DOCUMENTED,
    )
    api_key_header: str | None = optional_text(
        "A header in which the service plane takes an account's `api_key`; the pages of 2025 do not name it."
    )
    signature_clock: str = choice(
        "either",
        ("either", "sandbox", "real"),
        "What the 15 minutes of a signature's date are measured by: the `sandbox` clock, `real` time (which "
        "unmodified SDKs stamp), or `either`.",
    )
    access_key_lock: bool = flag(
        True, "Whether five bad signatures in a row lock an access key for five minutes.", DOCUMENTED
    )
    management_graph: str = choice(
        "any",
        ("any", "own"),
        "Whether a management-plane job is found under `any` graph id of its project, or only its `own`.",
    )

    persistent: bool = field(init=False)
    """Whether answers carry `result`, as the persistent edition's do."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "persistent", self.edition == Edition.PERSISTENT)

    @property
    def exports_results(self) -> bool:
        """Whether results can be exported."""
        return self.export_result == "yes" or (self.export_result == "edition" and not self.persistent)

    @property
    def remembered(self) -> float | None:
        """Sandbox seconds a finished job is remembered, None for ever: what `retention` says, whose 0 means that."""
        return self.retention or None
