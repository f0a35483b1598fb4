"""Named faults come in the service's own bytes, in the protocol that the request speaks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.drivers.casjobs import SERVICE, SOAP12, envelope, headers, job
from tests.drivers.server import Client

GET = f"{SERVICE}/GetJobStatus?wsId=1&pw=secret&jobId=1001"


async def arm(client: Client, name: str) -> None:
    answer = await client.post("/_control/faults", json={"match": {"api": "casjobs"}, "effect": {"named": name}})
    assert answer.status == 201, await answer.text()


async def ask(client: Client, way: str) -> tuple[int, str | None, str]:
    if way == "GET":
        answer: Any = await client.get(GET)
    elif way == "SOAP 1.1":
        answer = await client.post(SERVICE, data=envelope("GetJobStatus", job(1001)), headers=headers("GetJobStatus"))
    else:
        body = envelope("GetJobStatus", job(1001), space=SOAP12)
        answer = await client.post(SERVICE, data=body, headers=headers(None, "application/soap+xml"))
    return answer.status, answer.headers.get("Content-Type"), await answer.text()


KINDS = {
    "GET": "text/plain; charset=utf-8",
    "SOAP 1.1": "text/xml; charset=utf-8",
    "SOAP 1.2": "application/soap+xml; charset=utf-8",
}


@pytest.mark.parametrize("way", KINDS)
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("sql-exception", "System.Data.SqlClient.SqlException: Could not find prepared statement with handle -1."),
        ("open-data-reader", "System.InvalidOperationException: There is already an open DataReader associated with"),
        ("slow-queue", "Timeout expired.  The timeout period elapsed"),
        ("bad-login", "System.Exception: Invalid login: wsid 1"),
    ],
)
async def test_exceptions(client: Client, name: str, told: str, way: str) -> None:
    await arm(client, name)
    status, kind, text = await ask(client, way)

    assert (status, kind) == (500, KINDS[way])
    assert told in text


@pytest.mark.parametrize(("name", "number"), [("bad-request", 400), ("unsupported-media-type", 415)])
@pytest.mark.parametrize("way", ["SOAP 1.1", "SOAP 1.2"])
async def test_empty_bodies(client: Client, name: str, number: int, way: str) -> None:
    await arm(client, name)

    assert await ask(client, way) == (number, KINDS[way], "")
