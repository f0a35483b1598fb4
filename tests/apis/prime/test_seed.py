"""Payloads of cancelrunning in the structure of the published ones: v1, v2 and v3, in both formats."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lxml import etree

from mockserver.apis.prime.model import OperationAnswer, OperationResult, ResultEntry
from mockserver.apis.prime.responses import json_bytes, xml_bytes
from tests.apis.prime.cancelrunning import ORIGIN, SAMPLES, SHAPES, digests


def entries(number: int) -> tuple[ResultEntry, ...]:
    return (ResultEntry(id=2, message="A text", status="A word"),) * number


def sample_model(version: int) -> OperationAnswer:
    """What the samples say; v3's has two entries on either side."""
    some = entries(2 if version == 3 else 1)
    url = f"{ORIGIN}/webacs/api/v{version}/op"
    return OperationAnswer(
        response_type="operation",
        request_url=f"{url}/jobService/cancelrunning",
        root_url=url,
        operation_result=(OperationResult(failure=some, message="A text", operation="SUSPEND", success=some),),
    )


def as_lists(element: Any) -> Any:
    """An XML tree with all that matters: names, attributes in order, text, children in order."""
    return (element.tag, list(element.attrib.items()), (element.text or "").strip(), [as_lists(one) for one in element])


@pytest.mark.parametrize("version", [1, 2, 3])
def test_our_samples_have_the_structure_of_the_published_ones(version: int) -> None:
    assert digests(SAMPLES[version]) == SHAPES[version]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_the_json_answer_is_the_sample(version: int) -> None:
    expected = SAMPLES[version].json_answer
    _, body = json_bytes(sample_model(version), version)
    assert json.loads(body) == expected
    # Order counts: clients print it, people compare it.
    assert json.dumps(json.loads(body)) == json.dumps(expected)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_the_xml_answer_is_the_sample(version: int) -> None:
    expected = etree.fromstring(SAMPLES[version].xml_answer)
    assert as_lists(etree.fromstring(xml_bytes(sample_model(version))[1])) == as_lists(expected)


@pytest.mark.parametrize("version", [1, 2, 3])
async def test_the_sample_requests_are_read_alike_in_both_formats(version: int, prime: Any) -> None:
    xml_request, json_request = SAMPLES[version].xml_request, SAMPLES[version].json_request
    for run in ("15", "25"):
        await prime.add(id=f"70{run}", name=f"J{run}", state="COMPLETED", runs=[{"id": run, "state": "RUNNING"}])
    path = f"/v{version}/op/jobService/cancelrunning"
    first = await prime.put(path, xml_request)
    wanted = 2 if version == 3 else 1
    assert [one.text for one in first.xml.iterfind(".//success/success/id")] == ["15", "25"][:wanted]
    assert first.xml.find("operationResult/operation").text == "CANCELRUNNING"
    # The runs are being cancelled now: the same request in JSON fails for the same ids.
    again = (await prime.put(f"{path}.json", json_request)).data["mgmtResponse"]["operationResult"]
    failed = (again if version == 1 else again[0])["failure"]["failure"]
    assert [one["id"] for one in ([failed] if isinstance(failed, dict) else failed)] == [15, 25][:wanted]


@pytest.mark.parametrize("version", [1, 2, 3])
async def test_an_answer_over_the_wire_has_the_structure_of_the_sample(version: int, prime: Any) -> None:
    def structure(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: structure(item) for key, item in value.items()}
        return [structure(value[0])] if isinstance(value, list) else type(value).__name__

    xml_sample, json_sample = SAMPLES[version].xml_answer, SAMPLES[version].json_answer
    several = version == 3
    for number in range(4):
        await prime.add(id=f"71{number}", state="COMPLETED", runs=[{"id": f"9{number}", "state": "RUNNING"}])
    good, bad = ([90, 91], [2, 3]) if several else ([90], [2])
    payload = {"jobRunOperationPayload": {"runIds": {"runId": [*good, *bad]}}}
    path = f"/v{version}/op/jobService/cancelrunning"
    assert structure((await prime.put(f"{path}.json", payload)).data) == structure(json_sample)
    good = [one + 2 for one in good]
    runs = "".join(f"<runId>{one}</runId>" for one in (*good, *bad))
    xml = f"<jobRunOperationPayload><runIds>{runs}</runIds></jobRunOperationPayload>"
    found, expected = (await prime.put(path, xml)).xml, etree.fromstring(xml_sample)
    assert [one.tag for one in found.iter()] == [one.tag for one in expected.iter()]
    assert [list(one.attrib) for one in found.iter()] == [list(one.attrib) for one in expected.iter()]
