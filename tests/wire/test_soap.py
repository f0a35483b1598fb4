"""A service of every simple type: what is compiled of it beside what Spyne writes (CasJobs' own: tests/apis/casjobs/test_codec.py)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from lxml import etree

from mockserver.wire.soap import XmlDocument, application, compiled
from mockserver.wire.soap_types import ArrayOf, Element, Malformed, OutOfRange, Struct, Type, XsdType
from mockserver.wire.xml_writer import Dialect, Node

SPACE = "urn:shop"
ITEM = Struct(
    "Item", (("Id", XsdType.LONG), ("Count", XsdType.INT), ("Sold", XsdType.BOOLEAN), ("Name", XsdType.STRING))
)
PLAIN = Dialect(text=str, attribute=str)


async def sell(context: str, *arguments: Any) -> tuple[Any, ...]:
    return (context, *arguments)


@dataclass(frozen=True, kw_only=True)
class Row:
    name: str
    parameters: tuple[tuple[str, XsdType], ...] = ()
    result: Type | None = None
    run: Callable[..., Awaitable[Any]] = sell


ROWS = (
    Row(name="List", result=ArrayOf(ITEM)),
    Row(
        name="Sell",
        parameters=(("id", XsdType.LONG), ("count", XsdType.INT), ("name", XsdType.STRING)),
        result=XsdType.BOOLEAN,
    ),
    Row(name="Close"),
)
SPYNE = application("Shop", SPACE, ROWS)
SHOP = compiled(SPYNE)


@pytest.mark.parametrize(
    ("operation", "value"),
    [
        ("Sell", True),
        ("Sell", False),
        ("List", []),
        ("List", [{"Id": 1, "Count": -2, "Sold": True, "Name": "é"}, {"Id": 0, "Count": 0, "Sold": False}]),
    ],
)
def test_each_type_is_written_as_spyne_writes_it(operation: str, value: Any) -> None:
    model = SPYNE.services[0].public_methods[operation].out_message
    parent = etree.Element("parent")
    instance = model.get_serialization_instance({f"{operation}Result": value})
    XmlDocument(app=SPYNE).to_parent(None, model, instance, parent, SPACE)
    ours = Node(f"{operation}Response", "", SHOP.operations[operation].encode(value), (("xmlns", SPACE),))

    theirs = etree.tostring(parent[0], method="c14n2").decode().replace("ns0:", "").replace("xmlns:ns0", "xmlns")
    assert etree.canonicalize(PLAIN.write(ours)) == theirs


async def test_an_operation_is_the_function_that_was_declared() -> None:
    assert await SHOP.operations["Sell"].run("context", 1, 2, "x") == ("context", 1, 2, "x")
    assert [one.name for one in SHOP.operations["Sell"].parameters] == ["id", "count", "name"]
    assert SHOP.operations["Close"].encode(None) == ()


def test_two_services_of_one_name_leave_each_other_alone(caplog: pytest.LogCaptureFixture) -> None:
    again = compiled(application("Shop", SPACE, ROWS[1:]))

    assert list(SHOP.operations) == ["List", "Sell", "Close"]
    assert list(again.operations) == ["Sell", "Close"]
    assert caplog.records == []


def test_members_are_described_with_their_counts() -> None:
    assert SHOP.operations["List"].response == (Element("ListResult", "tns:ArrayOfItem", 0, 1, False),)
    assert list(SHOP.types) == ["ArrayOfItem", "Item"]
    assert SHOP.types["ArrayOfItem"] == (Element("Item", "tns:Item", 0, None, True),)
    assert SHOP.types["Item"][2:] == (
        Element("Sold", "s:boolean", 1, 1, False),
        Element("Name", "s:string", 0, 1, False),
    )


@pytest.mark.parametrize(
    ("text", "error"), [("", Malformed), ("1.0", Malformed), ("2147483648", OutOfRange), ("9" * 5000, OutOfRange)]
)
def test_what_is_no_number_is_told_from_what_does_not_fit(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        SHOP.operations["Sell"].tags[f"{{{SPACE}}}count"].decode(text)
