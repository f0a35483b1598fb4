"""The server on its ports, in this event loop or in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Collection, Mapping
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any

from aiohttp import web

from mockserver.app import application, build, control_pipeline, pipeline
from mockserver.core.clock import Time
from mockserver.core.errors import Unavailable
from mockserver.http import event_loop as loop
from mockserver.http.access_log import AccessLog
from mockserver.http.connection import Listener
from mockserver.http.listening import Site, bind, bind_again, in_url
from mockserver.http.pipeline import Pipeline
from mockserver.http.services import Apart, Listens, Services
from mockserver.http.slow_clients import close_stalled
from mockserver.settings import BadOption, Settings, shown
from mockserver.store.base import ForeignStore, Store

if TYPE_CHECKING:
    from mockserver.http.tls import Tls
    from mockserver.sandbox.state_file import StateFile

log = logging.getLogger("mockserver")

NO_PORTS: Mapping[str, int] = MappingProxyType({})

SAVE_EVERY = 30.0
"""Real seconds between two savings of the state file."""

LINGER = 3.0
"""Real seconds during which the rest of a refused body is read; with the patience before it, less than 30."""

GRACE = 2.0
"""Real seconds that requests in flight have when the server stops; aiohttp waits twice. A container has ten."""


class MockServer:
    """The sandbox server.

    `with MockServer() as server:` runs it in a thread, for clients that block; `async with` runs it in
    the running loop. Options are those of `Settings`; the port is any free one unless given.

    Attributes:
        url: the base URL, without a trailing slash.
        tls_url: the same over TLS, or None.
        control_url: the base URL of `/_control`.
        ca_pem: the CA a client must trust for `tls_url`, or None.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        real_time: Time = time.time,
        store: Store | None = None,
        ca_pem: bytes | None = None,
        **options: Any,
    ) -> None:
        self.settings = replace(settings, **options) if settings is not None else Settings(**{"port": 0, **options})
        self._real_time = real_time
        self._store = store
        self._runners: list[web.ServerRunner] = []
        self._apps: list[web.Application] = []
        self._own_ports: dict[int, web.BaseSite] = {}
        self._watches: list[asyncio.Task[None]] = []
        self._saver: asyncio.Task[None] | None = None
        self._state: StateFile | None = None
        self._hurried = asyncio.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._tls: Tls | None = None
        self.url = ""
        self.tls_url: str | None = None
        self.control_url = ""
        self.ca_pem = ca_pem
        self.services: Services
        self.pipeline: Pipeline

    # --- in a running loop ------------------------------------------------------------------------

    async def start(self) -> None:
        """Load everything and listen.

        Raises:
            BadOption, BadFixture, BadContract, OSError: it cannot start; the message is one line.
        """
        try:
            await self._start()
        except BaseException as error:
            await self._give_up()
            if isinstance(error, Unavailable):
                raise OSError(None, f"--store {shown(self.settings.store)}: {error}") from None
            raise

    async def _start(self) -> None:
        settings, self._hurried = self.settings, asyncio.Event()
        if settings.tls_port is not None:
            from mockserver.http.tls import prepare

            self._tls = prepare(settings)
            self.ca_pem = self._tls.ca_pem or self.ca_pem
        self.services = build(settings, real_time=self._real_time, store=self._store)
        services = self.services
        services.ports.ca_pem = self.ca_pem
        services.ports.open, services.ports.close = self.open_port, self._close_ports
        await self._open_store()
        self.pipeline = pipeline(services)
        runner = await self._serve(application(services, self.pipeline), self.pipeline)
        if settings.state is None:
            await services.sandboxes.begin()
        else:
            await self._begin_from(settings.state)
        port = await self._listen(runner, "", settings.host, settings.port)
        host = in_url(settings.host)
        self.url = f"http://{host}:{port}"
        services.ports.own_url = self.url
        if self._tls is not None:
            tls_port = await self._listen(runner, "tls-", settings.host, settings.tls_port or 0, self._tls)
            self.tls_url = f"https://{host}:{tls_port}"
        self.control_url = f"{self.url}/_control"
        if settings.control_port is not None:
            control = control_pipeline(services)
            control_runner = await self._serve(web.Application(), control)
            control_host = settings.control_host or settings.host
            control_port = await self._listen(control_runner, "control-", control_host, settings.control_port)
            self.control_url = f"http://{in_url(control_host)}:{control_port}/_control"
            services.ports.apart = Apart(Listens(settings.host, port), Listens(control_host, control_port))
        if self._state is not None:
            self._saver = asyncio.create_task(self._save_regularly(self._state))

    async def _open_store(self) -> None:
        try:
            await self.services.store.open()
        except ForeignStore as error:
            where = shown(self.settings.store)
            raise BadOption(f"--store {where}: {error}; name another database, or empty that one") from None

    async def _give_up(self) -> None:
        """Let go of all that a start had begun which failed, so that another may follow; nothing is saved."""
        for watch in self._watches:
            watch.cancel()
        try:
            await asyncio.gather(*self._watches, self._end_requests(), return_exceptions=True)
        finally:
            self._watches.clear()
            self._runners.clear()
            self._apps.clear()
            self._own_ports.clear()
            if self._state is not None:
                self._state.close()
                self._state = None
            if hasattr(self, "services"):
                await self.services.store.close()

    async def stop(self) -> None:
        """Save the state, stop listening, finish requests in flight, and save what they have done."""
        if self._saver is not None:
            self._saver.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._saver
            self._saver = None
        if self._state is not None:
            # At once: requests in flight may outlast the patience of whoever stops us.
            with contextlib.suppress(OSError):
                await self._state.save(hurry=True)
        for watch in self._watches:
            watch.cancel()
        self._watches.clear()
        tasks = [asyncio.create_task(self._end_requests()), asyncio.create_task(self._hurried.wait())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        self._runners.clear()
        self._apps.clear()
        try:
            if self._state is not None:
                try:
                    await self._state.save(hurry=True)
                finally:
                    self._state.close()
        finally:
            if hasattr(self, "services"):
                await self.services.store.close()

    def hurry(self) -> None:
        """Let a stop, now or later, wait for requests in flight no longer: it saves what they have done, and ends."""
        self._hurried.set()

    async def _end_requests(self) -> None:
        """Stop listening, and finish requests in flight."""
        for app in self._apps:
            await app.shutdown()
        # At once: a grace for each, one after the other, would be longer than anybody waits.
        await asyncio.gather(*[runner.cleanup() for runner in self._runners])
        for app in self._apps:
            await app.cleanup()

    async def open_port(self, sandbox: str, wanted: Mapping[str, int] = NO_PORTS) -> dict[str, int]:
        """Listen on a port that belongs to one sandbox; return it as `http` (and `https` when TLS is on).

        Args:
            wanted: the ports it had before, by scheme; any free one where such a port is taken by now.
        """
        runner, ports = self._runners[0], dict[str, int]()
        try:
            for scheme, tls in (("http", None), ("https", self._tls)):
                if scheme == "https" and tls is None:
                    continue
                sock = bind_again(self.settings.host, wanted.get(scheme, 0), sandbox)
                site = Site(runner, sock, None if tls is None else tls.context, self.settings.patience)
                await site.start()
                port = ports[scheme] = sock.getsockname()[1]
                self.pipeline.ports[port], self._own_ports[port] = sandbox, site
        except BaseException:
            await self._close_ports(ports.values())
            raise
        return ports

    async def close_ports(self, sandbox: str) -> None:
        """Stop listening on a sandbox's own ports."""
        await self._close_ports([port for port, name in self.pipeline.ports.items() if name == sandbox])

    async def _close_ports(self, ports: Collection[int]) -> None:
        for port in ports:
            self.pipeline.ports.pop(port, None)
        for site in [self._own_ports.pop(port) for port in ports if port in self._own_ports]:
            await site.stop()

    async def _serve(self, app: web.Application, pipeline: Pipeline) -> web.ServerRunner:
        """Serve an application's only handler without its router, which would find nothing else, at a price."""
        settings = self.settings
        app.freeze()
        await app.startup()
        self._apps.append(app)
        server = Listener(
            pipeline.handle,
            pipeline.refuse_unread,
            request_factory=partial(
                web.BaseRequest, loop=asyncio.get_running_loop(), client_max_size=settings.body_limit
            ),
            access_log=log if settings.access_log else None,
            access_log_class=AccessLog,
            keepalive_timeout=settings.patience,
            lingering_time=LINGER,
        )
        runner = web.ServerRunner(server, shutdown_timeout=GRACE, handle_signals=False)
        await runner.setup()
        self._runners.append(runner)
        self._watches.append(asyncio.create_task(close_stalled(server, settings.patience)))
        return runner

    async def _listen(
        self, runner: web.ServerRunner, options: str, host: str, port: int, tls: Tls | None = None
    ) -> int:
        """Listen where the options of a prefix (`control-` for `--control-port`) say; return the port."""
        sock = bind(host, port, options, shared=self.settings.workers > 1)
        await Site(runner, sock, None if tls is None else tls.context, self.settings.patience).start()
        bound: int = sock.getsockname()[1]
        return bound

    async def _begin_from(self, file: Path) -> None:
        """Fill the sandboxes from a state file, or from the fixtures where that is to be written yet."""
        # Imported late: most servers keep nothing, and need no snapshots.
        from mockserver.sandbox.state_file import BadStateFile, StateFile

        state = StateFile(file, self.services.sandboxes)
        try:
            loaded = await state.load(self.open_port)
            self._state = state
            if not loaded:
                await self.services.sandboxes.begin()
            await state.check()
        except BadStateFile as error:
            raise BadOption(str(error)) from None

    async def _save_regularly(self, state: StateFile) -> None:
        while True:
            await asyncio.sleep(SAVE_EVERY)
            try:
                await state.save()
            except OSError as error:
                log.error("%s", error.strerror)

    # --- as a context manager ---------------------------------------------------------------------

    async def __aenter__(self) -> MockServer:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def __enter__(self) -> MockServer:
        started: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(started,), name="mockserver", daemon=True)
        self._thread.start()
        try:
            started.result()
        except BaseException:
            self._thread.join()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loop is not None and self._stopping is not None and self._thread is not None
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self, started: Future[None]) -> None:
        async def main() -> None:
            self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
            try:
                await self.start()
            except BaseException as error:
                started.set_exception(error)
                return
            started.set_result(None)
            await self._stopping.wait()
            await self.stop()

        loop.run(main())
