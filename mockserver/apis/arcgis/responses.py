"""How answers are written: formats, JSONP, CORS, and pages.

Rules a maintainer must keep:

1. The job's JSON is a hot path: `f=json` costs one `orjson.dumps`.
2. Lines of a page end in CRLF, as the real pages' do: scrapers split on it (arcgis.md §3).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from mockserver.api.response import NO_HEADERS, Response
from mockserver.apis.arcgis.addresses import root
from mockserver.apis.arcgis.requests import FORMATS, GpContext, UnknownFormat, plane
from mockserver.wire.html import pages

HTML = "text/html;charset=utf-8"
PJSON = "text/plain;charset=utf-8"
SCRIPT = "application/javascript;charset=utf-8"

_NAME = re.compile(r"[\w$.\[\]]{1,200}")

# Plain text, so that a page escapes it; Jinja's own `tojson` would mark it as safe.
_PAGES = pages(Path(__file__).with_name("templates"), {"json": lambda value: json.dumps(value, ensure_ascii=False)})


def answer(
    context: GpContext,
    data: Any,
    *,
    template: str,
    facts: Mapping[str, Any] | None = None,
    status: int = 200,
    lasting: bool = False,
) -> Response:
    """Answer in the format the client asked for.

    Args:
        template: the page that shows it, for html.
        facts: what only the page needs.
        lasting: see `Response.lasting`.

    Raises:
        UnknownFormat: the format is not faked.
    """
    asked = context.parameters.get("f", "").lower()
    if asked == "json":
        return _json(context, data, status, lasting=lasting)
    if asked == "pjson":
        body = _pretty(data, blanks=2 if plane(context) == "admin" else 1)
        return Response(status, data, body, PJSON, cors(context), lasting=lasting)
    if asked in ("", "html"):
        body = render(context, template, {"data": data, **(facts or {})})
        return Response(status, data, body, HTML, cors(context), lasting=lasting)
    if asked == "help":
        body = render(context, "help.html", {"data": data})
        return Response(status=status, data=data, body=body, content_type=HTML, headers=cors(context))
    raise UnknownFormat


def error_answer(context: GpContext, data: Any, status: int, template: str) -> Response:
    """Answer with an envelope of an error, in a format that the client can read whatever it asked for."""
    asked = context.parameters.get("f", "").lower()
    if asked not in ("", *FORMATS):
        # The format itself is what is wrong; JSON is what a program can read.
        return _json(context, data, status)
    return answer(context, data, template=template, status=status)


def page(context: GpContext, template: str, values: Mapping[str, Any], status: int = 200) -> Response:
    """Answer with a page for people, whatever `f` says."""
    return Response(status=status, body=render(context, template, values), content_type=HTML)


def redirect(location: str, status: int = 302, headers: Mapping[str, str] = NO_HEADERS) -> Response:
    """Send the client on to another address."""
    return Response(status=status, content_type=None, headers={"Location": location, **headers})


def cors(context: GpContext) -> Mapping[str, str]:
    """Return the headers that let a page of another origin read the answer (inferred: the origin is echoed)."""
    origin = context.headers.get("Origin")
    return NO_HEADERS if origin is None else {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}


def render(context: GpContext, template: str, values: Mapping[str, Any]) -> bytes:
    """Render a page of this site.

    Every template knows `root` (`https://host/arcgis`), `here` (the URL of this resource without its
    query), `parameters` (as the client sent them) and `data` (what `f=json` would say).
    """
    text = _PAGES.get_template(template).render(
        root=root(context),
        here=f"{context.base}{context.path}",
        parameters=context.parameters,
        **values,
    )
    # A quotation mark is `&quot;` on the real pages; the escaping library writes it as a number.
    text = text.replace("&#34;", "&quot;")
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode()


def _pretty(data: Any, blanks: int) -> bytes:
    """Write JSON over several lines: one blank a level in the directory, two in the Administrator's samples."""
    text = orjson.dumps(data, option=orjson.OPT_INDENT_2)
    if blanks == 2:
        return text
    # No text holds a line break of its own, so what a line begins with is its level.
    return b"\n".join([line[(len(line) - len(line.lstrip(b" "))) // 2 :] for line in text.split(b"\n")])


def _json(context: GpContext, data: Any, status: int, *, lasting: bool = False) -> Response:
    body = orjson.dumps(data)
    callback = context.parameters.get("callback")
    # Anything but a name would let a link run a script of its own.
    if not callback or not _NAME.fullmatch(callback):
        return Response(status, data, body, context.settings.json_content_type, cors(context), lasting=lasting)
    end = b");" if context.settings.jsonp_semicolon else b")"
    body = callback.encode() + b"(" + body + end
    return Response(status, data, body, SCRIPT, cors(context), lasting=lasting)
