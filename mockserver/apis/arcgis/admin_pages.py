"""The Administrator Directory as pages: facts, links and forms. Its markup is documented nowhere (inferred)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from mockserver.apis.arcgis.requests import GpContext, steps
from mockserver.apis.arcgis.site import Service

Link = tuple[str, str]
"""Text and address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One input of a form."""

    name: str
    label: str
    value: str = ""
    type: str = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlForm:
    """One operation a person may call."""

    label: str
    action: str
    method: str = "post"
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: `lists` are headings with links, `errors` what went wrong."""

    title: str
    facts: Sequence[tuple[str, Any]] = ()
    lists: Sequence[tuple[str, Sequence[Link]]] = ()
    forms: Sequence[HtmlForm] = ()
    errors: Sequence[str] = ()


def trail(context: GpContext) -> list[Link]:
    """Return the links from the root of the directory down to this page."""
    mount, *rest = steps(context.path)
    links: list[Link] = []
    address = f"{context.base}/{mount}"
    for segment in rest:
        address = f"{address}/{segment}"
        links.append((unquote(segment) if links else "Home", address))
    return links


def service_path(service: Service) -> str:
    """Return where a service lies below the site's root."""
    return f"/admin/services/{quote(service.key)}"


def below(context: GpContext, *names: str) -> str:
    """Return the address of something below this resource."""
    return "/".join([f"{context.base}{context.path.rstrip('/')}", *(quote(name) for name in names)])


def facts(data: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the plain values of a resource."""
    return [
        (name, "" if value is None else value) for name, value in data.items() if not isinstance(value, dict | list)
    ]
