"""The control API as one more API over the same pipeline, mounted under `/_control`; and the small page at `/`.

Rules a maintainer must keep:

1. What a request may hold is said by its contract; a handler gets decoded, checked values.
2. Bad input is never a 500, and every refusal has the one shape of `errors`.
3. Who may ask at all is said by `door`.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from mockserver.api.context import RequestContext, Resolved
from mockserver.api.operation import Operation
from mockserver.control import errors, requests
from mockserver.control.door import Door
from mockserver.control.handlers import health
from mockserver.control.operations import OPERATIONS
from mockserver.control.requests import ControlRequest, handled
from mockserver.http.mounts import CONTROL, Mount, Target, routes, server_api
from mockserver.http.router import Router
from mockserver.http.services import Services
from mockserver.sandbox.sandbox import Sandbox


def control(services: Services) -> Mount:
    """Return what answers below `/_control`."""
    router: Router[Target]
    api = server_api(
        "control",
        operations=OPERATIONS,
        resolve=partial(requests.resolve, services),
        refuse=lambda context, error: errors.refuse(router, context, error),
        admit=Door(services.settings).admit,
        journaled=False,
        lenient=False,
        headers={"Cache-Control": "no-store"},
    )
    router = Router(routes(api))

    def enter(sandbox: Sandbox, path: str) -> tuple[Sandbox, str]:
        path = path.removeprefix(f"/{CONTROL}") or "/"
        parts = path.split("/", 3)
        if len(parts) == 4 and parts[1] == "sandboxes" and parts[3]:
            return services.sandboxes.get(parts[2]), "/" + parts[3]
        return sandbox, path

    return Mount(api=api, router=router, contract=services.control_contracts.get, enter=enter)


def start_page(services: Services) -> Mount:
    """Return what answers at `/`."""

    def resolve(context: RequestContext[Any, Any]) -> Resolved:
        sandbox = context.sandbox
        assert isinstance(sandbox, Sandbox)
        return Resolved(
            page,
            details=ControlRequest(
                services=services,
                sandbox=sandbox,
                prefix=context.prefix,
                values={},
                body=None,
                peer=context.peer,
                asked_at_apis=True,
            ),
        )

    page = Operation(name="StartPage", methods=("GET", "HEAD"), paths=("/",), handler=handled(health.start))
    router: Router[Target]
    api = server_api(
        "root",
        operations=(page,),
        resolve=resolve,
        refuse=lambda context, error: errors.refuse(router, context, error),
        journaled=False,
        headers={"Cache-Control": "no-store"},
    )
    router = Router(routes(api))
    return Mount(api=api, router=router, contract=lambda name: None)
