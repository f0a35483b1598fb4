"""The three renderers: golden bytes, and every model value read back from each of them."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from mockserver.apis.prime import model as m
from mockserver.apis.prime.responses import guess, json_bytes, xml_bytes
from mockserver.apis.prime.serialization import Role, slots
from tests.drivers.memory import most_kept
from tests.drivers.properties import examples

URL = "https://host/webacs/api/v1/op/jobService/runhistory?jobName=%22a%22&startTime=x"
RUNNING = m.RunInstance(last_start_time="2026-01-02T10:00:00.000Z", results=(), run_id=77, run_status="RUNNING")
DONE = m.RunInstance(
    completion_time="2026-01-02T10:00:06.500Z",
    last_start_time="2026-01-02T10:00:00.000Z",
    result_status="SUCCESS",
    results=(m.Result(property="112401323", value='a/b <c> & "d"\n\r'), m.Result(property="007", value="true")),
    run_id=78,
    run_status="COMPLETED",
)


def history(*runs: m.RunInstance) -> m.RunHistoryAnswer:
    job = m.HistoryJob(job_id=15, job_name="J", job_status="COMPLETED", job_type="T", run_instances=runs)
    return m.RunHistoryAnswer(
        response_type="operation", request_url=URL, root_url="https://host/webacs/api/v1/op", job=(job,)
    )


HEAD_V1 = (
    rb'{"mgmtResponse":{"@responseType":"operation","@requestUrl":"https:\/\/host\/webacs\/api\/v1\/op\/jobService\/'
    rb'runhistory?jobName=%22a%22&amp;startTime=x","@rootUrl":"https:\/\/host\/webacs\/api\/v1\/op",'
)
HEAD_V2 = (
    b'{"mgmtResponse":{"@requestUrl":"https://host/webacs/api/v1/op/jobService/runhistory?jobName=%22a%22&startTime=x",'
    b'"@responseType":"operation","@rootUrl":"https://host/webacs/api/v1/op",'
)
HEAD_XML = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><mgmtResponse responseType="operation" '
    b'requestUrl="https://host/webacs/api/v1/op/jobService/runhistory?jobName=%22a%22&amp;startTime=x" '
    b'rootUrl="https://host/webacs/api/v1/op">'
)


def test_golden_bytes_of_a_running_run() -> None:
    job = b'"jobId":15,"jobName":"J","jobStatus":"COMPLETED","jobType":"T","runInstances":{"runInstance":'
    assert json_bytes(history(RUNNING), 1)[1] == HEAD_V1 + (
        b'"job":{'
        + job
        + b'{"lastStartTime":"2026-01-02T10:00:00.000Z","results":"","runId":77,"runStatus":"RUNNING"}}}}}'
    )
    assert json_bytes(history(RUNNING), 4)[1] == HEAD_V2 + (
        b'"job":[{'
        + job
        + b'[{"lastStartTime":"2026-01-02T10:00:00.000Z","results":{"result":[]},"runId":77,"runStatus":"RUNNING"}]}}]}}'
    )
    assert xml_bytes(history(RUNNING))[1] == HEAD_XML + (
        b"<job><jobId>15</jobId><jobName>J</jobName><jobStatus>COMPLETED</jobStatus><jobType>T</jobType><runInstances>"
        b"<runInstance><lastStartTime>2026-01-02T10:00:00.000Z</lastStartTime><results/><runId>77</runId>"
        b"<runStatus>RUNNING</runStatus></runInstance></runInstances></job></mgmtResponse>"
    )


def test_golden_bytes_of_results() -> None:
    v1, v2, xml = json_bytes(history(DONE), 1)[1], json_bytes(history(DONE), 3)[1], xml_bytes(history(DONE))[1]
    assert rb'{"result":[{"property":112401323,"value":"a\/b <c> & \"d\"\n\r"},{"property":7,"value":true}]}' in v1
    assert (
        rb'{"result":[{"property":"112401323","value":"a/b <c> & \"d\"\n\r"},{"property":"007","value":"true"}]}' in v2
    )
    assert (
        b'<results><result><property>112401323</property><value>a/b &lt;c&gt; &amp; "d"\n&#13;</value></result>'
        b"<result><property>007</property><value>true</value></result></results>" in xml
    )


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("700000001", 700000001),
        ("-5", -5),
        ("007", 7),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", "9223372036854775808"),
        ("10.1.152.12", "10.1.152.12"),
        ("1.5", "1.5"),
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("", ""),
        ("٣", "٣"),
        ("1e5", "1e5"),
    ],
)
def test_v1_reads_digits_as_numbers(text: str, becomes: Any) -> None:
    assert guess(text) == becomes
    assert type(guess(text)) is type(becomes)


def test_versions_differ_in_run_id_and_duration() -> None:
    summary = m.JobSummary(
        display_name="15", id=15, duration=6, job_name="J", job_status="COMPLETED", job_type="T", run_id=77
    )
    entity = m.JobEntity(dto_type="jobSummaryDTO", type="JobSummary", url="u", job_summary=summary)
    page = m.Instance(type="JobSummary", response_type="getEntity", request_url="r", root_url="o", entity=(entity,))
    found = {v: json.loads(json_bytes(page, v)[1])["queryResponse"]["entity"][0]["jobSummaryDTO"] for v in (1, 2, 3, 4)}
    assert [(one["@id"], one["runId"], one["duration"]) for one in found.values()] == [
        ("15", 77, 6),
        (15, "77", "6"),
        (15, "77", "6"),
        (15, 77, 6),
    ]


def test_errors_have_a_prolog_of_their_own() -> None:
    error = m.ErrorDocument(
        http_response_code=404,
        http_method="GET",
        message="No such entity type as unkown.-PRS-102",
        id="presentation.PRS-102",
        uri_path="/data/unkown",
        query_params="{}",
    )
    assert xml_bytes(error)[1] == (
        b'<?xml version="1.0" encoding="UTF-8"?><errorDocument><httpResponseCode>404</httpResponseCode>'
        b"<httpMethod>GET</httpMethod><message>No such entity type as unkown.-PRS-102</message>"
        b"<id>presentation.PRS-102</id><uriPath>/data/unkown</uriPath><queryParams>{}</queryParams></errorDocument>"
    )
    assert json_bytes(error, 1)[1] == (
        rb'{"errorDocument":{"httpResponseCode":404,"httpMethod":"GET","message":"No such entity type as '
        rb'unkown.-PRS-102","id":"presentation.PRS-102","uriPath":"\/data\/unkown","queryParams":"{}"}}'
    )


def test_what_xml_cannot_say_becomes_a_question_mark() -> None:
    found = replace(history(DONE), request_url='a"<\t\n\x00')
    root = etree.fromstring(xml_bytes(found)[1])
    assert root.get("requestUrl") == 'a"<\t\n?'


# --- read back ------------------------------------------------------------------------------------------


def strategy_of(kind: type, texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Any value of a class of the model; one that cannot be told from an empty element is left out."""
    made = {}
    optional = {field.name for field in fields(kind) if field.default is None}
    for slot in slots(kind):
        if slot.role in (Role.ITEMS, Role.WRAPPED):
            inner = st.lists(strategy_of(slot.kind, texts), min_size=slot.role is Role.ITEMS, max_size=3).map(tuple)
        elif slot.role is Role.PART:
            inner = strategy_of(slot.kind, texts)
        elif slot.kind is int:
            inner = st.integers(-(2**62), 2**62)
        else:
            inner = texts
        made[slot.name] = st.one_of(st.none(), inner) if slot.name in optional else inner
    return st.builds(kind, **made)


def scalar(kind: type, value: Any) -> Any:
    if kind is int:
        return int(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def from_json(kind: type, data: Any, *, v1: bool) -> Any:
    """Read an object of either JSON dialect; lists of one may have collapsed in v1."""
    data = {} if data == "" else data
    made: dict[str, Any] = {}
    for slot in slots(kind):
        key = {Role.ATTRIBUTE: "@" + slot.wire, Role.TEXT: "$"}.get(slot.role, slot.wire)
        if key not in data:
            continue
        value = data[key]
        if slot.role is Role.WRAPPED:
            value = () if value == "" else value[slot.item]
        if slot.role in (Role.WRAPPED, Role.ITEMS):
            every = value if isinstance(value, list | tuple) else [value]
            made[slot.name] = tuple(from_json(slot.kind, one, v1=v1) for one in every)
        elif slot.role is Role.PART:
            made[slot.name] = from_json(slot.kind, value, v1=v1)
        else:
            made[slot.name] = scalar(slot.kind, value)
            if v1 and slot.wire == "requestUrl" and slot.role is Role.ATTRIBUTE:
                made[slot.name] = made[slot.name].replace("&amp;", "&")
    return kind(**made)


def from_xml(kind: type, element: Any) -> Any:
    made: dict[str, Any] = {}
    for slot in slots(kind):
        if slot.role is Role.ATTRIBUTE:
            if (value := element.get(slot.wire)) is not None:
                made[slot.name] = scalar(slot.kind, value)
        elif slot.role is Role.TEXT:
            made[slot.name] = element.text or ""
        elif slot.role is Role.ITEMS:
            if found := element.findall(slot.wire):
                made[slot.name] = tuple(from_xml(slot.kind, one) for one in found)
        elif (child := element.find(slot.wire)) is not None:
            if slot.role is Role.WRAPPED:
                made[slot.name] = tuple(from_xml(slot.kind, one) for one in child)
            elif slot.role is Role.PART:
                made[slot.name] = from_xml(slot.kind, child)
            else:
                made[slot.name] = scalar(slot.kind, child.text or "")
    return kind(**made)


def as_v1_says(model: Any) -> Any:
    """The model after the losses of JSON v1: texts that look like numbers have lost their zeros."""
    changes = {}
    for slot in slots(type(model)):
        value = getattr(model, slot.name)
        if slot.role in (Role.ITEMS, Role.WRAPPED):
            changes[slot.name] = None if value is None else tuple(as_v1_says(one) for one in value)
        elif slot.role is Role.PART:
            changes[slot.name] = as_v1_says(value)
        elif slot.role is Role.VALUE and slot.kind is str and value is not None:
            changes[slot.name] = scalar(str, guess(value))
    return replace(model, **changes)


ROOTS = [
    m.OperationAnswer, m.RunHistoryAnswer, m.DeployAnswer, m.ImportAnswer, m.RateLimitsAnswer,
    m.Listing, m.Instance, m.Directory, m.ErrorDocument,
]  # fmt: skip
SAYABLE = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff", include_characters="\t\n\r"),
    max_size=12,
)
TEXTS = st.one_of(SAYABLE, st.sampled_from(["007", "12", "true", "", "a/b", "&amp;", "<x>", '"', "-0", "]]>"]))


@pytest.mark.parametrize("kind", ROOTS)
@settings(max_examples=examples(40), deadline=None)
@given(data=st.data())
def test_every_value_comes_back_from_json_v2_and_later(kind: Any, data: st.DataObject) -> None:
    value = data.draw(strategy_of(kind, TEXTS))
    version = data.draw(st.sampled_from([2, 3, 4]))
    decoded, body = json_bytes(value, version)
    assert json.loads(body) == decoded
    assert from_json(kind, json.loads(body)[kind.root], v1=False) == value


@pytest.mark.parametrize("kind", ROOTS)
@settings(max_examples=examples(40), deadline=None)
@given(data=st.data())
def test_every_value_comes_back_from_json_v1_within_its_losses(kind: Any, data: st.DataObject) -> None:
    # "&amp;" in a request's URL and "&" look alike in v1.
    value = data.draw(strategy_of(kind, TEXTS.map(lambda text: text.replace("&", "+"))))
    decoded, body = json_bytes(value, 1)
    assert json.loads(body) == decoded
    assert b"/" not in body.replace(b"\\/", b"")
    assert from_json(kind, json.loads(body)[kind.root], v1=True) == as_v1_says(value)


@pytest.mark.parametrize("kind", ROOTS)
@settings(max_examples=examples(40), deadline=None)
@given(data=st.data())
def test_every_value_comes_back_from_xml(kind: Any, data: st.DataObject) -> None:
    value = data.draw(strategy_of(kind, TEXTS))
    decoded, body = xml_bytes(value)
    assert decoded == json_bytes(value, 4)[0]
    assert from_xml(kind, etree.fromstring(body, etree.XMLParser(huge_tree=True))) == value


def test_texts_that_nobody_says_again_are_forgotten() -> None:
    def error(message: str) -> m.ErrorDocument:
        return m.ErrorDocument(
            http_response_code=400, http_method="GET", message=message, id="x", uri_path="p", query_params="{}"
        )

    def kept(texts: list[str]) -> int:
        return most_kept(lambda text: xml_bytes(error(text)), texts)

    xml_bytes(error("first"))
    assert kept([f"no {number}" for number in range(100_000, 115_000)]) < 1.5 * kept(
        [f"no {number}" for number in range(200_000, 201_500)]
    )
    assert kept([f"{'x' * 10_000}{number}" for number in range(200)]) < 3 * kept(
        [f"{'x' * 10_000}{number}" for number in range(20)]
    )
