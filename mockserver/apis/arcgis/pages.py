"""The Services Directory and the Administrator Directory as pages.

Lines end in CRLF, as the real pages' do: scrapers split on it (arcgis.md §3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mockserver.wire import html

if TYPE_CHECKING:
    from mockserver.apis.arcgis.security import GpCall


def render(call: GpCall, template: str, values: Mapping[str, Any]) -> bytes:
    """Render a page of this site.

    Every template knows `root` (`https://host/arcgis`), `here` (the URL of this resource without its
    query), `parameters` (as the client sent them) and `data` (what `f=json` would say).
    """
    # A prefix of a sandbox belongs to every address on a page.
    root = f"{call.base}/{call.path.split('/', 2)[1]}"
    text = html.render(
        "mockserver.apis.arcgis",
        template,
        root=root,
        here=f"{call.base}{call.path}",
        parameters=call.parameters,
        **values,
    )
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode()
