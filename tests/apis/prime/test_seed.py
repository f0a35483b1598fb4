"""The published sample payloads of cancelrunning, v1, v2 and v3, in both formats."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from mockserver.apis.prime.model import OperationAnswer, OperationResult, ResultEntry
from mockserver.apis.prime.render import json_bytes, xml_bytes


def samples(data: Path) -> dict[int, tuple[str, Any, str, Any]]:
    """Return XML request, JSON request, XML response and JSON response of each version."""
    text = (data / "seed_004.txt").read_text("utf-8")
    found = {}
    for version, part in enumerate(text.split("Sample Payloads\n")[1:], 1):
        # "https : \\/\\/" is a fault of the page, not of the bytes.
        mended = part.replace("https : ", "https:")
        xml_request, json_request, xml_answer, json_answer = (
            re.split(r"\n(?=Sample |Resource Information)", one.partition("\n")[2])[0]
            for one in re.split(r"Sample (?:XML|JSON) (?:Request|Response) Payload\n", mended)[1:]
        )
        found[version] = (xml_request, json.loads(json_request), xml_answer, json.loads(json_answer))
    assert list(found) == [1, 2, 3]
    return found


def entries(number: int) -> tuple[ResultEntry, ...]:
    return (ResultEntry(id=2, message="String value", status="String value"),) * number


def sample_model(version: int) -> OperationAnswer:
    """What the samples say; v3's has two entries on either side."""
    some = entries(2 if version == 3 else 1)
    url = f"https://localhost/webacs/api/v{version}/op"
    return OperationAnswer(
        response_type="operation",
        request_url=f"{url}/jobService/cancelrunning",
        root_url=url,
        operation_result=(OperationResult(failure=some, message="String value", operation="SUSPEND", success=some),),
    )


def as_lists(element: Any) -> Any:
    """An XML tree with all that matters: names, attributes in order, text, children in order."""
    return (element.tag, list(element.attrib.items()), (element.text or "").strip(), [as_lists(one) for one in element])


@pytest.mark.parametrize("version", [1, 2, 3])
def test_the_json_answer_is_the_sample(version: int, data: Path) -> None:
    expected = samples(data)[version][3]
    _, body = json_bytes(sample_model(version), version)
    assert json.loads(body) == expected
    # Order counts: clients print it, people compare it.
    assert json.dumps(json.loads(body)) == json.dumps(expected)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_the_xml_answer_is_the_sample(version: int, data: Path) -> None:
    expected = etree.fromstring(samples(data)[version][2])
    assert as_lists(etree.fromstring(xml_bytes(sample_model(version))[1])) == as_lists(expected)


@pytest.mark.parametrize("version", [1, 2, 3])
async def test_the_sample_requests_are_read_alike_in_both_formats(version: int, data: Path, prime: Any) -> None:
    xml_request, json_request, _, _ = samples(data)[version]
    for run in ("15", "25"):
        await prime.add(id=f"70{run}", name=f"J{run}", state="COMPLETED", runs=[{"id": run, "state": "RUNNING"}])
    path = f"/v{version}/op/jobService/cancelrunning"
    first = await prime.put(path, xml_request)
    wanted = 2 if version == 3 else 1
    assert [one.text for one in first.xml.iterfind(".//success/success/id")] == ["15", "25"][:wanted]
    assert first.xml.find("operationResult/operation").text == "CANCELRUNNING"
    # The runs are being cancelled now: the same request in JSON fails for the same ids.
    again = (await prime.put(f"{path}.json", json_request)).json["mgmtResponse"]["operationResult"]
    failed = (again if version == 1 else again[0])["failure"]["failure"]
    assert [one["id"] for one in ([failed] if isinstance(failed, dict) else failed)] == [15, 25][:wanted]


@pytest.mark.parametrize("version", [1, 2, 3])
async def test_an_answer_over_the_wire_has_the_structure_of_the_sample(version: int, data: Path, prime: Any) -> None:
    def structure(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: structure(item) for key, item in value.items()}
        return [structure(value[0])] if isinstance(value, list) else type(value).__name__

    _, _, xml_sample, json_sample = samples(data)[version]
    several = version == 3
    for number in range(4):
        await prime.add(id=f"71{number}", state="COMPLETED", runs=[{"id": f"9{number}", "state": "RUNNING"}])
    good, bad = ([90, 91], [2, 3]) if several else ([90], [2])
    payload = {"jobRunOperationPayload": {"runIds": {"runId": [*good, *bad]}}}
    path = f"/v{version}/op/jobService/cancelrunning"
    assert structure((await prime.put(f"{path}.json", payload)).json) == structure(json_sample)
    good = [one + 2 for one in good]
    runs = "".join(f"<runId>{one}</runId>" for one in (*good, *bad))
    xml = f"<jobRunOperationPayload><runIds>{runs}</runIds></jobRunOperationPayload>"
    found, expected = (await prime.put(path, xml)).xml, etree.fromstring(xml_sample)
    assert [one.tag for one in found.iter()] == [one.tag for one in expected.iter()]
    assert [list(one.attrib) for one in found.iter()] == [list(one.attrib) for one in expected.iter()]
