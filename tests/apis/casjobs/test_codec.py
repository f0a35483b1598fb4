"""The codec compiled from Spyne's models beside Spyne's own, over all types of the service.

Where the two differ on purpose, the second half says how, and from which source ours is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from mockserver.apis.casjobs.arguments import Arguments, read_soap
from mockserver.apis.casjobs.definition import defined
from mockserver.apis.casjobs.documents import clr_time
from mockserver.apis.casjobs.errors import FORMAT, OVERFLOW
from mockserver.apis.casjobs.operations import deployed
from mockserver.apis.casjobs.responses import COMPACT
from mockserver.apis.casjobs.service_types import NAMESPACE, SERVICE
from mockserver.wire import xml
from mockserver.wire.soap import XmlDocument, application  # not from Spyne: its hook has to be taken away again
from mockserver.wire.soap_types import SoapOperation
from mockserver.wire.xml_writer import Node

OURS = defined(5)
SPYNE = application(SERVICE, NAMESPACE, deployed(5))
"""Spyne's own definition, made by the same table; `DESCRIPTORS` are what it would dispatch by."""
DESCRIPTORS = SPYNE.services[0].public_methods
PROTOCOL = XmlDocument(app=SPYNE)
STRICT = XmlDocument(app=SPYNE, validator="soft")
"""Validates ranges too; of no use for texts, for it takes an empty one for null."""
PARSER = etree.XMLParser(**PROTOCOL.parser_kwargs)
XSI = "http://www.w3.org/2001/XMLSchema-instance"
TOO_LARGE = ("9223372036854775808", "-9223372036854775809", "2147483648", "-2147483649", "1" * 4000)

names = st.sampled_from(sorted(OURS.operations))
# What XML can say; CR is among the differences.
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\t\n"), max_size=12)
moments = st.datetimes()
SIMPLE: dict[str, st.SearchStrategy[Any]] = {
    "s:long": st.integers(-(2**63), 2**63 - 1),
    "s:int": st.integers(-(2**31), 2**31 - 1),
    "s:boolean": st.booleans(),
    "s:string": texts,
    "s:dateTime": moments.map(lambda moment: moment.replace(microsecond=0)),
}
# A text of each value, as clients may write it and both readers take it.
SPELLED: dict[str, Callable[[Any], st.SearchStrategy[str]]] = {
    "s:long": lambda value: number_texts(value),
    "s:int": lambda value: number_texts(value),
    "s:boolean": lambda value: st.sampled_from(["true", "1"] if value else ["false", "0"]),
    "s:string": st.just,
}


def number_texts(value: int) -> st.SearchStrategy[str]:
    sign = st.just("-") if value < 0 else st.sampled_from(["", "+"])
    blank = st.text(" \t\n", max_size=2)
    return st.builds("{}{}{}{}{}".format, blank, sign, st.sampled_from(["", "0", "000"]), st.just(abs(value)), blank)


# --- Spyne's side -------------------------------------------------------------------------------------


def spyne_written(model: Any, value: Any) -> Any:
    """Return an element of a message, written by Spyne."""
    parent = etree.Element("parent")
    PROTOCOL.to_parent(None, model, model.get_serialization_instance(value), parent, NAMESPACE)
    (element,) = parent
    return etree.fromstring(etree.tostring(element))


def spyne_read(model: Any, document: bytes) -> dict[str, Any]:
    """Return the members of a message, read by Spyne."""
    instance = PROTOCOL.from_element(None, model, etree.fromstring(document, PARSER))
    return {name: getattr(instance, name, None) for name in model.get_flat_type_info(model)}


def canonical(element: Any) -> bytes:
    """Return an element in C14N, under one prefix."""
    for one in element.iter():
        one.tag = etree.QName(one).localname
    etree.cleanup_namespaces(element)
    return etree.tostring(element, method="c14n2", strip_text=False)


# --- ours ---------------------------------------------------------------------------------------------


def written(operation: SoapOperation, value: Any) -> Any:
    content = operation.encode(value) if value is not None else ()
    response = Node(f"{operation.name}Response", "", content, (("xmlns", NAMESPACE),))
    return etree.fromstring(COMPACT.write(response).encode())


def read(operation: SoapOperation, document: bytes) -> Arguments:
    return read_soap(xml.parse(document), operation, document.decode)


# --- where they are equal -------------------------------------------------------------------------------


def value_of(draw: st.DrawFn, kind: str) -> tuple[Any, Any]:
    """Draw a value of a type: as Spyne takes it, and as we do (a moment is its text)."""
    if kind.startswith("s:"):
        value = draw(SIMPLE[kind])
        return value, (clr_time(seconds(value), "") if kind == "s:dateTime" else value)
    members = OURS.types[kind.removeprefix("tns:")]
    if members[0].most is None:
        items = [value_of(draw, members[0].type or "") for _ in range(draw(st.integers(0, 3)))]
        return [one for one, _ in items], [one for _, one in items]
    pairs = {one.name: value_of(draw, one.type or "") for one in members if one.least or draw(st.booleans())}
    return {name: pair[0] for name, pair in pairs.items()}, {name: pair[1] for name, pair in pairs.items()}


def seconds(moment: datetime) -> float:
    return (moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1)


@given(st.data())
def test_a_result_is_written_as_spyne_writes_it(data: st.DataObject) -> None:
    operation = OURS.operations[data.draw(names.filter(lambda name: name != "ExecuteQuickJobDS"))]
    model = DESCRIPTORS[operation.name].out_message
    theirs, ours = None, None
    members = {}
    for member in operation.response:
        theirs, ours = data.draw(st.composite(value_of)(member.type or ""))
        members[member.name] = theirs

    assert canonical(written(operation, ours)) == canonical(spyne_written(model, members))


@given(st.data())
def test_a_result_is_read_by_spyne_as_what_it_was(data: st.DataObject) -> None:
    operation = OURS.operations[data.draw(st.sampled_from(["GetJobs", "GetJobsJob", "GetQueues", "GetJobTypes"]))]
    theirs, ours = data.draw(st.composite(value_of)(operation.response[0].type or ""))

    got = spyne_read(DESCRIPTORS[operation.name].out_message, etree.tostring(written(operation, ours)))
    records = [
        {k: v for k, v in one.as_dict().items() if v is not None} for one in got[f"{operation.name}Result"] or []
    ]
    assert records == theirs


@given(st.data())
def test_arguments_that_spyne_wrote_are_read_as_spyne_reads_them(data: st.DataObject) -> None:
    operation = OURS.operations[data.draw(names)]
    model = DESCRIPTORS[operation.name].in_message
    values = {one.name: data.draw(SIMPLE[one.type or ""]) for one in operation.request}
    document = etree.tostring(spyne_written(model, values))

    ours = read(operation, document)
    assert ours.error is None
    assert dict(zip(values, ours.values, strict=True)) == spyne_read(model, document) == values


@given(st.data())
def test_arguments_in_other_spellings_and_orders_are_read_as_spyne_reads_them(data: st.DataObject) -> None:
    operation = OURS.operations[data.draw(names)]
    model = DESCRIPTORS[operation.name].in_message
    root = etree.Element(f"{{{NAMESPACE}}}{operation.name}", nsmap={data.draw(st.sampled_from([None, "j"])): NAMESPACE})
    sent = {}
    for one in data.draw(st.permutations(operation.request)):
        if one.least == 0 and data.draw(st.booleans()):
            continue  # a text that is left out is null for both
        value = data.draw(SIMPLE[one.type or ""])
        text = data.draw(SPELLED[one.type or ""](value))
        element = etree.SubElement(root, f"{{{NAMESPACE}}}{one.name}")
        element.text = text
        if data.draw(st.booleans()):
            root.append(etree.Comment("between"))
        sent[one.name] = value
    document = etree.tostring(root)

    ours = read(operation, document)
    assert ours.error is None
    assert (
        dict(zip((one.name for one in operation.parameters), ours.values, strict=True))
        == spyne_read(model, document)
        == {one.name: sent.get(one.name) for one in operation.parameters}
    )


@given(st.sampled_from([("CancelJob", "wsId"), ("SubmitJob", "estimate"), ("GetJobs", "includeSystem")]), texts)
def test_what_spyne_refuses_is_refused(where: tuple[str, str], text: str) -> None:
    name, member = where
    operation = OURS.operations[name]
    root = etree.Element(f"{{{NAMESPACE}}}{name}")
    etree.SubElement(root, f"{{{NAMESPACE}}}{member}").text = text
    document = etree.tostring(root)
    model = DESCRIPTORS[name].in_message
    kind = model.get_flat_type_info(model)[member]
    try:
        STRICT.from_element(None, kind, etree.fromstring(document, PARSER)[0])
    except Exception:
        assert read(operation, document).error is not None


# --- and where not --------------------------------------------------------------------------------------


def one(name: str, inner: str) -> tuple[Arguments, Callable[[], dict[str, Any]]]:
    document = f'<{name} xmlns="{NAMESPACE}" xmlns:xsi="{XSI}">{inner}</{name}>'.encode()
    model = DESCRIPTORS[name].in_message

    def theirs() -> dict[str, Any]:
        instance = PROTOCOL.from_element(None, model, etree.fromstring(document, PARSER))
        return {name: getattr(instance, name, None) for name in model.get_flat_type_info(model)}

    return read(OURS.operations[name], document), theirs


def test_a_missing_value_is_its_types_default() -> None:
    """Recorded: tests/apis/casjobs/exchanges; XmlSerializer leaves a field as the runtime made it."""
    ours, theirs = one("GetJobs", "")

    assert ours.values == (0, None, None, False)
    assert list(theirs().values()) == [None, None, None, None]


def test_the_first_of_two_counts() -> None:
    """Microsoft's reference source: a generated reader looks at each element once."""
    ours, theirs = one("CancelJob", "<wsId>1</wsId><wsId>2</wsId>")

    assert ours.values == (1, None, 0)
    assert theirs()["wsId"] == 2


def test_an_element_of_another_namespace_is_not_a_member() -> None:
    """Recorded; Spyne looks at local names only."""
    ours, theirs = one("CancelJob", '<wsId xmlns="urn:other">1</wsId>')

    assert "wsId" not in ours.decoded
    assert ours.values[0] == 0
    assert theirs()["wsId"] == 1


@pytest.mark.parametrize("text", ["", "1_000", "١٢", "7.0", "\u00a07"])
def test_a_number_is_what_int64_parse_takes(text: str) -> None:
    """Microsoft's reference source: Int64.Parse; Spyne takes what Python's int() takes, and nothing for empty."""
    ours, theirs = one("CancelJob", f"<wsId>{text}</wsId>")

    assert ours.error is not None
    assert list(ours.error.chain())[-1].clr_type == FORMAT
    if text != "7.0":
        assert theirs()["wsId"] in (None, 1000, 12, 7)


@pytest.mark.parametrize("text", TOO_LARGE)
def test_a_number_out_of_range_is_an_overflow(text: str) -> None:
    """Spyne validates it softly, or lets it through; .NET has an exception of its own."""
    ours, _ = one("SubmitJob", f"<estimate>{text}</estimate>")

    assert ours.error is not None
    assert list(ours.error.chain())[-1].clr_type == OVERFLOW


@pytest.mark.parametrize(("text", "value"), [(" true\n", True), ("\t0 ", False)])
def test_a_boolean_is_trimmed(text: str, value: bool) -> None:
    """Microsoft's reference source: XmlConvert.ToBoolean trims; to Spyne the text is false then."""
    ours, theirs = one("GetJobs", f"<includeSystem>{text}</includeSystem>")

    assert (ours.error, ours.values[3]) == (None, value)
    assert theirs()["includeSystem"] is False


@pytest.mark.parametrize("text", ["TRUE", "yes", "2", ""])
def test_a_boolean_of_another_word_is_refused(text: str) -> None:
    """As above; to Spyne every other word is false, `TRUE` is true, and nothing is null."""
    ours, theirs = one("GetJobs", f"<includeSystem>{text}</includeSystem>")

    assert ours.error is not None
    assert theirs()["includeSystem"] is {"TRUE": True, "": None}.get(text, False)


def test_nil_says_nothing() -> None:
    """The genuine WSDL: no argument is nillable, so a generated reader does not look at `xsi:nil`."""
    ours, theirs = one("CancelJob", '<pw xsi:nil="true">secret</pw>')

    assert ours.values[1] == "secret"
    assert theirs()["pw"] is None


def test_an_element_within_a_value_is_an_error() -> None:
    """Microsoft's reference source: XmlReader.ReadElementString; Spyne takes the text before it."""
    ours, theirs = one("CancelJob", "<pw>a<b/>c</pw>")

    assert ours.error is not None
    assert theirs()["pw"] == "a"


@given(moments)
def test_a_moment_has_no_trailing_zeros(moment: datetime) -> None:
    """Stored answers of casjobs.sdss.org (C3); Spyne writes none or six digits. By value they are equal."""
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    record = {"TimeEnd": clr_time(seconds(moment), "")}
    # A float has no millisecond far from 1970.
    exact = abs(seconds(moment)) < 2**43
    document = etree.tostring(written(OURS.operations["GetJobs"], [record]))
    got = spyne_read(DESCRIPTORS["GetJobs"].out_message, document)["GetJobsResult"][0].TimeEnd

    assert not record["TimeEnd"].partition(".")[2].endswith("0")
    assert (got == moment) if exact else abs(got - moment) < timedelta(seconds=1)


def test_a_null_member_is_absent() -> None:
    """Stored answers (C3), and PyPI casjobs dies of an empty element; Spyne writes numbers as nil."""
    record = {"Context": None, "Timeout": None}

    ours = written(OURS.operations["GetQueues"], [record])
    theirs = spyne_written(DESCRIPTORS["GetQueues"].out_message, {"GetQueuesResult": [record]})
    assert etree.tostring(ours).endswith(b"<CJQueue/></GetQueuesResult></GetQueuesResponse>")
    assert b'Timeout xmlns:xsi="' in etree.tostring(theirs) or b"nil" in etree.tostring(theirs)


def test_what_xml_cannot_say_is_a_reference_and_cr_is_raw() -> None:
    """Microsoft's reference source: XmlTextWriter. Spyne's lxml refuses the first and escapes the second."""
    operation = OURS.operations["GetServiceState"]

    (node,) = operation.encode("a\x01\r\n")
    assert COMPACT.write(node) == "<GetServiceStateResult>a&#x1;\r\n</GetServiceStateResult>"
    with pytest.raises(ValueError, match="XML compatible"):
        spyne_written(DESCRIPTORS["GetServiceState"].out_message, {"GetServiceStateResult": "a\x01"})


def test_any_content_may_be_two_elements() -> None:
    """The genuine WSDL: a DataSet is its schema and its diffgram. Spyne's AnyXml is one element."""
    operation = OURS.operations["ExecuteQuickJobDS"]
    model = DESCRIPTORS["ExecuteQuickJobDS"].out_message
    single = (Node("schema", "", (), (("id", "x"),)),)

    ours = written(operation, single)
    theirs = spyne_written(model, {"ExecuteQuickJobDSResult": etree.fromstring('<schema id="x"/>')})
    assert canonical(ours) == canonical(theirs)
    assert len(written(operation, (*single, Node("diffgram")))[0]) == 2
