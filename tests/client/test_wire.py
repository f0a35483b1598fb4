"""Control sends what product.md §6 names, and turns refusals into ControlError. No server of ours is needed."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from mockserver.client import Control, ControlError, NotVerified


class Echo(ThreadingHTTPServer):
    """Remembers what came, answers what it was told."""

    daemon_threads = True
    status = 200
    answer = "{}"
    seen: tuple[str, str, Any, dict[str, str]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Echo

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen = (self.command, self.path, json.loads(body) if body else None, dict(self.headers))
        answer = self.server.answer.encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


RUN = "/jobs/prime/15/runs/2"

CALLS: list[tuple[str, Callable[[Control], Any], str, str, Any]] = [
    ("index", lambda c: c.index(), "GET", "/", None),
    ("health", lambda c: c.health(), "GET", "/health", None),
    ("ready", lambda c: c.ready(), "GET", "/ready", None),
    ("metrics", lambda c: c.metrics(), "GET", "/metrics", None),
    ("openapi", lambda c: c.openapi(), "GET", "/openapi.json", None),
    ("ca", lambda c: c.ca(), "GET", "/ca.pem", None),
    ("api", lambda c: c.api("ges"), "GET", "/apis/ges", None),
    ("settings", lambda c: c.change_settings("ges", {"a": 1}), "PATCH", "/apis/ges/settings", {"a": 1}),
    ("contract", lambda c: c.contract("ges.CancelJob"), "GET", "/contracts/ges.CancelJob", None),
    ("coverage", lambda c: c.coverage(), "GET", "/coverage", None),
    ("job", lambda c: c.job("ges", "a/b c"), "GET", "/jobs/ges/a%2Fb%20c", None),
    ("run", lambda c: c.job("prime", "15", run="2"), "GET", "/jobs/prime/15/runs/2", None),
    ("wait", lambda c: c.wait("ges", "7", "CANCELED", timeout=2), "GET", "/jobs/ges/7?until=CANCELED&timeout=2", None),
    ("add", lambda c: c.add("ges", state="running"), "POST", "/jobs", {"api": "ges", "state": "running"}),
    (
        "force",
        lambda c: c.force("ges", "7", "canceling", messages=["x"]),
        "PUT",
        "/jobs/ges/7/state",
        {"state": "canceling", "hold": True, "messages": ["x"]},
    ),
    (
        "force a run",
        lambda c: c.force("prime", "15", "FAILED", hold=False, run="2"),
        "PUT",
        "/jobs/prime/15/runs/2/state",
        {"state": "FAILED", "hold": False},
    ),
    ("change", lambda c: c.change("ges", "7", plan="fails"), "PATCH", "/jobs/ges/7", {"plan": "fails"}),
    ("change a run", lambda c: c.change("prime", "15", run="2", hold=True), "PATCH", RUN, {"hold": True}),
    ("release a run", lambda c: c.release("prime", "15", run="2"), "POST", f"{RUN}/release", None),
    ("delete a run", lambda c: c.delete("prime", "15", run="2"), "DELETE", RUN, None),
    ("fault by id", lambda c: c.fault("f1"), "GET", "/faults/f1", None),
    ("openapi of an API", lambda c: c.openapi("ges"), "GET", "/openapi.json?api=ges", None),
    ("events", lambda c: list(c.events(timeout=1)), "GET", "/events", None),
    ("hold", lambda c: c.hold("ges", "7"), "PATCH", "/jobs/ges/7", {"hold": True}),
    ("release", lambda c: c.release("ges", "7"), "POST", "/jobs/ges/7/release", None),
    ("delete", lambda c: c.delete("ges", "7"), "DELETE", "/jobs/ges/7", None),
    ("cancel", lambda c: c.cancel("ges", "7"), "POST", "/jobs/ges/7/cancel", None),
    ("cancel a run", lambda c: c.cancel("prime", "15", run="2"), "POST", f"{RUN}/cancel", None),
    ("diagram", lambda c: c.diagram("ges", "7"), "GET", "/jobs/ges/7/diagram", None),
    ("diagram of a run", lambda c: c.diagram("prime", "15", run="2"), "GET", f"{RUN}/diagram", None),
    ("clock", lambda c: c.clock(), "GET", "/clock", None),
    ("freeze", lambda c: c.freeze(), "PUT", "/clock", {"frozen": True}),
    ("resume", lambda c: c.resume(), "PUT", "/clock", {"frozen": False}),
    ("set clock", lambda c: c.set_clock("2026-01-01"), "PUT", "/clock", {"now": "2026-01-01"}),
    ("advance", lambda c: c.advance(30), "POST", "/clock/advance", {"seconds": 30}),
    ("to next", lambda c: c.advance_to_next(), "POST", "/clock/advance", {"until_next": True}),
    (
        "fault",
        lambda c: c.add_fault({"status": 503}, {"api": "ges"}, times=2),
        "POST",
        "/faults",
        {"match": {"api": "ges"}, "effect": {"status": 503}, "times": 2},
    ),
    ("remove fault", lambda c: c.remove_fault("f1"), "DELETE", "/faults/f1", None),
    ("remove faults", lambda c: c.remove_faults(), "DELETE", "/faults", None),
    ("catalogue", lambda c: c.fault_catalogue(), "GET", "/faults/catalogue", None),
    ("request", lambda c: c.request(3), "GET", "/requests/3", None),
    ("har", lambda c: c.export("har"), "GET", "/requests?format=har", None),
    ("clear", lambda c: c.clear_requests(), "DELETE", "/requests", None),
    (
        "verify",
        lambda c: c.verify({"operation": "ges.CancelJob"}, count={"atLeast": 1}, no_violations=True, timeout=1),
        "POST",
        "/requests/verify",
        {"match": {"operation": "ges.CancelJob"}, "count": {"atLeast": 1}, "noViolations": True, "timeout": 1},
    ),
    ("sandbox", lambda c: c.create_sandbox("t1", ttl=6), "POST", "/sandboxes", {"name": "t1", "ttl": 6}),
    ("replace sandbox", lambda c: c.replace_sandbox("t1", ttl=6), "PUT", "/sandboxes/t1", {"ttl": 6}),
    (
        "sandbox that submits",
        lambda c: c.create_sandbox("t1", submits={"ges": {"plan": "fails"}}),
        "POST",
        "/sandboxes",
        {"name": "t1", "submits": {"ges": {"plan": "fails"}}},
    ),
    ("show sandbox", lambda c: c.show_sandbox("t1"), "GET", "/sandboxes/t1", None),
    ("end sandbox", lambda c: c.delete_sandbox("t1"), "DELETE", "/sandboxes/t1", None),
    ("reset", lambda c: c.reset(keep=["faults"]), "POST", "/reset", {"keep": ["faults"]}),
    ("snapshot", lambda c: c.snapshot(), "GET", "/snapshot", None),
    ("restore", lambda c: c.restore({"a": 1}), "PUT", "/snapshot", {"a": 1}),
]


@pytest.mark.parametrize(("call", "method", "path", "body"), [c[1:] for c in CALLS], ids=[c[0] for c in CALLS])
def test_a_call_is_sent_as_the_control_api_names_it(
    echo: Echo, call: Callable[[Control], Any], method: str, path: str, body: Any
) -> None:
    call(Control(echo.url))

    assert (method, "/_control" + path, body) == echo.seen[:3]


LISTINGS: list[tuple[Callable[[Control], Any], str, str]] = [
    (lambda c: c.apis(), "apis", "/apis"),
    (lambda c: c.contracts(), "contracts", "/contracts"),
    (lambda c: c.violations(), "violations", "/violations"),
    (lambda c: c.jobs("ges", state="running"), "jobs", "/jobs?api=ges&state=running"),
    (lambda c: c.faults(unused=True), "faults", "/faults?unused=true"),
    (lambda c: c.requests("ges", violations=True), "requests", "/requests?api=ges&violations=true"),
    (lambda c: c.sandboxes(), "sandboxes", "/sandboxes"),
    (lambda c: c.runs("prime", "15"), "runs", "/jobs/prime/15/runs"),
]


@pytest.mark.parametrize(("call", "key", "path"), LISTINGS)
def test_a_listing_is_a_list(echo: Echo, call: Callable[[Control], Any], key: str, path: str) -> None:
    echo.answer = json.dumps({key: [{"id": "1"}]})

    assert call(Control(echo.url)) == [{"id": "1"}]
    assert echo.seen[1] == "/_control" + path


def test_every_operation_of_the_control_api_can_be_called() -> None:
    from mockserver.control.operations import OPERATIONS
    from mockserver.http.router import Found, Route, Router

    router = Router(
        [Route(methods=frozenset({way.methods[0]}), template=way.paths[0], target=way.name) for way in OPERATIONS]
    )
    sent = [(method, path) for _, _, method, path, _ in CALLS] + [("GET", path) for _, _, path in LISTINGS]
    found = [router.find(method, path.partition("?")[0]) for method, path in sent]

    # Pages and their files are for browsers alone.
    every = {way.name for way in OPERATIONS} - {"ConsoleFile", "Docs", "DocsFile"}
    assert {one.target for one in found if isinstance(one, Found)} == every


def test_a_sandbox_is_reached_by_its_name_or_by_its_address(echo: Echo) -> None:
    Control(echo.url, sandbox="t1").clock()
    assert echo.seen[1] == "/_control/sandboxes/t1/clock"

    Control(echo.url).sandbox("t1").clock()
    assert echo.seen[1] == "/_control/sandboxes/t1/clock"

    Control(f"{echo.url}/~t1").clock()
    assert echo.seen[1] == "/~t1/_control/clock"


def test_the_address_may_be_that_of_the_control_api(echo: Echo) -> None:
    Control(f"{echo.url}/_control/").clock()

    assert echo.seen[1] == "/_control/clock"


def test_the_token_goes_along(echo: Echo) -> None:
    Control(echo.url, token="s3cret").health()

    assert echo.seen[3]["Authorization"] == "Bearer s3cret"


def test_a_record_has_its_fields_as_attributes(echo: Echo) -> None:
    echo.answer = '{"id": "7", "state": "running", "graph": "movie", "next": {"state": "success"}}'

    job = Control(echo.url).job("ges", "7")

    assert job.state == job["state"] == "running"
    assert job.graph == "movie"
    assert job.next is not None
    assert job.next.state == "success"
    with pytest.raises(AttributeError, match="no field 'nope'"):
        _ = job.nope


def test_a_refusal_says_code_message_hint_and_what_would_do(echo: Echo) -> None:
    echo.status = 422
    echo.answer = '{"error": {"code": "unknown-state", "message": "no", "hint": "do", "allowed": ["a"]}, "id": "7"}'

    with pytest.raises(ControlError) as caught:
        Control(echo.url).force("ges", "7", "flying")

    error = caught.value
    assert (error.code, error.message, error.hint, error.allowed) == ("unknown-state", "no", "do", ("a",))
    assert (error.status, error.body["id"], str(error)) == (422, "7", "no; do")


def test_an_answer_that_is_not_the_control_apis_says_so(echo: Echo) -> None:
    echo.status, echo.answer = 502, "<html>"

    with pytest.raises(ControlError, match="status 502") as caught:
        Control(echo.url).health()
    assert caught.value.code == "no-control"


def test_a_verification_that_fails_is_an_assertion(echo: Echo) -> None:
    echo.status, echo.answer = 409, '{"error": {"code": "not-verified", "message": "never came"}}'

    with pytest.raises(AssertionError, match="never came") as caught:
        Control(echo.url).verify({"operation": "ges.CancelJob"})
    assert isinstance(caught.value, NotVerified)


def test_not_ready_is_false(echo: Echo) -> None:
    echo.status, echo.answer = 503, '{"error": {"code": "not-ready", "message": "wait"}}'

    assert Control(echo.url).ready() is False


def test_nobody_there_says_what_to_do() -> None:
    # Bound, but nobody listens there, and nobody else can be given it meanwhile.
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        with pytest.raises(ControlError, match="start one with `mockserver serve`") as caught:
            Control(f"http://127.0.0.1:{held.getsockname()[1]}").health()
    assert (caught.value.code, caught.value.status) == ("unreachable", 0)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="is no address of a server"):
        Control("localhost:8080")


def test_pages_are_joined(echo: Echo) -> None:
    pages = iter(['{"jobs": [{"id": "2"}], "cursor": "c1"}', '{"jobs": [{"id": "1"}], "cursor": null}'])

    class Paged(Handler):
        def do_GET(self) -> None:
            self.server.answer = next(pages)
            self.handle_any()

    echo.RequestHandlerClass = Paged  # type: ignore[assignment]

    assert [job.id for job in Control(echo.url).jobs()] == ["2", "1"]
    assert echo.seen[1] == "/_control/jobs?cursor=c1"


def test_the_client_loads_no_server() -> None:
    code = (
        "import sys, mockserver.client\n"
        "loaded = {'aiohttp', 'spyne', 'lxml', 'mockserver.app', 'mockserver.server'} & set(sys.modules)\n"
        "sys.exit(repr(loaded) if loaded else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")
