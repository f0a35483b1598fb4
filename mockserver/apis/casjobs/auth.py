"""Who may: accounts by WebServicesID, object id or user name, and what only admins do."""

from __future__ import annotations

from mockserver.api.accounts import same_secret
from mockserver.apis.casjobs.errors import ClrException
from mockserver.apis.casjobs.service_types import CasContext
from mockserver.apis.casjobs.site import Account


def sentence(template: str, **values: object) -> str:
    """Fill a setting's sentence; braces that name nothing stay as they are."""
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", str(value))
    return template


def login(context: CasContext, wsid: int, password: str | None) -> Account:
    """Return the account of a WebServicesID.

    Raises:
        ClrException: there is none, or the password is another.
    """
    account = context.site.accounts.get(str(wsid))
    if account is None or not same_secret(password, account.password):
        raise ClrException(sentence(context.settings.login_error, wsid=wsid))
    return account


def login_by_oid(context: CasContext, oid: str | None, md5: str | None) -> Account:
    """Return the account of an object id, by the MD5 of its password in either letter case.

    Raises:
        ClrException: there is none, or the password is another.
    """
    account = next((one for one in context.site.accounts.values() if one.oid == oid), None)
    if account is None or not same_secret((md5 or "").lower(), account.md5):
        raise ClrException(sentence(context.settings.login_error, wsid=oid or ""))
    return account


def wsid_of(context: CasContext, userid: str, password: str) -> int:
    """Return the WebServicesID of a user name; -1 for a bad login."""
    account = context.site.account_named(userid)
    return int(account.wsid) if account is not None and same_secret(password, account.password) else -1


def service_admin(context: CasContext, wsid: int, password: str | None) -> Account:
    """Return an account that may see and set the states of services.

    Raises:
        ClrException: a bad login, or no admin where the settings ask for one.
    """
    account = login(context, wsid, password)
    if context.settings.service_state_admin_only and not account.admin:
        raise ClrException(sentence(context.settings.admin_error, wsid=account.wsid))
    return account
