"""Everything one server is made of, in one value."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import uuid4

from mockserver.api.definition import Api
from mockserver.contracts.loader import Contracts
from mockserver.http.metrics import Metrics
from mockserver.sandbox.registry import Sandboxes
from mockserver.settings import BadOption, Settings
from mockserver.store.base import Store


async def _no_ports(sandbox: str) -> dict[str, int]:
    raise BadOption("this server cannot open ports of its own; it runs inside another application")


async def _nothing(ports: Collection[int]) -> None:
    pass


class Listens(NamedTuple):
    """Where something listens: a host as an option names it, and a port."""

    host: str
    port: int


class Apart(NamedTuple):
    """Where the APIs listen, and where the control API does."""

    apis: Listens
    control: Listens


@dataclass(slots=True, kw_only=True)
class Ports:
    """What the listening side offers.

    Attributes:
        open: a sandbox's own ports, by its name; returns them by scheme.
        close: ports of that kind.
        ca_pem: the CA of the TLS port.
        own_url: where this server reaches its own APIs, without a trailing slash; None: it does not know.
        apart: the two ends of a server whose control API listens on a port of its own; None: one port has both.
    """

    open: Callable[[str], Awaitable[dict[str, int]]] = _no_ports
    close: Callable[[Collection[int]], Awaitable[None]] = _nothing
    ca_pem: bytes | None = None
    own_url: str | None = None
    apart: Apart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of a server, put together by `mockserver.app`.

    Attributes:
        contracts: those of the APIs.
        control_contracts: those of the control API; they came with the package, whatever `--contracts` says.
        started: real time, by the monotonic clock.
        process: what this one is called among those that share a store.
    """

    settings: Settings
    apis: tuple[Api, ...]
    contracts: Contracts
    control_contracts: Contracts
    store: Store
    sandboxes: Sandboxes
    metrics: Metrics
    started: float
    ports: Ports = field(default_factory=Ports)
    process: str = field(default_factory=lambda: uuid4().hex)

    async def close_ports_of_ended(self) -> None:
        """Close the own ports of sandboxes that have ended, whoever has done that."""
        await self.ports.close([port for ended in self.sandboxes.take_ended() for port in ended.ports.values()])
