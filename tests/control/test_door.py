"""Who may ask the control API: the name it is asked by, the page that asks, the token, and what is refused at start."""

from __future__ import annotations

import socket
from typing import Any

import aiohttp
import pytest
from click.testing import CliRunner

from mockserver import MockServer
from mockserver.cli import main
from mockserver.settings import BadOption
from tests.drivers.server import Client, Serve

CLOCK = "/_control/clock"


async def answer(client: Client, method: str, path: str, headers: Any = None) -> tuple[int, str, str]:
    """Return status, code and hint of an answer; without code and hint when it is good."""
    async with client.session.request(method, client.base + path, headers=headers) as response:
        problem = (await response.json()).get("error", {})
        return response.status, problem.get("code", ""), problem.get("hint", "")


# --- the name -----------------------------------------------------------------------------------------

OURS = [
    "127.0.0.1", "127.0.0.1:1", "10.1.2.3:8080", "[::1]", "[::1]:8080", "[fe80::1%eth0]:80", "localhost", "LOCALHOST:8080",
    "mockserver:8080", "t1.localhost", "host.docker.internal:8080", "a_service", "localhost.",
]  # fmt: skip
FOREIGN = [
    "evil.example", "evil.example:8080", "evil.example.", "127.0.0.1.evil.example", "localhost.evil.example", "internal.example",
    "127.0.0.1:x", "127.0.0.1:8080:1", "user@localhost", "localhost/x", "[::1", "[::1]x", "[evil.example]", "1.2.3", "ai.", "", " ",
    "evil.example, localhost", "\u00e9vil.example",
]  # fmt: skip


@pytest.mark.parametrize("host", OURS)
async def test_it_answers_to_names_that_no_public_dns_can_point_here(client: Client, host: str) -> None:
    assert (await answer(client, "GET", CLOCK, {"Host": host}))[0] == 200


async def test_it_answers_to_the_machines_own_name(client: Client) -> None:
    assert (await answer(client, "GET", CLOCK, {"Host": socket.gethostname()}))[0] == 200


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", CLOCK),
        ("GET", "/_control/snapshot"),
        ("GET", "/_control/health"),
        ("POST", "/_control/reset"),
        ("GET", "/~default/_control/clock"),
        ("GET", "/_control/nowhere"),
    ],
)
async def test_a_page_that_made_up_a_name_for_us_is_told_nothing(
    client: Client, host: str, method: str, path: str
) -> None:
    status, code, hint = await answer(client, method, path, {"Host": host})
    assert (status, code) == (421, "unknown-host")
    assert "--allowed-host" in hint


async def test_the_hint_names_the_option_as_it_has_to_be_given(client: Client) -> None:
    assert (await answer(client, "GET", CLOCK, {"Host": "ci.corp.example:8080"}))[2].endswith(
        "--allowed-host ci.corp.example"
    )


async def test_a_client_without_a_host_is_no_browser(client: Client) -> None:
    assert await raw(client, b"GET /_control/clock HTTP/1.0\r\n\r\n") == 200


async def test_the_apis_answer_to_every_name(client: Client) -> None:
    async with client.get("/arcgis/rest/info?f=json", headers={"Host": "gis.corp.example"}) as response:
        assert response.status == 200
        assert "http://gis.corp.example/" in await response.text()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("ci.corp.example", 200),
        ("CI.corp.example:99", 200),
        ("ci.corp.example.", 200),
        ("x.ci.corp.example", 421),
        ("a.lab.example", 200),
        ("a.b.lab.example:1", 200),
        ("lab.example", 421),
        ("evillab.example", 421),
    ],
)
async def test_names_that_were_allowed(serve: Serve, host: str, status: int) -> None:
    client = await serve(apis=("ges",), allowed_host=("ci.corp.example", ".Lab.example."))
    assert (await answer(client, "GET", CLOCK, {"Host": host}))[0] == status


async def test_with_a_token_names_do_not_matter(serve: Serve) -> None:
    client = await serve(apis=("ges",), control_token="pssst")
    known = {"Host": "evil.example", "Authorization": "Bearer pssst"}
    assert (await answer(client, "GET", CLOCK, {"Host": "evil.example"}))[:2] == (401, "token")
    assert (await answer(client, "GET", CLOCK, known))[0] == 200


# --- the page -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": ""},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://["},
        {"Origin": "http://[::1"},
        {"Origin": "http://127.0.0.1:99999999"},
        {"Origin": "https://127.0.0.1", "Host": "127.0.0.1"},
        {"Origin": "file://127.0.0.1", "Host": "127.0.0.1"},
        {"Origin": "http://127.0.0.1:8080", "Host": "127.0.0.1"},
        {"Origin": "http://user@127.0.0.1", "Host": "127.0.0.1"},
        [("Origin", "http://127.0.0.1"), ("Origin", "http://evil.example"), ("Host", "127.0.0.1")],
        [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")],
    ],
)
async def test_a_page_of_another_site_changes_nothing(client: Client, headers: Any) -> None:
    assert (await answer(client, "POST", "/_control/reset", headers))[:2] == (403, "cross-site")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://127.0.0.1", "Host": "127.0.0.1"},
        {"Origin": "http://127.0.0.1", "Host": "127.0.0.1:80"},
        {"Origin": "http://127.0.0.1:80", "Host": "127.0.0.1"},
        {"Origin": "HTTP://LocalHost:8080", "Host": "localhost:8080"},
        {"Origin": "http://[::1]:8080", "Host": "[::1]:8080", "Sec-Fetch-Site": "same-origin"},
    ],
)
async def test_our_own_page_and_programs_may(client: Client, headers: Any) -> None:
    assert (await answer(client, "POST", "/_control/reset", headers))[0] == 200


async def test_over_tls_a_page_of_the_plain_port_is_another_site(serve: Serve) -> None:
    client = await serve(apis=("ges",), tls_port=0)
    async with aiohttp.ClientSession() as session:
        for origin, status in (("https://127.0.0.1", 200), ("https://127.0.0.1:443", 200), ("http://127.0.0.1", 403)):
            headers = {"Host": "127.0.0.1", "Origin": origin}
            url = f"{client.server.tls_url}/_control/reset"
            async with session.post(url, headers=headers, ssl=False) as response:
                assert response.status == status, origin


async def test_reading_is_left_to_the_browsers_own_rule(client: Client) -> None:
    assert (await answer(client, "GET", CLOCK, {"Origin": "http://elsewhere.example"}))[0] == 200


# --- the token ----------------------------------------------------------------------------------------


async def test_the_token(serve: Serve) -> None:
    client = await serve(control_token="pssst")
    assert (await client.get("/_control/health")).status == 200
    for headers in (
        {}, {"Authorization": "Bearer"}, {"Authorization": "Bearer "}, {"Authorization": "Bearer nope"},
        {"Authorization": "pssst"}, {"Authorization": "Basic pssst"},
    ):  # fmt: skip
        assert (await answer(client, "GET", "/_control/jobs", headers))[:2] == (401, "token")
    assert (await answer(client, "GET", "/_control/jobs", {"Authorization": "Bearer pssst"}))[0] == 200


# --- at start -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"control_token": ""}, "--control-token"),
        ({"host": ""}, "--host"),
        ({"control_host": "", "control_port": 0}, "--control-host"),
        ({"control_host": "127.0.0.1"}, "--control-port"),
        ({"allowed_host": ("",)}, "--allowed-host"),
        ({"allowed_host": ("http://ci.corp.example",)}, "--allowed-host"),
        ({"allowed_host": ("ci.corp.example:8080",)}, "--allowed-host"),
        ({"allowed_host": ("*",)}, "--allowed-host"),
    ],
)
def test_what_would_leave_the_door_open_is_refused_at_start(options: dict[str, Any], says: str) -> None:
    with pytest.raises(BadOption, match=says) as caught, MockServer(**options):
        pytest.fail("it started")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "words",
    [
        ["--control-token", ""],
        ["--host", ""],
        ["--control-host", "127.0.0.1"],
        ["--allowed-host", "http://ci.corp.example"],
        ["--patience", "nan"],
    ],
)
def test_the_command_says_so_in_one_line(words: list[str]) -> None:
    found = CliRunner().invoke(main, ["serve", "--port", "0", *words])
    assert found.exit_code == 2
    assert [line for line in found.output.splitlines() if words[0] in line][-1].startswith("Error: ")


def test_the_environment_gives_several_names(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    monkeypatch.setattr("mockserver.http.event_loop.run", lambda main: main.close())
    monkeypatch.setattr("mockserver.cli.serve._serve", _noting(given))
    monkeypatch.setenv("MOCKSERVER_ALLOWED_HOST", "ci.corp.example,.lab.example mock.example")
    found = CliRunner().invoke(main, ["serve"])
    assert found.exit_code == 0, found.output
    assert given == [("ci.corp.example", ".lab.example", "mock.example")]


def _noting(given: list[Any]) -> Any:
    async def nothing() -> None:
        pass

    def serve(settings: Any, as_json: bool) -> Any:
        given.append(settings.allowed_host)
        return nothing()

    return serve


async def raw(client: Client, request: bytes) -> int:
    """Send a request as bytes; return the status of the answer."""
    import asyncio

    reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(request)
    status = int((await reader.readline()).split()[1])
    writer.close()
    return status
