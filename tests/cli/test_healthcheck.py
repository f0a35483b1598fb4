"""The container's health check: it asks the server that the same environment starts."""

from __future__ import annotations

import pytest

from mockserver import MockServer
from mockserver.cli import healthcheck


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({}, "http://127.0.0.1:8080"),
        ({"MOCKSERVER_HOST": "0.0.0.0", "MOCKSERVER_PORT": "80"}, "http://127.0.0.1:80"),
        ({"MOCKSERVER_HOST": "::", "MOCKSERVER_PORT": "81"}, "http://127.0.0.1:81"),
        ({"MOCKSERVER_HOST": "::1"}, "http://[::1]:8080"),
        ({"MOCKSERVER_HOST": "0.0.0.0", "MOCKSERVER_CONTROL_PORT": "82"}, "http://127.0.0.1:82"),
        ({"MOCKSERVER_CONTROL_HOST": "10.0.0.1", "MOCKSERVER_CONTROL_PORT": "82"}, "http://10.0.0.1:82"),
        ({"MOCKSERVER_CONTROL_PORT": ""}, "http://127.0.0.1:8080"),
    ],
)
def test_the_address_is_that_of_the_server(environ: dict[str, str], address: str) -> None:
    assert healthcheck.address(environ) == address


def test_ready_and_gone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with MockServer(control_token="hush") as server:
        monkeypatch.setenv("MOCKSERVER_PORT", server.url.rpartition(":")[2])
        assert healthcheck.main() == 0
    assert healthcheck.main() == 1
    assert "no server answers" in capsys.readouterr().err
