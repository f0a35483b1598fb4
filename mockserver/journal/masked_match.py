"""A match without its secrets: what a tester looks for is shown to other testers, too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.journal.masking import Masking
from mockserver.journal.matching import Match


def masked_match(match: Match, hide: Masking) -> dict[str, Any]:
    """Return a match as anybody may see it."""
    return {name: masked_field(name, value, hide) for name, value in match.items()}


def masked_field(name: str, value: Any, hide: Masking, content_type: str = "") -> Any:
    """Return what a match wants, or a request has, in one of the fields that a match may name.

    Args:
        content_type: of the request.
    """
    if name == "headers" and isinstance(value, Mapping):
        return {header: hide.header(header, str(one)) for header, one in value.items()}
    if isinstance(value, str):
        if name == "path":
            return hide.path(value)
        if name == "body":
            return hide.body(value, content_type)
    return hide.data(value, name)
