"""One of an API's own documented failures, in its own bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from mockserver.api.context import RequestContext
from mockserver.api.definition import Api
from mockserver.api.response import Response
from mockserver.core.errors import meant
from mockserver.faults.effects.effect import Effect
from mockserver.faults.errors import BadFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Effect):
    """Fail as the API says that it fails.

    Attributes:
        failure: the name of a `NamedFault`; an API that has none of that name is not hit.
    """

    name: ClassVar[str] = "named"
    words: ClassVar[str] = "one of the API's own failures, in its own bytes"

    failure: str

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        return cls(failure=given["named"])

    def check(self, match: Mapping[str, Any], apis: Mapping[str, Api]) -> None:
        api = match.get("api") or match.get("operation", "").partition(".")[0]
        of = [apis[api]] if api in apis else list(apis.values())
        names = tuple(dict.fromkeys(fault.name for one in of for fault in one.faults))
        if self.failure not in names:
            near = meant(self.failure, names).strip()
            raise BadFault(
                f"no fault {self.failure!r} of {', '.join(one.name for one in of)}; {near}".rstrip("; "), names
            )

    def acts_on(self, api: Api | None) -> bool:
        return api is not None and any(fault.name == self.failure for fault in api.faults)

    @property
    def replaces_work(self) -> bool:
        return True

    def response(self, context: RequestContext[Any, Any] | None) -> Response | None:
        return None if context is None else context.api.fault(self.failure).reply(context)
