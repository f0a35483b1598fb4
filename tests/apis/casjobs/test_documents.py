"""The WSDL and the discovery document beside digests of the genuine ones, and the help pages."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from mockserver.apis.casjobs.definition import defined
from mockserver.apis.casjobs.operations import SERVICE_OPERATIONS
from mockserver.apis.casjobs.wsdl import disco, wsdl
from tests.apis.casjobs.wsdl_digests import ADDRESS as GOLDEN_ADDRESS
from tests.apis.casjobs.wsdl_digests import digests
from tests.drivers.server import Client

GENUINE = json.loads((Path(__file__).parent / "wsdl_digests.json").read_text("utf-8"))
GOLDEN = Path(__file__).parents[2] / "golden" / "casjobs" / "jobs.wsdl"
ADDRESS = "http://skyserver.sdss3.org/casjobs/services/jobs.asmx"
SERVICE = "/CasJobs/services/jobs.asmx"
S = "{http://www.w3.org/2001/XMLSchema}"


def test_the_wsdl_is_the_genuine_one_but_for_documentation() -> None:
    found = digests(wsdl(defined(4), SERVICE_OPERATIONS, ADDRESS, dataset=True))

    # Order counts, as in the document.
    assert list(found.items()) == list(GENUINE["jobs.wsdl"].items())
    assert len(found) == 147


def test_the_fifth_upload_parameter_is_all_that_a_later_deployment_adds() -> None:
    root = etree.fromstring(wsdl(defined(5), SERVICE_OPERATIONS, ADDRESS, dataset=True))
    for one in [one for one in root.iter() if one.get("name") == "tableExists"]:
        one.getparent().remove(one)

    assert list(digests(etree.tostring(root)).items()) == list(GENUINE["jobs.wsdl"].items())


def test_a_digest_tells_which_definition_differs() -> None:
    document = wsdl(defined(4), SERVICE_OPERATIONS, ADDRESS, dataset=True)
    changed = digests(document.replace(b'name="estimate" type="s:int"', b'name="estimate" type="s:long"', 1))

    assert [name for name, digest in changed.items() if digest != GENUINE["jobs.wsdl"][name]] == ["element SubmitJob"]
    with pytest.raises(ValueError, match="1 definitions have the name of another one"):
        digests(document.replace(b'<s:element name="CancelJob">', b'<s:element name="SubmitJob">'))


def test_the_discovery_document_is_the_genuine_one() -> None:
    assert digests(disco(ADDRESS)) == GENUINE["jobs.disco"]


async def test_the_wsdl_is_served_byte_for_byte(client: Client) -> None:
    served = await (await client.get(f"{SERVICE}?wsdl")).read()

    assert served.replace(str(client.make_url(SERVICE)).encode(), GOLDEN_ADDRESS.encode()) == GOLDEN.read_bytes()


def test_without_the_dataset_no_trace_of_it_is_left() -> None:
    text = wsdl(defined(5), SERVICE_OPERATIONS, ADDRESS, dataset=False)

    assert b"ExecuteQuickJobDS" not in text
    assert b"DataSet" not in text
    assert b's:schema"' not in text


def test_without_the_http_ports_the_wsdl_is_that_of_soap_alone() -> None:
    # What the recorded runtime leaves out with HttpGet and HttpPost removed from its protocols.
    whole = digests(wsdl(defined(5), SERVICE_OPERATIONS, ADDRESS))
    text = wsdl(defined(5), SERVICE_OPERATIONS, ADDRESS, http=False)
    left = digests(text)

    gone = [name for name in whole if name not in left]
    globals_ = {"string", "DataSet", "long", "int", "ArrayOfCJJob", "ArrayOfJob", "ArrayOfCJQueue", "ArrayOfCJType"}
    assert {name for name in gone if "Http" not in name} == {f"element {name}" for name in globals_}
    assert [name for name in left if "Http" in name] == []
    changed = {name for name, digest in left.items() if whole[name] != digest}
    assert changed <= {"service Jobs", "definitions"}
    assert re.findall(rb'<wsdl:port name="(\w+)"', text) == [b"JobsSoap", b"JobsSoap12"]


async def test_the_http_ports_answer_also_where_the_wsdl_does_not_tell_of_them(client: Client) -> None:
    await client.sandbox.change_settings("casjobs", {"http_ports_in_wsdl": False})

    assert b"http:binding" not in await (await client.get(f"{SERVICE}?wsdl")).read()
    assert (await client.get(f"{SERVICE}/GetJobStatus?wsId=1&pw=secret&jobId=1001")).status == 200


@pytest.mark.parametrize("query", ["WSDL", "wsdl", "Wsdl"])
async def test_the_wsdl_is_found_in_any_letter_case(client: Client, query: str) -> None:
    answer = await client.get(f"/casjobs/SERVICES/Jobs.asmx?{query}")
    text = await answer.text()

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert f'location="http://{client.host}:{client.port}/casjobs/SERVICES/Jobs.asmx"' in text


async def test_addresses_stay_inside_the_sandbox(client: Client) -> None:
    await client.services.sandboxes.create("t1")
    text = await (await client.get(f"/~t1{SERVICE}?wsdl")).text()

    assert text.count(f'location="http://{client.host}:{client.port}/~t1{SERVICE}"') == 4


class Form(HTMLParser):
    """Finds the Invoke form."""

    def __init__(self) -> None:
        super().__init__()
        self.form: dict[str, str | None] = {}
        self.fields: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.form = given
        if tag == "input" and given["type"] == "text":
            self.fields.append(given["name"])


async def test_the_invoke_form_invokes(client: Client) -> None:
    page = await (await client.get(f"{SERVICE}?op=GetJobStatus")).text()
    form = Form()
    form.feed(page)

    assert form.form["method"] == "POST"
    assert form.fields == ["wsId", "pw", "jobId"]
    values = dict(zip(form.fields, ("1", "secret", "1001"), strict=True))
    answer = await client.session.post(str(form.form["action"]), data=values)
    assert '<int xmlns="http://Services.Cas.jhu.edu">1</int>' in await answer.text()


@pytest.mark.parametrize("name", [row.name for row in SERVICE_OPERATIONS])
async def test_each_operation_has_a_page_with_four_samples(client: Client, name: str) -> None:
    answer = await client.get(f"{SERVICE}?op={name}")
    page = await answer.text()

    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    for title in ("SOAP 1.1", "SOAP 1.2", "HTTP GET", "HTTP POST"):
        assert f"The following is a sample {title} request and response." in page
    assert f"<h2>{name}</h2>" in page


async def test_the_page_of_cancel_job_is_that_of_the_seed(client: Client) -> None:
    page = await (await client.get(f"{SERVICE}?op=CancelJob")).text()

    class Text(HTMLParser):
        data = ""

        def handle_data(self, data: str) -> None:
            self.data += data

    reader = Text()
    reader.feed(page)
    text = " ".join(reader.data.split())
    assert "Click here for a complete list of operations." in text
    assert "To test the operation using the HTTP POST protocol, click the 'Invoke' button." in text
    for sample in (
        f"POST {SERVICE} HTTP/1.1 Host: 127.0.0.1 Content-Type: text/xml; charset=utf-8 Content-Length: length "
        'SOAPAction: "http://Services.Cas.jhu.edu/CancelJob" <?xml version="1.0" encoding="utf-8"?> <soap:Envelope '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        'xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"> <soap:Body> <CancelJob '
        'xmlns="http://Services.Cas.jhu.edu"> <wsId>long</wsId> <pw>string</pw> <jobId>long</jobId> </CancelJob> '
        "</soap:Body> </soap:Envelope>",
        '<soap12:Body> <CancelJobResponse xmlns="http://Services.Cas.jhu.edu" /> </soap12:Body>',
        f"GET {SERVICE}/CancelJob?wsId=string&pw=string&jobId=string HTTP/1.1 Host: 127.0.0.1 HTTP/1.1 200 OK",
        "Content-Type: application/x-www-form-urlencoded Content-Length: length "
        "wsId=string&pw=string&jobId=string HTTP/1.1 200 OK",
    ):
        assert sample in text


async def test_the_list_is_in_ordinal_order(client: Client) -> None:
    page = await (await client.get(f"{SERVICE}?anything=else")).text()
    places = [page.index(f'?op={row.name}"') for row in sorted(SERVICE_OPERATIONS, key=lambda row: row.name)]

    assert places == sorted(places)
    assert page.index('?op=GetJobStatus"') < page.index('?op=GetJobTypes"') < page.index('?op=GetJobs"')


async def test_what_a_client_sent_is_escaped(client: Client) -> None:
    page = await (await client.get(f"{SERVICE}?op=%3Cscript%3Ealert(1)%3C/script%3E")).text()

    assert "<script>" not in page
    assert "Method '&lt;script&gt;alert(1)&lt;/script&gt;' was not found in service Jobs." in page
    assert "<title>Method Not Found</title>" in page


async def test_the_form_can_be_for_the_local_machine_only(client: Client) -> None:
    await client.sandbox.change_settings("casjobs", {"test_form": False})
    page = await (await client.get(f"{SERVICE}?op=CancelJob")).text()

    assert "The test form is only available for requests from the local machine." in page
    assert "<form" not in page


@pytest.mark.parametrize("path", ["/CasJobs/services/other.asmx", "/CasJobs/nothing", "/ps1casjobs/services/x.asmx/y"])
async def test_other_addresses_are_the_sites_own_404(client: Client, path: str) -> None:
    answer: Any = await client.get(path)

    assert answer.status == 404
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "The resource cannot be found." in await answer.text()


@pytest.mark.parametrize("name", ["CreateAccount", "GetUsers"])
async def test_what_is_not_faked_says_so(client: Client, name: str) -> None:
    answer = await client.post(f"/CasJobs/services/users.asmx/{name}")

    assert answer.status == 501
    assert f"casjobs.{name}" in await answer.text()
