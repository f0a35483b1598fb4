"""Addresses of a site: its root, its services, and the way down to a resource."""

from __future__ import annotations

import urllib.parse
from typing import Any

from mockserver.apis.arcgis.requests import GpContext, steps
from mockserver.apis.arcgis.site import Service, Task


def mount(context: GpContext) -> str:
    """Return the first segment of the path: the web adaptor, or the portal, that was asked."""
    return steps(context.path)[0]


def root(context: GpContext) -> str:
    """Return `https://host/arcgis` as this client reached the site; a sandbox's prefix belongs to it."""
    return f"{context.base}/{mount(context)}"


def service_url(context: GpContext, service: Service) -> str:
    """Return the REST address of a service."""
    return f"{root(context)}/rest/services/{quote(service.rest_name)}"


def task_url(context: GpContext, service: Service, task: Task) -> str:
    """Return the REST address of a task."""
    return f"{service_url(context, service)}/{quote(task.name)}"


def localized(context: GpContext, value: Any) -> Any:
    """Return a value whose texts beginning with `{root}/` are addresses on this site; `{job}` is the job's id there."""
    if isinstance(value, str):
        if not value.startswith("{root}/"):
            return value
        return (root(context) + value.removeprefix("{root}")).replace("{job}", context.job or "")
    if isinstance(value, dict):
        return {name: localized(context, one) for name, one in value.items()}
    if isinstance(value, list):
        return [localized(context, one) for one in value]
    return value


def quote(text: str) -> str:
    """Percent-encode what may not stand in a path."""
    return urllib.parse.quote(text)


def trail(context: GpContext, service: Service | None = None, *more: tuple[str, str]) -> list[list[str]]:
    """Return the bread crumbs of a page: names and addresses from the catalogue down."""
    services = f"{root(context)}/rest/services"
    crumbs = [["services", services]]
    if service is not None:
        if service.folder:
            crumbs.append([service.folder, f"{services}/{quote(service.folder)}"])
        crumbs.append([f"{service.full_name} ({service.type})", service_url(context, service)])
    crumbs.extend([name, url] for name, url in more)
    return crumbs
