"""Tokens: drawn from the seed, kept as records, judged by the sandbox's clock.

A record lives in the store, so every process of a sandbox knows every token. Its key is the token
itself; nothing here formats one into a message.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from mockserver.api.accounts import read_bearer
from mockserver.core.clock import milliseconds
from mockserver.core.ids import Ids

COLLECTION = "tokens"
SWEEP = 256
"""Dead tokens are thrown away each time this many have been made, so that a long run does not fill the memory."""


class InvalidToken(Exception):
    """The token is unknown, has expired, or is bound to another client (498)."""


class OtherClient(InvalidToken):
    """The token is bound to another client, which the Administrator tells apart."""


class TokenStore(Protocol):
    """Where token records are kept: what of `Documents` this module uses."""

    async def get(self, collection: str, key: str) -> Any: ...

    async def put(self, collection: str, key: str, value: Any) -> None: ...

    async def replace(self, collection: str, key: str, old: Any, new: Any) -> bool: ...

    async def all(self, collection: str) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """The client a token is good for. None: for any."""

    referer: str | None = None
    address: str | None = None

    def holds(self, referer: str | None, address: str, *, strict: bool) -> bool:
        """Tell whether a request comes from the client a token was made for.

        Args:
            referer: the request's header.
            address: the peer's.
            strict: compare the referer too; otherwise it is not looked at.
        """
        if self.address is not None and self.address != address:
            return False
        return not strict or self.referer is None or _same_referer(self.referer, referer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token.

    Attributes:
        expires: what its owner was told (epoch seconds of the sandbox's clock).
        dies: when it stops being good; earlier than `expires` when a test wants it to die in mid-poll.
    """

    value: str = field(repr=False)
    username: str
    expires: float
    dies: float
    binding: Binding

    @property
    def expires_ms(self) -> int:
        """`expires` as the services tell it: epoch milliseconds."""
        return milliseconds(self.expires)


def binding(parameters: Mapping[str, Any], referer: str | None, address: str) -> Binding:
    """Read `client`, `referer` and `ip` of a token request.

    Without `client`, as @arcgis/core sends it (captures w13), the token is bound to the request's own Referer, if
    there is one. `referrer` is the older spelling of the Administrator API.
    """
    client = str(parameters.get("client") or "").lower()
    if client == "requestip":
        return Binding(address=address)
    if client == "ip":
        return Binding(address=str(parameters.get("ip") or address))
    return Binding(referer=str(parameters.get("referer") or "") or referer)


def lifetime(asked: Any, *, default: float, cap: float) -> float:
    """Return how many minutes a token lives: what was asked for, clamped to the cap; the default if that is no number.

    The vendor clamps rather than refuses: rest-js asks for 20160 minutes everywhere (captures w5).
    """
    try:
        minutes = float(asked)
    except (TypeError, ValueError):
        return min(default, cap)
    return min(minutes, cap) if minutes > 0 else min(default, cap)


async def mint(
    store: TokenStore,
    ids: Ids,
    count: Callable[[str], Awaitable[int]],
    *,
    username: str,
    now: float,
    minutes: float,
    real_seconds: float,
    bound: Binding,
) -> Token:
    """Make a token and keep it.

    Args:
        count: draws the next number of a sequence of the sandbox.
        now: sandbox time in epoch seconds.
        minutes: how long its owner is told it lives.
        real_seconds: how long it does live; 0 for as long as told.
    """
    number = await count("arcgis.token")
    if number % SWEEP == 0:
        await sweep(store, COLLECTION, now)
    value = ids.hex("arcgis.token", number, 64)
    expires = now + minutes * 60
    dies = now + real_seconds if real_seconds else expires
    token = Token(value=value, username=username, expires=expires, dies=dies, binding=bound)
    await store.put(COLLECTION, value, {**asdict(token), "binding": asdict(bound)})
    return token


async def judge(store: TokenStore, value: str, *, now: float, referer: str | None, address: str, strict: bool) -> Token:
    """Return the token of that value.

    Raises:
        InvalidToken: unknown, expired, or made for another client.
    """
    record = await store.get(COLLECTION, value)
    if record is None:
        raise InvalidToken
    token = Token(**{**record, "binding": Binding(**record["binding"])})
    if now >= token.dies:
        raise InvalidToken
    if not token.binding.holds(referer, address, strict=strict):
        raise OtherClient
    return token


def presented(parameters: Mapping[str, Any], headers: Mapping[str, str]) -> str | None:
    """Return the token a request carries, or None.

    The positions, first found first: parameter (query or form), `X-Esri-Authorization: Bearer`, `Authorization:
    Bearer`. An empty parameter is none. The Python client can send the word `None` after `Bearer`: a token like any
    other, and an invalid one.
    """
    if parameters.get("token"):
        return str(parameters["token"])
    for name in ("X-Esri-Authorization", "Authorization"):
        if token := read_bearer(headers.get(name, "").strip()):
            return token
    return None


async def sweep(store: TokenStore, collection: str, now: float) -> None:
    """Throw away the records of a collection that have died by now."""
    for key, record in dict(await store.all(collection)).items():
        if now >= record["dies"]:
            await store.replace(collection, key, record, None)


def _same_referer(bound: str, sent: str | None) -> bool:
    # A browser sends a whole address where the token was made for an origin.
    if sent is None:
        return False
    bound, sent = bound.rstrip("/").casefold(), sent.rstrip("/").casefold()
    return sent == bound or sent.startswith(f"{bound}/")
