"""Markdown from plain data: pages, tables, and JSON Schemas as readable words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

GENERATED = "<!-- Written by `make reference` from the code; edit the code. -->"

Schema = Mapping[str, Any] | bool


def page(title: str, *parts: str) -> str:
    """Return a page: its title, the note that it is generated, and its parts."""
    return "\n\n".join([f"# {title}", GENERATED, *(part.strip("\n") for part in parts if part)]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table; empty text when it has no row."""
    lines = ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    if not lines:
        return ""
    return "\n".join(["| " + " | ".join(head) + " |", "|" + " --- |" * len(head), *lines])


def cell(value: Any) -> str:
    """Return text that fits into one cell of a table."""
    return str(value).replace("|", "\\|").replace("\n", " ")


_FACT = re.compile(r"\b(?P<api>arcgis|casjobs|ges|prime)\.md §(?P<section>\d+(?:\.\d+)?)")
_FACTS = "../explanation/wire-facts.md"


def text(value: str) -> str:
    """Return words of the code as Markdown: what looks like a tag is none, and a fact that is cited is a link to it."""
    escaped = value.replace("&", "&amp;").replace("<", "&lt;")
    linked = _FACT.sub(rf"[\g<api> §\g<section>]({_FACTS}#\g<api>-\g<section>)", escaped)
    linked = re.sub(
        r"\b([Ss]eed 00\d|[Cc]aptures? w\d+b?|[Rr]ecordings? of PyPI arcgis|Captures of arcgis)\b",
        rf"[\1]({_FACTS}#sources)",
        linked,
    )
    return re.sub(r"\bopen question (\d+)", rf"[open question \1]({_FACTS}#open-questions)", linked)


def code(value: Any) -> str:
    """Return a value as code; a backquote within it needs two around it."""
    shown = str(value)
    return f"`` {shown} ``" if "`" in shown else f"`{shown}`"


def constant(value: Any) -> str:
    """Return a JSON value as code."""
    return code(json.dumps(value, ensure_ascii=False))


def codes(values: Iterable[Any]) -> str:
    """Return values as code, with commas."""
    return ", ".join(code(value) for value in values)


def summary(documented: object) -> str:
    """Return the first paragraph of a docstring, in one line."""
    doc = (documented.__doc__ or "").strip()
    return " ".join(doc.partition("\n\n")[0].split())


def fields(schema: Schema, links: Mapping[str, str] | None = None, definitions: Mapping[str, Any] | None = None) -> str:
    """Return an object schema as a table of its fields.

    Args:
        links: definition -> the address its name leads to; other definitions are described in place.
        definitions: `$defs` that the schema may use.
    """
    words = Words(links or {}, definitions or {})
    found = words.resolve(schema)
    if isinstance(found, bool):
        return ""
    required = set(found.get("required", ()))
    rows = [
        (code(name) + (" *" if name in required else ""), words.of(part), text(words.description(part)))
        for name, part in words.properties(found).items()
    ]
    return table(("Field", "Type", "Meaning"), rows)


class Words:
    """Says what a schema allows, in words.

    Args:
        links: definition -> the address its name leads to.
        definitions: by their name, or by the whole reference (`urn:…#/$defs/name`).
    """

    def __init__(self, links: Mapping[str, str], definitions: Mapping[str, Any]) -> None:
        self.links = links
        self.definitions = definitions

    def target(self, schema: Schema) -> tuple[str, Schema | None]:
        """Return the name a `$ref` leads to, and what is there."""
        reference = "" if isinstance(schema, bool) else schema.get("$ref", "")
        name = reference.rpartition("/")[2]
        return name, self.definitions.get(reference, self.definitions.get(name))

    def resolve(self, schema: Schema) -> Schema:
        """Follow references to the schema itself."""
        while not isinstance(schema, bool) and "$ref" in schema:
            _, found = self.target(schema)
            if found is None:
                return True
            schema = found
        return schema

    def properties(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of an object schema, with those that `allOf` adds."""
        found: dict[str, Any] = {}
        for part in schema.get("allOf", ()):
            inner = self.resolve(part)
            if not isinstance(inner, bool):
                found |= self.properties(inner)
        return found | dict(schema.get("properties", {}))

    def description(self, schema: Schema) -> str:
        """Return what a schema says it is."""
        if isinstance(schema, bool):
            return ""
        if "description" in schema:
            return str(schema["description"])
        _, found = self.target(schema)
        return self.description(found) if found is not None else ""

    def of(self, schema: Schema, depth: int = 0) -> str:
        """Return the type in words."""
        if isinstance(schema, bool):
            return "anything" if schema else "nothing"
        if "$ref" in schema:
            name, found = self.target(schema)
            if name in self.links:
                return f"[{name}]({self.links[name]})"
            return name if found is None or depth > 4 else self.of(found, depth + 1)
        for word in ("oneOf", "anyOf"):
            if word in schema:
                return " or ".join(dict.fromkeys(self.of(part, depth + 1) for part in schema[word]))
        if "enum" in schema:
            return ", ".join(constant(value) for value in schema["enum"])
        if "const" in schema:
            return constant(schema["const"])
        return self._plain(schema, depth)

    def _plain(self, schema: Mapping[str, Any], depth: int) -> str:
        kinds = schema.get("type", "object" if "properties" in schema or "allOf" in schema else None)
        if kinds is None:
            return "anything"
        return " or ".join(self._one(kind, schema, depth) for kind in ([kinds] if isinstance(kinds, str) else kinds))

    def _one(self, kind: str, schema: Mapping[str, Any], depth: int) -> str:
        if kind == "array":
            return f"list of {self.of(schema['items'], depth + 1)}" if "items" in schema else "list"
        if kind == "object" and depth <= 2 and (names := list(self.properties(schema))):
            return "object: " + codes(names)
        least = schema.get("minimum")
        return f"{kind} ≥ {least}" if kind in ("integer", "number") and least is not None else kind
