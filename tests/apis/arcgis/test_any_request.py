"""Whatever is asked of the Administrator, the token services and the portal: no bug of ours, no broken contract.

The server is strict, so an answer that breaks its contract is a 500 that says so.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from urllib.parse import quote, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver import MockServer
from mockserver.client import Control
from tests.drivers.properties import examples

JOBS = "/arcgis/admin/services/Demo.GPServer/jobs"
PATHS = (
    "/arcgis/admin", "/arcgis/admin/services", "/arcgis/admin/services/Demo.GPServer", JOBS, f"{JOBS}/query",
    f"{JOBS}/statistics", f"{JOBS}/purgeQueue", f"{JOBS}/jnope", f"{JOBS}/jnope/cancel", f"{JOBS}/jnope/delete",
    "/arcgis/admin/generateToken", "/arcgis/admin/login", "/arcgis/admin/logout", "/arcgis/rest/login",
    "/arcgis/tokens", "/arcgis/tokens/generateToken", "/portal/sharing/rest", "/portal/sharing/rest/info",
    "/portal/sharing/rest/portals/self", "/portal/sharing/rest/community/self",
    "/portal/sharing/rest/community/users/siteadmin", "/portal/sharing/rest/generateToken",
    "/portal/sharing/rest/oauth2/authorize", "/portal/sharing/oauth2/signin",
)  # fmt: skip
NAMES = (
    "f", "token", "username", "password", "client", "referer", "ip", "expiration", "start", "number", "startTime",
    "endTime", "jobStatus", "userName", "machineName", "redirect", "oauth_state", "redirect_uri", "response_type",
    "client_id", "state", "serverUrl", "callback",
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(
        ("", "json", "pjson", "html", "help", "kmz", "siteadmin", "secret", "ip", "requestip", "token", "-1", "1e400",
         "nan", "9" * 40, "http://[", "//x", "https://h/", "/arcgis/admin?x=\r\nA: b", "</script>")
    ),
    st.text(max_size=20),
)  # fmt: skip
PARAMETERS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6)


@pytest.fixture(scope="module", params=["none", "standalone", "federated"])
def server(request: pytest.FixtureRequest) -> Iterator[MockServer]:
    with MockServer(strict=True) as running:
        Control(running.url).change_settings("arcgis", {"secured": request.param})
        yield running


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(("GET", "POST", "PUT")),
    path=st.sampled_from(PATHS) | st.text(max_size=12).map(lambda text: f"{JOBS}/{quote(text, safe='')}"),
    query=PARAMETERS,
    form=PARAMETERS,
    header=st.sampled_from(("", "Bearer", "Bearer None", "Basic x", "Bearer a b")),
    cookie=st.sampled_from(("", "agstoken", "agstoken=x", 'agstoken="', "=;;")),
)
def test_any_request_gets_an_answer_of_its_own(
    server: MockServer, method: str, path: str, query: dict[str, str], form: dict[str, str], header: str, cookie: str
) -> None:
    host = urlsplit(server.url)
    assert host.hostname is not None
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Esri-Authorization": header, "Cookie": cookie}
    connection = http.client.HTTPConnection(host.hostname, host.port, timeout=30)
    body = urlencode(form, errors="replace") if method == "POST" else None
    connection.request(method, f"{path}?{urlencode(query, errors='replace')}", body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    assert answer.status in (200, 302, 404, 405), text
    assert "contract-breach" not in text
