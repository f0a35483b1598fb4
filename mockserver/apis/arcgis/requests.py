"""What a request says: which plane it is for, its parameters and its format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from mockserver.api.context import RequestContext
from mockserver.apis.arcgis.settings import ArcgisSettings
from mockserver.apis.arcgis.site import Site
from mockserver.wire.forms import read_pairs

GpContext = RequestContext[ArcgisSettings, Site]

FORMATS = ("html", "json", "pjson")

PARTS, HEAD = 1000, 1024
"""Parts of a form that are read, and bytes of what one says of itself. Tomcat has such bounds, and lower ones."""

_BLANK_LINE = re.compile(rb"\n\r?\n")


class UnknownFormat(Exception):
    """An `f` that is not faked."""


def mounted(settings: ArcgisSettings, values: Mapping[str, str]) -> bool:
    """Tell whether the site answers under the first segment of a path."""
    if "portal" in values:
        return settings.secured == "federated" and values["portal"] == settings.portal_context
    return values.get("context", settings.contexts[0] if settings.contexts else "") in settings.contexts


def steps(path: str) -> list[str]:
    """Return the segments of a path, the web adaptor's name first, however many slashes it begins with."""
    return path.strip("/").split("/")


def plane(context: GpContext) -> str:
    """Return `rest`, `admin`, `tokens` or `sharing`; an empty text where only the web tier answers."""
    mount, *rest = steps(context.path)
    found = rest[0] if rest else ""
    if found == "sharing":
        federated = context.settings.secured == "federated"
        return found if federated and mount == context.settings.portal_context else ""
    return found if found in ("rest", "admin", "tokens") and mount in context.settings.contexts else ""


def read_parameters(context: GpContext) -> dict[str, str]:
    """Merge query and form; the body wins on a clash, the last of a repeated name counts."""
    parameters = dict(read_pairs(context.query_string))
    if context.body:
        parameters.update(_form(context))
    return parameters


def _form(context: GpContext) -> dict[str, str]:
    content_type = context.headers.get("Content-Type", "")
    if content_type.lower().startswith("multipart/form-data"):
        return _multipart(content_type, context.body)
    try:
        return dict(read_pairs(context.body.decode("utf-8", "replace")))
    except ValueError:
        return {}


def _multipart(content_type: str, body: bytes) -> dict[str, str]:
    """Read the fields of a form in parts: the first of them, and those whose heads are no longer than `HEAD`.

    The parts are cut here: what the library makes of a long head takes time by the square of its length.
    """
    found: dict[str, str] = {}
    try:
        envelope = Message(policy=compat32)
        envelope["Content-Type"] = content_type
        boundary = envelope.get_boundary()
        if boundary is None:
            return found
        line = re.compile(
            rb"\r?\n--" + re.escape(boundary.encode("utf-8", "surrogateescape")) + rb"[ \t]*+(?=\r?\n|--)"
        )
        # The older of the library's two policies takes any header as it comes.
        parser = BytesParser(policy=compat32)
        for written in line.split(b"\n" + body, PARTS)[1 : PARTS + 1]:
            if written.startswith(b"--"):
                break
            if _BLANK_LINE.search(written, 0, HEAD) is None:
                continue
            part = parser.parsebytes(written[written.index(b"\n") + 1 :], headersonly=True)
            name = part.get_param("name", header="content-disposition")
            if isinstance(name, str):
                content = part.get_payload(decode=True)
                text = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
                # The value of a file is its name: no operation reads its content.
                found[name] = part.get_filename() or text
    except (LookupError, ValueError):
        # A part that says of itself what cannot be: what was read so far is the request.
        return found
    return found


def is_true(value: str | None, default: bool) -> bool:
    """Read a boolean in any letter case; absent or empty is the default."""
    return default if not value else value.strip().lower() != "false"


def chosen_format(context: GpContext) -> str:
    """Return what `f` asks for, in lower case; html when nothing does."""
    return context.parameters.get("f", "").lower() or "html"


def names_a_format(parameters: Mapping[str, str]) -> bool:
    """Tell whether `f` asks for something else than a page."""
    return parameters.get("f", "").lower() not in ("", "html")


def require_format(context: GpContext) -> str:
    """Return the format asked for, before anything is changed that no answer could then show.

    Raises:
        UnknownFormat: the format is not faked.
    """
    asked = chosen_format(context)
    if asked not in FORMATS:
        raise UnknownFormat
    return asked
