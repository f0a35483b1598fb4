"""Tokens: minted by the site, in all spellings clients use."""

from __future__ import annotations

from mockserver.api import Operation

OPERATIONS: tuple[Operation, ...] = ()
