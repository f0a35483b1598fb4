"""Everything one server is made of, in one value."""

from __future__ import annotations

from dataclasses import dataclass

from mockserver.api import Api
from mockserver.contract import Contracts
from mockserver.exchange import Exchange
from mockserver.sandboxes import Sandboxes
from mockserver.settings import Settings
from mockserver.store.base import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The parts of a server, put together by `mockserver.app`.

    Attributes:
        contracts: those of the APIs.
        control_contracts: those of the control API; they came with the package, whatever `--contracts` says.
        started: real time, by the monotonic clock.
    """

    settings: Settings
    apis: tuple[Api, ...]
    contracts: Contracts
    control_contracts: Contracts
    store: Store
    sandboxes: Sandboxes
    exchange: Exchange
    started: float
