"""What ASMX makes of odd, broken and hostile requests; the server goes on after each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from mockserver.apis.casjobs.definition import SERVICES, defined
from mockserver.apis.casjobs.service_types import NAMESPACE
from tests.drivers.casjobs import SERVICE, SOAP11, SOAP12, envelope, headers, job
from tests.drivers.server import Client

CANCEL = envelope("CancelJob", job(1001))
UPGRADE = '<soap12:SupportedEnvelope qname="soap12:Envelope" xmlns:soap12="http://www.w3.org/2003/05/soap-envelope" />'


@pytest.fixture
async def terse(client: Client) -> AsyncIterator[Client]:
    """A client of a service that tells messages only; afterwards the service must still answer."""
    await client.sandbox.change_settings("casjobs", {"error_details": False})
    yield client
    answer = await client.get(f"{SERVICE}/GetJobStatus?wsId=1&pw=secret&jobId=1005")
    assert (answer.status, "5</int>" in await answer.text()) == (200, True)


async def post(client: Client, body: str | bytes, given: dict[str, str]) -> tuple[int, str | None, str]:
    data = body if isinstance(body, bytes) else body.encode()
    answer = await client.post(SERVICE, data=data, headers=given, skip_auto_headers=["Content-Type"])
    return answer.status, answer.headers.get("Content-Type"), await answer.text()


async def status_of(client: Client, job_id: str) -> str:
    return (await client.sandbox.jobs.get("casjobs", job_id)).state


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "&a;" * 10}">' for n in range(9))
    + "]>"
    + CANCEL.partition("?>")[2].replace("secret", "&a8;")
)
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + CANCEL.partition("?>")[
    2
].replace("secret", "&x;")
REMOTE_DTD = '<?xml version="1.0"?><!DOCTYPE l SYSTEM "http://127.0.0.1:9/x.dtd">' + CANCEL.partition("?>")[2]
DEEP = envelope("CancelJob", job("1001" + "<a>" * 10_000 + "</a>" * 10_000))
WIDE = envelope("CancelJob", job(1001) + "<a/>" * 500_000)


@pytest.mark.parametrize("body", [LAUGHS, EXTERNAL, REMOTE_DTD, DEEP, WIDE, "", "<a", "text", CANCEL[:-10]])
async def test_what_cannot_be_read_is_an_empty_400(terse: Client, body: str) -> None:
    assert await post(terse, body, headers("CancelJob")) == (400, "text/xml; charset=utf-8", "")
    assert await status_of(terse, "1001") == "Started"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (LAUGHS, "For security reasons DTD is prohibited in this XML document."),
        (EXTERNAL, "For security reasons DTD is prohibited in this XML document."),
        ("", "Root element is missing."),
        ("   ", "Root element is missing."),
        ("text", "Data at the root level is invalid. Line 1, position 1."),
        (f'<soap:Envelope xmlns:soap="{SOAP12}"><soap:Header', "Unexpected end of file has occurred."),
    ],
)
async def test_without_an_action_what_breaks_early_is_a_fault(terse: Client, body: str, message: str) -> None:
    status, kind, text = await post(terse, body, headers(None, "application/soap+xml; charset=utf-8"))

    assert (status, kind) == (500, "application/soap+xml; charset=utf-8")
    assert "soap:Receiver</soap:Value>" in text
    assert f"Server was unable to process request. ---&gt; {message}" in text


async def test_without_an_action_what_breaks_late_is_an_empty_400(terse: Client) -> None:
    body = envelope("CancelJob", job(1001), space=SOAP12).replace("</pw>", "</px>")

    assert await post(terse, body, headers(None, "application/soap+xml")) == (
        400,
        "application/soap+xml; charset=utf-8",
        "",
    )


async def test_a_body_over_the_limit_is_refused(serve: Callable[..., Awaitable[Client]]) -> None:
    client = await serve(body_limit=16 * 1024 * 1024)
    status, kind, text = await post(client, b"x" * (20 * 1024 * 1024), headers("CancelJob"))

    assert (status, kind) == (500, "text/html; charset=utf-8")
    assert "Maximum request length exceeded." in text
    assert (await post(client, CANCEL, headers("CancelJob")))[0] == 200


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("named", [True, False])
async def test_encodings(terse: Client, encoding: str, named: bool) -> None:
    charset = encoding.removesuffix("-sig")
    body = CANCEL.replace("utf-8", charset).encode(encoding)
    given = headers("CancelJob", f"text/xml; charset={charset}" if named else "text/xml")

    assert (await post(terse, body, given))[0] == 200
    assert await status_of(terse, "1001") == "Canceling"


async def test_latin_1_is_read_as_it_is_declared(terse: Client) -> None:
    submit = (
        "<wsid>1</wsid><pw>secret</pw><qry>select 'é'</qry><context>DR7</context><taskname>é</taskname>"
        "<estimate>30</estimate>"
    )
    body = envelope("SubmitJob", submit).replace("utf-8", "iso-8859-1").encode("latin-1")
    status, _, text = await post(terse, body, headers("SubmitJob", "text/xml"))

    assert status == 200
    number = text.partition("<SubmitJobResult>")[2].partition("<")[0]
    job = await terse.sandbox.jobs.get("casjobs", number)
    assert job.data["taskname"] == "é"


@pytest.mark.parametrize(
    ("given", "space", "status", "kind"),
    [
        (headers("CancelJob"), SOAP11, 200, "text/xml; charset=utf-8"),
        (headers(None), SOAP11, 200, "text/xml; charset=utf-8"),
        (headers(None), SOAP12, 200, "application/soap+xml; charset=utf-8"),
        (headers("CancelJob"), SOAP12, 200, "application/soap+xml; charset=utf-8"),
        (headers("CancelJob", "application/soap+xml"), SOAP12, 200, "application/soap+xml; charset=utf-8"),
        (headers("CancelJob", "application/soap+xml"), SOAP11, 415, "text/xml; charset=utf-8"),
        (headers("CancelJob", "application/xml"), SOAP11, 415, "text/xml; charset=utf-8"),
        (headers(None, "application/xml"), SOAP12, 415, "application/soap+xml; charset=utf-8"),
        (headers("GetJobs"), SOAP11, 500, "text/xml; charset=utf-8"),
        (
            headers(None, 'application/soap+xml; action="http://Services.Cas.jhu.edu/Nope"'),
            SOAP12,
            200,
            "application/soap+xml; charset=utf-8",
        ),
        (
            headers(None, 'application/soap+xml; action="http%3A//Services.Cas.jhu.edu/CancelJob"'),
            SOAP12,
            200,
            "application/soap+xml; charset=utf-8",
        ),
    ],
)
async def test_which_protocol(terse: Client, given: dict[str, str], space: str, status: int, kind: str) -> None:
    found = await post(terse, envelope("CancelJob", job(1001), space=space), given)

    assert found[:2] == (status, kind)
    if status == 200:
        assert f'<soap:Envelope xmlns:soap="{space}"' in found[2]


@pytest.mark.parametrize(
    ("action", "told"),
    [("", ""), ('""', ""), ("CancelJob", "CancelJob"), ('"urn:%41"', "urn:A"), ("<&>", "&lt;&amp;&gt;")],
)
async def test_an_unknown_action(terse: Client, action: str, told: str) -> None:
    given = {"Content-Type": "text/xml", "SOAPAction": action}
    status, _, text = await post(terse, CANCEL, given)

    assert status == 500
    assert f"Server did not recognize the value of HTTP Header SOAPAction: {told}.</faultstring>" in text
    assert "<faultcode>soap:Client</faultcode>" in text


@pytest.mark.parametrize(
    ("space", "code"), [(SOAP11, "<faultcode>soap:MustUnderstand"), (SOAP12, "soap:MustUnderstand<")]
)
async def test_a_header_that_must_be_understood(terse: Client, space: str, code: str) -> None:
    header = '<x:H xmlns:x="urn:x" soap:mustUnderstand="1">y</x:H>'
    body = envelope("CancelJob", job(1001), space=space, header=header)
    status, _, text = await post(terse, body, headers("CancelJob"))

    assert status == 500
    assert code in text
    assert "SOAP header H was not understood." in text
    assert "etail" not in text
    assert await status_of(terse, "1001") == "Started"


async def test_another_envelope_is_told_what_is_supported(terse: Client) -> None:
    status, kind, text = await post(terse, envelope("CancelJob", job(1), space="urn:x"), headers("CancelJob"))

    assert (status, kind) == (500, "text/xml; charset=utf-8")
    assert UPGRADE in text
    assert "Envelope namespace urn:x was unexpected. Expecting http://schemas.xmlsoap.org/soap/envelope/." in text


@pytest.mark.parametrize(
    ("space", "given", "told"),
    [
        (SOAP11, headers("CancelJob"), "soap:Client</faultcode><faultstring>Server was unable to read request."),
        (SOAP12, headers(None, "application/soap+xml"), "Server was unable to process request."),
    ],
)
async def test_an_envelope_without_a_body(terse: Client, space: str, given: dict[str, str], told: str) -> None:
    status, _, text = await post(terse, f'<soap:Envelope xmlns:soap="{space}"/>', given)

    assert status == 500
    assert f"{told} ---&gt; Request format is invalid: Missing required soap:Body element." in text


@pytest.mark.parametrize(
    ("inner", "told"),
    [
        ("<wsId> +1 </wsId><pw>secret</pw><jobId>1001</jobId>", None),
        ("<jobId>1001</jobId><pw>secret</pw><wsId>1</wsId>", None),
        ("<!-- a --><wsId>1</wsId><pw>secret</pw><!-- b --><jobId><![CDATA[1001]]></jobId>", None),
        ("<wsId>1</wsId><wsId>2</wsId><pw>secret</pw><jobId>1001</jobId>", None),
        ("<wsId>1</wsId><pw>secret</pw><jobId>1e3</jobId>", "Input string was not in a correct format."),
        ("<wsId>1</wsId><pw>secret</pw><jobId>" + "9" * 6000 + "</jobId>", "too large or too small for an Int64."),
        ("<wsId>1</wsId><pw>secret</pw><jobId>" + "0" * 6000 + "1001</jobId>", None),
    ],
)
async def test_arguments(terse: Client, inner: str, told: str | None) -> None:
    status, _, text = await post(terse, envelope("CancelJob", inner), headers("CancelJob"))

    assert status == (200 if told is None else 500)
    assert told is None or told in text
    assert await status_of(terse, "1001") == ("Canceling" if told is None else "Started")


ELSEWHERE = f"the service reads parameters in {NAMESPACE} alone, and takes these for missing"


@pytest.mark.parametrize(
    ("content", "breach"),
    [
        (
            f'<n:GetJobStatus xmlns:n="{NAMESPACE}"><wsId>1</wsId><pw>secret</pw><jobId>1001</jobId></n:GetJobStatus>',
            f"parameters: wsId, pw, jobId are in no namespace: {ELSEWHERE}",
        ),
        (
            f'<n:GetJobStatus xmlns:n="{NAMESPACE}"><n:wsId>1</n:wsId><pw>secret</pw><x:jobId xmlns:x="urn:x"/>'
            "</n:GetJobStatus>",
            f"parameters: pw is in no namespace; jobId is in the namespace urn:x: {ELSEWHERE}",
        ),
        (
            "<GetJobStatus><wsId>1</wsId></GetJobStatus>",
            f"body: the Body has no GetJobStatus in the namespace {NAMESPACE}: every parameter is at its default",
        ),
        (
            f'<GetJobStatus xmlns="{NAMESPACE}"><wsId>1</wsId><pw>s<b/></pw><jobId>1</jobId></GetJobStatus>',
            "parameters: Unexpected node type Element. ReadElementString method can only be called on elements with "
            "simple or empty content.",
        ),
    ],
)
async def test_what_is_where_the_service_does_not_look_is_said_in_words(
    terse: Client, content: str, breach: str
) -> None:
    body = f'<s:Envelope xmlns:s="{SOAP11}"><s:Body>{content}</s:Body></s:Envelope>'
    answer = await terse.post(SERVICE, data=body.encode(), headers=headers("GetJobStatus"))

    assert answer.headers["X-Mockserver-Violation"] == breach


@pytest.mark.parametrize(
    ("word", "told"),
    [("true", None), ("1", None), (" 0 ", None), ("False", "The string 'False' is not a valid Boolean value.")],
)
async def test_booleans_in_soap(terse: Client, word: str, told: str | None) -> None:
    inner = f"<owner_wsid>1</owner_wsid><owner_pw>secret</owner_pw><includeSystem>{word}</includeSystem>"
    status, _, text = await post(terse, envelope("GetJobs", inner), headers("GetJobs"))

    assert status == (200 if told is None else 500)
    assert told is None or told in text


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("WSID=1&Pw=secret&jobid=%201001%20", None),
        ("wsId=1&pw=secret&jobId=1001&more=1&pw2=", None),
        ("wsId=1&pw=secret&jobId=1&jobId=2", "Cannot convert 1,2 to System.Int64.\r\nParameter name: type ---> Input"),
        ("wsId=1&pw=secret&jobId", "Missing parameter: jobId."),
        ("", "Missing parameter: wsId."),
        ("wsId=a&jobId=b", "Cannot convert a to System.Int64."),
        ("wsId=1&pw=x%27%3C%26%22&jobId=%27%3C%26%22%3E", "Cannot convert &#39;&lt;&amp;&quot;&gt; to System.Int64."),
    ],
)
async def test_arguments_by_get(terse: Client, query: str, told: str | None) -> None:
    answer = await terse.get(f"{SERVICE}/CancelJob?{query}")
    text = await answer.text()

    assert answer.status == (200 if told is None else 500)
    assert answer.headers.get("Content-Type") == (None if told is None else "text/plain; charset=utf-8")
    assert text == "" if told is None else told in text
    assert ("X-Mockserver-Violations" in answer.headers) == (told is not None)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/Nope", "Nope Web Service method name is not valid."),
        ("/CancelJob/x", "CancelJob/x Web Service method name is not valid."),
        (
            "/canceljob",
            "Invalid method name &#39;canceljob&#39;,  method names are case sensitive.   The method name "
            "&#39;CancelJob&#39; with the same name but different casing was found.\r\nParameter name: methodName",
        ),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_methods_there_are_none_of(terse: Client, path: str, told: str, method: str) -> None:
    answer = await terse.request(method, SERVICE + path)

    assert answer.status == 500
    assert await answer.text() == told + "\r\n"
    assert answer.headers["Cache-Control"] == "private"


@pytest.mark.parametrize("kind", [None, "text/plain", "multipart/form-data; boundary=b"])
async def test_a_post_that_is_no_form(terse: Client, kind: str | None) -> None:
    given = {} if kind is None else {"Content-Type": kind}
    answer = await terse.post(f"{SERVICE}/CancelJob", data=b"x", headers=given, skip_auto_headers=["Content-Type"])

    assert await answer.text() == f"Request format is invalid: {kind or ''}.\r\n"


async def test_json_is_for_script_services(terse: Client) -> None:
    answer = await terse.post(f"{SERVICE}/CancelJob", json={"wsId": 1})

    assert answer.status == 500
    assert (await answer.json())["Message"] == "There was an error processing the request."
    await terse.sandbox.change_settings("casjobs", {"script_handler": False})
    answer = await terse.post(f"{SERVICE}/CancelJob", json={"wsId": 1})
    assert await answer.text() == "Request format is invalid: application/json.\r\n"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"])
async def test_other_methods(terse: Client, method: str) -> None:
    assert (await terse.request(method, SERVICE)).status == 405
    assert (await terse.request(method, f"{SERVICE}/CancelJob?wsId=1&pw=secret&jobId=1001")).status == 500
    assert await status_of(terse, "1001") == "Started"


async def test_an_unrecognised_path_where_errors_are_hidden(terse: Client) -> None:
    answer = await terse.post(f"{SERVICE}/")
    page = unescape(await answer.text())

    assert (answer.status, answer.headers["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert "<title>Runtime Error</title>" in page
    assert "prevent the details of the application error from being viewed remotely (for security reasons)." in page
    assert '<customErrors mode="Off"/>' in page
    assert "unrecognized" not in page
    missing = await terse.get("/CasJobs/services/other.asmx")
    assert "Requested URL: </b>/CasJobs/services/other.asmx" in await missing.text()  # this one is shown to all


async def test_iis_may_put_a_page_of_its_own(terse: Client) -> None:
    await terse.sandbox.change_settings("casjobs", {"iis_error_pages": True})

    assert await post(terse, "<a", headers("CancelJob")) == (400, "text/html", "Bad Request")


async def test_request_validation(terse: Client) -> None:
    await terse.sandbox.change_settings("casjobs", {"request_validation": True})
    answer = await terse.post(f"{SERVICE}/CancelJob", data={"wsId": "1", "pw": "a<b", "jobId": "1"})

    assert "A potentially dangerous Request.Form value was detected from the client" in await answer.text()


async def raw(client: Client, head: str, body: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(head.encode() + b"\r\n\r\n" + body)
    answer = await reader.read()
    writer.close()
    return answer


def head(version: str, length: int, *more: str) -> str:
    lines = (
        f"POST {SERVICE} HTTP/{version}",
        "Host: casjobs.sdss.org",
        'SOAPAction: "http://Services.Cas.jhu.edu/CancelJob"',
        "Content-Type: text/xml; charset=utf-8",
        f"Content-Length: {length}",
        *more,
    )
    return "\r\n".join(lines)


async def test_http_1_0(terse: Client) -> None:
    answer = await raw(terse, head("1.0", len(CANCEL)), CANCEL.encode())

    assert answer.startswith(b"HTTP/1.0 200 OK\r\n")
    assert answer.endswith(b'<CancelJobResponse xmlns="http://Services.Cas.jhu.edu" /></soap:Body></soap:Envelope>')


async def test_expect_100_continue(terse: Client) -> None:
    answer = await raw(terse, head("1.1", len(CANCEL), "Expect: 100-continue", "Connection: close"), CANCEL.encode())

    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


async def test_a_bug_of_ours_is_the_services_own_500(terse: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: Any) -> None:
        raise ZeroDivisionError("a bug")

    service = defined(5)
    broken = replace(service.operations["CancelJob"], run=fails)
    monkeypatch.setitem(SERVICES, 5, replace(service, operations={**service.operations, "CancelJob": broken}))
    status, kind, text = await post(terse, CANCEL, headers("CancelJob"))
    monkeypatch.undo()

    assert (status, kind) == (500, "text/xml; charset=utf-8")
    assert "Object reference not set to an instance of an object." in text
    assert "ZeroDivision" not in text


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (b"taskname=%C3%A9", ""),
        ("taskname=é".encode(), "; charset=utf-8"),
        (b"taskname=%E9", "; charset=iso-8859-1"),
        ("taskname=é".encode("latin-1"), "; charset=iso-8859-1"),
    ],
)
async def test_forms_are_read_in_their_charset(terse: Client, body: bytes, charset: str) -> None:
    form = b"wsid=1&pw=secret&qry=select+1&context=DR7&estimate=30&" + body
    answer = await terse.post(
        f"{SERVICE}/SubmitJob", data=form, headers={"Content-Type": f"application/x-www-form-urlencoded{charset}"}
    )
    number = (await answer.text()).rpartition("</long>")[0].rpartition(">")[2]

    assert (await terse.sandbox.jobs.get("casjobs", number)).data["taskname"] == "é"
