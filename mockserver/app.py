"""The composition root: options become a running web application."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from functools import lru_cache, partial

from aiohttp import web

from mockserver._resources import folder
from mockserver.api.definition import Api
from mockserver.apis import APIS
from mockserver.contracts import loader
from mockserver.contracts.loader import Contracts
from mockserver.core.clock import Clock, Time, clock_moment
from mockserver.core.errors import Unavailable, unknown_name
from mockserver.core.ids import Ids
from mockserver.http.expect_continue import answered_by_reader
from mockserver.http.metrics import Metrics, leave
from mockserver.http.mounts import CONTROL, Mount, Mounts
from mockserver.http.pipeline import Pipeline
from mockserver.http.services import Services
from mockserver.journal import entry_text, masking
from mockserver.sandbox.events import STOP
from mockserver.sandbox.fixtures import load as fixtures
from mockserver.sandbox.registry import SWEEP, Sandboxes
from mockserver.sandbox.sandbox import SandboxConfig
from mockserver.settings import MEMORY, BadOption, Settings, check, shown
from mockserver.store.base import Store
from mockserver.store.memory import MemoryStore

SERVICES = web.AppKey("services", Services)


def chosen_apis(settings: Settings) -> tuple[Api, ...]:
    """Return the APIs the options ask for.

    Raises:
        BadOption: no such API.
    """
    known = {api.name: api for api in APIS}
    for name in settings.apis:
        if name not in known:
            raise BadOption(unknown_name("API", name, known))
    return tuple(api for api in APIS if not settings.apis or api.name in settings.apis)


def first_clock(settings: Settings, real: float) -> Clock:
    """Return the clock a sandbox starts with.

    Raises:
        BadOption: the option is no clock.
    """
    if settings.clock == "real":
        return Clock()
    if settings.clock == "frozen":
        return Clock(frozen_at=real)
    try:
        return Clock(frozen_at=clock_moment(settings.clock))
    except ValueError:
        raise BadOption(
            f"--clock takes real, frozen or an ISO time of the years 1970 to 7999, not {settings.clock!r}"
        ) from None


@lru_cache
def shipped_contracts(apis: tuple[str, ...]) -> Contracts:
    """Return the contracts that came with the package: tested, so read when needed; shared by all servers."""
    return loader.load(folder("contracts"), apis, check=False)


def build(settings: Settings, *, real_time: Time = time.time, store: Store | None = None) -> Services:
    """Put a server together; nothing listens yet.

    Raises:
        BadOption, BadFixture, BadContract: it cannot be; the message is one line that says what to do.
    """
    check(settings)
    apis = chosen_apis(settings)
    masking.learn((*APIS, *apis))
    names = tuple(api.name for api in apis)
    if settings.contracts is None:
        contracts = shipped_contracts(names)
    else:
        from mockserver.contracts.names import check_names

        contracts = loader.load(settings.contracts, names)
        check_names(contracts, {api.name: [one.name for one in api.operations] for api in apis})
    store = store or _store(settings)
    own = fixtures.load(settings.fixtures, apis)
    config = SandboxConfig(
        store=store,
        apis=apis,
        seed=settings.seed,
        time=real_time,
        clock=first_clock(settings, real_time()),
        journal_size=settings.journal_size,
        fixtures=own,
    )
    sandboxes = _sandboxes(store)(config, own, settings.max_sandboxes)
    return Services(
        settings=settings,
        apis=apis,
        contracts=contracts,
        control_contracts=shipped_contracts(("control",)),
        store=store,
        sandboxes=sandboxes,
        metrics=Metrics(),
        started=time.monotonic(),
    )


def _sandboxes(store: Store) -> type[Sandboxes]:
    if store.shared is None:
        return Sandboxes
    from mockserver.sandbox.shared import SharedSandboxes

    return SharedSandboxes


def _store(settings: Settings) -> Store:
    if settings.store == MEMORY:
        return MemoryStore()
    try:
        # Imported late: redis-py is an extra, and who keeps everything in memory need not have it.
        from mockserver.store.redis.store import RedisStore
    except ImportError:
        raise BadOption(
            f"--store {shown(settings.store)} needs redis-py and hiredis; pip install 'mockserver-jobs[redis]'"
        ) from None
    try:
        load = partial(entry_text.load, mark=Ids(seed=settings.seed).mark)
        return RedisStore(settings.store, entry_text.dump, load)
    except ValueError as error:
        # What is said of an address may repeat a part of the password.
        why = "" if "@" in settings.store else f" ({error})"
        raise BadOption(
            f"--store {shown(settings.store)} is no address of a Redis{why}; redis://USER:PASSWORD@HOST:6379/0, "
            "say, with what is neither letter nor digit in a password as %2F"
        ) from None


def pipeline(services: Services) -> Pipeline:
    """Return what answers on the server's port."""
    makers = {"": partial(_start_page, services)}
    if services.settings.control_port is None:
        makers[CONTROL] = partial(_control, services)
    return _pipeline(services, services.apis, Mounts(makers))


def control_pipeline(services: Services) -> Pipeline:
    """Return what answers on a port where nothing is but the control API."""
    return _pipeline(services, (), Mounts({CONTROL: partial(_control, services)}))


# Imported late: a fifth of what there is to import, which none but the first request for it waits for.


def _control(services: Services) -> Mount:
    from mockserver.control.mount import control

    return control(services)


def _start_page(services: Services) -> Mount:
    from mockserver.control.mount import start_page

    return start_page(services)


def _pipeline(services: Services, apis: Sequence[Api], mounts: Mounts) -> Pipeline:
    settings = services.settings
    return Pipeline(
        services.sandboxes,
        services.contracts,
        apis=apis,
        mounts=mounts,
        metrics=services.metrics,
        strict=settings.strict,
        headers=settings.headers,
        patience=settings.patience,
        body_limit=settings.body_limit,
    )


def application(services: Services, handler: Pipeline) -> web.Application:
    """Return the web application of a server: one handler for every path."""
    app = web.Application(client_max_size=services.settings.body_limit)
    app[SERVICES] = services
    app.router.add_route("*", r"/{path:[\s\S]*}", handler.handle, expect_handler=answered_by_reader)
    app.cleanup_ctx.append(_ending_unused_sandboxes)
    app.on_shutdown.append(_ending_streams)
    return app


async def _ending_unused_sandboxes(app: web.Application) -> AsyncIterator[None]:
    """End sandboxes whose `ttl` has run out, as long as the application runs; tell others what has been counted."""
    services = app[SERVICES]

    async def post() -> None:
        if services.store.shared is not None:
            await services.store.shared.post(services.process, services.metrics.as_document())

    async def sweep() -> None:
        while True:
            await asyncio.sleep(SWEEP)
            with contextlib.suppress(Unavailable):
                await services.sandboxes.sweep()
                await post()
            await services.close_ports_of_ended()

    task = asyncio.create_task(sweep())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await services.sandboxes.close()
    with contextlib.suppress(Unavailable):
        if services.store.shared is not None:
            await leave(services.store.shared, services.process, services.metrics)


async def _ending_streams(app: web.Application) -> None:
    """Tell whoever waits (event streams, questions, faults) that the server stops, so that they do not hold it up."""
    sandboxes = app[SERVICES].sandboxes
    sandboxes.default.config.stopping.set()
    for sandbox in sandboxes.all():
        sandbox.publish(STOP)


async def create_app(
    settings: Settings | None = None, *, real_time: Time = time.time, store: Store | None = None
) -> web.Application:
    """Return a ready application, fixtures loaded, for those who bring their own server or test client.

    Its cleanup closes the store.
    """
    services = build(settings or Settings(), real_time=real_time, store=store)
    try:
        await services.store.open()
        await services.sandboxes.begin()
    except BaseException:
        await services.store.close()
        raise
    app = application(services, pipeline(services))
    # After what else it cleans up, which still asks the store.
    app.on_cleanup.append(_closing_store)
    return app


async def _closing_store(app: web.Application) -> None:
    await app[SERVICES].store.close()
