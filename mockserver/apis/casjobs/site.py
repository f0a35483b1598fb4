"""What a sandbox's fixtures say of CasJobs beside its jobs: accounts, queues, types, quick results, services."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from mockserver.api.errors import BadContent

SITES = ("/CasJobs", "/ps1casjobs", "/gcasjobs")
"""casjobs.sdss.org, and MAST's two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account.

    Attributes:
        wsid: the WebServicesID, as decimal text.
        oid: what ExecuteQuickJobOID calls it by.
        md5: of the password, in lower-case hexadecimal.
    """

    wsid: str
    userid: str
    password: str
    admin: bool
    oid: str
    md5: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickResult:
    """What a quick query answers: typed CSV, null, or an error."""

    result: str | None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The seed data of CasJobs; all sandboxes of the same fixtures share it, so nothing in it can be changed.

    Attributes:
        accounts: by WebServicesID.
        queues: context and time limit in minutes, in the order of the fixture.
        types: job type and description (None: it has none).
        quick_results: by query, as `squeezed`.
        services: service name -> state at the start.
        outcomes: what becomes of submitted jobs: conditions on the submit, and the job's fields.
    """

    accounts: Mapping[str, Account]
    queues: tuple[tuple[str, int], ...]
    types: tuple[tuple[str, str | None], ...]
    quick_results: Mapping[str, QuickResult]
    services: Mapping[str, str]
    outcomes: tuple[tuple[Mapping[str, str], Mapping[str, Any]], ...]

    def account_named(self, userid: str) -> Account | None:
        """Return the account of a user name, in any letter case."""
        return next((one for one in self.accounts.values() if one.userid.casefold() == userid.casefold()), None)

    def outcome(self, submitted: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the fields that the first fitting outcome gives a submitted job."""
        for when, fields in self.outcomes:
            if all(squeezed(str(submitted.get(name) or "")) == squeezed(value) for name, value in when.items()):
                return fields
        return {}

    def limits(self, context: str) -> list[int]:
        """Return the time limits of a context's queues, in minutes, shortest first."""
        return sorted(limit for name, limit in self.queues if name.casefold() == context.casefold())


def squeezed(query: str) -> str:
    """Return a query as it is looked up: white space, letter case and a final semicolon do not matter."""
    return " ".join(query.split()).rstrip("; ").casefold()


def read_site(section: Mapping[str, Any]) -> Site:
    """Build the seed data from a fixture's section.

    Raises:
        BadContent: two accounts share an id.
    """
    accounts: dict[str, Account] = {}
    for place, given in enumerate(section.get("accounts", ())):
        wsid = str(given["wsid"])
        if wsid in accounts:
            raise BadContent(["accounts", place], f"a second account with wsid {wsid}; give each its own")
        password = given["password"]
        accounts[wsid] = Account(
            wsid=wsid,
            userid=given["userid"],
            password=password,
            admin=given.get("admin", False),
            oid=str(given.get("oid", wsid)),
            md5=str(given.get("md5", hashlib.md5(password.encode()).hexdigest())).lower(),  # noqa: S324 - the API's
        )
    return Site(
        accounts=MappingProxyType(accounts),
        queues=tuple((one["context"], one["timeout"]) for one in section.get("queues", ())),
        types=tuple((one["type"], one.get("description")) for one in section.get("types", ())),
        quick_results=MappingProxyType(
            {
                squeezed(one["query"]): QuickResult(result=one.get("result"), error=one.get("error"))
                for one in section.get("quick_results", ())
            }
        ),
        services=MappingProxyType({one["name"]: one.get("state", "RUNNING") for one in section.get("services", ())}),
        outcomes=tuple(
            (MappingProxyType(one["when"]), MappingProxyType(one["job"])) for one in section.get("outcomes", ())
        ),
    )
