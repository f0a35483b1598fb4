"""Who signed a request: access keys, how late a signature may come, and the lock after too many bad ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from mockserver.api.accounts import same_secret
from mockserver.apis.ges import signature as signatures
from mockserver.apis.ges.errors import unauthenticated
from mockserver.apis.ges.requests import GesContext
from mockserver.apis.ges.signature import BadSignature, Signature, Signed
from mockserver.apis.ges.site import Account

_LOCKS = "locks"
_FAILURES = 5
_LOCKED = 300.0
_REFUSED = "verify aksk signature fail, "


class KeyLock(NamedTuple):
    """Bad signatures of an access key in a row, and the sandbox time (epoch seconds) until which it is locked."""

    failures: int = 0
    until: float = 0.0

    def after_bad(self, now: float) -> KeyLock:
        """Return the lock after one more bad signature; the fifth in a row locks the key."""
        if self.until > now:
            # Checked before the key was locked: it must not open it again.
            return self
        failures = self.failures + 1
        return KeyLock(until=now + _LOCKED) if failures >= _FAILURES else KeyLock(failures=failures)

    def after_good(self) -> KeyLock:
        """Return the lock after a good signature: bad ones are forgotten, but for those that have locked the key."""
        return KeyLock() if self.failures else self


async def signer(context: GesContext, header: str) -> Account:
    """Return whose signature a request bears.

    Raises:
        GatewayError: it is nobody's, or too old.
    """
    request = signed_request(context)
    try:
        signature = signatures.read(header)
        at = signatures.stamped(request, signature.algorithm)
    except BadSignature as error:
        raise unauthenticated(f"{_REFUSED}{error}") from None
    account = context.site.access_keys.get(signature.access_key)
    if account is None or account.secret_key is None:
        raise unauthenticated(f"{_REFUSED}access key not found")
    locks = context.sandbox.documents("ges")
    lock = _read_lock(await locks.get(_LOCKS, signature.access_key))
    if context.settings.access_key_lock and lock.until > context.now:
        raise unauthenticated(f"{_REFUSED}access key is locked")
    if not genuine(context, request, signature, account):
        await locks.change(_LOCKS, signature.access_key, lambda old: _read_lock(old).after_bad(context.now)._asdict())
        raise unauthenticated(f"{_REFUSED}signature does not match")
    if not in_time(context, at):
        raise unauthenticated(f"{_REFUSED}request time is not within 15 minutes")
    if lock.failures:
        await locks.change(_LOCKS, signature.access_key, lambda old: old and _read_lock(old).after_good()._asdict())
    return account


def project_of_signer(context: GesContext, account: Account) -> str:
    """Return the project a signed request means: its X-Project-Id, if the access key may use it, or the key's own."""
    asked = context.headers.get("X-Project-Id")
    own = [one.project_id for one in context.site.accounts if one.access_key == account.access_key]
    return asked if asked in own else account.project_id


def signed_request(context: GesContext) -> Signed:
    """Return what a client may have signed."""
    return Signed(
        method=context.method, path=context.path, query=context.query_string, headers=context.headers, body=context.body
    )


def genuine(context: GesContext, request: Signed, signature: Signature, account: Account) -> bool:
    """Tell whether a signature is the account's, made with or without the sandbox's prefix in the path."""
    if account.secret_key is None:
        return False
    if account.security_token and not same_secret(context.headers.get("X-Security-Token"), account.security_token):
        return False
    if signatures.verify(request, signature, account.secret_key):
        return True
    prefixed = replace(request, path=context.prefix + request.path)
    return signatures.verify(prefixed, signature, account.secret_key)


def in_time(context: GesContext, at: float) -> bool:
    """Tell whether a signature's moment is within 15 minutes of now.

    SDKs stamp real time, whatever the sandbox's clock says; so by default either clock will do.
    """
    clocks = {"sandbox": (context.now,), "real": (context.sandbox.real(),)}
    known = clocks.get(context.settings.signature_clock, (context.now, context.sandbox.real()))
    return any(abs(at - now) <= signatures.SKEW for now in known)


def _read_lock(document: Mapping[str, Any] | None) -> KeyLock:
    return KeyLock(**document) if document else KeyLock()
