"""IAM as far as a GES client needs it: tokens and the projects they are for (ges.md §5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.api.accounts import same_secret
from mockserver.api.response import Response
from mockserver.apis.ges import signature as signatures
from mockserver.apis.ges.access_keys import genuine, in_time, signed_request
from mockserver.apis.ges.auth import Token, authorise, keep_token
from mockserver.apis.ges.errors import GatewayError
from mockserver.apis.ges.moments import iam_moment
from mockserver.apis.ges.requests import GesContext
from mockserver.apis.ges.responses import gateway_answer
from mockserver.apis.ges.signature import BadSignature
from mockserver.apis.ges.site import Account


async def create_token(context: GesContext) -> Response:
    """Issue a token: 201, the token in `X-Subject-Token`, and who it is for in the body."""
    auth = _auth(context)
    methods = auth["identity"].get("methods")
    if methods == ["password"]:
        accounts = _by_password(context, auth["identity"])
    elif methods == ["hw_access_key"]:
        accounts = _by_access_key(context, auth["identity"])
    else:
        raise _malformed()
    account = accounts[0]
    project = _scope(auth, accounts)
    number = await context.sandbox.count("ges.token")
    token = context.sandbox.ids.hex("ges.token", number, 64)
    expires = context.now + context.settings.token_lifetime
    granted = Token(
        user=account.user,
        domain=account.domain,
        project_id=None if project is None else project.project_id,
        expires=expires,
        permitted=(project or account).permitted,
    )
    await keep_token(context, token, granted)
    domain = {"id": _id(context, "domain", account.domain), "name": account.domain}
    body: dict[str, Any] = {"expires_at": iam_moment(expires), "methods": methods}
    if project is None:
        body["domain"] = domain
    else:
        body["project"] = {"domain": domain, "id": project.project_id, "name": project.project}
    body["issued_at"] = iam_moment(context.now)
    body["user"] = {
        "domain": domain,
        "id": _id(context, "user", account.user),
        "name": account.user,
        "password_expires_at": "",
    }
    body["roles"] = [{"id": "0", "name": "te_admin"}]
    if not context.query.get("nocatalog"):
        body["catalog"] = []
    return gateway_answer(context, {"token": body}, 201, {"X-Subject-Token": token})


async def list_projects(context: GesContext) -> Response:
    """List the projects of the caller's domain; the SDK asks so when it is given no project id."""
    _, domain = await authorise(context)
    name = context.query.get("name")
    domain_id = _id(context, "domain", domain)
    links = {"next": None, "previous": None, "self": context.base + context.path}
    seen: dict[str, dict[str, Any]] = {}
    for account in context.site.accounts:
        if account.domain == domain and name in (None, account.project):
            seen[account.project_id] = {
                "domain_id": domain_id,
                "is_domain": False,
                "parent_id": domain_id,
                "name": account.project,
                "description": "",
                "links": {**links, "self": f"{context.base}/v3/projects/{account.project_id}"},
                "id": account.project_id,
                "enabled": True,
            }
    return gateway_answer(context, {"projects": list(seen.values()), "links": links})


def _auth(context: GesContext) -> Mapping[str, Any]:
    auth = context.payload.get("auth") if isinstance(context.payload, dict) else None
    if not isinstance(auth, dict) or not isinstance(auth.get("identity"), dict):
        raise _malformed()
    return auth


def _by_password(context: GesContext, identity: Mapping[str, Any]) -> list[Account]:
    user = _object(_object(identity.get("password")).get("user"))
    domain = _object(user.get("domain", {})).get("name")
    name, password = user.get("name"), user.get("password")
    if not isinstance(name, str) or not isinstance(password, str):
        raise _malformed()
    accounts = [
        account
        for account in context.site.accounts
        if account.user == name and domain in (None, account.domain) and same_secret(password, account.password)
    ]
    if not accounts:
        raise _unauthorised()
    return accounts


def _by_access_key(context: GesContext, identity: Mapping[str, Any]) -> list[Account]:
    """Return the accounts of an access key whose `X-Identity-Sign` is genuine (the form is a client's, observed)."""
    key = _object(_object(identity.get("hw_access_key")).get("access")).get("key")
    accounts = [one for one in context.site.accounts if one.access_key == key and one.secret_key]
    request = signed_request(context)
    try:
        signature = signatures.read(context.headers.get("X-Identity-Sign", ""))
        at = signatures.stamped(request, signature.algorithm)
    except BadSignature:
        raise _unauthorised() from None
    if not accounts or signature.access_key != key or not in_time(context, at):
        raise _unauthorised()
    if not genuine(context, request, signature, accounts[0]):
        raise _unauthorised()
    return accounts


def _scope(auth: Mapping[str, Any], accounts: list[Account]) -> Account | None:
    """Return the account in the project the token is for, or None for a domain (which GES refuses)."""
    scope = auth.get("scope")
    if scope is None or (isinstance(scope, dict) and "domain" in scope):
        return None
    project = _object(_object(scope).get("project"))
    for account in accounts:
        if (
            project.get("id", account.project_id) == account.project_id
            and project.get("name", account.project) == account.project
        ):
            return account
    raise GatewayError(404, "IAM.0004", f"Could not find project: {project.get('id') or project.get('name')}.")


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _malformed()
    return value


def _malformed() -> GatewayError:
    return GatewayError(400, "IAM.0011", "Request body is invalid.")


def _unauthorised() -> GatewayError:
    return GatewayError(401, "IAM.0001", "The request you have made requires authentication.")


def _id(context: GesContext, kind: str, name: str) -> str:
    return context.sandbox.ids.hex(f"ges.{kind}.{name}", 0)
