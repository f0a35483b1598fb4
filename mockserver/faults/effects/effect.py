"""What an effect is: a value with abilities, of which each effect has one or two and leaves the others as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Protocol, Self

from mockserver.api.context import RequestContext
from mockserver.api.definition import Api
from mockserver.api.response import Response


class Manner(StrEnum):
    """How an answer goes over the connection, where not as usual."""

    DRIP = "drip"
    CLOSE_BEFORE = "close-before"
    CLOSE_MID_BODY = "close-mid-body"
    RESET = "reset"


def first_half(body: bytes) -> bytes:
    """Return what is sent of a body before the connection ends in the middle of it."""
    return body[: len(body) // 2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """How an answer is sent; `http.fault_transport` does it.

    Attributes:
        piece, pause: of a drip, bytes of each piece and real seconds between two.
    """

    manner: Manner
    piece: int = 0
    pause: float = 0.0


class Effect(Protocol):
    """What goes wrong. A class that names this one as its base says only where it differs from doing nothing.

    Attributes:
        name: the field of the control API's `effect` that asks for it.
        words: what the catalogue says of it: a sentence, or the values that may stand there.
    """

    name: ClassVar[str]
    words: ClassVar[str | tuple[str, ...]]

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        """Read the control API's `effect`, which has a field of this effect's name and the schema's form.

        Raises:
            BadFault: it cannot be followed.
        """
        ...

    def check(self, match: Mapping[str, Any], apis: Mapping[str, Api]) -> None:
        """Refuse an effect that could never act.

        Raises:
            BadFault: with what could stand there instead.
        """

    def acts_on(self, api: Api | None) -> bool:  # noqa: ARG002 - an effect of one API looks at it
        """Tell whether requests to an API (None: to none) can be hit."""
        return True

    @property
    def replaces_work(self) -> bool:
        """The request is not carried out: the effect takes the place of the work."""
        return False

    @property
    def unanswered(self) -> bool:
        """The client gets not even a status."""
        return False

    @property
    def hides_answer(self) -> bool:
        """The client does not get the API's own answer, or not the whole of it."""
        return True

    @property
    def passes(self) -> float:
        """Sandbox seconds by which the clock goes forward once the request is answered."""
        return 0.0

    @property
    def transport(self) -> Transport | None:
        """How the answer is sent, where not as usual."""
        return None

    def response(self, context: RequestContext[Any, Any] | None) -> Response | None:  # noqa: ARG002 - as above
        """Return an answer in place of the API's own; None leaves that one.

        Args:
            context: None for a request that reached no API.
        """
        return None

    def spoil(self, response: Response) -> Response:
        """Return the answer with its content spoilt."""
        return response
