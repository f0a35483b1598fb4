"""Who there is: the fixture's accounts, and the groups of the NBI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Group(StrEnum):
    """The user groups of the resource pages."""

    READ = "NBI Read"
    WRITE = "NBI Write"


_EVERYTHING = frozenset({"root", "Super Users"})
"""Groups that count as both."""

DEFAULT_ACCOUNTS: tuple[Mapping[str, Any], ...] = (
    MappingProxyType({"username": "nbi", "password": "secret", "groups": (Group.READ, Group.WRITE)}),
    MappingProxyType({"username": "reader", "password": "secret", "groups": (Group.READ,)}),
)
"""Who there is when a fixture names nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One user.

    Attributes:
        domains: virtual domains the user may see, the first by default; none: the root.
    """

    username: str
    password: str = field(repr=False)
    groups: frozenset[str]
    domains: tuple[str, ...] = ()

    def may(self, group: Group) -> bool:
        """Tell whether the user is in a group, or in one that includes it."""
        return group in self.groups or not _EVERYTHING.isdisjoint(self.groups)


def read_account(row: Mapping[str, Any]) -> Account:
    """Read an account of the fixtures."""
    return Account(
        username=row["username"],
        password=row["password"],
        groups=frozenset(row.get("groups", (Group.READ,))),
        domains=tuple(row.get("domains", ())),
    )
