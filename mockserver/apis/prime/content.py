"""What a sandbox's Prime is made of besides jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mockserver.api.errors import BadContent
from mockserver.apis.prime.accounts import DEFAULT_ACCOUNTS, Accounts
from mockserver.apis.prime.roster import Roster
from mockserver.apis.prime.scenarios import SCENARIOS


@dataclass(frozen=True, slots=True, kw_only=True)
class PrimeContent:
    """Accounts, templates, and this process' index of the jobs.

    Attributes:
        templates: name of a CLI template -> fields of the jobs that deploy it, in the fixture's form.
    """

    accounts: Accounts
    templates: Mapping[str, Mapping[str, Any]]
    roster: Roster = field(default_factory=Roster)


def content(section: Mapping[str, Any]) -> PrimeContent:
    """Read a fixture's section.

    Raises:
        BadContent: two accounts or two templates have one name, or a scenario is unknown.
    """
    rows = tuple(section.get("accounts", DEFAULT_ACCOUNTS))
    templates = tuple(section.get("templates", ()))
    _check_names("accounts", [row["username"] for row in rows])
    _check_names("templates", [row["name"] for row in templates])
    for number, row in enumerate(templates):
        scenario = row["job"].get("scenario")
        if scenario is not None and scenario not in SCENARIOS:
            reason = f"no scenario {scenario!r}; there are {', '.join(SCENARIOS)}"
            raise BadContent(["templates", number, "job", "scenario"], reason)
    return PrimeContent(accounts=Accounts(rows), templates={row["name"]: row["job"] for row in templates})


def _check_names(part: str, names: list[str]) -> None:
    for number, name in enumerate(names):
        if name in names[:number]:
            raise BadContent([part, number], f"{name!r} a second time; give each of the {part} its own name")
