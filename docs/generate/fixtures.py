"""The page about fixtures: their form, and what the default ones hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from generate import markdown as md
from mockserver._resources import folder
from mockserver.apis import APIS

_COMMON = "urn:mockserver:common.schema.json"


def page() -> str:
    """Write the page."""
    schemas = {
        file.name: json.loads(file.read_text("utf-8")) for file in sorted(folder("fixtures").glob("*.schema.json"))
    }
    common = schemas["common.schema.json"]["$defs"]
    definitions = {f"{_COMMON}#/$defs/{name}": schema for name, schema in common.items()} | common
    parts = []
    for api in APIS:
        schema = schemas[f"{api.name}.schema.json"]
        # An API's own definitions win over the common ones of the same name.
        known = {**definitions, **schema.get("$defs", {})}
        own = {name: one for name, one in schema.get("$defs", {}).items() if "properties" in one or "allOf" in one}
        links = {name: f"#{api.name}-{name.replace('_', '-')}" for name in own}
        parts.append(f"## {api.name}\n\n{md.fields(schema, links, known)}")
        for name, one in own.items():
            parts.append(f"### {api.name}: {name} {{ {links[name]} }}")
            parts += [md.text(one.get("description", "")), md.fields(one, links, known)]
    parts.append(
        "## The default fixtures\n\nWhat a sandbox starts with when no `--fixtures` are named. Jobs that are not in a "
        "final state are held: the clock does not move them."
    )
    parts += [_default(api.name) for api in APIS]
    return md.page(
        "Fixtures",
        "What a sandbox starts with: JSON or YAML, one document or a folder of them, merged. Its keys are the APIs. "
        "`fixtures/fixture.schema.json` checks them; an error names file, line and remedy. The same form of a job "
        "serves `POST /_control/jobs` and `sandbox.<api>.job(…)`. A star marks a field that must be there.",
        "## Every job\n\n" + md.fields(common["job"], {}, definitions),
        'A plan is a shorthand ([States](states.md) lists them), `{"looks": 3}` (the usual plan, but each state ends '
        "at the third status query in it), or "
        '`{"steps": [{"state": "pending", "for": "1s"}, {"state": "running", "for": {"looks": 3}}], "end": "…"}`. '
        "Durations: a number of seconds, or `250ms`, `2s`, `1m`. `on_cancel`: `honours` (after a delay, the default), "
        "`ignores`, `loses` (it succeeds although the cancel was accepted), `fails`, `stuck`; or "
        '`{"mode": "honours", "after": "5s"}`.',
        *parts,
    )


def _default(api: str) -> str:
    sections: dict[str, Any] = {}
    for file in sorted(folder("fixtures").glob("*.json")):
        if not file.name.endswith(".schema.json"):
            for name, rows in json.loads(file.read_text("utf-8")).get(api, {}).items():
                if isinstance(rows, list):
                    sections.setdefault(name, []).extend(rows)
    parts = [f"### {api}: what is there {{ #default-{api} }}"]
    for name, rows in sections.items():
        if name != "jobs":
            parts.append(f"**{name}**: " + "; ".join(_short(row) for row in rows) + ".")
    jobs = [
        (
            md.code(job.get("id", "")),
            md.code(job.get("state", "")),
            ", ".join(
                f"{key} {md.code(job[key])}"
                for key in ("service", "task", "graph", "kind", "type", "name")
                if key in job
            ),
            _plan(job),
        )
        for job in sections.get("jobs", [])
    ]
    parts.append(md.table(("Job", "State", "What", "Plan and cancel"), jobs))
    return "\n\n".join(part for part in parts if part)


_NAMES = ("name", "wsid", "username", "user", "context", "type", "query")


def _short(row: Any) -> str:
    if not isinstance(row, Mapping):
        return md.code(row)
    name = next((row[key] for key in _NAMES if key in row), None)
    shown = md.code(name) if name is not None else md.constant(row)
    extra = ", ".join(
        _inner(key, row[key]) for key in ("folder", "password", "token", "access_key", "tasks") if row.get(key)
    )
    return f"{shown} ({extra})" if extra else shown


def _inner(key: str, value: Any) -> str:
    if isinstance(value, list):
        return f"{key} {md.codes(one['name'] for one in value if isinstance(one, Mapping) and 'name' in one)}"
    return f"{key} {md.code(value)}"


def _plan(job: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{key} {md.constant(job[key])}" for key in ("scenario", "plan", "on_cancel", "hold") if key in job
    )
