"""An answer whose content has suffered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self

from mockserver.api.response import Response
from mockserver.faults.effects.effect import Effect

_NOT_UTF8 = b"\xff\xfe\xc0\xaf"


class Damage(StrEnum):
    """What has become of the content."""

    TRUNCATE = "truncate"
    NOT_UTF8 = "not-utf8"
    WRONG_CONTENT_TYPE = "wrong-content-type"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Garble(Effect):
    """Spoil the answer's body or its content type; status and other headers stay."""

    name: ClassVar[str] = "garble"
    words: ClassVar[tuple[str, ...]] = tuple(damage.value for damage in Damage)

    damage: Damage

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        return cls(damage=Damage(given["garble"]))

    def spoil(self, response: Response) -> Response:
        body, kind = response.body, response.content_type
        middle = len(body) // 2
        match self.damage:
            case Damage.TRUNCATE:
                body = body[:middle]
            case Damage.NOT_UTF8:
                body = body[:middle] + _NOT_UTF8 + body[middle:]
            case Damage.EMPTY:
                body = b""
            case Damage.WRONG_CONTENT_TYPE:
                kind = "application/octet-stream" if (kind or "").startswith("text/html") else "text/html"
        return Response(
            status=response.status,
            data=None,
            body=body,
            content_type=kind,
            headers=response.headers,
            mark=response.mark,
        )
