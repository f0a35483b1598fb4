"""What is wrong with what a sandbox saw, in sentences: the same from a test and from a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def broken_contract(breach: Mapping[str, Any], asked: str) -> str:
    """Return a breach of contract as a sentence.

    Args:
        asked: the request in which it happened.
    """
    who = "the client" if breach["side"] == "client" else "mockserver itself (a bug of it; please report)"
    place = " ".join(filter(None, (breach["part"], breach["pointer"])))
    return f"{who} broke the contract of {breach['operation']} in {asked}: {place}: {breach['message']}"


def fault_for_nothing(fault: Mapping[str, Any]) -> str:
    """Return as a sentence that nothing has hit an armed fault."""
    return (
        f"the fault {fault['id']} never fired (match {dict(fault['match'])}, effect {dict(fault['effect'])}): "
        "it has tested nothing"
    )
