"""Help pages: the list of operations, a page for each with samples and a form, and ASP.NET's error page.

The markup is ours, the structure and the texts are ASP.NET's (casjobs.md §5.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from mockserver.apis.casjobs.operations import BY_NAME, NAMESPACE, ROWS, SERVICE, SERVICE_DOC, Row
from mockserver.apis.casjobs.settings import CasSettings
from mockserver.wire.html import pages
from mockserver.wire.soap_types import ArrayOf, Struct, Type, XsdType

_PAGES = pages(Path(__file__).parent / "pages")
_SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
_SOAP12 = "http://www.w3.org/2003/05/soap-envelope"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One protocol's sample request and response, as HTML."""

    title: str
    request: Markup
    response: Markup


def operation_list(address: str) -> bytes:
    """Return the page that lists the operations, in ordinal order of their names."""
    rows = sorted(ROWS, key=lambda row: row.name)
    return _page("list.html", address=address, doc=SERVICE_DOC, rows=rows)


def operation_page(name: str, address: str, host: str, path: str, settings: CasSettings) -> bytes:
    """Return the page of an operation, or the one that says that there is none.

    Args:
        address: the service's whole URL; `host` (no port) and `path` are what the samples show.
    """
    row = BY_NAME.get(name)
    if row is None:
        return _page("missing.html", address=address, name=name)
    parameters = row.taken(settings.upload_data_parameters)
    return _page(
        "operation.html",
        address=address,
        row=row,
        parameters=parameters,
        test_form=settings.test_form,
        samples=_samples(row, parameters, host, path),
    )


def error_page(title: str, *, application: str, status: int, exception: str | None, details: bool) -> bytes:
    """Return ASP.NET's yellow page; without details it only says that there was an error."""
    if not details and status != 404:
        title, exception = "Runtime Error", None
    description = (
        "HTTP 404. The resource you are looking for (or one of its dependencies) could have been removed, had its "
        "name changed, or is temporarily unavailable."
        if status == 404
        else "An unhandled exception occurred during the execution of the current web request."
    )
    told = None if exception is None else f"{exception}: {title}"
    return (
        _PAGES.get_template("error.html")
        .render(title=title, application=application, description=description, exception=told)
        .encode()
    )


def _page(template: str, /, **values: object) -> bytes:
    return _PAGES.get_template(template).render(service=SERVICE, **values).encode()


# --- samples ----------------------------------------------------------------------------------------


def _value(kind: str) -> Markup:
    return Markup("<font class=value>{}</font>").format(kind)


def _samples(row: Row, parameters: tuple[tuple[str, XsdType], ...], host: str, path: str) -> list[Sample]:
    soap11 = f'Content-Type: text/xml; charset=utf-8\nContent-Length: {{}}\nSOAPAction: "{NAMESPACE}/{row.name}"'
    soap12 = "Content-Type: application/soap+xml; charset=utf-8\nContent-Length: {}"
    samples = []
    for title, prefix, space, head in (("SOAP 1.1", "soap", _SOAP11, soap11), ("SOAP 1.2", "soap12", _SOAP12, soap12)):
        media = "text/xml" if prefix == "soap" else "application/soap+xml"
        samples.append(
            Sample(
                title=title,
                request=Markup("POST {} HTTP/1.1\nHost: {}\n").format(path, host)
                + escape(head).format(_value("length"))
                + "\n\n"
                + _envelope(prefix, space, _wrapped(row.name, [_member(*one) for one in parameters])),
                response=Markup("HTTP/1.1 200 OK\nContent-Type: {}; charset=utf-8\nContent-Length: {}\n\n").format(
                    media, _value("length")
                )
                + _envelope(prefix, space, _wrapped(f"{row.name}Response", _result(row))),
            )
        )
    pairs = Markup("&amp;").join(
        Markup("<font class=key>{}</font>={}").format(name, _value("string")) for name, _ in parameters
    )
    answer = _typed_answer(row)
    samples.append(
        Sample(
            title="HTTP GET",
            request=Markup("GET {}/{}?{} HTTP/1.1\nHost: {}\n").format(path, row.name, pairs, host),
            response=answer,
        )
    )
    samples.append(
        Sample(
            title="HTTP POST",
            request=Markup(
                "POST {}/{} HTTP/1.1\nHost: {}\nContent-Type: application/x-www-form-urlencoded\n"
                "Content-Length: {}\n\n{}"
            ).format(path, row.name, host, _value("length"), pairs),
            response=answer,
        )
    )
    return samples


def _envelope(prefix: str, space: str, inner: list[Markup]) -> Markup:
    lines = [
        escape('<?xml version="1.0" encoding="utf-8"?>'),
        escape(
            f'<{prefix}:Envelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            f'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:{prefix}="{space}">'
        ),
        escape(f"  <{prefix}:Body>"),
        *(Markup("    ") + line for line in inner),
        escape(f"  </{prefix}:Body>"),
        escape(f"</{prefix}:Envelope>"),
    ]
    return Markup("\n").join(lines)


def _wrapped(name: str, members: list[list[Markup]]) -> list[Markup]:
    if not members:
        return [escape(f'<{name} xmlns="{NAMESPACE}" />')]
    inner = [Markup("  ") + line for member in members for line in member]
    return [escape(f'<{name} xmlns="{NAMESPACE}">'), *inner, escape(f"</{name}>")]


def _member(name: str, kind: Type) -> list[Markup]:
    if isinstance(kind, ArrayOf):
        # A sample shows a list's item twice.
        inner = [Markup("  ") + line for line in _struct(kind.item) * 2]
        return [escape(f"<{name}>"), *inner, escape(f"</{name}>")]
    if kind is XsdType.XML:
        schema, xml = _value("schema"), _value("xml")
        return [escape(f"<{name}>"), Markup("  ") + schema + xml, escape(f"</{name}>")]
    return [escape(f"<{name}>") + _value(str(kind)) + escape(f"</{name}>")]


def _struct(kind: Struct) -> list[Markup]:
    members = [Markup("  ") + line for name, one in kind.members for line in _member(name, one)]
    return [escape(f"<{kind.name}>"), *members, escape(f"</{kind.name}>")]


def _result(row: Row) -> list[list[Markup]]:
    return [] if row.result is None else [_member(f"{row.name}Result", row.result)]


def _typed_answer(row: Row) -> Markup:
    if row.result is None:
        return Markup("HTTP/1.1 200 OK\n")
    name = f"ArrayOf{row.result.item.name}" if isinstance(row.result, ArrayOf) else str(row.result)
    lines = _member("DataSet" if row.result is XsdType.XML else name, row.result)
    lines[0] = lines[0].replace(Markup("&gt;"), Markup(' xmlns="{}"&gt;').format(NAMESPACE), 1)
    head = Markup("HTTP/1.1 200 OK\nContent-Type: text/xml; charset=utf-8\nContent-Length: {}\n\n").format(
        _value("length")
    )
    return head + Markup("\n").join([escape('<?xml version="1.0" encoding="utf-8"?>'), *lines])
