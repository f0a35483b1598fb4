"""The forms in which clients write CancelJob: each is read as ASMX reads it, whatever prefix, header or type it bears.

They are written by hand, each after the form that one client was seen to write, and are no recordings: when a client changes its
form, nothing here notices. The clients themselves are driven by `tests/clients` and by the blocks of
`docs/how-to/clients/casjobs.md`, where they are installed; that page says which are run by hand only. Of ASMX' own proxy there is
only its form.
"""

from __future__ import annotations

import pytest

from mockserver.apis.casjobs.service_types import NAMESPACE
from tests.drivers.casjobs import SERVICE
from tests.drivers.server import Client

ACTION = f"{NAMESPACE}/CancelJob"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSD = "http://www.w3.org/2001/XMLSchema"

FORMS = {
    "zeep: prefixes of its own": (
        {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{ACTION}"'},
        f"<?xml version='1.0' encoding='utf-8'?>\n<soap-env:Envelope xmlns:soap-env=\"{SOAP11}\"><soap-env:Body>"
        f'<ns0:CancelJob xmlns:ns0="{NAMESPACE}"><ns0:wsId>1</ns0:wsId><ns0:pw>secret</ns0:pw><ns0:jobId>1001</ns0:jobId>'
        "</ns0:CancelJob></soap-env:Body></soap-env:Envelope>",
    ),
    "suds: two prefixes for the envelope, an empty Header": (
        {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{ACTION}"'},
        f'<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP11}" xmlns:xsi="{XSI}" '
        f'xmlns:ns0="{SOAP11}" xmlns:ns1="{NAMESPACE}"><SOAP-ENV:Header/><ns0:Body><ns1:CancelJob><ns1:wsId>1</ns1:wsId>'
        "<ns1:pw>secret</ns1:pw><ns1:jobId>1001</ns1:jobId></ns1:CancelJob></ns0:Body></SOAP-ENV:Envelope>",
    ),
    "osa: no declaration, no charset, an action without quotes": (
        {"Content-Type": "text/xml", "SOAPAction": ACTION},
        f'<ns0:Envelope xmlns:ns0="{SOAP11}" xmlns:ns1="{NAMESPACE}"><ns0:Body><ns1:CancelJob><ns1:wsId>1</ns1:wsId>'
        "<ns1:pw>secret</ns1:pw><ns1:jobId>1001</ns1:jobId></ns1:CancelJob></ns0:Body></ns0:Envelope>",
    ),
    "SOAP::Lite: encodingStyle on the envelope, types of SOAP encoding, an action without quotes": (
        {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": ACTION, "TE": "deflate,gzip;q=0.3"},
        '<?xml version="1.0" encoding="UTF-8"?><soap:Envelope soap:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/" '
        f'xmlns:soap="{SOAP11}" xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/" xmlns:xsd="{XSD}" xmlns:xsi="{XSI}">'
        f'<soap:Body><CancelJob xmlns="{NAMESPACE}"><pw xsi:type="xsd:string">secret</pw><jobId xsi:type="xsd:int">1001</jobId>'
        '<wsId xsi:type="xsd:string">1</wsId></CancelJob></soap:Body></soap:Envelope>',
    ),
    "Tcl: no blank before charset, two blanks in the declaration": (
        {"Content-Type": "text/xml;charset=utf-8", "SOAPAction": f'"{ACTION}"'},
        f'<?xml version="1.0"  encoding="utf-8"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP11}" xmlns:xs="{XSD}" '
        f'xmlns="{NAMESPACE}" xmlns:tns1="{NAMESPACE}"><SOAP-ENV:Body><tns1:CancelJob><tns1:wsId>1</tns1:wsId>'
        "<tns1:pw>secret</tns1:pw><tns1:jobId>1001</tns1:jobId></tns1:CancelJob></SOAP-ENV:Body></SOAP-ENV:Envelope>",
    ),
    "gSOAP: SOAP 1.2 with the action in Content-Type": (
        {"Content-Type": f'application/soap+xml; charset=utf-8; action="{ACTION}"'},
        f'<?xml version="1.0" encoding="UTF-8"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP12}" xmlns:xsi="{XSI}" xmlns:xsd="{XSD}" '
        f'xmlns:ns1="{NAMESPACE}"><SOAP-ENV:Body><ns1:CancelJob><ns1:wsId>1</ns1:wsId><ns1:pw>secret</ns1:pw>'
        "<ns1:jobId>1001</ns1:jobId></ns1:CancelJob></SOAP-ENV:Body></SOAP-ENV:Envelope>",
    ),
    "strong-soap: SOAP 1.2 without any action": (
        {"Content-Type": "application/soap+xml; charset=utf-8"},
        f'<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="{SOAP12}">\n  <soap:Header/>\n  <soap:Body>\n'
        f'    <ns1:CancelJob xmlns:ns1="{NAMESPACE}">\n      <ns1:wsId>1</ns1:wsId>\n      <ns1:pw>secret</ns1:pw>\n'
        "      <ns1:jobId>1001</ns1:jobId>\n    </ns1:CancelJob>\n  </soap:Body>\n</soap:Envelope>",
    ),
    "KDSoap: SOAP 1.2, a prefix bound on every element": (
        {"Content-Type": f"application/soap+xml;charset=utf-8;action={ACTION}"},
        f'<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="{SOAP12}" xmlns:n1="{NAMESPACE}"><soap:Body>'
        f'<n1:CancelJob><n1:wsId xmlns:n1="{NAMESPACE}">1</n1:wsId><n1:pw xmlns:n1="{NAMESPACE}">secret</n1:pw>'
        f'<n1:jobId xmlns:n1="{NAMESPACE}">1001</n1:jobId></n1:CancelJob></soap:Body></soap:Envelope>',
    ),
    "ASMX' own proxy: another default namespace on the envelope": (
        {"Content-Type": 'text/xml; charset="utf-8"', "SOAPAction": f'"{ACTION}"'},
        f'<soap:Envelope xmlns:soap="{SOAP11}" xmlns="urn:other"><soap:Body><CancelJob xmlns="{NAMESPACE}"><wsId>1</wsId>'
        "<pw><![CDATA[secret]]></pw><jobId> 1001 </jobId></CancelJob></soap:Body></soap:Envelope>",
    ),
}


@pytest.mark.parametrize("form", FORMS)
async def test_a_form_that_a_client_writes(client: Client, form: str) -> None:
    given, body = FORMS[form]
    answer = await client.post(SERVICE, data=body.encode(), headers=given)
    text = await answer.text()

    space = SOAP12 if SOAP12 in body else SOAP11
    assert (answer.status, f'<soap:Envelope xmlns:soap="{space}"' in text) == (200, True), text
    assert "CancelJobResponse" in text
    assert (await client.sandbox.jobs.get("casjobs", "1001")).state == "Canceling"
    assert "X-Mockserver-Violations" not in answer.headers


@pytest.mark.parametrize(
    ("value", "status", "told"),
    [
        ("<jobId/>", 500, "Input string was not in a correct format."),  # PHP's and strong-soap's null
        (
            f'<jobId xsi:nil="true" xmlns:xsi="{XSI}"/>',
            500,
            "Input string was not in a correct format.",
        ),  # SOAP::Lite's
        ("", 200, "<CancelJobResponse"),  # gSOAP's: left out, so 0, which is no job, so nothing happens
    ],
)
async def test_how_clients_write_nothing(client: Client, value: str, status: int, told: str) -> None:
    given = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{ACTION}"'}
    body = (
        f'<soap:Envelope xmlns:soap="{SOAP11}"><soap:Body><CancelJob xmlns="{NAMESPACE}"><wsId>1</wsId><pw>secret</pw>'
        f"{value}</CancelJob></soap:Body></soap:Envelope>"
    )
    answer = await client.post(SERVICE, data=body.encode(), headers=given)

    assert (answer.status, told in await answer.text()) == (status, True)
