"""What a Prime starts with besides jobs: accounts and templates. Nobody changes it, and all sandboxes share it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from mockserver.api.context import RequestContext
from mockserver.api.errors import BadContent
from mockserver.apis.prime.accounts import DEFAULT_ACCOUNTS, Account, read_account
from mockserver.apis.prime.settings import PrimeSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the fixtures say.

    Attributes:
        accounts: by user name.
        templates: name of a CLI template -> fields of the jobs that deploy it, in the fixture's form.
    """

    accounts: Mapping[str, Account]
    templates: Mapping[str, Mapping[str, Any]]


PrimeContext = RequestContext[PrimeSettings, Site]
"""A request to Prime."""


def read_site(section: Mapping[str, Any]) -> Site:
    """Read a fixture's section.

    Raises:
        BadContent: two accounts or two templates have one name.
    """
    accounts = [read_account(row) for row in section.get("accounts", DEFAULT_ACCOUNTS)]
    templates = tuple(section.get("templates", ()))
    _check_names("accounts", [one.username for one in accounts])
    _check_names("templates", [row["name"] for row in templates])
    return Site(
        accounts=MappingProxyType({one.username: one for one in accounts}),
        templates=MappingProxyType({row["name"]: MappingProxyType(row["job"]) for row in templates}),
    )


def _check_names(part: str, names: list[str]) -> None:
    for number, name in enumerate(names):
        if name in names[:number]:
            raise BadContent([part, number], f"{name!r} a second time; give each of the {part} its own name")
