"""The WSDL and the discovery document, made by rule from the service that Spyne defines.

But for documentation and the fifth parameter of UploadData the WSDL is the genuine one
(sciserver/SkyServerWS, 2014-06-03); a test compares the two in canonical form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from mockserver.apis.casjobs.responses import written_document
from mockserver.apis.casjobs.service_types import NAMESPACE, SERVICE, SERVICE_DOC, ServiceOperation
from mockserver.wire.soap_types import Element, SoapOperation, SoapService
from mockserver.wire.xml_writer import Node

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


@lru_cache(maxsize=8)  # of some fifty kilobytes each, and each sandbox has an address of its own
def wsdl(
    service: SoapService, table: tuple[ServiceOperation, ...], address: str, *, dataset: bool = True, http: bool = True
) -> bytes:
    """Return the WSDL of a service at an address.

    Args:
        table: says what each operation does.
        dataset: describe operations that answer with any content (ExecuteQuickJobDS).
        http: describe the ports of HTTP GET and HTTP POST.
    """
    protocols = tuple(_PORTS) if http else ()
    docs = {one.name: one.doc for one in table}
    described = [one for one in service.operations.values() if dataset or all(member.type for member in one.response)]
    root = _node(
        "wsdl:definitions",
        *_PREFIXES,
        children=(
            _documentation(SERVICE_DOC),
            _node("wsdl:types", children=(_schema(service, described, http=http),)),
            *_messages(described, protocols),
            *(_port_type(described, docs, protocol) for protocol in ("Soap", *protocols)),
            _soap_binding(described, "soap"),
            _soap_binding(described, "soap12"),
            *(_http_binding(described, protocol) for protocol in protocols),
            _service(address, protocols),
        ),
    )
    return written_document(root)


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
    return written_document(root)


def _node(name: str, *attributes: tuple[str, str], children: tuple[Node, ...] = ()) -> Node:
    return Node(name, children=children, attributes=attributes)


def _documentation(text: str) -> Node:
    # The help pages show it as HTML, hence the breaks within the text.
    return Node("wsdl:documentation", text.replace("\n", "<br/>\n"), attributes=(("xmlns:wsdl", _WSDL),))


# --- types ----------------------------------------------------------------------------------------


def _schema(service: SoapService, described: list[SoapOperation], *, http: bool) -> Node:
    known: set[str] = set()
    children: list[Node] = []
    for operation in described:
        children.append(_wrapper(operation.name, operation.request))
        children.append(_wrapper(f"{operation.name}Response", operation.response))
        children.extend(_new_types(service, operation.response, known))
    return _node(
        "s:schema",
        ("elementFormDefault", "qualified"),
        ("targetNamespace", NAMESPACE),
        children=(*children, *(_global_elements(described) if http else ())),
    )


def _new_types(service: SoapService, members: tuple[Element, ...], known: set[str]) -> Iterator[Node]:
    """Yield the complex types of members and of theirs, each at its first use."""
    for member in members:
        name = (member.type or "").removeprefix("tns:")
        if name in service.types and name not in known:
            known.add(name)
            yield _sequence("s:complexType", _elements(service.types[name]), ("name", name))
            yield from _new_types(service, service.types[name], known)


def _wrapper(name: str, members: tuple[Element, ...]) -> Node:
    return _node("s:element", ("name", name), children=(_sequence("s:complexType", _elements(members)),))


def _sequence(name: str, members: tuple[Node, ...], *attributes: tuple[str, str]) -> Node:
    return _node(name, *attributes, children=(_node("s:sequence", children=members),) if members else ())


def _elements(members: tuple[Element, ...]) -> tuple[Node, ...]:
    return tuple(_element(one) for one in members)


def _element(member: Element) -> Node:
    occurs = (
        ("minOccurs", str(member.least)),
        ("maxOccurs", "unbounded" if member.most is None else str(member.most)),
        ("name", member.name),
        *((("nillable", "true"),) if member.nillable else ()),
    )
    if member.type is None:
        return _node("s:element", *occurs, children=(_dataset(),))
    return _node("s:element", *occurs, ("type", member.type))


def _dataset() -> Node:
    return _sequence("s:complexType", (_node("s:element", ("ref", "s:schema")), _node("s:any")))


def _global_elements(described: list[SoapOperation]) -> Iterator[Node]:
    """Yield the elements that GET and POST answer with: each result type once, at its first use."""
    for kind in dict.fromkeys(member.type for one in described for member in one.response):
        if kind is None:
            yield _node("s:element", ("name", "DataSet"), ("nillable", "true"), children=(_dataset(),))
        else:
            null = () if kind in ("s:long", "s:int") else (("nillable", "true"),)
            yield _node("s:element", ("name", kind.partition(":")[2]), *null, ("type", kind))


# --- messages, port types, bindings -----------------------------------------------------------------


def _messages(described: list[SoapOperation], protocols: tuple[str, ...]) -> Iterator[Node]:
    for one in described:
        for way, element in (("In", one.name), ("Out", f"{one.name}Response")):
            part = _node("wsdl:part", ("name", "parameters"), ("element", f"tns:{element}"))
            yield _node("wsdl:message", ("name", f"{one.name}Soap{way}"), children=(part,))
    for protocol in protocols:
        for one in described:
            parts = tuple(_node("wsdl:part", ("name", member.name), ("type", "s:string")) for member in one.request)
            yield _node("wsdl:message", ("name", f"{one.name}{protocol}In"), children=parts)
            bodies = tuple(
                _node("wsdl:part", ("name", "Body"), ("element", _body_element(member))) for member in one.response
            )
            yield _node("wsdl:message", ("name", f"{one.name}{protocol}Out"), children=bodies)


def _body_element(member: Element) -> str:
    return "tns:DataSet" if member.type is None else f"tns:{member.type.partition(':')[2]}"


def _port_type(described: list[SoapOperation], docs: Mapping[str, str], protocol: str) -> Node:
    operations = tuple(
        _node(
            "wsdl:operation",
            ("name", one.name),
            children=(
                _documentation(docs[one.name]),
                _node("wsdl:input", ("message", f"tns:{one.name}{protocol}In")),
                _node("wsdl:output", ("message", f"tns:{one.name}{protocol}Out")),
            ),
        )
        for one in described
    )
    return _node("wsdl:portType", ("name", f"{SERVICE}{protocol}"), children=operations)


def _soap_binding(described: list[SoapOperation], prefix: str) -> Node:
    body = (_node(f"{prefix}:body", ("use", "literal")),)
    operations = tuple(
        _operation(
            one,
            _node(f"{prefix}:operation", ("soapAction", f"{NAMESPACE}/{one.name}"), ("style", "document")),
            body,
            body,
        )
        for one in described
    )
    transport = _node(f"{prefix}:binding", ("transport", "http://schemas.xmlsoap.org/soap/http"))
    name = f"{SERVICE}{'Soap' if prefix == 'soap' else 'Soap12'}"
    return _binding(name, f"{SERVICE}Soap", transport, operations)


def _http_binding(described: list[SoapOperation], protocol: str) -> Node:
    taken = (
        _node("http:urlEncoded")
        if protocol == "HttpGet"
        else _node("mime:content", ("type", "application/x-www-form-urlencoded"))
    )
    operations = tuple(
        _operation(
            one,
            _node("http:operation", ("location", f"/{one.name}")),
            (taken,),
            (_node("mime:mimeXml", ("part", "Body")),) if one.response else (),
        )
        for one in described
    )
    return _binding(
        f"{SERVICE}{protocol}", f"{SERVICE}{protocol}", _node("http:binding", ("verb", _PORTS[protocol])), operations
    )


def _binding(name: str, kind: str, transport: Node, operations: tuple[Node, ...]) -> Node:
    return _node("wsdl:binding", ("name", name), ("type", f"tns:{kind}"), children=(transport, *operations))


def _operation(one: SoapOperation, address: Node, taken: tuple[Node, ...], given: tuple[Node, ...]) -> Node:
    return _node(
        "wsdl:operation",
        ("name", one.name),
        children=(address, _node("wsdl:input", children=taken), _node("wsdl:output", children=given)),
    )


def _service(address: str, protocols: tuple[str, ...]) -> Node:
    ports = (("Soap", "soap"), ("Soap12", "soap12"), *((protocol, "http") for protocol in protocols))
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
