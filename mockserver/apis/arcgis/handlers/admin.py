"""What the Administrator's handlers share: who gets in, what must be posted, and the page around each answer.

cancel, delete, purgeQueue and statistics are documented as POST only; a browser that looks at such an address
gets the form that posts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any
from urllib.parse import quote

from mockserver.api.operation import Handler
from mockserver.api.response import Response
from mockserver.apis.arcgis import admin_pages, errors
from mockserver.apis.arcgis.addresses import root
from mockserver.apis.arcgis.admin_pages import Field, HtmlForm, Page
from mockserver.apis.arcgis.auth import administrator
from mockserver.apis.arcgis.errors import AdminError
from mockserver.apis.arcgis.requests import GpContext, chosen_format, require_format
from mockserver.apis.arcgis.responses import answer, redirect
from mockserver.apis.arcgis.site import ROOT, Service


def for_administrators(handler: Handler) -> Handler:
    """Let only administrators in. A browser without a token is led to the login page (inferred)."""

    @wraps(handler)
    async def guarded(context: GpContext) -> Response:
        try:
            await administrator(context)
        except AdminError as error:
            if error.code == 499 and chosen_format(context) == "html":
                back = quote(f"{context.prefix}/{context.path.lstrip('/')}", safe="")
                return redirect(f"{root(context)}/admin/login?redirect={back}")
            raise
        return await handler(context)

    return guarded


def posted(label: str, *, reads: bool = False, fields: Sequence[str] = ()) -> Callable[[Handler], Handler]:
    """Keep GET from an operation that is documented as POST: a form for a browser, 405 for a program.

    Args:
        label: what the form's button says.
        reads: nothing changes by it, so a program's GET is answered (inferred).
        fields: names of what its form asks for.
    """

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        async def checked(context: GpContext) -> Response:
            require_format(context)
            if context.method == "POST" or context.settings.admin_get_on_post_only == "allow":
                return await handler(context)
            if chosen_format(context) == "html":
                asked = tuple(Field(name=name, label=name) for name in fields)
                form = HtmlForm(label=label, action=f"{context.base}{context.path}", fields=asked)
                return answer_page(context, {}, Page(title=label, forms=[form]))
            if reads:
                return await handler(context)
            raise errors.admin_wrong_method(context.method)

        return checked

    return decorate


def answer_page(context: GpContext, data: Any, page: Page) -> Response:
    """Answer with data, or with a page of the Administrator Directory."""
    facts = {"page": page, "trail": admin_pages.trail(context)}
    return answer(context, data, template="admin.html", facts=facts)


def done(context: GpContext, title: str) -> Response:
    """Answer that an operation has been carried out."""
    above = context.path.rstrip("/").rsplit("/", 1)[0]
    page = Page(title=title, facts=[("status", "success")], lists=[("Back", [(above, f"{context.base}{above}")])])
    return answer_page(context, {"status": "success"}, page)


def service_of(context: GpContext, name: str | None = None) -> Service:
    """Return the service of a request's path.

    Args:
        name: what stands for `{service}` where the path does not say so.

    Raises:
        AdminError: there is none.
    """
    key = context.values.get("service", name) or ""
    folder = context.values.get("folder", ROOT)
    service = context.site.services.get(f"{folder}/{key}" if folder else key)
    if service is None:
        raise errors.admin_not_found(key)
    return service
