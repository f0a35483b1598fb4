"""Exchanges that no contract has as an example: the protocol, addresses, broken bodies, faults, the journal.

Each group is a golden file `raw/<group>.json`; each scenario has a fresh sandbox.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tests.golden.player import BODY_LIMIT, SANDBOX
from tests.golden.samples import ALL, FORM, GRAPH, NBI, PREFIX, READS, SOAP, TOKEN, WRITES, Sample, Scenario, one
from tests.golden.wire_bytes import Request, closing, request

CONTROL_LIMIT = 1024 * 1024
SNAPSHOT_LIMIT = 1024 * 1024 * 1024


def protocol() -> Iterator[Scenario]:
    """Versions of HTTP, connections that stay open or close, and methods that every server knows."""
    for name, sample in ALL.items():
        yield one(f"{name}, twice on one connection", sample.asked(), sample.asked())
        yield one(f"{name}, connection closed", closing(sample.asked()))
        yield one(f"{name}, HTTP/1.0", sample.asked(version="HTTP/1.0", closes=True))
        keep = {"Connection": "keep-alive"}
        yield one(f"{name}, HTTP/1.0 kept alive", *[sample.asked(version="HTTP/1.0", more=keep)] * 2)
        yield one(f"{name}, HTTP/1.0 without a Host", sample.asked(host=None, version="HTTP/1.0", closes=True))
        for method in ("HEAD", "OPTIONS", "TRACE", "PROPFIND"):
            yield one(f"{name}, {method}", sample.asked(method=method, body=None), sample.asked())
        yield one(f"{name}, HEAD and closed", closing(sample.asked(method="HEAD", body=None)))
    for name in ("ges status", "control", "unmatched"):
        sample = READS[name]
        yield one(f"{name}, whole address", sample.asked(prefix=f"http://elsewhere.test{PREFIX}"))
    yield one("asterisk", request("OPTIONS", "*"))


def expect() -> Iterator[Scenario]:
    """Clients that wait with their body."""
    for name, sample in WRITES.items():
        yield one(name, sample.asked(more={"Expect": "100-continue"}, waits=True))
        # Who is never asked for its body may not use the connection again.
        again = [] if name == "unmatched" else [sample.asked()]
        yield one(f"{name}, in capitals", sample.asked(more={"Expect": "100-CONTINUE"}, waits=True), *again)
        yield one(f"{name}, not waiting", sample.asked(more={"Expect": "100-continue"}))
        yield one(f"{name}, something else", sample.asked(more={"Expect": "200-ok"}))
        yield one(f"{name}, HTTP/1.0", sample.asked(more={"Expect": "100-continue"}, version="HTTP/1.0", closes=True))
    yield one("a read", READS["ges status"].asked(more={"Expect": "100-continue"}))


def addresses() -> Iterator[Scenario]:
    """How a sandbox is named, and the addresses of the server's own."""
    here, nobody = {"X-Mockserver-Sandbox": SANDBOX}, {"X-Mockserver-Sandbox": "nobody"}
    for name, sample in ALL.items():
        yield one(f"{name}, by header", sample.asked(prefix="", more=here), sample.asked(prefix="", more=here))
        yield one(f"{name}, by port", sample.asked(prefix=""), sample.asked(prefix=""), own_port=True)
        yield one(f"{name}, the default one", sample.asked(prefix=""), sample.asked(prefix=""))
        yield one(f"{name}, prefix before header", sample.asked(more=nobody))
        yield one(f"{name}, unknown by prefix", sample.asked(prefix="/~nobody"))
        yield one(f"{name}, unknown by header", sample.asked(prefix="", more=nobody))
    yield one("unknown, HEAD", READS["ges status"].asked(prefix="/~nobody", method="HEAD"))
    yield one("unknown, closed", closing(READS["ges status"].asked(prefix="/~nobody")))
    yield one("unknown, large body", WRITES["ges algorithm"].asked(prefix="/~nobody", body=b"x" * 1000))
    html = {"Accept": "text/html"}
    for path in ("/", PREFIX, f"{PREFIX}/", "/~", "/~/", "/_control", "/_control/", f"{PREFIX}/_control"):
        yield one(f"GET {path}", request("GET", path))
        yield one(f"GET {path} for a browser", request("GET", path, html))
        yield one(f"HEAD {path}", request("HEAD", path))
        yield one(f"POST {path}", request("POST", path, {}, b"{}"))
    for path in (
        f"/_control/sandboxes/{SANDBOX}/clock",
        "/_control/sandboxes/nobody/clock",
        f"/_control/sandboxes/{SANDBOX}/",
        f"/_control/sandboxes/{SANDBOX}/nowhere",
        "/_control/nowhere",
        "/_control/clock?nope=1",
        "/_control/jobs?limit=many",
        "/_control/jobs?limit=0",
        "/_control//clock",
        "/_controlled",
    ):
        yield one(f"GET {path}", request("GET", path))
    yield one("another site", request("POST", f"{PREFIX}/_control/reset", {"Sec-Fetch-Site": "cross-site"}))
    yield one("another origin", request("POST", f"{PREFIX}/_control/reset", {"Origin": "http://evil.test"}))
    own = {"Origin": "http://mockserver.test:8080"}
    yield one("the same origin", request("POST", f"{PREFIX}/_control/reset", own))
    yield one("another site reads", request("GET", f"{PREFIX}/_control/clock", {"Sec-Fetch-Site": "cross-site"}))


def paths() -> Iterator[Scenario]:
    """Paths that are nearly right, or odd."""
    for path in (
        "/ges", "/ges/", "/ges/v9.9/x", "/GES/v1.0/0123456789abcdef0123456789abcdef/graphs/movie/jobs/none/status",
        f"{GRAPH}/jobs/none/status/", f"{GRAPH}/jobs//status", f"{GRAPH}/jobs/none/stat", f"{GRAPH}/jobs/%FF%00/status",
        f"{GRAPH}/jobs/a%2Fb/status", f"{GRAPH}/jobs/%E8%8E%8E/status", f"{GRAPH}/action", f"{GRAPH}/action?action_id=no",
        f"/{GRAPH}/jobs/none/status", f"{GRAPH}/../movie/jobs/none/status", "/v1.0", "/v1.0/x", "/v2/x/graphs", "/v3",
        "/arcgis", "/arcgis/", "/ArcGIS/rest/services?f=json", "/arcgis/REST/services?f=json", "/arcgis/rest/nowhere",
        "/arcgis/rest/nowhere?f=json", "/arcgis/admin/nowhere?f=json", "/arcgis/rest/services/No/GPServer?f=json",
        "/arcgis/rest/services/Demo/GPServer/Echo/jobs?f=json", "/arcgis/rest/services?f=nope", "/portal", "/portal/x?f=json",
        "/webadaptor", "/webadaptor/rest/services?f=json", "/arcgis/rest/services/?f=json&f=pjson",
        "/CasJobs", "/CasJobs/", "/casjobs/services/jobs.asmx?WSDL=1", "/CasJobs/services/jobs.asmx/", "/CasJobs/services/no.asmx",
        "/CasJobs/services/jobs.asmx/Nope", "/CasJobs/services/jobs.asmx/canceljob", "/CasJobs/services/jobs.asmx?op=Nope",
        "/CasJobs/services/jobs.asmx?op=CancelJob", "/CasJobs/output/none.csv", "/ps1casjobs/services/jobs.asmx?disco",
        "/webacs", "/webacs/", "/webacs/api", "/webacs/api/v9/data.json", "/webacs/api/v1/data/Nope.json", "/webacs/api/v1/data/Nope",
        "/webacs/api/v1/op/jobService/nope.json", "/webacs/api/v1/op/jobService/runhistory.txt", "/webacs/api/v1/data/JobSummary/1.json",
        "/webacs/api/v1/data/JobSummary.json?.full=true&.maxResults=1", "/webacs/api/v1/data/JobSummary?.sort=jobName&.sort=-jobType",
        "/nowhere", "//", "/%2e%2e/etc", "/tory?token=hunter2", "/a%20b", "/ges%2Fv1.0",
    ):  # fmt: skip
        headers = {**TOKEN, **NBI}
        yield one(f"GET {path}", request("GET", PREFIX + path, headers))
        yield one(f"POST {path}", request("POST", PREFIX + path, {**headers, "Content-Type": FORM}, b"f=json"))
    for name in ("/ges/nope", "/arcgis/nope", "/CasJobs/nope", "/webacs/nope", "/nope", "/_control/nope"):
        yield one(f"HEAD {name}", request("HEAD", PREFIX + name, {**TOKEN, **NBI}))
        yield one(f"DELETE {name}", request("DELETE", PREFIX + name, {**TOKEN, **NBI}))
        large = b"x" * (BODY_LIMIT + 1)
        yield one(f"POST {name}, too large", request("POST", PREFIX + name, {**TOKEN, **NBI}, large))


def _chunked(body: bytes, size: int = 16) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def bodies() -> Iterator[Scenario]:
    """Bodies that are empty, broken, in another charset, in pieces or too large."""
    for name, sample in WRITES.items():
        kind = sample.headers.get("Content-Type", "text/plain").partition(";")[0]
        body = sample.body or b""
        text = body.decode()
        wide = text.replace('encoding="utf-8"', 'encoding="utf-16"')
        latin = text.replace('encoding="utf-8"', 'encoding="iso-8859-1"').replace("hi", "h\xe4").replace("15", "15 ")
        for label, charset, content in (
            ("empty", None, b""),
            ("UTF-16", "utf-16", wide.encode("utf-16")),
            ("UTF-16, little end first, no mark", "utf-16", wide.encode("utf-16-le")),
            ("UTF-16BE", "utf-16be", wide.encode("utf-16-be")),
            ("UTF-16 that is none", "utf-16", body + b"x"),
            ("UTF-16, not said", None, wide.encode("utf-16")),
            ("UTF-8 with a mark", "utf-8", b"\xef\xbb\xbf" + body),
            ("Latin-1", "iso-8859-1", latin.encode("latin-1")),
            ("a charset nobody knows", "klingon", body),
            ("not UTF-8", None, b"\xff\xfe\xc0\xaf" + body),
            ("cut off", None, body[: len(body) // 2]),
            ("a list", None, b"[]"),
            ("a number", None, b"7"),
            ("null", None, b"null"),
            ("nested", None, b"[" * 2000 + b"]" * 2000),
            ("zero bytes", None, b"\0" * 8),
        ):
            said = kind if charset is None else f"{kind}; charset={charset}"
            yield one(f"{name}, {label}", sample.typed(said, content).asked())
        bare = replace(sample, headers={k: v for k, v in sample.headers.items() if k != "Content-Type"})
        yield one(f"{name}, no type", bare.asked())
        yield one(f"{name}, another type", sample.typed("image/png", body).asked())
        multipart = b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\njson\r\n--b--\r\n'
        yield one(f"{name}, multipart", sample.typed("multipart/form-data; boundary=b", multipart).asked())
        yield one(f"{name}, gzip", sample.asked(more={"Content-Encoding": "gzip"}, body=gzip.compress(body, mtime=0)))
        pieces = {"Transfer-Encoding": "chunked"}
        yield one(f"{name}, in pieces", sample.asked(more=pieces, body=_chunked(body)), sample.asked())
        large = b"x" * (BODY_LIMIT + 1)
        yield one(f"{name}, as large as may be", sample.asked(body=large[:BODY_LIMIT]))
        yield one(f"{name}, too large", sample.asked(body=large))
        yield one(f"{name}, too large, in pieces", sample.asked(more=pieces, body=_chunked(large, 4096)))
        yield one(f"{name}, too large, HTTP/1.0", sample.asked(body=large, version="HTTP/1.0", closes=True))
    control = WRITES["control"]
    yield one("control, far too large", control.asked(body=b"", length=CONTROL_LIMIT + 1))
    snapshot = replace(control, path="/_control/snapshot")
    yield one("snapshot, too large", snapshot.asked(body=b"", length=SNAPSHOT_LIMIT + 1))


EFFECTS: Mapping[str, Mapping[str, Any]] = {
    "status": {"status": 503},
    "status with headers and JSON": {"status": 503, "headers": {"Retry-After": "7", "X-b": "2"}, "body": {"why": "ä"}},
    "status with text": {"status": 500, "headers": {"content-type": "text/xml"}, "body": "<no/>"},
    "status with text, no type": {"status": 418, "body": "tea"},
    "no content": {"status": 204},
    "not modified": {"status": 304},
    "truncate": {"garble": "truncate"},
    "not-utf8": {"garble": "not-utf8"},
    "wrong-content-type": {"garble": "wrong-content-type"},
    "empty": {"garble": "empty"},
    "close-before": {"connection": "close-before"},
    "close-mid-body": {"connection": "close-mid-body"},
    "reset": {"connection": "reset"},
    "drip": {"drip": {"bytes": 50, "every": 0}},
    "no delay": {"delay": 0},
    "delay from nothing to nothing": {"delay": {"min": 0, "max": 0}, "status": 503},
    "close-before, carried out": {"connection": "close-before", "handled": True},
    "reset, carried out": {"connection": "reset", "handled": True},
    "status, carried out": {"status": 503, "handled": True},
}


def faults() -> Iterator[Scenario]:
    """Each effect, on each kind of answer; where none was sent, the next request finds what was done."""
    journal = request("GET", f"{PREFIX}/_control/requests")
    for name, sample in ALL.items():
        for label, effect in EFFECTS.items():
            fault = {"effect": effect, "times": 1}
            after = [sample.asked()]
            asked = [[sample.asked()], after] if "connection" in effect or "handled" in effect else [[sample.asked()]]
            yield Scenario(name=f"{name}, {label}", connections=asked, faults=[fault], family=name)
    status = READS["ges status"]
    for label, effect in EFFECTS.items():
        fault = {"effect": effect, "times": 1}
        head = closing(status.asked(method="HEAD"))
        yield Scenario(name=f"HEAD, {label}", connections=[[head], [journal]], faults=[fault])
        old = status.asked(version="HTTP/1.0", closes=True)
        yield Scenario(name=f"HTTP/1.0, {label}", connections=[[old], [journal]], faults=[fault])
        wrong = WRITES["ges algorithm"].asked(method="PATCH")
        yield Scenario(name=f"a wrong method, {label}", connections=[[wrong], [journal]], faults=[fault])
        large = WRITES["ges algorithm"].asked(body=b"x" * (BODY_LIMIT + 1))
        yield Scenario(name=f"too large, {label}", connections=[[large], [journal]], faults=[fault])
    for label, options in (
        ("after two, twice", {"after": 2, "times": 2}),
        ("half of them", {"probability": 0.5}),
        ("over at once", {"ttl": 0}),
        ("of another API", {"match": {"api": "prime"}}),
        ("of this operation", {"match": {"operation": "ges.JobStatus"}}),
        ("of another operation", {"match": {"operation": "CancelJob"}}),
        ("of this job", {"match": {"job": "none"}}),
        ("by header and path", {"match": {"headers": {"X-Auth-Token": "mock-token"}, "method": "GET"}}),
    ):
        fault = {"effect": {"status": 503}, **options}
        yield Scenario(name=label, connections=[[status.asked()] * 6, [journal]], faults=[fault])
    twice = [{"effect": {"status": 502}, "times": 1}, {"effect": {"garble": "empty"}}]
    yield Scenario(name="two of them", connections=[[status.asked()] * 3], faults=twice)


def named(catalogue: Mapping[str, Sequence[str]]) -> Iterator[Scenario]:
    """Each named fault of each API, on each kind of request that the API knows."""
    for api, names in catalogue.items():
        nowhere = {"arcgis": "/arcgis/rest/nope", "casjobs": "/CasJobs/nope", "ges": "/ges/nope"}
        lost = Sample(method="GET", path=nowhere.get(api, "/webacs/nope"), headers={})
        samples = {name: sample for name, sample in ALL.items() if name.startswith(api)}
        for name, sample in {**samples, f"{api} no route": lost}.items():
            for fault in names:
                arm = [{"match": {"api": api}, "effect": {"named": fault}}]
                yield one(f"{name}, {fault}", sample.asked(), faults=arm, family=name)


def journal() -> Iterator[Scenario]:
    """What the control API tells about requests that came: lists, exports, verdicts, coverage, snapshots."""
    soap = WRITES["casjobs soap"]
    wide = SOAP.format(charset="utf-16").encode("utf-16")
    traffic = [
        *(sample.asked() for sample in ALL.values() if "/_control" not in sample.path),
        soap.typed("text/xml; charset=utf-16", wide).asked(),
        READS["ges status"].asked(method="HEAD"),
        request("GET", f"{PREFIX}/tory?token=hunter2&x=1"),
        request("GET", f"{PREFIX}{GRAPH}/jobs/none/status?offset=two", TOKEN),
        request("GET", f"{PREFIX}/webacs/api/v1/data/JobSummary.json?.sort=jobName&.sort=-jobType&.maxResults=1", NBI),
        request("POST", f"{PREFIX}/arcgis/tokens/", {"Content-Type": FORM}, b"username=a&password=hunter2&f=json"),
        WRITES["ges algorithm"].asked(body=b"x" * 1000),
    ]
    asked = [
        request("GET", f"{PREFIX}/_control{path}")
        for path in (
            "/requests", "/requests?limit=2", "/requests?api=ges", "/requests?violations=true", "/requests?format=har",
            "/requests?format=curl", "/requests/1", "/requests/7", "/coverage", "/violations", "/violations?side=client",
            "/faults", "/snapshot", "/jobs?limit=2",
        )
    ]  # fmt: skip
    for match in ({"operation": "ges.JobStatus"}, {"api": "casjobs", "job": "1001"}, {"path": "/tory"}, {"job": "no"}):
        body = json.dumps({"match": match, "count": 1}).encode()
        kind = {"Content-Type": "application/json"}
        asked.append(request("POST", f"{PREFIX}/_control/requests/verify", kind, body))
    asked.append(request("DELETE", f"{PREFIX}/_control/requests"))
    asked.append(request("GET", f"{PREFIX}/_control/requests"))
    fault = [{"effect": {"status": 503}, "times": 1, "after": 3}]
    yield Scenario(name="after some traffic", connections=[traffic, asked], faults=fault)
    yield Scenario(name="each on its own connection", connections=[[each] for each in (*traffic[:4], asked[0])])


def methods(contracts: Mapping[str, Mapping[str, Any]]) -> Iterator[Scenario]:
    """At the address of each contract's first example, the methods that the contract does not know."""
    for name, contract in contracts.items():
        for example in contract.get("examples", ())[:1]:
            asked = example["request"]
            headers = {key: value for key, value in asked.get("headers", {}).items() if "{base}" not in value}
            sample = Sample(method="", path=asked["path"], headers=headers)
            known = {*contract["methods"], "HEAD" if "GET" in contract["methods"] else ""}
            others = [one for one in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS") if one not in known]
            yield Scenario(name=name, connections=[[sample.asked(method=method)] for method in others])


def happenings() -> list[Request]:
    """What is heard of by who listens to the events of a sandbox."""
    kind = {"Content-Type": "application/json"}
    fault = b'{"effect":{"status":503},"times":1}'
    return [
        WRITES["ges algorithm"].asked(),
        READS["unmatched"].asked(),
        request("POST", f"{PREFIX}/_control/faults", kind, fault),
        READS["prime json"].asked(),
        WRITES["casjobs soap"].asked(),
        request("POST", f"{PREFIX}/_control/clock/advance", kind, b'{"seconds":30}'),
        request("POST", f"{PREFIX}/_control/reset"),
    ]


OPTIONS: Mapping[str, tuple[Mapping[str, Any], Sequence[Request]]] = {
    "no headers of our own": (
        {"headers": False},
        [sample.asked() for sample in ALL.values()],
    ),
    "one API only": (
        {"apis": ("prime",)},
        [READS["prime json"].asked(), READS["ges status"].asked(), request("GET", "/"), request("GET", "/arcgis")],
    ),
    "strict": ({"strict": True}, [sample.asked() for sample in ALL.values()]),
    "a token for the control API": (
        {"control_token": "letmein"},
        [
            READS["ges status"].asked(),
            *(
                request("GET", f"{PREFIX}/_control{path}", headers)
                for path in ("/clock", "/ready", "/nowhere", "/")
                for headers in ({}, {"Authorization": "Bearer nope"}, {"Authorization": "bearer letmein"})
            ),
            request("PUT", f"{PREFIX}/_control/ready"),
        ],
    ),
}
"""Servers that are started with other options, and what each is asked."""

CONTROL_PORT = [
    request(method, path)
    for path in ("/_control/clock", f"/_control/sandboxes/{SANDBOX}/clock", f"{PREFIX}/_control/clock", "/", "/ges/x")
    for method in ("GET", "HEAD", "POST")
]
"""Asked on the port of the control API alone."""

GROUPS = {
    "protocol": protocol,
    "expect": expect,
    "addresses": addresses,
    "paths": paths,
    "bodies": bodies,
    "faults": faults,
    "journal": journal,
}
