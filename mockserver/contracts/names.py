"""Whether a folder of contracts goes with the APIs: it has some for one at least, and each is an operation's."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Collection, Mapping

from mockserver.contracts.loader import Contracts
from mockserver.contracts.sharing import BadContract

log = logging.getLogger("mockserver")


def check_names(contracts: Contracts, known: Mapping[str, Collection[str]]) -> None:
    """Make sure that whoever brings contracts of his own has not named them amiss.

    A folder may hold the contracts of one API alone; of the others nothing is checked then, as the log says.

    Args:
        known: the operations' names by API.

    Raises:
        BadContract: no API has any, or a file's name is no operation's.
    """
    found = {api: [one for one in contracts.files if one.startswith(f"{api}.")] for api in known}
    without = [api for api in known if not found[api]]
    if without == [*known]:
        raise BadContract(f"{contracts.folder}: no contract in {', '.join(without)}; put them there")
    if without:
        log.info("no contracts of %s in %s: nothing is checked there", ", ".join(without), contracts.folder)
    for api, names in known.items():
        for operation in found[api]:
            name = operation.removeprefix(f"{api}.")
            if name not in names:
                near = difflib.get_close_matches(name, names, 1)
                hint = f"name it {near[0]}.json" if near else "take it out"
                raise BadContract(f"{contracts.files[operation]}: {api} has no operation {name!r}; {hint}")
