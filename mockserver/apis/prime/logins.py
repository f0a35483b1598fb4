"""Who has logged in: Basic and cookie logins, and open connections, as one process knows them of one sandbox.

All of it can be lost at any time: a session's id follows from the user and the seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mockserver.api.accounts import read_basic, read_cookie, same_secret
from mockserver.apis.prime.accounts import Account
from mockserver.core.ids import Ids

COOKIE = "JSESSIONID"
_REMEMBERED = 1024


class Logins:
    """Who logs in to one sandbox, and what this process remembers of it.

    Args:
        accounts: by user name.
    """

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._by_name = accounts
        self._known: dict[str, Account] = {}
        self._sessions: dict[str, Account] = {}
        self._cookies: dict[tuple[str, str, bool], Mapping[str, str]] = {}
        self._connections: dict[str, set[Any]] = {}

    def basic(self, header: str) -> Account | None:
        """Return who an Authorization header proves to be, or None."""
        known = self._known.get(header)
        if known is not None:
            return known
        given = read_basic(header)
        account = None if given is None else self._by_name.get(given.user)
        if given is None or account is None or not same_secret(given.password, account.password):
            return None
        if len(self._known) < _REMEMBERED:
            self._known[header] = account
        return account

    def session(self, header: str, ids: Ids) -> Account | None:
        """Return who a Cookie header's session belongs to, or None."""
        value = read_cookie(header, COOKIE)
        if value is None:
            return None
        if not self._sessions:
            self._sessions = {session_id(account, ids): account for account in self._by_name.values()}
        return self._sessions.get(value)

    def cookie(self, account: Account, ids: Ids, path: str, secure: bool) -> Mapping[str, str]:
        """Return the header Set-Cookie of a login, the same object for the same."""
        key = (account.username, path, secure)
        known = self._cookies.get(key)
        if known is None:
            text = f"{COOKIE}={session_id(account, ids)}; Path={path}{'; Secure' if secure else ''}; HttpOnly"
            known = self._cookies[key] = MappingProxyType({"Set-Cookie": text})
        return known

    def connected(self, account: Account, connection: Any) -> int:
        """Note that a user works over a connection; return how many of theirs are open in this process."""
        still_open = {one for one in self._connections.get(account.username, ()) if not one.is_closing()}
        still_open.add(connection)
        self._connections[account.username] = still_open
        return len(still_open)

    def dropped(self, account: Account, connection: Any) -> None:
        """Forget a connection that was refused."""
        self._connections.get(account.username, set()).discard(connection)


def session_id(account: Account, ids: Ids) -> str:
    """Return the user's session id: one for each user and seed, so that all processes know it."""
    return ids.hex(f"prime.session.{account.username}", 0).upper()
