"""Each spelling of a secret, in each place where a tester may read it; and nothing shown that was not sent."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from mockserver.apis import APIS
from mockserver.cli.log_format import JsonFormatter, TextFormatter
from mockserver.journal import masking
from mockserver.sandbox.fixtures.load import load
from mockserver.sandbox.fixtures.merge import BadFixture
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
    # JSON that is none, and what stands escaped in another text
    ('{password:"S",a:1}', '{password:"***",a:1}'),
    ('{"auth": {password: S:S}, a: {pw: {v: S}}}', '{"auth": {password: ***}, a: {pw: {v: ***}}}'),
    ('{"password" /* c */ : // d\n "S", "a": 1}', '{"password" /* c */ : // d\n "***", "a": 1}'),
    ("user: a\npassword: S\nX-Auth-Token: S", "user: a\npassword: ***\nX-Auth-Token: ***"),
    (r'{"x":"{\"y\":\"{\\\"pw\\\":\\\"S\\\"}\"}"}', r'{"x":"{\"y\":\"{\\\"pw\\\":\\\"***\\\"}\"}"}'),
    (r'{"x":"{\u0022pw\u0022:\u0022S\u0022,1}"}', r'{"x":"{\u0022pw\u0022:\u0022***\u0022,1}"}'),
    (r'{"x":"{\"pw\": {\"v\": \"S\"}, \"b\": 1}"}', r'{"x":"{\"pw\": {\"v\": \"***\"}, \"b\": 1}"}'),
    (r'{"x":"{\"pw\": [\"S\"], \"b\": 1}"}', r'{"x":"{\"pw\": [\"***\"], \"b\": 1}"}'),
    ("<a><![CDATA[<pw>S</pw><b>1</b>]]></a>", "<a><![CDATA[<pw>***</pw><b>1</b>]]></a>"),
    ("<a><!-- <pw>S</pw> --><b/></a>", "<a><!-- <pw>***</pw> --><b/></a>"),
    ("<a><!-- <pw>S --><b>1</b></a>", "<a><!-- <pw>***--><b>1</b></a>"),
    ("<a>&#60;pw&#62;S&#60;/pw&#62; b</a>", "<a>&#60;pw&#62;***&#60;/pw&#62; b</a>"),
    ("<a>&#x3c;pw>S&#x3C;/pw&#62; b</a>", "<a>&#x3c;pw>***&#x3C;/pw&#62; b</a>"),
    ("<a>{&quot;pw&quot;: &quot;S&quot;, 1}</a>", "<a>{&quot;pw&quot;: &quot;***&quot;, 1}</a>"),
    ('<a n:pw="S" b="1"/>', '<a n:pw="***" b="1"/>'),
    ("?x=a%26pw%3DS&b=2", "?x=a%26pw%3D***&b=2"),
    ("?x=a%2526pw%253DS&b=2", "?x=a%2526pw%253D***&b=2"),
    ("?+pw=S&%u0070w=S&pw[]=S", "?+pw=***&%u0070w=***&pw[]=***"),
    ("/a/b%3Fpw=S", "/a/b%3Fpw=***"),
    ("x=pw=S", "x=pw=***"),
    # blanks around the sign of an attribute or a pair
    ('<a><login password  =  "S"/></a>', '<a><login password  =  "***"/></a>'),
    ("<a><login password\n   =\n   'S' b='1'/></a>", "<a><login password\n   =\n   '***' b='1'/></a>"),
    ("password \t=\t S\nuser = x", "password \t=\t ***\nuser = x"),
    # names that are paths
    ("?user[password]=S&password[0]=S&user[0][password][x]=S", "?user[password]=***&password[0]=***&user[0][password][x]=***"),
    ("?user.password=S&user%5Bpassword%5D=S&password.user.name=alice", "?user.password=***&user%5Bpassword%5D=***&password.user.name=alice"),
    ('{"user.password":"S","user[token]":["S"],"n:pw":"S"}', '{"user.password":"***","user[token]":["***"],"n:pw":"***"}'),
    ("{'user.password': 'S'} {user.password: S}", "{'user.password': '***'} {user.password: ***}"),
    ("<user.password>S</user.password><a user.pw='S'/>", "<user.password>***</user.password><a user.pw='***'/>"),
    ("user.password: S\nuser[pw]: S", "user.password: ***\nuser[pw]: ***"),
    ('--b\r\nContent-Disposition: form-data; name="user[pw]"\r\n\r\nS\r\n--b--', '--b\r\nContent-Disposition: form-data; name="user[pw]"\r\n\r\n***\r\n--b--'),
    # users of addresses
    ("https://bob:p@S@host/", "https://bob:***@host/"),
    ("https://bob:p/S@host/ x@y", "https://bob:***@host/ x@y"),
    ("https://bob@example.test:p/S@host/", "https://bob@example.test:***@host/"),
    ("redis://:S@host:6379/0", "redis://:***@host:6379/0"),
    (f"https://{'b' * 300}:S@host/", f"https://{'b' * 300}:***@host/"),
    (f"https://bob:S{'a' * 300}@host/", "https://bob:***@host/"),
    ('{"u":"https://bob:p/S@host/","m":"a@b.c"}', '{"u":"https://bob:***@host/","m":"a@b.c"}'),
    ('{"u":"http://h:80","m":"a@b.c"}', '{"u":"http://h:80","m":"a@b.c"}'),
    ("http://localhost:8080/a@b http://[::1]:80/x@y http://bob@h:80/", "http://localhost:8080/a@b http://[::1]:80/x@y http://bob@h:80/"),
    ("https://bob:S@host/x?mail=a@b.c", "https://bob:***@host/x?mail=a@b.c"),
    # a session
    ("/webacs/api/x;jsessionid=S", "/webacs/api/x;jsessionid=***"),
    ("?jsessionid=S&a=1", "?jsessionid=***&a=1"),
    # heads of a part
    (
        "--b\r\nA: content-disposition: x\r\nContent-Disposition: form-data; name=pw\r\n\r\nS\r\n--b--",
        "--b\r\nA: content-disposition: x\r\nContent-Disposition: form-data; name=pw\r\n\r\n***\r\n--b--",
    ),
    # values beside their names
    ('{"name":"password","value":"S"}', '{"name":"password","value":"***"}'),
    ('{"value": {"v": ["S"]}, "type": "x", "Name": "user.password"}', '{"value": {"v": ["***"]}, "type": "x", "Name": "user.password"}'),
    ("[{'key': 'pw', 'value': 'S'}, {name: 'a', value: 'b'}, {name: 'pw', value: 'S'}]", "[{'key': 'pw', 'value': '***'}, {name: 'a', value: 'b'}, {name: 'pw', value: '***'}]"),
    ('{"name":"password","value":"S', '{"name":"password","value":"***"'),
    ('{"name":"password","value":12345,"a":1}', '{"name":"password","value":"***","a":1}'),
    ('["password","S"]', '["password","***"]'),
    ('[["password", "S"], ["user", "alice"]]', '[["password", "***"], ["user", "alice"]]'),
    ('<param name="password" value="S"/><b/>', '<param name="password" value="***"/><b/>'),
    ("<x><param value = 'a>S'  name = 'n:pw' ></param></x>", "<x><param value = '***'  name = 'n:pw' ></param></x>"),
    ("<input type=hidden name=token value=S><b>1</b>", "<input type=hidden name=token value=***><b>1</b>"),
    ('<x><param name="password">S</param><b>1</b></x>', '<x><param name="password">***</param><b>1</b></x>'),
    # what is none
    ('{"methods": ["password","totp"], "name": "alice", "value": "b"}', '{"methods": ["password","totp"], "name": "alice", "value": "b"}'),
    ('["password","token"]', '["password","token"]'),
    ('<e name="pw"><type>a</type></e><a name="pw">b</a><p name="a" value="b"/>', '<e name="pw"><type>a</type></e><a name="pw">b</a><p name="a" value="b"/>'),
    ("settings.tokens=1&user.name=alice&a[0]=b", "settings.tokens=1&user.name=alice&a[0]=b"),
    ("token\n\n= 1", "token\n\n= 1"),
    ('{"error": {"code": 498, "message": "Invalid token."}}', '{"error": {"code": 498, "message": "Invalid token."}}'),
    ("the token: unknown", "the token: unknown"),
    ('Basic realm="a b", charset="UTF-8"', 'Basic realm="a b", charset="UTF-8"'),
    ("<a><!-- <b> --></a><c>&lt;d&gt;1</c>", "<a><!-- <b> --></a><c>&lt;d&gt;1</c>"),
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
        (f"url=http%3A%2F%2Fx%2F%3Ftoken%3D{S}&b=2", "url=http%3A%2F%2Fx%2F%3Ftoken%3D***&b=2"),
        (f'{{"password":"{S}"}}', '{"password":"***"}'),
    ],
)
def test_the_body_of_a_form_ends_a_value_at_the_next_sign(sent: str, shown: str) -> None:
    assert masking.current().body(sent, FORM) == shown


@pytest.mark.parametrize(
    "kind", [FORM, "", "text/plain", JSON, XML, "multipart/mixed; boundary=b", "multipart/form-data"]
)
@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (f"username=bob&password=a {S}&f=json", "username=bob&password=***&f=json"),
        (f"password=a'{S}<\"&username=bob", "password=***&username=bob"),
        (f"[x=1&p%61ssword=a {S}&f=json", "[x=1&p%61ssword=***&f=json"),
        (f"<x=1&password=a'{S}&f=json", "<x=1&password=***&f=json"),
        (f"{{=1&password=a {S}", "{=1&password=***"),
        (f"{{a}}&<pw>{S}</pw>&f=json", "{a}&<pw>***</pw>&f=json"),
    ],
)
def test_a_body_is_read_as_a_form_whatever_its_type_is(sent: str, shown: str, kind: str) -> None:
    assert masking.current().body(sent, kind) == shown


@pytest.mark.parametrize(
    "sent",
    [
        '{"url": "http://x?a=1&token=***", "b": [1, "c"]}',
        "<a><b><![CDATA[http://x?a=1&token=***&b=2]]></b><c>1</c></a>",
        '<?xml version="1.0" encoding="utf-16"?><a b="1">c &amp;token=*** d</a>',
    ],
)
def test_a_document_is_no_form(sent: str) -> None:
    assert masking.current().body(sent.replace("***", S), "") == sent


def test_the_answer_of_a_server_is_no_form() -> None:
    page = '<a href="?f=json&token=***">x</a><br><b>1</b>'
    assert masking.current().answer(page.replace("***", S), "text/html") == page


def test_the_boundary_of_a_form_in_parts_is_that_of_its_type() -> None:
    def form(value: str) -> str:
        head = "Content-Disposition: form-data; name="
        return f"--c\r\n--b\r\n{head}password\r\n\r\n{value}\r\n--b\r\n{head}f\r\n\r\njson\r\n--b--\r\n"

    for value in (f"a\r\n--c\r\n{S}", f"a\r\n--bb\r\n{S}", f"a\r\n--b\r{S}"):
        assert masking.current().body(form(value), 'multipart/form-data; charset=x; boundary="b"') == form("***")


@pytest.mark.parametrize(
    "text",
    ["<", "</", "<a ", "<a \"", "<pw>", "<pw><pw", "\"password\":[", "'password':{", "<![CDATA[", "&lt;pw&gt;", "pw=", 'name="pw"\n\n', "\\\"pw\\\":\\\"", "\" : ", "a=\"", "<!--", "://a:", "'", "a=%25&", "a=a%3Da&", "%7B%22a%22%3A",
     '"\\u0022', '"a\\":', "&#60;", "&amp;lt;pw", "&quot;", "{a:", "{a  ", '"a"/*', "\npw: a", "Content-Disposition: ; name=\"",
     "\r\n\r\n--b\r\nContent-Disposition: ; name=pw\r\n\r\n", "<!--<pw>", "<!-- <pw> ]]> ",
     "a[a]", "a[", "a[a].", "pw  ", "pw = ", "pw=\n", "://a:x/", "://a:x/\"", "://a:x/ @", "://a@", "://a:1@", "&pw=", "Content-Disposition: a\r\n", "Content-Disposition: a\r\n ",
     "a.pw.", "a[pw]: ", '{"name":"pw",', '{"name":"pw","value":', '"name":', '["pw","', '["', '<a name="pw" value="', '<a name="pw">', "<a name=pw value=1>", "<a name=", "[",
     "name ", 'name="pw" name'],
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()
    masking.mask(text * (65_536 // len(text)))
    masking.mask(text + "a" * 65_536)
    masking.mask("x" + text * (65_536 // len(text)))
    masking.current().body("a=1&" + text * (65_536 // len(text)), FORM)
    masking.current().body(text * (65_536 // len(text)) + "&pw=1", "")
    masking.mask(text * (65_536 // len(text)) + '@"')
    masking.current().body(text * (65_536 // len(text)), "multipart/form-data; boundary=b")
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
ECHO = "/arcgis/rest/services/Demo/GPServer/Echo/submitJob"
TOKENS = "/arcgis/tokens/generateToken"
HEADS = {
    "folded": 'Content-Disposition: form-data;\r\n name="password"',
    "blanks around the sign": 'Content-Disposition: form-data; name = "password"',
    "before the colon": 'Content-Disposition : form-data; name="password"',
    "after many lines": "A: b\r\n" * 12 + 'Content-Disposition: form-data; name="password"',
    "before many lines": 'Content-Disposition: form-data; name="password"' + "\r\nA: b" * 12,
    "late": f'Content-Disposition: form-data; x="{"y" * 400}"; name="password"',
    "other quotes": "Content-Disposition: form-data; name='password'",
    "escaped": 'Content-Disposition: form-data; name="pass\\word"',
    "with a charset": "Content-Disposition: form-data; name*=utf-8''password",
    "after a file's": 'Content-Disposition: form-data; filename="name=x"; name="password"',
    "in pieces": 'Content-Disposition: form-data; name*1="word"; name*0="pass"',
    "nothing but the name": 'Content-Disposition:name="password"',
    "in capitals": "CONTENT-DISPOSITION: form-data; NAME=PassWord",
    "that breaks off": 'Content-Disposition: form-data; name="password"\r\nno header',
}
"""Heads of a part, as clients write them and the server or somebody else reads them."""
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
    **{
        f"part whose head is {name}": (
            TOKENS, "multipart/form-data; boundary=b",
            f"--b\r\n{head}\r\n\r\n{S}\r\n--c\r\n--b\r\nContent-Disposition: form-data; name=f\r\n\r\njson\r\n--b--\r\n".encode(),
        )
        for name, head in HEADS.items()
    },
    "JSON in a form": (ECHO, FORM, f'f=json&Input_Text={{"url":"http://x","token":"{S}"}}'.encode()),
    "escaped JSON in a form": (ECHO, FORM, f"f=json&Input_Text=%7B%22password%22%3A+%22{S}%22%7D".encode()),
    "twice escaped JSON in a form": (ECHO, FORM, f"Input_Text=%257B%2522password%2522%253A%2522{S}%2522%257D&f=json".encode()),
    "address in JSON in a form": (ECHO, FORM, f"f=json&Input_Text=%7B%22url%22%3A%22http%3A%2F%2Fx%3Ftoken%3D{S}%22%7D".encode()),
    "XML in a form": (ECHO, FORM, f"f=json&Input_Text=%3Cpw%3E{S}%3C%2Fpw%3E".encode()),
    "JSON in a query": (f"{ECHO}?f=json&Input_Text=%7B%22token%22%3A%22{S}%22%7D", FORM, b""),
    "address in a query": (f"{ECHO}?f=json&Input_Text=http%3A%2F%2Fx%2Fy%3Fa%3D1%26token%3D{S}", FORM, b""),
    "address in a query, twice escaped": (f"{ECHO}?f=json&Input_Text=http%253A%252F%252Fx%253Ftoken%253D{S}", FORM, b""),
    "pair in a query": (f"{ASMX}/GetJobStatus?x=a%26pw%3D{S}", FORM, b""),
    "blank before a name": (f"{ASMX}/GetJobStatus?+pw={S}", FORM, b""),
    "list's name": (f"{ASMX}/GetJobStatus?pw[]={S}", FORM, b""),
    "name as JavaScript escapes it": (f"{ASMX}/GetJobStatus?wsId=1&%u0070w={S}", FORM, b""),
    "semicolons": (f"{ASMX}/GetJobStatus?wsId=1;pw={S}", FORM, b""),
    "escaped question mark": (f"{ASMX}/GetJobStatus%3Fpw={S}", FORM, b""),
    "all of a query escaped": (f"{ASMX}/GetJobStatus%3Fpw%3D{S}", FORM, b""),
    "code": ("/portal/sharing/rest/oauth2/token", FORM, f"client_id=a&code={S}&grant_type=authorization_code".encode()),
    "attribute": (ASMX, XML, soap(f'<a n:pw="{S}"/>')),
    "in a section": (ASMX, XML, soap(f"<a><![CDATA[<pw>{S}</pw>]]></a>")),
    "in a comment": (ASMX, XML, soap(f"<!-- <pw>{S}</pw> -->")),
    "numbered entities": (ASMX, XML, soap(f"<a>&#60;pw&#62;{S}&#60;/pw&#62;</a>")),
    "JSON without quotes": (AUTH, JSON, f'{{auth:{{identity:{{password:{{user:{{name:"a",password:"{S}"}}}}}}}}}}'.encode()),
    "JSON with a comment": (AUTH, JSON, f'{{"password" /* c */ : "{S}"}}'.encode()),
    "line": (AUTH, JSON, f"user: a\npassword: {S}\n".encode()),
    "JSON in JSON": (AUTH, JSON, json.dumps({"x": json.dumps({"password": {"v": S}, "token": [S]})}).encode()),
    "JSON in JSON in JSON": (AUTH, JSON, json.dumps({"x": json.dumps({"y": json.dumps({"password": S})})}).encode()),
    "JSON in JSON, by numbers": (AUTH, JSON, f'{{"x":"{{\\u0022password\\u0022:\\u0022{S}\\u0022}}"}}'.encode()),
    "passcode": (AUTH, JSON, iam(f'{{"methods":["totp"],"totp":{{"user":{{"id":"x","passcode":"{S}"}}}}}}')),
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
    **{
        f"form with {name}, {kind or 'of no type'}": (TOKENS, kind, f"username=bob&password=a{sign}{S}&f=json".encode())
        for name, sign in (("a blank", " "), ("a quote", "'"), ("quotes", '"'), ("a bracket", "<"), ("a line break", "\r\n"))
        for kind in (FORM, "", "text/plain", JSON, XML, "multipart/mixed; boundary=b")
    },
    **{
        f"form that begins with {sign}, {kind or 'of no type'}": (TOKENS, kind, f"{sign}x=1&password=a {S}&f=json".encode())
        for sign in ("[", "{", "<", " [", '"')
        for kind in (FORM, "", JSON, XML)
    },
    "preamble": (
        TOKENS, "multipart/form-data; boundary=b",
        f"--c\r\n--b\r\nContent-Disposition: form-data; name=password\r\n\r\na\r\n--c\r\n{S}\r\n--b--\r\n".encode(),
    ),
    "blanks around a sign": (ASMX, XML, soap(f'<login password  =  "{S}"/>')),
    "lines around a sign": (ASMX, XML, soap(f"<login password\n   =\n\t '{S}'/>")),
    "at sign in a password": (AUTH, JSON, json.dumps({"url": f"https://bob:p@{S}@host/"}).encode()),
    "slash in a password": (AUTH, JSON, json.dumps({"url": f"https://bob:p/{S}@host/"}).encode()),
    "long user": (AUTH, JSON, json.dumps({"url": f"https://{'b' * 300}:{S}@host/"}).encode()),
    "long password": (AUTH, JSON, json.dumps({"url": f"https://bob:{S}{'a' * 300}@host/"}).encode()),
    "session in a path": (f"/webacs/api/v1/data/JobSummary;jsessionid={S}", FORM, b""),
    "session in a query": (f"/webacs/api/v1/data/JobSummary?JSESSIONID={S}", FORM, b""),
    **{
        f"{name} in a {place}": (path.format(name, S), kind, body.format(name, S).encode())
        for name in ("user[password]", "password[0]", "user.password", "user%5Bpassword%5D", "a.b[pw][0].c")
        for place, path, kind, body in (
            ("query", ECHO + "?f=json&{}={}", FORM, ""),
            ("form", TOKENS, FORM, "f=json&{}={}"),
            ("header's address", TOKENS, "text/plain", "http://x/?a=1&{}={}"),
        )
    },
    "value beside its name": (AUTH, JSON, json.dumps({"x": [{"name": "password", "value": S}]}).encode()),
    "value before its name": (AUTH, JSON, json.dumps({"x": {"value": [S], "y": 1, "key": "user.password"}}).encode()),
    "pair in a list": (AUTH, JSON, json.dumps([["user", "a"], ["password", S]]).encode()),
    "parameter of XML": (ASMX, XML, soap(f'<param name="password" value="{S}"/>')),
    "element of a parameter": (ASMX, XML, soap(f'<param name="password">{S}</param>')),
    "path as a key": (AUTH, JSON, json.dumps({"user.password": S, "user[password]": {"x": [S]}}).encode()),
    "path as an element": (ASMX, XML, soap(f"<user.password>{S}</user.password>")),
    "path as an attribute": (ASMX, XML, soap(f'<a user.password="{S}"/>')),
    "path as a part": (
        TOKENS, "multipart/form-data; boundary=b",
        f'--b\r\nContent-Disposition: form-data; name="user[password]"\r\n\r\n{S}\r\n--b--\r\n'.encode(),
    ),
    "control API": ("/_control/jobs", JSON, f'{{"api":"nope","password":"{S}"}}'.encode()),
}  # fmt: skip
HEADERS = {
    "token": f"X-Auth-Token: {S}",
    "cookie": f"Cookie: JSESSIONID={S}",
    "bearer": f"Authorization: Bearer {S}",
    "referer": f"Referer: http://x/?p%77={S}",
    "referer with semicolons": f"Referer: http://x/?a=1;token={S}",
    "address in a header": f"X-Original-URL: /a?token={S}",
    "bearer in a header": f"X-Forwarded-Authorization: Bearer {S}",
    "pair in a header": f"User-Agent: x token={S}",
}


async def ask(client: Client, path: str, headers: Sequence[str], body: bytes) -> None:
    reader, writer = await asyncio.open_connection(client.host, client.port)
    lines = (f"POST {path} HTTP/1.1", "Host: h", "Connection: close", f"Content-Length: {len(body)}", *headers)
    writer.write("".join(f"{one}\r\n" for one in lines).encode() + b"\r\n" + body)
    await reader.read()
    writer.close()


def typed(kind: str) -> list[str]:
    return [f"Content-Type: {kind}"] if kind else []


async def shown(client: Client, caplog: pytest.LogCaptureFixture) -> dict[str, str]:
    """Return whatever a tester can read, by place."""
    places = {}
    for path in (
        "/_control/requests", "/_control/requests?format=har", "/_control/requests?format=curl", "/_control/requests/1",
        "/_control/requests?secrets=public", "/_control/requests?format=curl&secrets=public", "/_control/violations", "/_control/coverage", "/_control/metrics",
    ):  # fmt: skip
        places[path] = await (await client.get(path)).text()
    for match in (
        {"api": "ges", "body": "none such"},
        {"operation": "casjobs.GetJobStatus", "body": {"pw": "none such", "jobId": "7"}},
        {"path": "/none/such", "headers": {"X-Auth-Token": "none such", "Cookie": "n", "Referer": "n"}},
        {"body": {"auth": {"identity": {"password": {"user": {"password": "none such"}}, "token": {"id": "n"}}}}},
        {"body": {"pw": S}},
        {"body": {"auth": {"identity": {"password": {"user": {"password": S}}}}, "x": f"token={S}"}},
        {"body": f"pw={S}", "path": f"/a?token={S}"},
        {"parameters": {"password": S, "x": {"token": [S]}}},
        {"headers": {"X-Auth-Token": S, "Referer": f"/?p%77={S}", "X-Other": f"Bearer {S}"}},
        {"body": f"password=a {S}"},
        {"parameters": {"user.password": S, "x": f"https://bob:p@{S}@host/"}},
    ):
        asked = {"match": match, "count": 1000, "noViolations": True}
        places[f"near misses of {match}"] = await (await client.post("/_control/requests/verify", json=asked)).text()
    for formatter in (TextFormatter(), JsonFormatter()):
        places[type(formatter).__name__] = "\n".join(formatter.format(record) for record in caplog.records)
    return places


@pytest.mark.parametrize("header", [None, *HEADERS])
async def test_no_spelling_of_a_secret_is_shown_anywhere(
    serve: Serve, caplog: pytest.LogCaptureFixture, header: str | None
) -> None:
    caplog.set_level(logging.DEBUG)
    client = await serve(strict=False, access_log=True, journal_size=1000)
    heard = await client.get("/_control/events")
    near = {}
    for name, (path, kind, body) in list(SENT.items())[:: 1 if header is None else 13]:
        await ask(client, path, [*typed(kind), *([HEADERS[header]] if header else ())], body)
        asked = {"match": {"method": "NONE", "path": "/none/such", "body": "none such"}, "count": 1000}
        near[f"near miss of {name}"] = await (await client.post(VERIFY, json=asked)).text()
    places = {**near, **await shown(client, caplog)}
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
    await ask(client, path, typed(kind), body)
    [entry] = (await (await client.get("/_control/requests")).json())["requests"]
    said = entry["path"] + "\n" + entry["request"]["body"]
    assert "***" in said
    for part in said.split("***"):
        text = body.decode("utf-16" if "utf-16" in kind else "utf-16-be" if b"\0" in body else "utf-8")
        assert part.strip() in f"{path}\n{text}".replace(f"\n{S}", ""), part


# --- errors and records -------------------------------------------------------------------------------


def snapshot(**parts: object) -> dict[str, object]:
    return {"format": 1, "fixtures": {}, "jobs": [], "counters": {}, "documents": {}, **parts}


def accounts(**fields: object) -> dict[str, object]:
    return {"ges": {"accounts": [{"user": "a", "domain": "b", **fields}]}}


VERIFY = "/_control/requests/verify"
REFUSED: dict[str, tuple[str, str, object]] = {
    "a list in fixtures": ("POST", "/_control/sandboxes", {"name": "q", "fixtures": [accounts(password=[S])]}),
    "a number in fixtures": ("POST", "/_control/sandboxes", {"name": "q", "fixtures": [accounts(token=5551234)]}),
    "an unknown name beside it": ("POST", "/_control/sandboxes", {"name": "q", "fixtures": [accounts(token=S, tokem=S)]}),
    "fixtures of a snapshot": ("PUT", "/_control/snapshot", snapshot(fixtures=accounts(secret_key=[S], api_key=S))),
    "a token that is none": ("PUT", "/_control/snapshot", snapshot(documents={"arcgis.tokens": {"x": [S]}})),
    "a token as a name": ("PUT", "/_control/snapshot", snapshot(documents={"ges.tokens": {S: 5}})),
    "a field of a token as a name": ("PUT", "/_control/snapshot", snapshot(documents={"ges.tokens": {S: {"user": [S]}}})),
    "a header that is wanted": ("POST", VERIFY, {"match": {"headers": {"X-Auth-Token": [S]}}, "count": 1}),
    "a job's field": ("POST", "/_control/jobs", {"api": "ges", "kind": "export-graph", "token": S, "state": {"token": S}}),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
async def test_no_error_text_says_a_secret(client: Client, name: str) -> None:
    method, path, document = REFUSED[name]
    answer = await client.request(method, path, json=document)
    text = await answer.text()
    assert answer.status == 422
    assert S not in text
    assert "5551234" not in text


def test_a_schema_error_at_a_secret_says_the_type_alone(tmp_path: Path) -> None:
    file = tmp_path / "seed.yaml"
    file.write_text("ges:\n  accounts:\n    - {user: a, domain: b, password: 5551234}\n", "utf-8")
    with pytest.raises(BadFixture, match=r'secret, is not of type "string"') as found:
        load([file], APIS)
    assert "5551234" not in str(found.value)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"name": "password", "value": S, "a": 1}, {"name": "password", "value": "***", "a": 1}),
        ({"x": [{"value": {"v": [S]}, "Key": "user.pw"}]}, {"x": [{"value": {"v": ["***"]}, "Key": "user.pw"}]}),
        ([["password", S], ["user", "alice"]], [["password", "***"], ["user", "alice"]]),
        ({"user.password": S, "n:pw": [S]}, {"user.password": "***", "n:pw": ["***"]}),
        ({"name": "a", "value": "b", "methods": ["password", "totp"]},) * 2,
    ],
)
def test_decoded_json_loses_its_secrets_and_no_more(said: object, shown: object) -> None:
    assert masking.current().data(said) == shown


async def test_a_record_of_a_job_hides_what_its_client_sent(client: Client) -> None:
    heard = await client.get("/_control/events?records=true")
    form = f'f=json&Input_Text={{"url":"http://x","token":"{S}"}}'
    submitted = await (await client.post(ECHO, data=form, headers={"Content-Type": FORM})).json()
    other = f"f=json&Input_Text=http%3A%2F%2Fx%3Ftoken%3D{S}"
    await client.post(ECHO, data=other, headers={"Content-Type": FORM})
    body = {"obsParameters": {"accessKey": "x", "secretKey": S}, "exportPath": "d/"}
    made = {
        "api": "ges",
        "kind": "export-graph",
        "state": "running",
        "request": {"command": "x", "url": "/a", "body": body},
    }
    added = await client.post("/_control/jobs", json=made)
    assert added.status == 201
    records = {"added": await added.text(), "events": (await heard.content.read(65536)).decode()}
    heard.close()
    for path in ("/_control/jobs?limit=1000", "/_control/jobs?limit=1000&brief=true"):
        records[path] = await (await client.get(path)).text()
    assert [place for place, text in records.items() if S in text] == []
    assert '"d/"' in records["/_control/jobs?limit=1000"]

    vendor = await client.get(f"{ECHO.removesuffix('submitJob')}jobs/{submitted['jobId']}/inputs/Input_Text?f=json")
    assert S in await vendor.text()
    assert (await (await client.get("/_control/snapshot")).text()).count(S) >= 3


async def test_a_fault_is_shown_without_its_secrets_but_to_who_arms_it(client: Client) -> None:
    heard = await client.get("/_control/events")
    armed = {
        "match": {
            "headers": {"X-Auth-Token": S, "Referer": f"/?token={S}", "X-A": "b"},
            "path": f"/a;jsessionid={S}",
            "parameters": {"password": S},
            "body": f"password=a {S}",
        },
        "effect": {
            "status": 503,
            "headers": {"Set-Cookie": f"JSESSIONID={S}", "Content-Type": FORM},
            "body": f"access_token=a {S}&x=y",
        },
    }
    made = await (await client.post("/_control/faults", json=armed)).json()
    assert (made["match"], made["effect"]) == (armed["match"], armed["effect"])
    path = f"/_control/faults/{made['id']}"
    other = {"match": {"body": {"password": S}}, "effect": {"status": 503, "body": {"token": S, "x": ["y"]}}}
    await client.post("/_control/faults", json=other)
    shown = {one: await (await client.get(one)).text() for one in ("/_control/faults", path)}
    shown["removed"] = await (await client.delete(path)).text()
    shown["events"] = ""
    while "fault-removed" not in shown["events"]:
        shown["events"] += (await heard.content.readany()).decode()
    heard.close()
    assert [place for place, text in shown.items() if S in text] == []
    assert json.loads(shown[path]) == {
        **made,
        "match": {
            "headers": {"X-Auth-Token": "***", "Referer": "/?token=***", "X-A": "b"},
            "path": "/a;jsessionid=***",
            "parameters": {"password": "***"},
            "body": "password=***",
        },
        "effect": {
            "status": 503,
            "headers": {"Set-Cookie": "***", "Content-Type": FORM},
            "body": "access_token=***&x=y",
        },
    }
    assert '"body":{"token":"***","x":["y"]}' in shown["events"].replace(" ", "")


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
