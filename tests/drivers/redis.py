"""A Redis of the tests' own: `redis-server`, or `valkey-server`, on a socket in a folder of its own.

`MOCKSERVER_REDIS` names another program than the first of them that is there.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

from mockserver.journal import entry_text
from mockserver.store.redis.store import RedisStore
from tests.drivers.required import missing


def store_in(server: RedisServer) -> RedisStore:
    """Return a server's store in an empty Redis."""
    server.empty()
    return RedisStore(server.url, entry_text.dump, entry_text.load)


class RedisServer:
    """Runs while it is entered.

    Attributes:
        url: of its first database.
        process: the server, to be stopped, continued and killed.
    """

    process: subprocess.Popen[bytes]

    def __init__(self, **options: str) -> None:
        """Find the program; `options` are those of its configuration file, with `_` for `-`."""
        given = os.environ.get("MOCKSERVER_REDIS")
        self._program = given or shutil.which("redis-server") or shutil.which("valkey-server")
        if self._program is None:
            missing("neither redis-server nor valkey-server is installed")
        self._options = {name.replace("_", "-"): value for name, value in options.items()}
        self._folder = tempfile.TemporaryDirectory(prefix="redis-")
        self._socket = Path(self._folder.name, "socket")
        self.url = f"unix://{self._socket}?db=0"

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        assert self._program is not None
        self._socket.unlink(missing_ok=True)
        options = {
            "port": "0", "unixsocket": str(self._socket), "dir": self._folder.name, "save": "", "appendonly": "no",
            "databases": "16", "daemonize": "no", "loglevel": "warning", **self._options,
        }  # fmt: skip
        words = [word for name, value in options.items() for word in (f"--{name}", *value.split(" "))]
        self.process = subprocess.Popen([self._program, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while True:
            try:
                with socket.socket(socket.AF_UNIX) as asked:
                    asked.settimeout(5)
                    asked.connect(str(self._socket))
                    asked.sendall(b"PING\r\n")
                    if asked.recv(100).startswith((b"+PONG", b"-NOAUTH")):
                        return
            except OSError:
                pass
            if self.process.poll() is not None:
                raise OSError("redis-server ended; a port of its was taken, say")
            assert time.monotonic() < deadline, "redis-server does not answer"
            time.sleep(0.01)

    def stop(self) -> None:
        """End it, and all that it held."""
        self.process.kill()
        self.process.wait()

    def empty(self) -> None:
        """Forget everything in it."""
        with socket.socket(socket.AF_UNIX) as asked:
            asked.settimeout(30)
            asked.connect(str(self._socket))
            asked.sendall(b"FLUSHALL\r\n")
            assert asked.recv(100).startswith(b"+OK")

    def __enter__(self) -> RedisServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._folder.cleanup()
