"""Signatures with an access key: SDK-HMAC-SHA256 as the SDKs sign, HWS-HMAC-SHA256 as a client signs for IAM.

Verified against the requests in the trace of the official SDKs (ges.md §5.2). Pure: no clock, no socket.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, unquote

SDK = "SDK-HMAC-SHA256"
HWS = "HWS-HMAC-SHA256"
SKEW = 15 * 60.0
"""Seconds a signature's date may lie off (API gateway: x-sdk-date)."""

_PART = re.compile(r"(Access|Credential|SignedHeaders|Signature)=([^,\s]+)")


class BadSignature(Exception):
    """The header is no signature, or not one of this request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What an `Authorization` (or `X-Identity-Sign`) header says.

    Attributes:
        scope: date, region, service and terminator of an HWS signature; empty for SDK.
    """

    algorithm: str
    access_key: str
    scope: tuple[str, ...]
    signed: tuple[str, ...]
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """The request that was signed. `path` and `query` as sent (percent-encoded)."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


def read(header: str) -> Signature:
    """Read a signature's header.

    Raises:
        BadSignature: it is none of the two that are known here.
    """
    algorithm, _, rest = header.partition(" ")
    parts = dict(_PART.findall(rest))
    credential = parts.get("Access") if algorithm == SDK else parts.get("Credential")
    if algorithm not in (SDK, HWS) or credential is None or not {"SignedHeaders", "Signature"} <= parts.keys():
        raise BadSignature(f"not a signature by {SDK} or {HWS}")
    access_key, *scope = credential.split("/")
    if algorithm == HWS and len(scope) != 4:
        raise BadSignature("a credential names access key, date, region, service and hws_request")
    return Signature(
        algorithm=algorithm,
        access_key=access_key,
        scope=tuple(scope),
        signed=tuple(name for name in parts["SignedHeaders"].lower().split(";") if name),
        value=parts["Signature"],
    )


def stamped(request: Signed, algorithm: str = SDK) -> float:
    """Return when a request says it was signed (epoch seconds).

    Raises:
        BadSignature: it has no such header, or no moment in it.
    """
    name = "X-Sdk-Date" if algorithm == SDK else "X-Hws-Date"
    try:
        return datetime.strptime(request.headers.get(name, ""), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise BadSignature(f"{name} is no moment written as 20261121T173903Z") from None


def sign(request: Signed, secret_key: str, signed: tuple[str, ...], algorithm: str = SDK, scope: str = "") -> str:
    """Return the signature (hexadecimal) of a request.

    Raises:
        BadSignature: a header that should be signed is missing.
    """
    digest = hashlib.sha256(_bytes(canonical(request, signed))).hexdigest()
    if algorithm == SDK:
        text = f"{SDK}\n{request.headers.get('X-Sdk-Date', '')}\n{digest}"
        return _hmac(secret_key.encode(), text).hex()
    text = f"{HWS}\n{request.headers.get('X-Hws-Date', '')}\n{scope}\n{digest}"
    key = b"HWS" + secret_key.encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    return _hmac(key, text).hex()


def canonical(request: Signed, signed: tuple[str, ...]) -> str:
    """Return the canonical request: method, URI, query, headers, their names, hash of the body."""
    uri = "/".join(_encoded(unquote(segment)) for segment in request.path.split("/"))
    pairs = sorted((_encoded(name), _encoded(value)) for name, value in parse_qsl(request.query, True))
    lines = []
    for name in sorted(signed):
        if name not in request.headers:
            raise BadSignature(f"header {name} is signed but not there")
        lines.append(f"{name}:{request.headers[name].strip()}\n")
    preset = request.headers.get("X-Sdk-Content-Sha256")
    return "\n".join(
        [
            request.method,
            uri if uri.endswith("/") else uri + "/",
            "&".join(f"{name}={value}" for name, value in pairs),
            "".join(lines),
            ";".join(signed),
            preset or hashlib.sha256(request.body).hexdigest(),
        ]
    )


def verify(request: Signed, signature: Signature, secret_key: str) -> bool:
    """Tell whether a signature is that of a request."""
    try:
        expected = sign(request, secret_key, signature.signed, signature.algorithm, "/".join(signature.scope))
    except BadSignature:
        return False
    return hmac.compare_digest(expected.encode(), signature.value.lower().encode("utf-8", "replace"))


def _encoded(text: str) -> str:
    return quote(_bytes(text), safe="~")


def _bytes(text: str) -> bytes:
    """Return the bytes that came: those of a header or an address that were no UTF-8 stand in it as half surrogates."""
    return text.encode("utf-8", "surrogateescape")


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, _bytes(text), hashlib.sha256).digest()
