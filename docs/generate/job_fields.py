"""`python -m generate.job_fields FILE`: write the types of each API's job fields from the fixture schemas.

So an editor completes what a test may say of a job, and a type checker refuses what no API has.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mockserver._resources import folder
from mockserver.apis import APIS

HEAD = '''"""The fields of each API's job, for type checkers; made from the fixture schemas by `make reference`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypedDict
'''
FIXED = ("id", "state", "hold", "scenario", "runs")
"""What only a new job is given; the rest a force may say, too."""

_PLAIN = {"string": "str", "boolean": "bool", "integer": "int", "number": "float", "null": "None"}
_WIDTH = 120


def text() -> str:
    """Return the whole module."""
    common = _schema("common")
    writer = _Writer(common)
    classes = [one for api in APIS for one in writer.job(api.name.capitalize(), _schema(api.name))]
    return "\n\n\n".join([HEAD.rstrip(), *classes]) + "\n"


def _schema(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((folder("fixtures") / f"{name}.schema.json").read_text("utf-8"))
    return found


class _Writer:
    """Writes types; a run's once, when it is first needed."""

    def __init__(self, common: Mapping[str, Any]) -> None:
        self._common = common
        self._runs: set[str] = set()

    def job(self, name: str, schema: Mapping[str, Any]) -> Iterator[str]:
        own = schema["$defs"]
        job = own["job"]
        required = set(job.get("required", ()))
        fields = {**self._common["$defs"]["job"]["properties"], **job["properties"]}
        prefix = name
        changed = {key: value for key, value in fields.items() if key not in FIXED and key not in required}
        # The control API takes an API's own results under this name, too.
        changed.setdefault("results", True)
        new = {key: value for key, value in fields.items() if key not in changed}
        extra: list[str] = []
        title = f"What a test may say of a job of {name.lower()} that there is: while it forces it, for instance."
        body = self._class(f"{prefix}Fields", "TypedDict, total=False", title, changed, own, prefix, extra, ())
        made = f"What a test may say of a new job of {name.lower()}."
        whole = self._class(f"{prefix}Job", f"{prefix}Fields, total=False", made, new, own, prefix, extra, required)
        yield from (*extra, body, whole)

    def _class(
        self,
        name: str,
        bases: str,
        title: str,
        fields: Mapping[str, Any],
        own: Mapping[str, Any],
        prefix: str,
        extra: list[str],
        required: set[str] | tuple[()],
    ) -> str:
        lines = [f"class {name}({bases}):", f'    """{title}"""', ""]
        for key, schema in fields.items():
            kind = self._type(schema, own, prefix, extra)
            lines += _field(key, f"Required[{kind}]" if key in required else kind)
        return "\n".join(lines)

    def _type(self, schema: Any, own: Mapping[str, Any], prefix: str, extra: list[str]) -> str:
        if not isinstance(schema, Mapping):
            return "Any"
        if (reference := schema.get("$ref")) is not None:
            return self._reference(reference, own, prefix, extra)
        if "enum" in schema:
            return f"Literal[{', '.join(json.dumps(one) for one in schema['enum'])}]"
        if "oneOf" in schema:
            kinds = [part for one in schema["oneOf"] for part in self._type(one, own, prefix, extra).split(" | ")]
            return " | ".join(sorted(dict.fromkeys(kinds), key="None".__eq__))
        kinds = schema.get("type", "string" if "pattern" in schema else ())
        found = []
        for kind in [kinds] if isinstance(kinds, str) else kinds:
            if kind == "array":
                found.append(f"Sequence[{self._type(schema.get('items'), own, prefix, extra)}]")
            elif kind == "object":
                found.append("Mapping[str, Any]")
            else:
                found.append(_PLAIN[kind])
        return " | ".join(found) or "Any"

    def _reference(self, reference: str, own: Mapping[str, Any], prefix: str, extra: list[str]) -> str:
        file, _, name = reference.partition("#/$defs/")
        # A field of all jobs refers to what stands beside it in the common schema.
        defined = own if not file and name in own else self._common["$defs"]
        schema = defined[name]
        if name != "run":
            return self._type(schema, defined, prefix, extra)
        called = f"{prefix}Run"
        if called not in self._runs:
            self._runs.add(called)
            fields = {**self._common["$defs"]["job"]["properties"], **schema["properties"]}
            title = f"What a test may say of a run of a job of {prefix.lower()}."
            extra.append(self._class(called, "TypedDict, total=False", title, fields, own, prefix, extra, ()))
        return called


def _field(name: str, kind: str) -> Sequence[str]:
    line = f"    {name}: {kind}"
    if len(line) <= _WIDTH:
        return [line]
    # As ruff would break it.
    inside = kind[kind.index("[") + 1 : kind.rindex("]")]
    head, tail = kind[: kind.index("[") + 1], kind[kind.rindex("]") :]
    one = f"        {inside}"
    if len(one) <= _WIDTH:
        return [f"    {name}: {head}", one, f"    {tail}"]
    return [f"    {name}: {head}", *(f"        {part}," for part in inside.split(", ")), f"    {tail}"]


def main(file: Path) -> None:
    """Write it."""
    file.write_text(text(), "utf-8")
    print(f"written: {file}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "mockserver/testing/job_fields.py"))
