"""The package's contracts, loaded once a worker and shared with its server: many test files are made from them."""

from __future__ import annotations

from mockserver.apis import APIS
from mockserver.app import shipped_contracts
from mockserver.contracts.loader import Contracts


def shipped(*apis: str) -> Contracts:
    """Return the contracts of some APIs; of the four vendors' where none is named. All are compiled."""
    found = shipped_contracts(apis or tuple(api.name for api in APIS))
    found.load_all()
    return found
