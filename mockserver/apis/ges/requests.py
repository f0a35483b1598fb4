"""A request to GES: its query and JSON body, and numbers and truth values that may come as text."""

from __future__ import annotations

from typing import Any

from mockserver.api.context import NO_VALUES, RequestContext, Resolved
from mockserver.api.errors import NoRoute
from mockserver.apis.ges.settings import GesSettings
from mockserver.apis.ges.site import Site
from mockserver.wire.json import read_json

GesContext = RequestContext[GesSettings, Site]

MAXIMUM = 100_000
"""Most results a status or list query gives, and what it gives when not asked for less (documented)."""


def resolve(context: RequestContext[Any, Any]) -> Resolved:
    """Read parameters (the query) and payload (the JSON body)."""
    if context.path.startswith("//"):
        # A gateway does not tidy addresses: it has no API at `//v2/…` (terraform-provider-huaweicloud #1867).
        return Resolved(None, refusal=NoRoute(context.path))
    parameters = dict(context.query) if context.query_string else NO_VALUES
    return Resolved(context.operation, parameters, read_json(context.body) if context.body else None)


def whole(value: Any) -> int | None:
    """Read a number that may come as text (`"20"`); None when it is neither, or negative."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value) < 19:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    return None


def truth(value: Any) -> bool | None:
    """Read a truth value that may come as text (`"true"`: documents; true: clients); None when it is neither."""
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None
