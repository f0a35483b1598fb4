"""Who may: tokens and signatures to projects, on the service plane and behind the gateway.

The order of checks is ges.md §8 (inferred): token known, token's project, graph; body and domain come after.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from multidict import istr

from mockserver.api.accounts import find_account
from mockserver.api.operation import Handler
from mockserver.api.response import Response
from mockserver.apis.ges import signature as signatures
from mockserver.apis.ges.access_keys import project_of_signer, signer
from mockserver.apis.ges.errors import (
    GatewayError,
    ManagementError,
    ServiceError,
    UnknownGraph,
    not_offered,
    unauthenticated,
)
from mockserver.apis.ges.graph_records import graph_named
from mockserver.apis.ges.moments import iam_moment
from mockserver.apis.ges.requests import GesContext
from mockserver.apis.ges.settings import GesSettings
from mockserver.apis.ges.site import Account, Graph

GraphHandler = Callable[[GesContext, Graph], Awaitable[Response]]

_TOKENS = "tokens"
_TOKEN = istr("X-Auth-Token")


class Token(NamedTuple):
    """What a token stands for.

    Attributes:
        project_id: None for a domain's token, which GES refuses.
        expires: sandbox time (epoch seconds).
        permitted: False for a user whom GES refuses (GES.8020).
    """

    user: str
    domain: str
    project_id: str | None
    expires: float
    permitted: bool = True


# --- the service plane ----------------------------------------------------------------------------


def on_graph(
    handler: GraphHandler, unknown: UnknownGraph, offered: Callable[[GesSettings], bool] | None = None
) -> Handler:
    """Return the handler of a call on a graph: it is let through to its graph first.

    Refused are a missing or bad token (8007), one of another project (8006), no permission (8020), an unknown graph.

    Args:
        unknown: how this call refuses an unknown graph.
        offered: whether the edition has this call; None: always. 404 otherwise, before any other check.
    """

    async def handle(context: GesContext) -> Response:
        if offered is not None and not offered(context.settings):
            raise not_offered()
        lasting = await _let_through(context)
        project_id, name = context.values["project_id"], context.values["graph_name"]
        graph = await graph_named(context, project_id, name)
        if graph is None:
            raise unknown(project_id, name)
        response = await handler(context, graph)
        return response if lasting else response._replace(lasting=False)

    return handle


def on_project(
    handler: Callable[[GesContext, str], Awaitable[Response]], offered: Callable[[GesSettings], bool]
) -> Handler:
    """Return the handler of a service-plane call on a project, which goes to no graph.

    Args:
        offered: as in `on_graph`.
    """

    async def handle(context: GesContext) -> Response:
        if not offered(context.settings):
            raise not_offered()
        await _let_through(context)
        return await handler(context, context.values["project_id"])

    return handle


async def _let_through(context: GesContext) -> bool:
    """Let a call on the service plane into its project; tell whether its credential is good for ever.

    Raises:
        ServiceError: token missing or bad (8007), of another project (8006), no permission (8020).
    """
    if not context.settings.token_required:
        return True
    token = context.headers.get(_TOKEN)
    account = context.site.tokens.get(token) if token else None
    lasting = account is not None and account.token_expires is None
    if account is not None and lasting:
        project_id: str | None = account.project_id
        permitted = account.permitted
    else:
        project_id, permitted = await _other_credential(context, token)
    if project_id != context.values["project_id"]:
        raise ServiceError("GES.8006")
    if not permitted:
        raise ServiceError("GES.8020")
    return lasting


async def _other_credential(context: GesContext, token: str | None) -> tuple[str | None, bool]:
    """Return project and permission of an issued or expiring token, an API key, or a signature."""
    if token:
        known = await _find_token(context, token)
        if known is not None and known.expires > context.now:
            return known.project_id, known.permitted
    found: Account | None
    header = context.settings.api_key_header
    if header and (key := context.headers.get(header)):
        found = find_account(context.site.accounts, lambda account: account.api_key, key)
        if found is not None:
            return found.project_id, found.permitted
    if context.settings.service_signatures and not token and "Authorization" in context.headers:
        try:
            found = await signer(context, context.headers["Authorization"])
        except GatewayError:
            found = None
        if found is not None:
            return project_of_signer(context, found), found.permitted
    raise ServiceError("GES.8007", status=context.settings.token_failure_status)


# --- behind the gateway -----------------------------------------------------------------------------


async def authorise(context: GesContext) -> tuple[str | None, str]:
    """Let a call through the gateway, by token or signature; return its project (None: a domain's) and domain.

    Raises:
        GatewayError: 401, with the gateway's reason.
    """
    authorization = context.headers.get("Authorization", "")
    if authorization.startswith(signatures.SDK):
        account = await signer(context, authorization)
        return project_of_signer(context, account), account.domain
    text = context.headers.get("X-Auth-Token")
    if not text:
        raise unauthenticated("x-auth-token not found")
    token = await _find_token(context, text)
    if token is None:
        raise unauthenticated("decrypt token fail")
    if token.expires <= context.now:
        raise unauthenticated(f"token expires, expires_at: {iam_moment(token.expires)}")
    return token.project_id, token.domain


async def project_of(context: GesContext) -> str:
    """Let a management-plane call through to the project in its path.

    Raises:
        GatewayError: 401. ManagementError: the credential is another project's (GES.0016).
    """
    project_id, _ = await authorise(context)
    if project_id != context.values["project_id"]:
        raise ManagementError("GES.0016", "Resource not found")
    return context.values["project_id"]


# --- tokens -----------------------------------------------------------------------------------------


async def keep_token(context: GesContext, text: str, token: Token) -> None:
    """Remember an issued token in this sandbox."""
    await context.sandbox.documents("ges").put(_TOKENS, text, token._asdict())


async def _find_token(context: GesContext, text: str) -> Token | None:
    """Return what a token stands for, one from the fixtures or an issued one."""
    account = context.site.tokens.get(text)
    if account is not None:
        return Token(
            user=account.user,
            domain=account.domain,
            project_id=account.project_id,
            expires=float("inf") if account.token_expires is None else account.token_expires,
            permitted=account.permitted,
        )
    document: Mapping[str, Any] | None = await context.sandbox.documents("ges").get(_TOKENS, text)
    return None if document is None else Token(**document)
