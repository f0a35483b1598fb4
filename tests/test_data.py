"""What lies under `tests/` and `docs/` was written for this project: no foreign addresses, hosts, machines or documents.

Facts and figures of other people's documents and recordings stand in the APIs' `NOTES.md`; the data that proves them is
made here, with documentation addresses and names that nobody has.
"""

from __future__ import annotations

import fnmatch
import ipaddress
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SKIPPED = {"__pycache__", "node_modules", ".hypothesis"}
LIMIT = 2048
"""Bytes; what is larger and no Python needs a reason."""

ALLOWED_FILES = {
    "docs/**.md": "pages of ours, or generated from the code",
    "docs/generate/real_clients.json": "numbers of ours: how often a check held",
    "docs/images/*.png": "pictures of our own console, taken by tests/control/console",
    "docs/explanation/growth.svg": "how costs of ours grow, drawn by benchmarks/growth.py",
    "tests/golden/**": "what this server itself answers",
    "tests/journal/har.schema.json": "HAR 1.2 in our own words, as a JSON Schema",
    "tests/exercise/clients/*.mjs": "clients of ours that survive, and with planted faults do not",
    "tests/control/console/driver.mjs": "a program of ours that drives Chromium",
    "tests/clients/node/*.mjs": "programs of ours that drive clients of npm",
    "tests/apis/arcgis/data/walks/*.txt": "requests of real clients to a stub of ours, recorded by us",
    "tests/apis/casjobs/exchanges/*/*.txt": "requests of ours to a service of ours on an ASMX runtime, recorded by us",
    "tests/apis/casjobs/wsdl_digests.json": "digests, no text; made by wsdl_digests.py",
    "tests/apis/ges/samples.json": "values that test_golden.py compares, each with page and date",
}

ALLOWED_HOSTS = {
    "asp.net": "a product, not a host",
    "bob": "who signs in by an address, where what is masked is tried",
    "s": "his password there, which has an @",
    "host.docker.internal": "what a container calls its host",
    "json-schema.org": "the name of the schema language",
    "www.softwareishard.com": "where HAR 1.2 is described",
    "casjobs.sdss.org": "CasJobs' documented address",
    "mastweb.stsci.edu": "CasJobs' documented address at MAST",
    "skyserver.sdss3.org": "the address inside the WSDL that the digests were made from",
    "services.cas.jhu.edu": "CasJobs' namespace",
    "developer.cisco.com": "a source: Prime's reference",
    "www.cisco.com": "a source: Prime's reference",
    "developers.arcgis.com": "a source: ArcGIS' reference",
    "support.huaweicloud.com": "a source: GES' reference",
    "sampleserver6.arcgisonline.com": "a page of ArcGIS' reference has it, and so a job of the default fixtures",
    "dev0015021.esri.com": "a page of ArcGIS' reference has it, and so a job of the default fixtures",
    "server.domain.com": "a machine in ArcGIS' reference and in the default fixtures",
    "one.domain.com": "a machine in a contract's example",
    "two.domain.com": "a machine in a contract's example",
    "mockserver.local": "this server's own default name of a machine",
    "github.com": "a source: published samples, clients, issues",
    "docs.python-zeep.org": "a client's documentation",
    "microsoft.com": "a namespace in every ASMX WSDL",
    "schemas.xmlsoap.org": "a namespace",
    "www.w3.org": "a namespace",
    "mockserver": "the service's name in an example of a container network",
    "redis": "the service's name in the compose file",
    "bogus": "a namespace made up",
    "wrong": "a namespace made up",
    "h": "a host made up",
    "host": "a host made up",
    "page": "a host made up",
    "pi": "a host made up",
    "x": "a host made up",
}

_RESERVED = re.compile(r"(?:.*\.)?(?:localhost|example|test|invalid|example\.(?:com|net|org))")
_DOCUMENTATION = [
    ipaddress.ip_network(one) for one in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]
_MASK = re.compile(r"255(?:\.\d+){3}")
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\w)")
# Only what is routed: a slice such as [::2] is no address.
_IPV6 = re.compile(r"(?<![\w:.])[23][0-9a-f]{3}:[0-9a-f:]*[0-9a-f](?![\w:])", re.IGNORECASE)
_HOST = r"([A-Za-z0-9][A-Za-z0-9.-]*)"
_URL = re.compile(rf"[a-z][a-z0-9+.-]*://(?:[^\s/@\"'<>{{}}]*@)?{_HOST}", re.IGNORECASE)
_HEADER = re.compile(rf"\bHost(?:: |['\"]: *['\"]){_HOST}")
_NAME = re.compile(
    r"(?<![\w./-])((?:[a-z0-9][a-z0-9-]*\.)+(?:com|org|net|edu|gov|mil|biz|dev|cloud|local|lan|internal|corp|cn|de|uk|jp|fr))"
    r"(?![\w(-]|\.\w)",
    re.IGNORECASE,
)
_MACHINE = re.compile(r"(?:/home/|/Users/|/root/|/tmp/|/work/|[A-Z]:\\+Users\\+)\w[\w.-]*")


def addresses(text: str) -> Iterator[str]:
    """Addresses that somebody may have."""
    for found in (*_IPV4.findall(text), *_IPV6.findall(text)):
        try:
            address = ipaddress.ip_address(found)
        except ValueError:
            continue
        if (
            not _MASK.fullmatch(found)
            and not any(address in network for network in _DOCUMENTATION)
            and address.is_global
        ):
            yield found


@cache
def hosts(text: str) -> frozenset[str]:
    """Host names that are not reserved for examples, in small letters; addresses are not among them."""
    found = {name.rstrip(".").lower() for pattern in (_URL, _HEADER, _NAME) for name in pattern.findall(text)}
    return frozenset(name for name in found if not re.fullmatch(r"[\d.]+", name) and not _RESERVED.fullmatch(name))


def readable(content: bytes) -> str:
    """Text of any file: UTF-16 without its zeros, and escaped slashes and dots as such."""
    text = content.replace(b"\0", b"").decode("utf-8", "replace")
    return text.replace("\\/", "/").replace("\\.", ".")


def reason(path: str) -> str | None:
    """The pattern of `ALLOWED_FILES` that lets a file be large."""
    for one in ALLOWED_FILES:
        # "*" is one step of the path, "**" any number of them.
        if fnmatch.fnmatch(path, one) and ("**" in one or one.count("/") == path.count("/")):
            return one
    return None


def refusals(path: str, content: bytes) -> list[str]:
    """What is wrong with a file, a sentence each."""
    text = readable(content)
    found = [f"{path}: address {one}, which somebody may have; take one of 192.0.2.0/24" for one in addresses(text)]
    found += [f"{path}: host {one}; take one of example.test" for one in hosts(text) if one not in ALLOWED_HOSTS]
    found += [f"{path}: {one} is a place on somebody's machine" for one in _MACHINE.findall(text)]
    if len(content) > LIMIT and not path.endswith(".py") and reason(path) is None:
        found.append(f"{path}: {len(content)} bytes that no row of ALLOWED_FILES accounts for")
    return sorted(set(found))


@cache
def files() -> dict[str, bytes]:
    """Path and content of every file of ours."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for folder in ("tests", "docs")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file() and not SKIPPED & set(path.parts)
    }


def test_all_data_is_of_our_own_making() -> None:
    this = Path(__file__).relative_to(ROOT).as_posix()
    found = [one for path, content in files().items() if path != this for one in refusals(path, content)]

    assert len(files()) > 300
    assert found == []


def test_every_exception_is_needed() -> None:
    large = {reason(path) for path, content in files().items() if len(content) > LIMIT and not path.endswith(".py")}
    named = {
        one for path, content in files().items() if path != "tests/test_data.py" for one in hosts(readable(content))
    }

    assert set(ALLOWED_FILES) - large == set()
    assert set(ALLOWED_HOSTS) - named == set()


@pytest.mark.parametrize(
    ("path", "content", "refused"),
    [
        ("tests/a.py", b'ADDRESS = "8.8.4.4"', "address 8.8.4.4"),
        ("tests/a.py", b"see 2606:4700::1111 there", "address 2606:4700::1111"),
        ("docs/a.md", b"http://8.8.8.8:80/x", "address 8.8.8.8"),
        ("tests/a.json", rb'{"@rootUrl":"https:\/\/lab-7\/webacs"}', "host lab-7"),
        ("tests/a.py", b'{"Host": "lab-7"}', "host lab-7"),
        ("tests/a.txt", b"GET / HTTP/1.1\r\nHost: prime.lab\r\n", "host prime.lab"),
        ("tests/a.txt", b"somebody@mail.company.com wrote", "host mail.company.com"),
        ("tests/a.txt", "https://lab-7.edu/".encode("utf-16"), "host lab-7.edu"),
        ("tests/a.py", rb'match=r"http://lab-7\.company\.org/"', "host lab-7.company.org"),
        ("tests/a.txt", b"File /home/somebody/x.py", "/home/somebody is a place"),
        ("tests/a.txt", rb"C:\Users\Somebody\x", r"C:\Users\Somebody is a place"),
        ("tests/apis/ges/page.md", b"text " * 500, "2500 bytes"),
        ("tests/apis/casjobs/exchanges/details/more/a.txt", b"text " * 500, "2500 bytes"),
    ],
)
def test_what_is_foreign_is_refused(path: str, content: bytes, refused: str) -> None:
    found = refusals(path, content)

    assert len(found) == 1
    assert refused in found[0]


@pytest.mark.parametrize(
    "content",
    [
        b"http://192.0.2.7/ 198.51.100.1 203.0.113.9 2001:db8::7 10.0.0.1 127.0.0.1 0.0.0.0 255.255.255.252 [::1]",
        b"https://a.example.test http://localhost:8080 http://app.example Host: site.example.com",
        b"found.net(1) import x.y items[::2] 2026-01-02T12:00:00 1.2.3.4.5 github.com/owner",
    ],
)
def test_what_nobody_has_is_taken(content: bytes) -> None:
    assert refusals("tests/a.txt", content) == []


def test_a_large_file_with_a_reason_is_taken() -> None:
    assert refusals("tests/golden/arcgis/page.html", b"text " * 500) == []
    assert refusals("tests/apis/prime/lab.py", b"text " * 500) == []
