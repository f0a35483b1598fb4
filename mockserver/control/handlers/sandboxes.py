"""`/sandboxes`: isolated copies of everything, for tests that run side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from mockserver.api.errors import BadContent
from mockserver.api.response import Response, json_response
from mockserver.control.errors import ControlError
from mockserver.control.long_answers import long_json_response
from mockserver.control.requests import ControlRequest
from mockserver.core.errors import meant
from mockserver.core.plan import seconds
from mockserver.http.listening import in_url
from mockserver.sandbox.fixtures.merge import Fixtures, merge_in_turns
from mockserver.sandbox.fixtures.schema import check_job
from mockserver.sandbox.fixtures.source_lines import Document
from mockserver.sandbox.sandbox import DEFAULT, Sandbox
from mockserver.settings import BadOption

ALL_LOADED = "default"
"""The name, among those of fixtures, that means all the server has loaded."""


async def listing(request: ControlRequest) -> Response:
    """List the sandboxes, the default one first."""
    every, judged = await request.services.sandboxes.everyone(), request.services.settings.strict
    return await long_json_response({}, "sandboxes", every, partial(_describe, request), judged=judged)


async def show(request: ControlRequest) -> Response:
    """Show one sandbox."""
    return json_response(_describe(request, await request.services.sandboxes.find(request.values["name"])))


async def create(request: ControlRequest) -> Response:
    """Make a sandbox."""
    sandboxes, name = request.services.sandboxes, request.fields.get("name")
    make = partial(sandboxes.create, name) if name else sandboxes.create_unnamed
    made = await make(await _given_fixtures(request), ttl=_given_ttl(request), submits=_given_submits(request))
    if request.fields.get("port", False):
        await _open_port(request, made)
    return json_response(_describe(request, made), 201)


async def replace(request: ControlRequest) -> Response:
    """Make a sandbox, or make it anew; its own port stays if it is to have one."""
    name, ttl, own_port = request.values["name"], _given_ttl(request), request.fields.get("port", False)
    if name == DEFAULT and (ttl is not None or own_port):
        hint = "give it fixtures, or make another sandbox"
        raise ControlError(409, "default-sandbox", "the default sandbox has no ttl and no port of its own", hint)
    made, is_new = await request.services.sandboxes.replace(
        name, await _given_fixtures(request), ttl=ttl, submits=_given_submits(request)
    )
    if own_port and not made.ports:
        await _open_port(request, made)
    elif made.ports and not own_port:
        await request.services.ports.close(made.ports.values())
        made.ports = {}
    return json_response(_describe(request, made), 201 if is_new else 200)


async def _given_fixtures(request: ControlRequest) -> Fixtures | None:
    given = request.fields.get("fixtures")
    return None if given is None else await _fixtures(request, given)


def _given_ttl(request: ControlRequest) -> float | None:
    ttl = request.fields.get("ttl")
    return None if ttl is None else seconds(ttl)


def _given_submits(request: ControlRequest) -> Mapping[str, Mapping[str, Any]]:
    given: Mapping[str, Mapping[str, Any]] = request.fields.get("submits", {})
    known = {api.name: api for api in request.services.apis}
    for name, fields in given.items():
        if name not in known:
            raise ControlError(422, "unknown-api", f"no API {name!r} here", allowed=list(known))
        try:
            check_job(known[name], fields, partial=True)
        except BadContent as error:
            raise BadContent(("submits", name, *error.pointer), str(error)) from None
    return given


async def _open_port(request: ControlRequest, sandbox: Sandbox) -> None:
    """Give a sandbox a port of its own; when that cannot be, there is no such sandbox."""
    ports = request.services.ports
    try:
        sandbox.ports = await ports.open(sandbox.name)
    except (OSError, BadOption) as error:
        await request.services.sandboxes.delete(sandbox.name)
        hint = "use the path prefix or the header X-Mockserver-Sandbox"
        raise ControlError(409, "no-port", f"no port could be opened: {error}", hint) from None
    if sandbox.ended:  # before it had them
        await ports.close(sandbox.ports.values())


async def delete(request: ControlRequest) -> Response:
    """End a sandbox."""
    name = request.values["name"]
    shown = _describe(request, await request.services.sandboxes.find(name))
    if name == DEFAULT:
        raise ControlError(409, "default-sandbox", "the default sandbox stays", "POST /_control/reset empties it")
    await request.services.sandboxes.delete(name)
    await request.services.close_ports_of_ended()
    return json_response(shown)


async def _fixtures(request: ControlRequest, given: list[Any]) -> Fixtures:
    """Merge inline documents and loaded ones, in the order given."""
    every = request.services.sandboxes.fixtures.documents
    loaded: dict[str, Sequence[Document]] = {}
    for document in every:
        name = document.source.replace("\\", "/").rsplit("/", 1)[-1]
        loaded[name] = loaded[name.rsplit(".", 1)[0]] = [document]
    loaded[ALL_LOADED] = every
    documents: list[Document] = []
    for number, one in enumerate(given):
        if isinstance(one, str):
            if one not in loaded:
                hint = f"{meant(one, loaded)}name a fixture the server has loaded, or give the document itself"
                raise ControlError(422, "unknown-fixture", f"no fixture {one!r} is loaded", hint, sorted(loaded))
            documents += loaded[one]
        else:
            documents.append(Document(source=f"fixtures[{number}]", content=one))
    return await merge_in_turns(documents, request.services.apis)


def _describe(request: ControlRequest, sandbox: Sandbox) -> dict[str, Any]:
    peer, site = request.peer, urlsplit(request.site)
    base = request.site + sandbox.prefix
    host = in_url(site.hostname or site.netloc)
    own = {scheme: f"{scheme}://{host}:{port}" for scheme, port in sandbox.ports.items()}
    # Who asks for a port of its own has a client that cannot do with a prefix: its APIs are shown there.
    apis = own.get(peer.scheme, base)
    return {
        "name": sandbox.name,
        "url": base,
        "apis": {api.name: apis + api.bases[0] for api in request.services.apis},
        "control": f"{request.asked_site}{sandbox.prefix}/_control",
        "header": {"X-Mockserver-Sandbox": sandbox.name},
        "ttl": sandbox.ttl,
        "port": sandbox.ports.get("http"),
        "ports": dict(sandbox.ports),
        "own_urls": own,
        "submits": sandbox.submits,
    }
