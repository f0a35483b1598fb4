"""The pages about the control API and about faults."""

from __future__ import annotations

import functools
import json
from typing import Any

from generate import markdown as md
from mockserver._resources import folder
from mockserver.apis import APIS
from mockserver.contracts import loader
from mockserver.contracts.model import Contract, ResponseClause
from mockserver.contracts.sharing import SHARED
from mockserver.control.operations import OPERATIONS

_FAMILIAR = {"malformed", "token", "cross-site", "unknown", "not-yet", "too-large", "invalid", "beaten"}
"""Answers that any operation may give; they are described once."""


@functools.cache
def _contracts() -> dict[str, Contract]:
    return dict(loader.load(folder("contracts"), ["control"]).by_operation)


@functools.cache
def _definitions() -> dict[str, Any]:
    definitions: dict[str, Any] = json.loads((folder("contracts") / "control" / SHARED).read_text("utf-8"))["$defs"]
    return definitions


def _links(base: str = "") -> dict[str, str]:
    shapes = {name for name, schema in _definitions().items() if "properties" in schema}
    return {name: f"{base}#{_anchor(name)}" for name in sorted(shapes)}


def _anchor(name: str) -> str:
    return "shape-" + name.replace("_", "-")


def page() -> str:
    """Write the page of the control API."""
    rows = [
        (md.code(way.methods[0]), f"[`{way.paths[0]}`](#{way.name.lower()})", md.text(_title(way.name, way.handler)))
        for way in OPERATIONS
    ]
    shapes = [
        f"### {name} {{ #{_anchor(name)} }}\n\n{md.text(schema.get('description', ''))}\n\n"
        + md.fields(schema, _links(), _definitions())
        for name, schema in sorted(_definitions().items())
        if "properties" in schema
    ]
    return md.page(
        "Control API",
        "JSON in and out, under `/_control`; for another sandbox under `/_control/sandboxes/{name}/…` or "
        "`/~{name}/_control/…`. `GET /_control/openapi.json` is the same for programs, "
        "[`mockserver.client.Control`](plugin.md#control) the same from Python, the [commands](cli.md) for a shell.",
        'An error is `{"error": {"code": "unknown-state", "message": "…", "hint": "…", "allowed": […]}}`. '
        "Statuses: 400 not JSON, 401 the server asks for its token, 403 a write from another site's page, "
        "404 no such thing, 408 it did not come in time, 409 a conflict, 413 too large, 421 asked by a name "
        "that is none of this server's ([why](../how-to/behind-a-proxy.md)), 422 cannot be followed, 503 not ready.",
        md.table(("Method", "Path under `/_control`", "Meaning"), rows),
        "## Operations",
        *(_operation(way) for way in OPERATIONS),
        "## Shapes\n\nA star marks a field that is always there.",
        *shapes,
    )


def faults() -> str:
    """Write the page of faults."""
    shapes = _definitions()
    parts = []
    for name, heading in (("fault", "A fault"), ("match", "What it matches"), ("effect", "What it does")):
        if name in shapes:
            body = md.fields(shapes[name], _links("control-api.md"), shapes)
            parts.append(f"## {heading}\n\n{md.text(shapes[name].get('description', ''))}\n\n{body}")
    for api in APIS:
        rows = [(md.code(one.name), md.text(one.title), one.confidence, md.text(one.source)) for one in api.faults]
        body = md.table(("Name", "What the client gets", "Label", "Source"), rows) or "None."
        parts.append(f"## Named faults of {api.name}\n\n{body}")
    return md.page(
        "Faults",
        "A fault goes wrong on purpose: `POST /_control/faults`, `mockserver faults add`, or `sandbox.faults.add(…)` "
        "in a test. The first that matches a request acts. *Named* faults are an API's own documented failures in its "
        'own bytes: `{"match": {"api": "ges"}, "effect": {"named": "…"}, "times": 1}`. How to use them: '
        "[Make things go wrong](../how-to/faults.md). A star marks a field of every answer; what to send says so. "
        "What goes wrong with a *job* – stuck, a cancel that is ignored "
        "or loses the race – is its plan: [States](states.md).",
        *parts,
    )


def _title(name: str, handler: object) -> str:
    found = _contracts().get(f"control.{name}")
    return found.title if found else md.summary(handler).rstrip(".")


def _operation(way: Any) -> str:
    found = _contracts().get(f"control.{way.name}")
    heading = f"### {way.methods[0]} {md.text(way.paths[0])} {{ #{way.name.lower()} }}"
    parts = [heading, f"{md.text(_title(way.name, way.handler))}. `control.{way.name}`"]
    if way.public:
        parts[-1] += "; needs no token"
    if found is None:
        return "\n\n".join(parts)
    parts.append(md.fields(found.parameters, _links(), _definitions()))
    if found.body is not None:
        words = md.Words(_links(), _definitions())
        parts.append(f"Body: {words.of(found.body)}.")
        if "$ref" not in (found.body if isinstance(found.body, dict) else {}):
            parts.append(md.fields(found.body, _links(), _definitions()))
    answers = [
        f"- {response.status}: {_answer(response)}" for response in found.responses if response.name not in _FAMILIAR
    ]
    return "\n\n".join([*(part for part in parts if part), "\n".join(answers)])


def _answer(response: ResponseClause) -> str:
    words = md.Words(_links(), _definitions()).of(response.schema)
    return f"{md.text(response.title)} {words}".strip() if response.content_type else "no body"
