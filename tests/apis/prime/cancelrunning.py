"""Payloads of cancelrunning, v1 to v3, in the structure of the vendor's pages and with values of our own.

The pages (developer.cisco.com, Prime Infrastructure API, "Stop a running instance of a job", one for each version) show
these structures; `SHAPES` keeps what makes them, so that a value may be changed and a key may not.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from lxml import etree

ORIGIN = "https://prime.example.test"

SHAPES = {
    1: ("82643b172063", "4dd660c1b357", "25a85210de75", "1bcc6fe9e7bf"),
    2: ("82643b172063", "d204915f1da0", "25a85210de75", "ab85a4ad277b"),
    3: ("0be3cc3621f5", "3fa322803f5e", "144c1c7b3b5c", "f1a50ab2dbf5"),
}
"""Version: digests (first 12 digits) of the structure of XML request, JSON request, XML answer and JSON answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """The four payloads of a version."""

    xml_request: str
    json_request: Any
    xml_answer: str
    json_answer: Any


def entry() -> dict[str, Any]:
    """One run's answer."""
    return {"id": 2, "message": "A text", "status": "A word"}


def xml_request(*runs: int) -> str:
    """The request in XML."""
    ids = "".join(f"<runId>{run}</runId>" for run in runs)
    return f'<?xml version="1.0" ?>\n<jobRunOperationPayload>\n<runIds>{ids}</runIds>\n</jobRunOperationPayload>\n'


def xml_answer(version: int, number: int) -> str:
    """The answer in XML, with so many entries on either side."""
    url = f"{ORIGIN}/webacs/api/v{version}/op"
    one = "<id>2</id><message>A text</message><status>A word</status>"
    failure, success = (f"<{side}>{f'<{side}>{one}</{side}>' * number}</{side}>" for side in ("failure", "success"))
    return (
        f'<?xml version="1.0" ?>\n<mgmtResponse responseType="operation" requestUrl="{url}/jobService/cancelrunning" '
        f'rootUrl="{url}">\n<operationResult>{failure}<message>A text</message><operation>SUSPEND</operation>'
        f"{success}</operationResult>\n</mgmtResponse>\n"
    )


V1, V2, V3 = (f"{ORIGIN}/webacs/api/v{version}/op" for version in (1, 2, 3))

SAMPLES = {
    # v1 says responseType first, and one is an object.
    1: Samples(
        xml_request=xml_request(15),
        json_request={"jobRunOperationPayload": {"runIds": {"runId": 15}}},
        xml_answer=xml_answer(1, 1),
        json_answer={
            "mgmtResponse": {
                "@responseType": "operation",
                "@requestUrl": f"{V1}/jobService/cancelrunning",
                "@rootUrl": V1,
                "operationResult": {
                    "failure": {"failure": entry()},
                    "message": "A text",
                    "operation": "SUSPEND",
                    "success": {"success": entry()},
                },
            }
        },
    ),
    # From v2 on requestUrl comes first, and one is a list.
    2: Samples(
        xml_request=xml_request(15),
        json_request={"jobRunOperationPayload": {"runIds": {"runId": [15]}}},
        xml_answer=xml_answer(2, 1),
        json_answer={
            "mgmtResponse": {
                "@requestUrl": f"{V2}/jobService/cancelrunning",
                "@responseType": "operation",
                "@rootUrl": V2,
                "operationResult": [
                    {
                        "failure": {"failure": [entry()]},
                        "message": "A text",
                        "operation": "SUSPEND",
                        "success": {"success": [entry()]},
                    }
                ],
            }
        },
    ),
    # v3's page has two of each.
    3: Samples(
        xml_request=xml_request(15, 25),
        json_request={"jobRunOperationPayload": {"runIds": {"runId": [15, 25]}}},
        xml_answer=xml_answer(3, 2),
        json_answer={
            "mgmtResponse": {
                "@requestUrl": f"{V3}/jobService/cancelrunning",
                "@responseType": "operation",
                "@rootUrl": V3,
                "operationResult": [
                    {
                        "failure": {"failure": [entry(), entry()]},
                        "message": "A text",
                        "operation": "SUSPEND",
                        "success": {"success": [entry(), entry()]},
                    }
                ],
            }
        },
    ),
}


def structure(value: Any) -> Any:
    """JSON without its values: keys in order, lists with each member, types for the rest."""
    if isinstance(value, dict):
        return {key: structure(item) for key, item in value.items()}
    return [structure(one) for one in value] if isinstance(value, list) else type(value).__name__


def tree(element: Any) -> Any:
    """XML without its values: names, names of attributes in order, children in order."""
    return [element.tag, list(element.attrib), [tree(one) for one in element]]


def digests(samples: Samples) -> tuple[str, ...]:
    """The digests that `SHAPES` keeps."""
    shapes = (
        tree(etree.fromstring(samples.xml_request)),
        structure(samples.json_request),
        tree(etree.fromstring(samples.xml_answer)),
        structure(samples.json_answer),
    )
    return tuple(hashlib.sha256(json.dumps(one).encode()).hexdigest()[:12] for one in shapes)
