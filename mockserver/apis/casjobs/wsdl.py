"""The WSDL and the discovery document, made by rule from the table of operations.

But for documentation and the fifth parameter of UploadData the WSDL is the genuine one
(sciserver/SkyServerWS, 2014-06-03); a test compares the two in canonical form.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from mockserver.apis.casjobs.operations import NAMESPACE, ROWS, SERVICE, SERVICE_DOC, Row
from mockserver.apis.casjobs.writing import DECLARATION, indented
from mockserver.wire.soap import ArrayOf, Kind, Node, Struct, Type

_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_PREFIXES = (
    ("xmlns:tm", "http://microsoft.com/wsdl/mime/textMatching/"),
    ("xmlns:soapenc", "http://schemas.xmlsoap.org/soap/encoding/"),
    ("xmlns:mime", f"{_WSDL}mime/"),
    ("xmlns:tns", NAMESPACE),
    ("xmlns:s", "http://www.w3.org/2001/XMLSchema"),
    ("xmlns:soap12", f"{_WSDL}soap12/"),
    ("xmlns:soap", f"{_WSDL}soap/"),
    ("xmlns:http", f"{_WSDL}http/"),
    ("targetNamespace", NAMESPACE),
    ("xmlns:wsdl", _WSDL),
)
_PORTS = {"HttpGet": "GET", "HttpPost": "POST"}


@lru_cache(maxsize=64)
def wsdl(address: str, *, uploads: int, dataset: bool) -> bytes:
    """Return the WSDL of the service at an address.

    Args:
        uploads: how many parameters UploadData has, 4 or 5.
        dataset: describe ExecuteQuickJobDS.
    """
    rows = [row for row in ROWS if dataset or row.result is not Kind.XML]
    root = _node(
        "wsdl:definitions",
        *_PREFIXES,
        children=(
            _documentation(SERVICE_DOC),
            _node("wsdl:types", children=(_schema(rows, uploads),)),
            *_messages(rows, uploads),
            *(_port_type(rows, protocol) for protocol in ("Soap", *_PORTS)),
            _soap_binding(rows, "soap"),
            _soap_binding(rows, "soap12"),
            *(_http_binding(rows, protocol) for protocol in _PORTS),
            _service(address),
        ),
    )
    return f"{DECLARATION}\r\n{indented(root)}".encode()


@lru_cache(maxsize=64)
def disco(address: str) -> bytes:
    """Return the discovery document of the service at an address."""
    soap = "http://schemas.xmlsoap.org/disco/soap/"
    root = _node(
        "discovery",
        ("xmlns:xsd", "http://www.w3.org/2001/XMLSchema"),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ("xmlns", "http://schemas.xmlsoap.org/disco/"),
        children=(
            _node(
                "contractRef",
                ("ref", f"{address}?wsdl"),
                ("docRef", address),
                ("xmlns", "http://schemas.xmlsoap.org/disco/scl/"),
            ),
            *(
                _node(
                    "soap", ("address", address), (f"xmlns:{q}", NAMESPACE), ("binding", f"{q}:{port}"), ("xmlns", soap)
                )
                for q, port in (("q1", "JobsSoap"), ("q2", "JobsSoap12"))
            ),
        ),
    )
    return f"{DECLARATION}\r\n{indented(root)}".encode()


def _node(name: str, *attributes: tuple[str, str], children: tuple[Node, ...] = ()) -> Node:
    return Node(name, children=children, attributes=attributes)


def _documentation(text: str) -> Node:
    # The help pages show it as HTML, hence the breaks within the text.
    return Node("wsdl:documentation", text.replace("\n", "<br/>\n"), attributes=(("xmlns:wsdl", _WSDL),))


# --- types ----------------------------------------------------------------------------------------


def _schema(rows: list[Row], uploads: int) -> Node:
    named: dict[str, Node] = {}
    elements: list[Node] = []
    for row in rows:
        elements.append(_wrapper(row.name, tuple(_element(*one) for one in row.taken(uploads))))
        result = () if row.result is None else (_element(f"{row.name}Result", row.result),)
        elements.append(_wrapper(f"{row.name}Response", result))
        if isinstance(row.result, ArrayOf) and row.result.item.name not in named:
            named[row.result.item.name] = _complex(row.result.item)
            elements.extend((_array(row.result), named[row.result.item.name]))
    return _node(
        "s:schema",
        ("elementFormDefault", "qualified"),
        ("targetNamespace", NAMESPACE),
        children=(*elements, *_global_elements(rows)),
    )


def _wrapper(name: str, members: tuple[Node, ...]) -> Node:
    return _node("s:element", ("name", name), children=(_sequence("s:complexType", members),))


def _sequence(name: str, members: tuple[Node, ...], *attributes: tuple[str, str]) -> Node:
    return _node(name, *attributes, children=(_node("s:sequence", children=members),) if members else ())


def _element(name: str, kind: Type) -> Node:
    value = isinstance(kind, Kind) and kind not in (Kind.STRING, Kind.XML)
    occurs = (("minOccurs", "1" if value else "0"), ("maxOccurs", "1"), ("name", name))
    if kind is Kind.XML:
        return _node("s:element", *occurs, children=(_dataset(),))
    return _node("s:element", *occurs, ("type", _type(kind)))


def _type(kind: Type) -> str:
    if isinstance(kind, Kind):
        return f"s:{kind}"
    return f"tns:ArrayOf{kind.item.name}" if isinstance(kind, ArrayOf) else f"tns:{kind.name}"


def _dataset() -> Node:
    return _sequence("s:complexType", (_node("s:element", ("ref", "s:schema")), _node("s:any")))


def _array(kind: ArrayOf) -> Node:
    name = kind.item.name
    item = _node(
        "s:element",
        ("minOccurs", "0"),
        ("maxOccurs", "unbounded"),
        ("name", name),
        ("nillable", "true"),
        ("type", f"tns:{name}"),
    )
    return _sequence("s:complexType", (item,), ("name", f"ArrayOf{name}"))


def _complex(kind: Struct) -> Node:
    return _sequence("s:complexType", tuple(_element(*one) for one in kind.members), ("name", kind.name))


def _global_elements(rows: list[Row]) -> Iterator[Node]:
    """Yield the elements that GET and POST answer with: each result type once, at its first use."""
    for kind in dict.fromkeys(row.result for row in rows if row.result is not None):
        if kind is Kind.XML:
            yield _node("s:element", ("name", "DataSet"), ("nillable", "true"), children=(_dataset(),))
        else:
            name = _body_element(kind).removeprefix("tns:")
            null = () if kind in (Kind.LONG, Kind.INT) else (("nillable", "true"),)
            yield _node("s:element", ("name", name), *null, ("type", _type(kind)))


def _body_element(kind: Type) -> str:
    if kind is Kind.XML:
        return "tns:DataSet"
    return f"tns:{kind}" if isinstance(kind, Kind) else _type(kind)


# --- messages, port types, bindings -----------------------------------------------------------------


def _messages(rows: list[Row], uploads: int) -> Iterator[Node]:
    for row in rows:
        for way, element in (("In", row.name), ("Out", f"{row.name}Response")):
            part = _node("wsdl:part", ("name", "parameters"), ("element", f"tns:{element}"))
            yield _node("wsdl:message", ("name", f"{row.name}Soap{way}"), children=(part,))
    for protocol in _PORTS:
        for row in rows:
            parts = tuple(_node("wsdl:part", ("name", name), ("type", "s:string")) for name, _ in row.taken(uploads))
            yield _node("wsdl:message", ("name", f"{row.name}{protocol}In"), children=parts)
            body = () if row.result is None else (("name", "Body"), ("element", _body_element(row.result)))
            out = (_node("wsdl:part", *body),) if body else ()
            yield _node("wsdl:message", ("name", f"{row.name}{protocol}Out"), children=out)


def _port_type(rows: list[Row], protocol: str) -> Node:
    operations = tuple(
        _node(
            "wsdl:operation",
            ("name", row.name),
            children=(
                _documentation(row.doc),
                _node("wsdl:input", ("message", f"tns:{row.name}{protocol}In")),
                _node("wsdl:output", ("message", f"tns:{row.name}{protocol}Out")),
            ),
        )
        for row in rows
    )
    return _node("wsdl:portType", ("name", f"{SERVICE}{protocol}"), children=operations)


def _soap_binding(rows: list[Row], prefix: str) -> Node:
    body = (_node(f"{prefix}:body", ("use", "literal")),)
    operations = tuple(
        _operation(
            row,
            _node(f"{prefix}:operation", ("soapAction", f"{NAMESPACE}/{row.name}"), ("style", "document")),
            body,
            body,
        )
        for row in rows
    )
    transport = _node(f"{prefix}:binding", ("transport", "http://schemas.xmlsoap.org/soap/http"))
    name = f"{SERVICE}{'Soap' if prefix == 'soap' else 'Soap12'}"
    return _binding(name, f"{SERVICE}Soap", transport, operations)


def _http_binding(rows: list[Row], protocol: str) -> Node:
    taken = (
        _node("http:urlEncoded")
        if protocol == "HttpGet"
        else _node("mime:content", ("type", "application/x-www-form-urlencoded"))
    )
    operations = tuple(
        _operation(
            row,
            _node("http:operation", ("location", f"/{row.name}")),
            (taken,),
            () if row.result is None else (_node("mime:mimeXml", ("part", "Body")),),
        )
        for row in rows
    )
    return _binding(
        f"{SERVICE}{protocol}", f"{SERVICE}{protocol}", _node("http:binding", ("verb", _PORTS[protocol])), operations
    )


def _binding(name: str, kind: str, transport: Node, operations: tuple[Node, ...]) -> Node:
    return _node("wsdl:binding", ("name", name), ("type", f"tns:{kind}"), children=(transport, *operations))


def _operation(row: Row, address: Node, taken: tuple[Node, ...], given: tuple[Node, ...]) -> Node:
    return _node(
        "wsdl:operation",
        ("name", row.name),
        children=(address, _node("wsdl:input", children=taken), _node("wsdl:output", children=given)),
    )


def _service(address: str) -> Node:
    ports = (("Soap", "soap"), ("Soap12", "soap12"), ("HttpGet", "http"), ("HttpPost", "http"))
    return _node(
        "wsdl:service",
        ("name", SERVICE),
        children=(
            _documentation(SERVICE_DOC),
            *(
                _node(
                    "wsdl:port",
                    ("name", f"{SERVICE}{port}"),
                    ("binding", f"tns:{SERVICE}{port}"),
                    children=(_node(f"{prefix}:address", ("location", address)),),
                )
                for port, prefix in ports
            ),
        ),
    )
