"""Accounts: secrets compared in constant time, and the headers that carry them."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Iterable
from http.cookies import CookieError, SimpleCookie
from typing import NamedTuple, TypeVar

A = TypeVar("A")


class BasicCredentials(NamedTuple):
    """What an `Authorization: Basic` header holds."""

    user: str
    password: str


def same_secret(given: str | None, secret: str | None) -> bool:
    """Tell whether a secret is the right one, in a time that does not tell where they differ.

    Args:
        given: what the client sent; None is never right.
        secret: what it should be; None cannot be matched.
    """
    if given is None or secret is None:
        return False
    # Clients may send lone surrogates, which no other handler encodes.
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), secret.encode("utf-8", "surrogatepass"))


def find_account(accounts: Iterable[A], secret: Callable[[A], str | None], given: str | None) -> A | None:
    """Return the first account whose secret was given, or None; all are compared, found or not."""
    found: A | None = None
    for account in accounts:
        if same_secret(given, secret(account)) and found is None:
            found = account
    return found


def read_bearer(header: str | None) -> str | None:
    """Return the token of an `Authorization: Bearer` header (RFC 6750), or None."""
    return _after("bearer", header)


def read_basic(header: str | None) -> BasicCredentials | None:
    """Return user and password of an `Authorization: Basic` header (RFC 7617, UTF-8), or None."""
    encoded = _after("basic", header)
    if encoded is None:
        return None
    try:
        user, colon, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return None
    return BasicCredentials(user, password) if colon else None


def read_cookie(header: str | None, name: str) -> str | None:
    """Return the value of a cookie in a `Cookie` header (RFC 6265), or None."""
    if not header:
        return None
    try:
        morsel = SimpleCookie(header).get(name)
    except CookieError:
        return None
    return None if morsel is None else morsel.value


def _after(scheme: str, header: str | None) -> str | None:
    found, _, rest = (header or "").partition(" ")
    return rest.strip() if found.lower() == scheme else None
