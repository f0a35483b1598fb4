"""One call of an API, and the addresses at which it is called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mockserver.api.response import Response

Handler = Callable[[Any], Awaitable[Response]]
"""Answers a resolved request; it gets the `RequestContext`."""


_ID = (str, int)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPlace:
    """Where a request names the job it is about: in the path, in its parameters, or in its body.

    Attributes:
        path: a name of the path template.
        parameter: a name of the decoded parameters.
        body: keys down to an id, or to a list of ids whose first counts.
        clean: what makes an id of the text that stands there.
        in_path_alone: a part of the path is the id, but for blanks around it.
    """

    path: str = ""
    parameter: str = ""
    body: Sequence[str] = ()
    clean: Callable[[str], str] = str.strip
    in_path_alone: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "in_path_alone", bool(self.path) and self.clean is str.strip)

    def find(self, values: Mapping[str, str], parameters: Mapping[str, Any], payload: Any) -> str | None:
        """Return the id, or None when the request names none."""
        found: Any = None
        if self.path:
            found = values.get(self.path)
        elif self.parameter:
            found = parameters.get(self.parameter)
        elif self.body:
            found = payload
            try:
                for key in self.body:
                    found = found[key]
            except (TypeError, LookupError):
                return None
            if isinstance(found, list) and found:
                found = found[0]
        return self.clean(str(found)) or None if isinstance(found, _ID) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call of an API.

    Attributes:
        name: without the API's name, as in `contracts/<api>/<name>.json`.
        paths: templates (see `http.router.Route`); none when only `Api.resolve` can tell that it is meant.
        methods: HTTP methods.
        handler: answers it; None when the operation exists at the vendor but is not faked (501).
        job: where it names the job it is about.
        folded: the path is compared without regard to letter case.
        title: one sentence for the reference pages.
        body_limit: bytes its body may have, where that is not the server's limit.
        head: HEAD is answered, too: as GET is, but for the body. No contract speaks of it.
    """

    name: str
    methods: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    handler: Handler | None = None
    job: JobPlace | None = None
    folded: bool = False
    title: str = ""
    body_limit: int | None = None
    head: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """An address that serves several operations; `Api.resolve` tells which one is meant.

    Attributes:
        handler: answers what is none of them.
    """

    methods: tuple[str, ...]
    paths: tuple[str, ...]
    handler: Handler
    folded: bool = False
    body_limit: int | None = None
