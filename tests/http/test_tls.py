"""The certificate that the server makes for itself."""

from __future__ import annotations

import socket
import ssl

import pytest

from mockserver import MockServer


@pytest.mark.parametrize("own", ["sandbox", "host.example"])
def test_it_is_for_this_machine_by_all_its_names(monkeypatch: pytest.MonkeyPatch, own: str) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: own)
    with MockServer(tls_port=0) as server:
        assert {"localhost", "127.0.0.1", own} <= names_of(server)


def test_a_machine_whose_name_no_certificate_can_bear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "my_laptop")
    with MockServer(tls_port=0) as server:
        assert "my_laptop" not in names_of(server)


def names_of(server: MockServer) -> set[str]:
    assert server.tls_url is not None and server.ca_pem is not None
    trust = ssl.create_default_context(cadata=server.ca_pem.decode())
    port = int(server.tls_url.rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        trust.wrap_socket(plain, server_hostname="localhost") as wrapped,
    ):
        certificate = wrapped.getpeercert()
    assert certificate is not None
    return {str(value) for _, value in certificate["subjectAltName"]}


@pytest.mark.parametrize(
    ("version", "spoken"),
    [
        (ssl.TLSVersion.TLSv1, False),
        (ssl.TLSVersion.TLSv1_1, False),
        (ssl.TLSVersion.TLSv1_2, True),
        (ssl.TLSVersion.TLSv1_3, True),
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_versions_that_are_safe_are_spoken(version: ssl.TLSVersion, spoken: bool) -> None:
    with MockServer(tls_port=0, apis=("ges",)) as server:
        assert server.tls_url is not None and server.ca_pem is not None
        trust = ssl.create_default_context(cadata=server.ca_pem.decode())
        trust.set_ciphers("DEFAULT:@SECLEVEL=0")  # or this side would refuse the old ones itself
        trust.minimum_version = trust.maximum_version = version
        port = int(server.tls_url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=30) as plain:
            if spoken:
                trust.wrap_socket(plain, server_hostname="localhost").close()
            else:
                with pytest.raises((ssl.SSLError, ConnectionError)):
                    trust.wrap_socket(plain, server_hostname="localhost")


def test_who_speaks_plainly_where_tls_is_spoken_is_let_go(caplog: pytest.LogCaptureFixture) -> None:
    with MockServer(tls_port=0, apis=("ges",)) as server:
        assert server.tls_url is not None
        port = int(server.tls_url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=30) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            heard = b""
            try:
                while more := plain.recv(4096):
                    heard += more
            except ConnectionError:
                pass
    assert b"HTTP/" not in heard
    assert "Traceback" not in caplog.text
