"""Who may: tokens and signatures to projects, on the service plane and behind the gateway.

The order of checks is ges.md §8 (inferred): token known, token's project, graph; body and domain come after.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from multidict import istr

from mockserver.api.context import RequestContext
from mockserver.apis.ges import signature as signatures
from mockserver.apis.ges.errors import GatewayFault, GesFault, ManagementFault, no_such_graph, unauthenticated
from mockserver.apis.ges.settings import GesSettings
from mockserver.apis.ges.signature import BadSignature, Signature, Signed
from mockserver.apis.ges.site import Account, Graph, Site
from mockserver.core.clock import iso

GesContext = RequestContext[GesSettings, Site]

TOKENS = "tokens"
"""Collection of issued tokens: token -> {user, domain, project_id (or None), expires}."""

_TOKEN = istr("X-Auth-Token")
_LOCKS = "locks"
_OPEN: Mapping[str, Any] = {"failures": 0, "until": 0.0}
_FAILURES = 5
_LOCKED = 300.0
_AKSK = "verify aksk signature fail, "


async def graph_of(context: GesContext, code: str) -> Graph:
    """Let a service-plane call through to its graph.

    Args:
        code: the endpoint's own code for an unknown graph.

    Raises:
        GesFault: token missing or bad (8007), of another project (8006), no permission (8020), or no such graph.
    """
    values, site = context.values, context.site
    if context.settings.token_required:
        token = context.headers.get(_TOKEN)
        account = site.tokens.get(token) if token else None
        if account is not None and account.token_expires is None:
            project_id: str | None = account.project_id
            permitted = account.permitted
        else:
            project_id, permitted = await _other_credential(context, token)
        if project_id != values["project_id"]:
            raise GesFault("GES.8006")
        if not permitted:
            raise GesFault("GES.8020")
    name = values["graph_name"]
    graph = site.graphs.get((values["project_id"], name))
    if graph is None:
        raise no_such_graph(name, code)
    return graph


async def _other_credential(context: GesContext, token: str | None) -> tuple[str | None, bool]:
    """Return project and permission of an issued or expiring token, an API key, or a signature."""
    if token:
        record = await token_record(context, token)
        if record is not None and record["expires"] > context.now:
            return record["project_id"], record.get("permitted", True)
    header = context.settings.api_key_header
    if header and (key := context.headers.get(header)):
        found = next((one for one in context.site.accounts if one.api_key == key), None)
        if found is not None:
            return found.project_id, found.permitted
    if context.settings.service_signatures and not token and "Authorization" in context.headers:
        try:
            found = await _signer(context, context.headers["Authorization"])
        except GatewayFault:
            found = None
        if found is not None:
            return _project_of(context, found), found.permitted
    raise GesFault("GES.8007", status=context.settings.token_failure_status)


async def token_record(context: GesContext, token: str) -> Mapping[str, Any] | None:
    """Return what is known of a token, issued or from the fixtures: user, domain, project_id, expires."""
    account = context.site.tokens.get(token)
    if account is not None:
        expires = float("inf") if account.token_expires is None else account.token_expires
        return {
            "user": account.user,
            "domain": account.domain,
            "project_id": account.project_id,
            "expires": expires,
            "permitted": account.permitted,
        }
    found: Mapping[str, Any] | None = await context.sandbox.documents("ges").get(TOKENS, token)
    return found


async def authorise(context: GesContext) -> tuple[str | None, str]:
    """Let a call through the gateway, by token or signature; return its project (None: a domain's) and domain.

    Raises:
        GatewayFault: 401, with the gateway's reason.
    """
    authorization = context.headers.get("Authorization", "")
    if authorization.startswith(signatures.SDK):
        account = await _signer(context, authorization)
        return _project_of(context, account), account.domain
    token = context.headers.get("X-Auth-Token")
    if not token:
        raise unauthenticated("x-auth-token not found")
    record = await token_record(context, token)
    if record is None:
        raise unauthenticated("decrypt token fail")
    if record["expires"] <= context.now:
        raise unauthenticated(f"token expires, expires_at: {iso(record['expires'])[:-1]}000Z")
    return record["project_id"], record["domain"]


async def project_of(context: GesContext) -> str:
    """Let a management-plane call through to the project in its path.

    Raises:
        GatewayFault: 401. ManagementFault: the credential is another project's (GES.0016).
    """
    project_id, _ = await authorise(context)
    if project_id != context.values["project_id"]:
        raise ManagementFault("GES.0016", "Resource not found")
    return context.values["project_id"]


async def _signer(context: GesContext, header: str) -> Account:
    """Return whose signature a request bears.

    Raises:
        GatewayFault: it is nobody's, or too old.
    """
    request = signed_request(context)
    try:
        signature = signatures.read(header)
        at = signatures.stamped(request, signature.algorithm)
    except BadSignature as error:
        raise unauthenticated(f"{_AKSK}{error}") from None
    account = context.site.access_keys.get(signature.access_key)
    if account is None or account.secret_key is None:
        raise unauthenticated(f"{_AKSK}access key not found")
    lock = await _lock(context, signature.access_key)
    if context.settings.access_key_lock and lock["until"] > context.now:
        raise unauthenticated(f"{_AKSK}access key is locked")
    if not genuine(context, request, signature, account):
        await _count_failure(context, signature.access_key)
        raise unauthenticated(f"{_AKSK}signature does not match")
    if not in_time(context, at):
        raise unauthenticated(f"{_AKSK}request time is not within 15 minutes")
    if lock["failures"]:
        await context.sandbox.documents("ges").change(_LOCKS, signature.access_key, _forgiven)
    return account


async def _lock(context: GesContext, access_key: str) -> Mapping[str, Any]:
    return await context.sandbox.documents("ges").get(_LOCKS, access_key) or _OPEN


async def _count_failure(context: GesContext, access_key: str) -> None:
    """Count a bad signature; the fifth in a row locks the access key."""

    def one_more(old: Mapping[str, Any] | None) -> Mapping[str, Any]:
        failures = (old or _OPEN)["failures"] + 1
        locked = failures >= _FAILURES
        return {"failures": 0 if locked else failures, "until": context.now + _LOCKED if locked else 0.0}

    await context.sandbox.documents("ges").change(_LOCKS, access_key, one_more)


def _forgiven(lock: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return a lock after a good signature: bad ones are forgotten, but for those that have just locked the key."""
    return _OPEN if lock and lock["failures"] else lock


def signed_request(context: GesContext) -> Signed:
    """Return what a client may have signed."""
    return Signed(
        method=context.method, path=context.path, query=context.query_string, headers=context.headers, body=context.body
    )


def genuine(context: GesContext, request: Signed, signature: Signature, account: Account) -> bool:
    """Tell whether a signature is the account's, made with or without the sandbox's prefix in the path."""
    assert account.secret_key is not None
    if account.security_token and context.headers.get("X-Security-Token") != account.security_token:
        return False
    if signatures.verify(request, signature, account.secret_key):
        return True
    prefixed = Signed(
        method=request.method,
        path=context.sandbox.prefix + request.path,
        query=request.query,
        headers=request.headers,
        body=request.body,
    )
    return signatures.verify(prefixed, signature, account.secret_key)


def in_time(context: GesContext, at: float) -> bool:
    """Tell whether a signature's moment is within 15 minutes of now.

    SDKs stamp real time, whatever the sandbox's clock says; so by default either clock will do.
    """
    clocks = {"sandbox": (context.now,), "real": (context.sandbox.real(),)}
    known = clocks.get(context.settings.signature_clock, (context.now, context.sandbox.real()))
    return any(abs(at - now) <= signatures.SKEW for now in known)


def _project_of(context: GesContext, account: Account) -> str:
    """Return the project a signed request means: its X-Project-Id, if the access key may use it, or the key's own."""
    asked = context.headers.get("X-Project-Id")
    own = [one.project_id for one in context.site.accounts if one.access_key == account.access_key]
    return asked if asked in own else account.project_id
