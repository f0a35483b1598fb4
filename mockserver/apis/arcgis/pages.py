"""The Services Directory and the Administrator Directory as pages.

Lines end in CRLF, as the real pages' do: scrapers split on it (arcgis.md §3).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockserver.wire.html import pages

if TYPE_CHECKING:
    from mockserver.apis.arcgis.security import GpContext

_PAGES = pages(Path(__file__).with_name("templates"))
# Plain text, so that a page escapes it; Jinja's own `tojson` would mark it as safe.
_PAGES.filters["json"] = lambda value: json.dumps(value, ensure_ascii=False)


def render(context: GpContext, template: str, values: Mapping[str, Any]) -> bytes:
    """Render a page of this site.

    Every template knows `root` (`https://host/arcgis`), `here` (the URL of this resource without its
    query), `parameters` (as the client sent them) and `data` (what `f=json` would say).
    """
    # A prefix of a sandbox belongs to every address on a page.
    root = f"{context.base}/{context.path.split('/', 2)[1]}"
    text = _PAGES.get_template(template).render(
        root=root,
        here=f"{context.base}{context.path}",
        parameters=context.parameters,
        **values,
    )
    # A quotation mark is `&quot;` on the real pages; the escaping library writes it as a number.
    text = text.replace("&#34;", "&quot;")
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode()
