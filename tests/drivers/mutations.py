"""Requests made odd: what the contracts' examples send, with pieces cut, doubled, swapped and put in from a list.

All of it follows from a seed, so that a number says which input it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

from tests.drivers.contracts import shipped

HOST = "mockserver.test"
PIECES = (
    b"", b"\0", b"%00", b"%zz", b"%u0041", b"%25", b"+", b"&", b"=", b";", b"?", b"#", b"/", b"//", b"/../", b"\\", b"~", b"$", b":",
    b"<", b">", b"</", b"/>", b"<a>", b"&amp", b"&#0;", b"&#xD800;", b"&#65;", b"&lt;", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?x ?>",
    b'<!DOCTYPE a [<!ENTITY b "c">]>', b"&b;", b' xsi:nil="true"', b' xsi:type="xsd:int"', b' xmlns="urn:x"', b' xmlns:a="b"',
    b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xe9", "é\u2028\U0001f600".encode(), "１２".encode(),
    b"\\", b"\\u0000", b"\\ud800", b'"', b"'", b"''", b"null", b"true", b"NaN", b"1e999", b"-0", b"-1", b"0x1", b"1.0", b"9" * 30, b"9" * 5000,
    b"[", b"]", b"{", b"}", b"[[" * 60, b",", b"()", b" and ", b" OR ", b" like ", b"%", b"_", b"!", b"|", b"^", b"*", b" ", b"\t",
    b"\n", b"\r\n", b"\r\n\r\n", b"a" * 300, b"2026-13-45T99:99:99Z", b"0000-00-00", b"9999-12-31T23:59:59.999Z", b"between(", b"eq(", b"in(",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, as far as it can be made odd piece by piece."""

    api: str
    method: bytes
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def raw(self) -> bytes:
        """Return it as it goes over the wire; the length is that of the body, however odd."""
        lines = [
            self.method + b" " + self.target + b" HTTP/1.1",
            *(name + b": " + value for name, value in self.headers),
        ]
        if self.body:
            lines.append(b"Content-Length: %d" % len(self.body))
        return b"\r\n".join([*lines, b"", b""]) + self.body


def examples() -> list[Asked]:
    """Return what the contracts' examples of all APIs send, and what each `given` needs first."""
    contracts = shipped().by_operation
    return [
        _asked(name.partition(".")[0], one)
        for name, contract in contracts.items()
        for example in contract.examples
        for one in (*example.get("given", {}).get("requests", ()), example["request"])
    ]


def _asked(api: str, request: Mapping[str, Any]) -> Asked:
    body, kind = b"", None
    if "json" in request:
        body, kind = json.dumps(request["json"]).encode(), "application/json"
    elif "form" in request:
        body, kind = urlencode(request["form"]).encode(), "application/x-www-form-urlencoded"
    elif "text" in request:
        body = request["text"].encode()
    headers = {"Host": HOST, **({} if kind is None else {"Content-Type": kind}), **request.get("headers", {})}
    return Asked(
        api=api,
        method=request["method"].encode(),
        target=request["path"].replace("{base}", f"http://{HOST}").encode(),
        headers=tuple(
            (name.encode(), value.replace("{base}", f"http://{HOST}").encode()) for name, value in headers.items()
        ),
        body=body.replace(b"{base}", f"http://{HOST}".encode()),
    )


# --- what is made odd -----------------------------------------------------------------------------------


def _cut(some: Random, text: bytes, other: bytes) -> bytes:
    at, to = sorted((some.randint(0, len(text)), some.randint(0, len(text))))
    return text[:at] + text[to:]


def _short_cut(some: Random, text: bytes, other: bytes) -> bytes:
    at = some.randint(0, len(text))
    return text[:at] + text[at + some.randint(1, 4) :]


def _doubled(some: Random, text: bytes, other: bytes) -> bytes:
    at, to = sorted((some.randint(0, len(text)), some.randint(0, len(text))))
    return text[:to] + text[at:to] * some.choice((1, 1, 2, 30)) + text[to:]


def _put_in(some: Random, text: bytes, other: bytes) -> bytes:
    at = some.randint(0, len(text))
    return text[:at] + some.choice(PIECES) + text[at:]


def _overwritten(some: Random, text: bytes, other: bytes) -> bytes:
    at = some.randint(0, len(text))
    return text[:at] + some.choice(PIECES) + text[at + some.randint(1, 12) :]


def _flipped(some: Random, text: bytes, other: bytes) -> bytes:
    if not text:
        return text
    at = some.randrange(len(text))
    return text[:at] + bytes([text[at] ^ 1 << some.randrange(8)]) + text[at + 1 :]


def _other_case(some: Random, text: bytes, other: bytes) -> bytes:
    at, to = sorted((some.randint(0, len(text)), some.randint(0, len(text))))
    return text[:at] + text[at:to].swapcase() + text[to:]


def _spliced(some: Random, text: bytes, other: bytes) -> bytes:
    return text[: some.randint(0, len(text))] + other[some.randint(0, len(other)) :]


_WAYS: Sequence[Callable[[Random, bytes, bytes], bytes]] = (
    _cut, _short_cut, _short_cut, _doubled, _put_in, _put_in, _put_in, _overwritten, _overwritten, _flipped, _other_case, _spliced,
)  # fmt: skip
_TYPES = (
    b"text/xml", b"text/xml; charset=utf-16", b"text/xml; charset=x", b"application/soap+xml; charset=utf-8", b"application/json",
    b"application/x-www-form-urlencoded", b"application/x-www-form-urlencoded; charset=latin-1", b"multipart/form-data; boundary=x", b"", b"x",
)  # fmt: skip
_KEPT = "!$&'()*+,;=:@/?%-._~[]|\"<>\\^`{}"
"""What stays as it is in an address: more than may stand there, and nothing that the parser refuses."""


def odd(some: Random, text: bytes, other: bytes) -> bytes:
    """Return a text made odd in a few ways."""
    for _ in range(some.choice((1, 1, 2, 4))):
        text = some.choice(_WAYS)(some, text, other)
    return text


def odd_body(some: Random, asked: Asked, other: Asked) -> bytes:
    """Return a request whose body is odd, and now and then its type."""
    headers = asked.headers
    if some.random() < 0.1:
        headers = tuple(one for one in headers if one[0].lower() != b"content-type")
        headers = (*headers, (b"Content-Type", some.choice(_TYPES)))
    return replace(asked, body=odd(some, asked.body, other.body), headers=headers).raw()


def odd_address(some: Random, asked: Asked, other: Asked) -> bytes:
    """Return a request whose query is odd, or its path."""
    path, mark, query = asked.target.partition(b"?")
    if query and some.random() < 0.8:
        target = path + mark + odd(some, query, other.target.partition(b"?")[2])
    else:
        target = odd(some, asked.target, other.target)
    if not target.startswith((b"/", b"http")):
        target = b"/" + target
    return replace(asked, target=quote_from_bytes(target, safe=_KEPT).encode()).raw()


def odd_bytes(some: Random, asked: Asked, other: Asked) -> bytes:
    """Return bytes that are nearly a request."""
    return odd(some, asked.raw(), other.raw())


def inputs(
    seed: int, count: int, among: Sequence[Asked], *ways: Callable[[Random, Asked, Asked], bytes]
) -> Iterator[bytes]:
    """Yield as many odd requests."""
    some = Random(seed)
    for _ in range(count):
        yield some.choice(ways)(some, some.choice(among), some.choice(among))
