"""Redis over TCP, with user and password, with TLS; and what `serve` says where it is not let in."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from mockserver.core.errors import Unavailable
from mockserver.store.redis import connection
from mockserver.store.redis.store import RedisStore
from tests.drivers.redis import RedisServer
from tests.drivers.required import missing
from tests.store.test_store import Entry, dump, job, load

HUSH = "hush-hush"
USER = "sandbox"
RIGHTS = "~mockserver:* &mockserver:* +@all -@admin -@dangerous"
"""What a user of Redis' own needs at most, as the documentation says it."""


class Secured:
    """A Redis with a user and a password, over TCP and over TLS.

    Attributes:
        port, tls_port: where it listens on 127.0.0.1.
        ca: a file with the certificate that its own is signed by.
    """

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.ca = folder / "ca.pem"
        authority.cert_pem.write_to_path(self.ca)
        self._own = authority.issue_cert("localhost")
        self._own.private_key_pem.write_to_path(folder / "key.pem")
        self._own.cert_chain_pems[0].write_to_path(folder / "cert.pem")
        client = authority.issue_cert("client.example.test")
        self.client_key, self.client_cert = folder / "client-key.pem", folder / "client-cert.pem"
        client.private_key_pem.write_to_path(self.client_key)
        client.cert_chain_pems[0].write_to_path(self.client_cert)
        self._folder = folder

    def server(self) -> RedisServer:
        """Return a server on ports that were free just now."""
        with socket.socket() as one, socket.socket() as two:
            for each in (one, two):
                each.bind(("127.0.0.1", 0))
            self.port, self.tls_port = one.getsockname()[1], two.getsockname()[1]
        return RedisServer(
            port=str(self.port), tls_port=str(self.tls_port), bind="127.0.0.1", requirepass=HUSH,
            user=f"{USER} on >{HUSH} {RIGHTS}", tls_cert_file=str(self._folder / "cert.pem"),
            tls_key_file=str(self._folder / "key.pem"), tls_ca_cert_file=str(self.ca), tls_auth_clients="optional",
        )  # fmt: skip


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    made = Secured(tmp_path_factory.mktemp("secured"))
    for _ in range(5):
        server = made.server()
        try:
            server.start()
        except OSError:
            continue
        break
    else:
        missing("this redis-server speaks no TLS")
    yield made
    server.stop()


ADDRESSES = {
    "tcp": "redis://:{hush}@127.0.0.1:{port}/0",
    "another database": "redis://:{hush}@127.0.0.1:{port}/5",
    "user": "redis://{user}:{hush}@127.0.0.1:{port}/0",
    "password in the query": "redis://127.0.0.1:{port}/0?username={user}&password={hush}",
    "tls": "rediss://{user}:{hush}@localhost:{tls_port}/0?ssl_ca_certs={ca}",
    "tls, client certificate": "rediss://{user}:{hush}@localhost:{tls_port}/0?ssl_ca_certs={ca}"
    "&ssl_certfile={client_cert}&ssl_keyfile={client_key}",
    "tls, unchecked": "rediss://{user}:{hush}@localhost:{tls_port}/0?ssl_cert_reqs=none",
}
REFUSED = {
    "wrong password": ("redis://{user}:{hush}x@127.0.0.1:{port}/0", "refuses the user or the password"),
    "no password": ("redis://127.0.0.1:{port}/0", "refuses the user or the password"),
    "no such user": ("redis://{user}x:{hush}@127.0.0.1:{port}/0", "refuses the user or the password"),
    "wrong database": ("redis://:{hush}@127.0.0.1:{port}/99", "refuses: DB index is out of range"),
    "certificate of nobody known": ("rediss://:{hush}@localhost:{tls_port}/0", "certificate verify failed"),
    "another's certificate": ("rediss://:{hush}@127.0.0.1:{tls_port}/0?ssl_ca_certs={ca}", "IP address mismatch"),
    "no such certificate file": (
        "rediss://:{hush}@localhost:{tls_port}/0?ssl_ca_certs=/none.pem&ssl_password={hush}",
        "cannot be reached",
    ),
    "no tls there": ("rediss://:{hush}@localhost:{port}/0?ssl_ca_certs={ca}", "gave no answer within"),
    "nobody there": ("redis://:{hush}@127.0.0.1:1/0", "cannot be reached"),
    "no such socket": ("unix:///none/redis.sock?password={hush}", "cannot be reached"),
}


def address(secured: Secured, form: str) -> str:
    return form.format(
        hush=HUSH, user=USER, port=secured.port, tls_port=secured.tls_port, ca=secured.ca,
        client_cert=secured.client_cert, client_key=secured.client_key,
    )  # fmt: skip


@pytest.mark.parametrize("name", ADDRESSES)
async def test_it_is_reached(secured: Secured, name: str) -> None:
    store = RedisStore(address(secured, ADDRESSES[name]), dump, load)
    await store.open()
    await store.clear("box")
    assert await store.add("box", job(1))
    # A large answer comes in many records.
    await store.write("box", "c", "k", ["x" * 300_000])
    assert await store.get("box", "x", "job", "1") == job(1)
    assert await store.read("box", "c", "k") == ["x" * 300_000]
    number = (await store.begin_request("box", "x")).number
    await store.record("box", Entry(number), 9)
    store.announce("box", b"{}")
    assert await store.ping()
    await store.close()


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_said_of_one_that_lets_nobody_in(
    secured: Secured, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    form, words = REFUSED[name]
    if name == "no tls there":
        # Each waits for the other.
        monkeypatch.setattr(connection, "PATIENCE", 0.5)
    store = RedisStore(address(secured, form), dump, load)
    with pytest.raises(Unavailable) as refused:
        await store.open()
    said = str(refused.value)
    assert words in said
    assert HUSH not in said
    assert "\n" not in said
    await store.close()


@pytest.mark.parametrize("name", ["certificate of nobody known", "nobody there"])
def test_serve_says_it_in_one_line_without_the_secret(secured: Secured, name: str) -> None:
    form, words = REFUSED[name]
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--store", address(secured, form)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("Error: --store redis")
    assert words in done.stderr
    assert HUSH not in done.stderr


def test_two_workers_that_are_not_let_in_say_it_in_one_line(secured: Secured) -> None:
    form, words = REFUSED["wrong password"]
    command = [
        sys.executable, "-m", "mockserver", "serve", "--port", "0", "--workers", "2", "--store", address(secured, form),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert (done.stderr.count("\n"), words in done.stderr, HUSH in done.stderr) == (1, True, False), done.stderr
