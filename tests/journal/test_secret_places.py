"""Each spelling of a secret, in each place where a tester may read it; and nothing shown that was not sent."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Sequence

import pytest

from mockserver.apis import APIS
from mockserver.cli.log_format import JsonFormatter, TextFormatter
from mockserver.journal import masking
from tests.drivers.server import Client, Serve

S = "Hunter2QzW"
ASMX = "/CasJobs/services/jobs.asmx"
FORM, JSON, XML = "application/x-www-form-urlencoded", "application/json", "text/xml; charset=utf-8"

masking.learn(APIS)

TEXTS = [
    # JSON, and values as Python writes them
    ('{"password": "S"}', '{"password": "***"}'),
    ('{"pass\\u0077ord": "S"}', '{"pass\\u0077ord": "***"}'),
    ('{"PassWord":"S","a":1}', '{"PassWord":"***","a":1}'),
    ('{"password":["S", "S"], "a":"b"}', '{"password":["***", "***"], "a":"b"}'),
    ('{"password":{"v":"S"},"a":"b"}', '{"password":{"v":"***"},"a":"b"}'),
    ('{"password":{"v":{"w":["S",{"x":"S"}]}},"a":"b"}', '{"password":{"v":{"w":["***",{"x":"***"}]}},"a":"b"}'),
    ('{"password":12345,"a":1}', '{"password":"***","a":1}'),
    ('{"password":null,"token":true,"pw":""}', '{"password":null,"token":true,"pw":""}'),
    ('{"password": "S\\"S", "a": 1}', '{"password": "***", "a": 1}'),
    ('{"password": "S', '{"password": "***"'),
    ('{"password": {"v": "S', '{"password": {"v": "***"'),
    ('{"token":{"id":"S"}}', '{"token":{"id":"***"}}'),
    ('{"hw_ak_sk":{"access":{"key":"S"},"secret":{"key":"S"}}}', '{"hw_ak_sk":{"access":{"key":"***"},"secret":{"key":"***"}}}'),
    (
        '{"password":{"user":{"name":"alice","password":"S","domain":{"name":"acme"}}}}',
        '{"password":{"user":{"name":"alice","password":"***","domain":{"name":"acme"}}}}',
    ),
    ('{"token":{"expires_at":"2026-01-02T12:00:00.000000Z","id":"S"}}', '{"token":{"expires_at":"2026-01-02T12:00:00.000000Z","id":"***"}}'),
    ("[{'name': 'x', 'password': 'S'}] is no object", "[{'name': 'x', 'password': '***'}] is no object"),
    ("{'password': ['S']} it's", "{'password': ['***']} it's"),
    ('"{\\"password\\":\\"S\\"}"', '"{\\"password\\":\\"***\\"}"'),
    # XML
    ("<pw>S</pw><a>1</a>", "<pw>***</pw><a>1</a>"),
    ("<x><n:pw a='1'>S</n:pw></x>", "<x><n:pw a='1'>***</n:pw></x>"),
    ("<x><pw><![CDATA[S]]></pw><a/></x>", "<x><pw>***</pw><a/></x>"),
    ("<x><pw><![CDATA[</pw>S]]></pw><a/></x>", "<x><pw>***</pw><a/></x>"),
    ("<x><pw><!-- -->S</pw><a/></x>", "<x><pw>***</pw><a/></x>"),
    ("<x><pw>Hu<!--</pw>-->S</pw><a/></x>", "<x><pw>***</pw><a/></x>"),
    ("<x><pw><?p </pw>?>S</pw><a/></x>", "<x><pw>***</pw><a/></x>"),
    ("<x><pw><b>S</b></pw><a/></x>", "<x><pw>***</pw><a/></x>"),
    ("<x><pw><pw>S</pw>S</pw><a/></x>", "<x><pw>***</pw><a/></x>"),
    ("<x><pw a='>'>S</pw><a/></x>", "<x><pw a='>'>***</pw><a/></x>"),
    ('<x><pw a=">">S</pw ><a/></x>', '<x><pw a=">">***</pw ><a/></x>'),
    ("<x><pw/><a>1</a></x>", "<x><pw/><a>1</a></x>"),
    ('<x><pw i:nil="true" /><a>1</a></x>', '<x><pw i:nil="true" /><a>1</a></x>'),
    ("<x><pw></pw><a>1</a></x>", "<x><pw></pw><a>1</a></x>"),
    ("<x><pw><![CDATA[S", "<x><pw>***"),
    ("<x><pw>S", "<x><pw>***"),
    ("<x><pw><b>S", "<x><pw>***"),
    ('<x a="><pw>S</pw></x>', '<x a="><pw>***</pw></x>'),
    ('<user name="a" password="S"/>', '<user name="a" password="***"/>'),
    ("<user password = 'S' name='a'/>", "<user password = '***' name='a'/>"),
    ("&lt;pw&gt;S&lt;/pw&gt; &lt;a&gt;1", "&lt;pw&gt;***&lt;/pw&gt; &lt;a&gt;1"),
    # forms, queries, addresses, sentences
    ("pw=S&a=1", "pw=***&a=1"),
    ("a=1&p%77=S", "a=1&p%77=***"),
    ("p%57=S;a=1", "p%57=***"),
    ("bad value in pw=S, say", "bad value in pw=*** say"),
    ("x?a=1&pw=&b=2", "x?a=1&pw=&b=2"),
    ("GET http://localhost:S@h/x HTTP/1.1", "GET http://localhost:***@h/x HTTP/1.1"),
    ("Authorization is Bearer S", "Authorization is Bearer ***"),
    ('--b\r\nContent-Disposition: form-data; name="pw"\r\n\r\nS\r\nS\r\n--b--', '--b\r\nContent-Disposition: form-data; name="pw"\r\n\r\n***\r\n--b--'),
    ("--b\nContent-Disposition: form-data; name=pw; x\nA: b\n\nS\n--b--", "--b\nContent-Disposition: form-data; name=pw; x\nA: b\n\n***\n--b--"),
    # what is none
    ("SELECT a <b> c, 'token' FROM t WHERE x > 1", "SELECT a <b> c, 'token' FROM t WHERE x > 1"),
    ('{"a": {"b": ["c", 1, null]}, "user": "alice"}', '{"a": {"b": ["c", 1, null]}, "user": "alice"}'),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "shown"), TEXTS, ids=[sent[:40] for sent, _ in TEXTS])
def test_a_text_loses_its_secrets_and_gains_nothing(sent: str, shown: str) -> None:
    assert masking.mask(sent.replace("S", S) if "SELECT" not in sent else sent) == shown


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("pw=Hun ter;2\"'<>&a=1", "pw=***&a=1"),
        (f"a=1&p%77={S}", "a=1&p%77=***"),
        (f" pw ={S}", " pw =***"),
        (f"url=http%3A%2F%2Fx%2F%3Ftoken%3D{S}&b=2", "url=http:%2F%2Fx".replace("%2F", "/") + "/?token%3D***&b=2"),
        (f'{{"password":"{S}"}}', '{"password":"***"}'),
    ],
)
def test_the_body_of_a_form_ends_a_value_at_the_next_sign(sent: str, shown: str) -> None:
    assert masking.current().body(sent, FORM) == shown


@pytest.mark.parametrize(
    "text",
    ["<", "</", "<a ", "<a \"", "<pw>", "<pw><pw", "\"password\":[", "'password':{", "<![CDATA[", "&lt;pw&gt;", "pw=", 'name="pw"\n\n', "\\\"pw\\\":\\\"", "\" : ", "a=\"", "<!--", "://a:", "'" ],
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()
    masking.mask(text * (65_536 // len(text)))
    masking.mask(text + "a" * 65_536)
    assert time.process_time() - began < 5


# --- in every place -----------------------------------------------------------------------------------


def soap(pw: str) -> bytes:
    return (
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        f'<GetJobStatus xmlns="http://Services.Cas.jhu.edu"><wsId>1</wsId>{pw}<jobId>1001</jobId></GetJobStatus>'
        "</soap:Body></soap:Envelope>"
    ).encode()


def iam(identity: str) -> bytes:
    return f'{{"auth": {{"identity": {identity}}}}}'.encode()


AUTH = "/v3/auth/tokens"
SENT: dict[str, tuple[str, str, bytes]] = {
    "plain": (ASMX, XML, soap(f"<pw>{S}</pw>")),
    "CDATA": (ASMX, XML, soap(f"<pw><![CDATA[{S}]]></pw>")),
    "comment": (ASMX, XML, soap(f"<pw><!-- c -->{S}</pw>")),
    "instruction": (ASMX, XML, soap(f"<pw><?p i?>{S}</pw>")),
    "element": (ASMX, XML, soap(f"<pw><b>{S}</b></pw>")),
    "the same element": (ASMX, XML, soap(f"<pw><pw>x</pw>{S}</pw>")),
    "prefixed": (ASMX, XML, soap(f'<n:pw xmlns:n="http://Services.Cas.jhu.edu">{S}</n:pw>')),
    "bracket in an attribute": (ASMX, XML, soap(f'<pw a=">">{S}</pw>')),
    "no end": (ASMX, XML, soap(f"<pw>{S}")),
    "UTF-16": (ASMX, "text/xml; charset=utf-16", soap(f"<pw>{S}</pw>").decode().encode("utf-16")),
    "UTF-16, unsaid": (ASMX, "text/xml", soap(f"<pw><![CDATA[{S}]]></pw>").decode().encode("utf-16-be")),
    "form": (f"{ASMX}/GetJobStatus", FORM, f"wsId=1&pw={S}&jobId=1001".encode()),
    "escaped name": (f"{ASMX}/GetJobStatus", FORM, f"wsId=1&p%77={S}&jobId=1001".encode()),
    "query": (f"{ASMX}/GetJobStatus?wsId=1&PW={S}", FORM, b""),
    "escaped name in a query": (f"{ASMX}/GetJobStatus?wsId=1&p%77={S}", FORM, b""),
    "nowhere": (f"/nowhere?%74oken={S}", FORM, b""),
    "user of an address": (f"http://localhost:{S}@x/arcgis/rest/info", FORM, b""),
    "multipart": (
        "/arcgis/tokens/generateToken", "multipart/form-data; boundary=b",
        f'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n{S}\r\n{S}\r\n--b--\r\n'.encode(),
    ),
    "JSON": (AUTH, JSON, iam(f'{{"methods":["password"],"password":{{"user":{{"name":"a","password":"{S}"}}}}}}')),
    "escaped key": (AUTH, JSON, iam(f'{{"methods":["password"],"p\\u0061ssword":{{"user":{{"name":"a","pass\\u0077ord":"{S}"}}}}}}')),
    "list": (AUTH, JSON, iam(f'{{"methods":["password"],"password":{{"user":{{"name":"a","password":["{S}"]}}}}}}')),
    "object": (AUTH, JSON, iam(f'{{"methods":["password"],"password":{{"user":{{"name":"a","password":{{"v":"{S}"}}}}}}}}')),
    "hw_ak_sk": (AUTH, JSON, iam(f'{{"methods":["hw_ak_sk"],"hw_ak_sk":{{"access":{{"key":"{S}"}},"secret":{{"key":"{S}"}}}}}}')),
    "token.id": (AUTH, JSON, iam(f'{{"methods":["token"],"token":{{"id":"{S}"}}}}')),
    "wrong shape": (AUTH, JSON, f'{{"auth":[{{"name":"x","password":"{S}"}}]}}'.encode()),
    "list at the top": (AUTH, JSON, f'[{{"name":"x","password":"{S}"}}]'.encode()),
    "text at the top": (AUTH, JSON, f'"password={S}"'.encode()),
    "broken JSON": (AUTH, JSON, f'{{"password":"{S}'.encode()),
    "control API": ("/_control/jobs", JSON, f'{{"api":"nope","password":"{S}"}}'.encode()),
}  # fmt: skip
HEADERS = {
    "token": f"X-Auth-Token: {S}",
    "cookie": f"Cookie: JSESSIONID={S}",
    "bearer": f"Authorization: Bearer {S}",
    "referer": f"Referer: http://x/?p%77={S}",
}


async def ask(client: Client, path: str, headers: Sequence[str], body: bytes) -> None:
    reader, writer = await asyncio.open_connection(client.host, client.port)
    lines = (f"POST {path} HTTP/1.1", "Host: h", "Connection: close", f"Content-Length: {len(body)}", *headers)
    writer.write("".join(f"{one}\r\n" for one in lines).encode() + b"\r\n" + body)
    await reader.read()
    writer.close()


async def shown(client: Client, caplog: pytest.LogCaptureFixture) -> dict[str, str]:
    """Return whatever a tester can read, by place."""
    places = {}
    for path in (
        "/_control/requests", "/_control/requests?format=har", "/_control/requests?format=curl", "/_control/requests/1",
        "/_control/requests?secrets=public", "/_control/violations", "/_control/coverage", "/_control/metrics",
    ):  # fmt: skip
        places[path] = await (await client.get(path)).text()
    for match in (
        {"api": "ges", "body": "none such"},
        {"operation": "casjobs.GetJobStatus", "body": {"pw": "none such", "jobId": "7"}},
        {"path": "/none/such", "headers": {"X-Auth-Token": "none such", "Cookie": "n", "Referer": "n"}},
        {"body": {"auth": {"identity": {"password": {"user": {"password": "none such"}}, "token": {"id": "n"}}}}},
    ):
        asked = {"match": match, "noViolations": True}
        places[f"near misses of {match}"] = await (await client.post("/_control/requests/verify", json=asked)).text()
    for formatter in (TextFormatter(), JsonFormatter()):
        places[type(formatter).__name__] = "\n".join(formatter.format(record) for record in caplog.records)
    return places


@pytest.mark.parametrize("header", [None, *HEADERS])
async def test_no_spelling_of_a_secret_is_shown_anywhere(
    serve: Serve, caplog: pytest.LogCaptureFixture, header: str | None
) -> None:
    caplog.set_level(logging.DEBUG)
    client = await serve(strict=False, access_log=True, journal_size=100)
    heard = await client.get("/_control/events")
    for path, kind, body in SENT.values() if header is None else list(SENT.values())[::7]:
        await ask(client, path, [f"Content-Type: {kind}", *([HEADERS[header]] if header else ())], body)
    places = await shown(client, caplog)
    places["events"] = (await heard.content.read(65536)).decode()
    heard.close()
    plain = {place: text.replace("\\u0000", "").replace("\0", "") for place, text in places.items()}
    assert [
        f"{place}: …{text[text.find(S) - 150 : text.find(S) + 10]}" for place, text in plain.items() if S in text
    ] == []


@pytest.mark.parametrize("name", [name for name in SENT if name not in ("control API", "user of an address")])
async def test_all_but_the_secret_is_shown_as_it_was_sent(serve: Serve, name: str) -> None:
    client = await serve(strict=False)
    path, kind, body = SENT[name]
    await ask(client, path, [f"Content-Type: {kind}"], body)
    [entry] = (await (await client.get("/_control/requests")).json())["requests"]
    said = entry["path"] + "\n" + entry["request"]["body"]
    assert "***" in said
    for part in said.split("***"):
        text = body.decode("utf-16" if "utf-16" in kind else "utf-16-be" if b"\0" in body else "utf-8")
        assert part.strip() in f"{path}\n{text}".replace(f"\n{S}", ""), part


# --- what everybody may read --------------------------------------------------------------------------


async def test_an_export_that_can_be_sent_again_keeps_the_public_accounts(client: Client) -> None:
    query = f"{ASMX}/GetJobStatus?wsId=1&jobId=1001"
    await ask(client, query + "&pw=secret", [], b"")
    await ask(client, query + f"&pw={S}", [], b"")
    await ask(client, ASMX, [f"Content-Type: {XML}"], soap("<pw><![CDATA[secret]]></pw>"))
    basic = "Authorization: Basic bmJpOnNlY3JldA=="
    await ask(client, "/webacs/api/v1/data/JobSummary.json", [basic, f"X-Auth-Token: {S}"], b"")
    await ask(client, "/ges/v1.0/p/graphs/movie/jobs/x/status", ["X-Auth-Token: mock-token"], b"")
    masked = await (await client.get("/_control/requests?format=curl")).text()
    public = await (await client.get("/_control/requests?format=curl&secrets=public")).text()
    har = await (await client.get("/_control/requests?format=har&secrets=public")).text()

    assert masked.count("***") == 6
    assert public.count("***") == 2
    for text in ("pw=secret", "<pw><![CDATA[secret]]></pw>", "Basic bmJpOnNlY3JldA==", "X-Auth-Token: mock-token"):
        assert text not in masked
        assert text in public
    assert "pw=secret" in har
    assert S not in masked + public + har


def test_nobody_counts_as_public_by_a_part_of_a_name() -> None:
    hide = masking.current().showing(["secret"])
    assert hide.text("pw=secrets&pw=secret&pw=ecre") == "pw=***&pw=secret&pw=***"
    assert json.loads(hide.text('{"password": "secre\\u0074"}')) == {"password": "secret"}
    assert hide.header("Authorization", "Basic !!!") == "***"


def test_a_long_document_of_names_costs_what_its_length_does() -> None:
    def cost(lines: int) -> float:
        text = '<a name="x">\n' * lines
        began = time.process_time()
        masking.current().text(text)
        return time.process_time() - began

    cost(10)
    assert min(cost(4000) for _ in range(3)) < 12 * min(cost(1000) for _ in range(3))
