"""What a Prime starts with besides jobs: accounts, templates, devices, virtual domains.

Nobody changes it, and all sandboxes share it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from mockserver.api.context import RequestContext
from mockserver.api.errors import BadContent
from mockserver.apis.prime.accounts import DEFAULT_ACCOUNTS, Account, read_account
from mockserver.apis.prime.settings import PrimeSettings
from mockserver.core.job_document import BadFields, read_moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the fixtures say.

    Attributes:
        accounts: by user name.
        templates: name of a CLI template -> fields of the jobs that deploy it, in the fixture's form.
        devices: with their inventories, in the fixture's form and order.
        cli_templates: what `data/CliTemplate` lists, likewise.
        domains: virtual domains besides the root.
    """

    accounts: Mapping[str, Account]
    templates: Mapping[str, Mapping[str, Any]]
    devices: tuple[Mapping[str, Any], ...] = ()
    cli_templates: tuple[Mapping[str, Any], ...] = ()
    domains: frozenset[str] = frozenset()


PrimeContext = RequestContext[PrimeSettings, Site]
"""A request to Prime."""


def read_site(section: Mapping[str, Any]) -> Site:
    """Read a fixture's section.

    Raises:
        BadContent: two accounts or templates have one name, or two devices one id; a moment is none.
    """
    accounts = [read_account(row) for row in section.get("accounts", DEFAULT_ACCOUNTS)]
    templates = tuple(section.get("templates", ()))
    _check_names("accounts", [one.username for one in accounts])
    _check_names("templates", [row["name"] for row in templates])
    devices, cli_templates = tuple(section.get("devices", ())), tuple(section.get("cli_templates", ()))
    _check_names("devices", [row["id"] for row in devices])
    _check_names("cli_templates", [row["id"] for row in cli_templates])
    _check_names("cli_templates", [row["name"] for row in cli_templates])
    for part, rows, names in (
        ("devices", devices, ("collection_time", "creation_time")),
        ("cli_templates", cli_templates, ("created_on", "last_deploy_time")),
    ):
        _check_moments(part, rows, names)
    named = [one for account in accounts for one in account.domains]
    named += [row["domain"] for row in (*devices, *section.get("jobs", ())) if row.get("domain") is not None]
    return Site(
        accounts=MappingProxyType({one.username: one for one in accounts}),
        templates=MappingProxyType({row["name"]: MappingProxyType(row["job"]) for row in templates}),
        devices=devices,
        cli_templates=cli_templates,
        domains=frozenset([*section.get("domains", ()), *named]),
    )


def _check_moments(part: str, rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    for number, row in enumerate(rows):
        for name in names:
            try:
                read_moment(row, name)
            except BadFields as error:
                raise BadContent([part, number, name], str(error)) from None


def _check_names(part: str, names: list[str]) -> None:
    for number, name in enumerate(names):
        if name in names[:number]:
            raise BadContent([part, number], f"{name!r} a second time; give each of the {part} its own name")
