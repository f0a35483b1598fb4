"""What answers where: the APIs under their own paths, and what stands beside them under one first segment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.api.context import RequestContext, Resolved
from mockserver.api.definition import Api
from mockserver.api.errors import BodyTooLarge, HandlerFailed
from mockserver.api.operation import Entrance, Operation
from mockserver.api.response import Response, error_response
from mockserver.contracts.model import Contract
from mockserver.core.errors import Unavailable
from mockserver.http.body import BodyStalled, BodyUnreadable, ClientGone
from mockserver.http.router import Candidate, Route, Router
from mockserver.sandbox.registry import UnknownSandbox
from mockserver.sandbox.sandbox import Sandbox

Target = tuple[Api, Operation | Entrance]
CONTROL = "_control"
"""The first path segment of the control API."""

APIS_HINT = "GET / lists what is faked"
_SANDBOXES_HINT = "GET /_control/sandboxes lists them; POST makes one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """What answers below one first path segment.

    Attributes:
        api: owns every path there.
        router: paths below the segment.
        contract: operation's full name -> its contract.
        enter: (sandbox, path below the segment) -> the same, where a path names another sandbox.
    """

    api: Api
    router: Router[Target]
    contract: Callable[[str], Contract | None]
    enter: Callable[[Sandbox, str], tuple[Sandbox, str]] = lambda sandbox, path: (sandbox, path)


class Mounts:
    """What stands beside the APIs, by first path segment; each is made when a request is for it.

    A server that is asked for its APIs alone need not import the control API.

    Attributes:
        segments: all of them.
        made: those that a request was for.
    """

    def __init__(self, makers: Mapping[str, Callable[[], Mount]]) -> None:
        self.segments = frozenset(makers)
        self._makers = makers
        self.made: dict[str, Mount] = {}

    def at(self, segment: str) -> Mount:
        """Return what answers below one of the segments."""
        found = self.made.get(segment)
        if found is None:
            found = self.made[segment] = self._makers[segment]()
        return found

    def of(self, api: Api) -> Mount | None:
        """Return the mount that is this API; None for an API of a vendor's."""
        return next((one for one in self.made.values() if one.api is api), None)


def routes(api: Api) -> list[Route[Target]]:
    """Return all ways into an API."""
    ways: tuple[Operation | Entrance, ...] = (*api.operations, *api.entrances)
    return [
        Route(
            methods=frozenset((*way.methods, "HEAD") if isinstance(way, Operation) and way.head else way.methods),
            template=path,
            target=(api, way),
            folded=way.folded,
            shown=_shown(api.mounts, path),
        )
        for way in ways
        for path in way.paths
    ]


def _shown(mounts: Mapping[str, str], path: str) -> str:
    for name, value in mounts.items():
        path = path.replace(f"{{{name}}}", value)
    return path


class Bases:
    """Which API owns a path that no route leads to."""

    def __init__(self, apis: Sequence[Api]) -> None:
        self._bases = [(base.casefold().rstrip("/") + "/", api) for api in apis for base in api.bases]

    def owner(self, path: str) -> Api | None:
        """Return the API under whose base a path lies."""
        folded = f"/{path.casefold().lstrip('/')}/"
        return next((api for base, api in self._bases if folded.startswith(base)), None)


class ApiRouter(Router[Target]):
    """Finds operations of the APIs, and lets an API's be imported by the first path that may lead to one.

    That is a path under a base of the API, or one that leads nowhere in the APIs which have been asked before.
    """

    def __init__(self, apis: Sequence[Api], bases: Bases) -> None:
        super().__init__(())
        self._unasked = {api.name: api for api in apis}
        self._places = {api.name: place for place, api in enumerate(apis)}
        self._bases = bases

    def _candidates(self, path: str) -> list[Candidate[Target]]:
        if self._unasked:
            owner = self._bases.owner(path)
            if owner is not None and owner.name in self._unasked:
                self._ask(owner)
        found = super()._candidates(path)
        if not found and self._unasked:
            self._ask(*self._unasked.values())
            found = super()._candidates(path)
        return found

    def nearest(self, path: str) -> str | None:
        self._ask(*self._unasked.values())
        return super().nearest(path)

    def _ask(self, *apis: Api) -> None:
        for api in apis:
            del self._unasked[api.name]
            self.add(routes(api))
        # Of two paths that are equally near the first is named, whoever was asked first.
        self.routes = tuple(sorted(self.routes, key=lambda route: self._places[route.target[0].name]))


def unmatched(router: Router[Target], mask: Callable[[str], str]) -> Api:
    """Return what answers under no API's base: the server's own 404, which names the nearest known path."""

    def refuse(context: RequestContext[Any, Any], error: Exception) -> Response:
        if isinstance(error, UnknownSandbox):
            return error_response(404, "unknown-sandbox", str(error), _SANDBOXES_HINT)
        if isinstance(error, BodyTooLarge):
            return error_response(413, "too-large", str(error))
        if isinstance(error, Unavailable):
            return unavailable(error)[0]
        if isinstance(error, HandlerFailed):
            return error_response(500, "bug", "the server failed; its log says why")
        path = context.path
        nearest = router.nearest(path)
        if nearest is None:
            hint = "this port serves /_control only"
        elif nearest.casefold() == path.rstrip("/").casefold():
            hint = "the settings of this sandbox do not mount it; GET /_control/apis says which would"
        else:
            hint = f"the nearest known path is {nearest}; {APIS_HINT}"
        answer = error_response(404, "unknown-path", f"nothing is faked at {mask(path)}", hint)
        return answer._replace(nearest=nearest, hint=hint)

    return server_api("", resolve=lambda context: Resolved(None), refuse=refuse)


def server_api(name: str, **parts: Any) -> Api:
    """Return an `Api` of the server's own: no jobs, no settings, nothing of a vendor's."""

    def no_job(fields: Any, context: Any) -> Any:
        raise AssertionError("the server's own operations make no jobs of theirs")

    return Api(
        **{
            "name": name,
            "title": "",
            "bases": (),
            "account": "",
            "machines": {},
            "operations": (),
            "settings": type(None),
            "read_site": lambda section: None,
            "job_spec": no_job,
            **parts,
        }
    )


def disowned(sandbox: Sandbox) -> tuple[Response, Mapping[str, str]]:
    """Return answer and headers for a request whose sandbox was reset, replaced or ended before it was answered."""
    if sandbox.home.ended:
        message = f"the sandbox {sandbox.name!r} ended while this was answered"
        response = error_response(404, "unknown-sandbox", message, _SANDBOXES_HINT)
    else:
        message = "the sandbox was reset or replaced while this was answered; it has nothing of it"
        response = error_response(409, "reset", message, "ask again")
    return response, {"Content-Type": str(response.content_type)}


def unavailable(problem: Unavailable) -> tuple[Response, Mapping[str, str]]:
    """Return answer and headers of the server's own for a request that reached no store and no API."""
    response = error_response(503, "unavailable", str(problem), "ask again; GET /_control/ready says when it is back")
    return response, {"Content-Type": str(response.content_type)}


class BadHost(Exception):
    """The Host header is no name that an address in an answer could begin with."""

    def __init__(self) -> None:
        super().__init__("the Host header is neither a name nor an address, with or without a port")


GONE = (ClientGone, BadHost, BodyStalled, BodyUnreadable)
"""Why a request is answered in the server's own words (`gone`), of which no API's contract speaks."""


def gone(error: Exception) -> Response | None:
    """Return the answer to a client whose body or host says nothing, whichever API it is for; None for other errors."""
    if isinstance(error, ClientGone):
        return error_response(400, "gone", str(error))
    if isinstance(error, BadHost | BodyUnreadable):
        return error_response(400, "unreadable", str(error))._replace(headers={"Connection": "close"})
    if isinstance(error, BodyStalled):
        return error_response(408, "stalled", str(error))._replace(headers={"Connection": "close"})
    return None
