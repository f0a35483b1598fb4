"""The service is Spyne's: the served WSDL says what Spyne's own interface document says; Spyne comes when it is needed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

import pytest
from lxml import etree

from mockserver.apis.casjobs.definition import SERVICES, defined, first_asked
from mockserver.apis.casjobs.operations import SERVICE_OPERATIONS, deployed
from mockserver.apis.casjobs.service_types import NAMESPACE, SERVICE
from mockserver.apis.casjobs.wsdl import wsdl
from mockserver.wire.soap import application

XSD = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"

Member = tuple[str, str, str, str, str]


def spynes_document(uploads: int) -> Any:
    from spyne.interface.wsdl import Wsdl11

    document = Wsdl11(application(SERVICE, NAMESPACE, deployed(uploads)).interface)
    document.build_interface_document("http://127.0.0.1/jobs.asmx")
    return etree.fromstring(document.get_interface_document())


def types(root: Any) -> dict[str, list[Member]]:
    """Return the members of each type and of each message's element; Spyne gives the latter a type of its own."""
    found = {}
    for one in root.iterfind(f"{WSDL}types/{XSD}schema/*"):
        kind = one.find(f"{XSD}complexType") if one.tag == f"{XSD}element" else one
        if one.get("type") is None and one.get("name") != "DataSet" and kind is not None:
            found[one.get("name")] = [member(element) for element in kind.iterfind(f"{XSD}sequence/{XSD}element")]
    return found


def member(element: Any) -> Member:
    # 1 is the default of both counts. A DataSet's type is spelled out in ours: difference of the genuine WSDL.
    kind = element.get("type") or "s:anyType"
    return (
        element.get("name"),
        kind.partition(":")[2],
        element.get("minOccurs", "1"),
        element.get("maxOccurs", "1"),
        element.get("nillable", "false"),
    )


def operations(root: Any) -> list[tuple[str, str, str]]:
    """Return name, and the elements of both messages, of each operation of the SOAP port."""
    parts = {
        message.get("name"): part.get("element").partition(":")[2]
        for message in root.iterfind(f"{WSDL}message")
        for part in message.iterfind(f"{WSDL}part")
        if part.get("element")
    }
    return [
        (
            one.get("name"),
            *(parts[one.find(f"{WSDL}{way}").get("message").partition(":")[2]] for way in ("input", "output")),
        )
        for one in root.find(f"{WSDL}portType").iterfind(f"{WSDL}operation")
    ]


@pytest.mark.parametrize("uploads", [4, 5])
def test_the_wsdl_says_what_spynes_own_says(uploads: int) -> None:
    ours = etree.fromstring(wsdl(defined(uploads), SERVICE_OPERATIONS, "http://127.0.0.1/jobs.asmx", dataset=True))
    theirs = spynes_document(uploads)

    assert types(ours) == types(theirs)
    assert len(types(ours)) == 2 * len(SERVICE_OPERATIONS) + 8
    assert operations(ours) == operations(theirs)
    assert len(operations(ours)) == len(SERVICE_OPERATIONS)


async def test_who_asks_at_the_same_time_gets_the_same_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(SERVICES, 4, raising=False)

    services = await asyncio.gather(*(first_asked(4) for _ in range(8)))

    assert {id(one) for one in services} == {id(SERVICES[4])}


ASKS = """
import sys
import urllib.error, urllib.request
from mockserver import MockServer, Settings
from mockserver.apis.casjobs import operations, help_pages, wsdl

def ask(url):
    try:
        return urllib.request.urlopen(url).read()
    except urllib.error.HTTPError as error:
        return error.read()

with MockServer(Settings(port=0)) as server:
    assert ask(server.url + "/v1.0/p/graphs/g/jobs/j/status")
    assert ask(server.url + "/CasJobs/services/jobs.asmx")
    print("spyne" in sys.modules)
    assert b"</int>" in ask(server.url + "/CasJobs/services/jobs.asmx/GetJobStatus?wsId=1&pw=secret&jobId=1005")
    print("spyne" in sys.modules)
"""


def test_spyne_is_loaded_when_casjobs_is_first_called() -> None:
    done = subprocess.run([sys.executable, "-c", ASKS], check=False, capture_output=True, text=True)

    assert (done.returncode, done.stdout.split()) == (0, ["False", "True"]), done.stderr


@pytest.mark.parametrize("words", [["--help"], ["serve", "--help"]])
def test_the_command_line_does_not_load_it(words: list[str]) -> None:
    code = f"import sys, mockserver.cli\ntry:\n    mockserver.cli.main({words!r})\nfinally:\n    print('spyne' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)

    assert done.stdout.splitlines()[-1] == "False", done.stderr
