"""Ready misfortunes of a job and its runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SCENARIOS: Mapping[str, Mapping[str, Any]] = {
    "succeeds": {"plan": "succeeds"},
    "fails": {"plan": "fails"},
    "aborts": {"plan": "aborts"},
    "stuck": {"plan": "stuck"},
    "expires": {"plan": "times-out"},
    "cancel-ignored": {"plan": "stuck", "on_cancel": "ignores"},
    "cancel-too-late": {"plan": "stuck", "on_cancel": "loses"},
    "cancel-fails": {"plan": "stuck", "on_cancel": "fails"},
    "cancel-stuck": {"plan": "stuck", "on_cancel": "stuck"},
    "late-results": {"plan": "succeeds", "results_after": 30.0},
    "missing-results": {"plan": "succeeds", "results": []},
    "lost-after-submit": {"plan": "succeeds", "visible_after": 1e9},
}
"""Ready misfortunes of a job and its runs, by the fixture's `scenario`; fields given beside it win."""
