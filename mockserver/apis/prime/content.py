"""What a sandbox's Prime is made of besides jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mockserver.apis.prime.accounts import DEFAULT_ACCOUNTS, Accounts
from mockserver.apis.prime.roster import Roster
from mockserver.fixtures import BadContent


@dataclass(frozen=True, slots=True, kw_only=True)
class PrimeContent:
    """Accounts, and this process' index of the jobs."""

    accounts: Accounts
    roster: Roster = field(default_factory=Roster)


def content(section: Mapping[str, Any]) -> PrimeContent:
    """Read a fixture's section.

    Raises:
        BadContent: two accounts have one name.
    """
    rows = tuple(section.get("accounts", DEFAULT_ACCOUNTS))
    seen = set()
    for number, row in enumerate(rows):
        if row["username"] in seen:
            raise BadContent(["accounts", number], f"a second account {row['username']!r}; give each its own name")
        seen.add(row["username"])
    return PrimeContent(accounts=Accounts(rows))
