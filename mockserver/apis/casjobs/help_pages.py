"""Help pages: the list of operations, and a page for each with samples and a form.

The markup is ours, the structure and the texts are ASP.NET's (casjobs.md §5.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from mockserver.apis.casjobs.responses import page
from mockserver.apis.casjobs.service_types import NAMESPACE, SERVICE, SERVICE_DOC, ServiceOperation
from mockserver.apis.casjobs.settings import CasSettings
from mockserver.wire.soap_types import ArrayOf, Struct, Type, XsdType

_SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
_SOAP12 = "http://www.w3.org/2003/05/soap-envelope"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One protocol's sample request and response, as HTML."""

    title: str
    request: Markup
    response: Markup


def operation_list(table: Sequence[ServiceOperation], address: str) -> bytes:
    """Return the page that lists the operations, in ordinal order of their names."""
    rows = sorted(table, key=lambda row: row.name)
    return page("list.html", service=SERVICE, address=address, doc=SERVICE_DOC, rows=rows)


def operation_page(
    table: Sequence[ServiceOperation], name: str, address: str, host: str, path: str, settings: CasSettings
) -> bytes:
    """Return the page of an operation, or the one that says that there is none.

    Args:
        address: the service's whole URL; `host` (no port) and `path` are what the samples show.
    """
    row = next((one for one in table if one.name == name), None)
    if row is None:
        return page("missing.html", service=SERVICE, address=address, name=name)
    parameters = row.parameters_of(settings.upload_data_parameters)
    return page(
        "operation.html",
        service=SERVICE,
        address=address,
        row=row,
        parameters=parameters,
        test_form=settings.test_form,
        samples=_samples(row, parameters, host, path),
    )


# --- samples ----------------------------------------------------------------------------------------


def _value(kind: str) -> Markup:
    return Markup("<font class=value>{}</font>").format(kind)


def _samples(row: ServiceOperation, parameters: tuple[tuple[str, XsdType], ...], host: str, path: str) -> list[Sample]:
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


def _result(row: ServiceOperation) -> list[list[Markup]]:
    return [] if row.result is None else [_member(f"{row.name}Result", row.result)]


def _typed_answer(row: ServiceOperation) -> Markup:
    if row.result is None:
        return Markup("HTTP/1.1 200 OK\n")
    name = f"ArrayOf{row.result.item.name}" if isinstance(row.result, ArrayOf) else str(row.result)
    lines = _member("DataSet" if row.result is XsdType.XML else name, row.result)
    lines[0] = lines[0].replace(Markup("&gt;"), Markup(' xmlns="{}"&gt;').format(NAMESPACE), 1)
    head = Markup("HTTP/1.1 200 OK\nContent-Type: text/xml; charset=utf-8\nContent-Length: {}\n\n").format(
        _value("length")
    )
    return head + Markup("\n").join([escape('<?xml version="1.0" encoding="utf-8"?>'), *lines])
