"""Whether a folder of contracts goes with the APIs: each of them has some, and each contract is an operation's."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping

from mockserver.contracts.loader import Contracts
from mockserver.contracts.sharing import BadContract


def check_names(contracts: Contracts, known: Mapping[str, Collection[str]]) -> None:
    """Make sure that whoever brings contracts of his own has not named them amiss.

    Args:
        known: the operations' names by API.

    Raises:
        BadContract: an API has none, or a file's name is no operation's.
    """
    for api, names in known.items():
        found = [operation for operation in contracts.files if operation.startswith(f"{api}.")]
        if not found:
            place = contracts.folder / api
            raise BadContract(f"{place}: no contract there; put them there, or leave the API out (--apis)")
        for operation in found:
            name = operation.removeprefix(f"{api}.")
            if name not in names:
                near = difflib.get_close_matches(name, names, 1)
                hint = f"name it {near[0]}.json" if near else "take it out"
                raise BadContract(f"{contracts.files[operation]}: {api} has no operation {name!r}; {hint}")
