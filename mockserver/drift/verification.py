"""The contracts of one API run against a live system of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mockserver.api.definition import Api
from mockserver.contracts.loader import Contracts
from mockserver.drift import live
from mockserver.drift.interpreter import Alias, Interpreter, Judged
from mockserver.drift.live import Asked, Patience
from mockserver.drift.report import Report, report
from mockserver.journal import masking

_SERVICE = ".asmx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What to verify.

    Attributes:
        url: of the system; its path says where the API stands there.
        account: the API's section of the account file.
        only: operations (`<api>.<Name>`) to report on; empty: all.
        ca: a certificate to trust besides the usual ones.
    """

    url: str
    api: Api
    account: Mapping[str, Any] = field(default_factory=dict)
    may_write: bool = False
    only: Sequence[str] = ()
    patience: Patience = Patience()
    ca: Path | None = None
    aliases: Sequence[Alias] = ()


async def verify(
    what: Verification, contracts: Contracts, noted: Callable[[Judged], None] = lambda judged: None
) -> tuple[Report, list[Judged]]:
    """Walk through a live system; return what was found out, and the exchanges.

    Raises:
        Unreachable: it cannot be asked.
        OSError: the CA cannot be read.
    """
    api = what.api
    assert api.walk is not None
    began = time.time()
    interpreter = Interpreter([api], contracts, aliases=(*what.aliases, *_aliases(what)))
    async with live.session(what.patience, what.ca) as session:
        system = Asked(
            what.url,
            api,
            interpreter,
            session,
            account=what.account,
            may_write=what.may_write,
            patience=what.patience,
            only=frozenset(what.only),
            noted=noted,
        )
        await api.walk(system)
    names = what.only or [f"{api.name}.{one.name}" for one in api.operations if one.handler is not None]
    made = report(
        what.url,
        system.judged,
        contracts,
        operations=names,
        reasons=system.reasons,
        began=began,
        seconds=time.time() - began,
    )
    # What the walk itself does against a contract it does on purpose, to see the refusal.
    waited = f"{what.patience.wait:g} s" if what.patience.polls is None else f"{what.patience.polls} polls"
    unfinished = [
        f"{one.operation}: expected {one.fact.expected}, got {masking.mask(one.fact.got)} after {waited}"
        for one in system.unfinished
        if not what.only or one.operation in what.only
    ]
    return replace(made, client_breaches=(), unfinished=unfinished), system.judged


def _aliases(what: Verification) -> list[Alias]:
    """Return where a service stands that is not at one of its API's own paths (a stub at the root of its host, say)."""
    path = live.split(what.url)[1]
    folded = path.casefold()
    if not folded.endswith(_SERVICE) or any(folded.startswith(base.casefold()) for base in what.api.bases):
        return []
    return [Alias(foreign=path, own=what.api.bases[0])]


def is_address(url: str) -> bool:
    """Tell whether a text is an address that can be asked."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.netloc)
