"""Schemas of contracts as OpenAPI has them: references led to the components, and what XML calls the parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mockserver.contracts.checker import Schema

_DEFINITION = "#/$defs/"
_COMPONENT = "#/components/schemas/"


class Schemas:
    """The schemas of one API on their way into a document. What contracts share is moved once."""

    def __init__(self, api: str) -> None:
        self._api = api
        self._moved: dict[int, tuple[Any, Any]] = {}

    def moved(self, schema: Any) -> Any:
        """Return a schema whose references lead to the components, and whose `@name` properties are XML's attributes.

        Nobody may change what comes back: whoever asks again gets the same.
        """
        known = self._moved.get(id(schema))
        if known is None:
            # The schema is kept with what was made of it, so that no other can get its identity.
            known = self._moved[id(schema)] = (schema, self._move(schema))
        return known[1]

    def document_element(self, schema: Schema, definitions: Mapping[str, Any]) -> Any:
        """Return the schema of an XML document, for one of its decoded form: an object with one name, the element's."""
        shape = resolved(schema, definitions)
        names = list(shape.get("properties", {}))
        if len(names) != 1 or names[0].startswith("@"):
            return self.moved(schema)
        inner = self.moved(shape["properties"][names[0]])
        return {**inner, "xml": {"name": names[0]}} if isinstance(inner, dict) else {"xml": {"name": names[0]}}

    def _move(self, schema: Any) -> Any:
        if isinstance(schema, list):
            return [self._move(one) for one in schema]
        if not isinstance(schema, Mapping):
            return schema
        found: dict[str, Any] = {}
        for name, value in schema.items():
            if name == "$ref" and isinstance(value, str):
                found[name] = value.replace(_DEFINITION, f"{_COMPONENT}{self._api}.", 1)
            elif name in ("const", "enum", "default", "examples"):
                found[name] = value
            elif name == "properties":
                found[name] = {key: self._part(key, one) for key, one in value.items()}
            else:
                found[name] = self._move(value)
        return found

    def _part(self, name: str, schema: Schema) -> Any:
        found = self._move(schema)
        if name.startswith("@") and isinstance(found, dict):
            return {**found, "xml": {"attribute": True, "name": name[1:]}}
        return found


def resolved(schema: Schema, definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a schema with what it refers to in place of the reference."""
    while not isinstance(schema, bool) and set(schema) == {"$ref"}:
        schema = definitions[schema["$ref"].removeprefix(_DEFINITION)]
    return {} if isinstance(schema, bool) else schema


def envelope(version: str, namespace: str, element: str, inside: Any) -> dict[str, Any]:
    """Return the schema of a SOAP message with one element in its Body.

    Args:
        version: `1.1` or `1.2`.
    """
    soap = {
        "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
        "1.2": "http://www.w3.org/2003/05/soap-envelope",
    }[version]
    named = {**inside, "xml": {"name": element, "namespace": namespace}} if isinstance(inside, dict) else {}
    return {
        "title": element,
        "type": "object",
        "xml": {"name": "Envelope", "namespace": soap, "prefix": "soap"},
        "required": ["Body"],
        "properties": {
            "Body": {
                "type": "object",
                "xml": {"namespace": soap, "prefix": "soap"},
                "required": [element],
                "properties": {element: named},
            }
        },
    }


def any_of(schemas: Iterable[Any]) -> Any:
    """Return one schema for whatever fits one of several."""
    kept: list[Any] = []
    for schema in schemas:
        for one in schema["anyOf"] if isinstance(schema, dict) and set(schema) == {"anyOf"} else [schema]:
            if one not in kept:
                kept.append(one)
    if all(isinstance(one, dict) and set(one) <= {"const", "enum"} and one for one in kept):
        values = [value for one in kept for value in one.get("enum", [one.get("const")])]
        return kept[0] if len(kept) == 1 else {"enum": list(dict.fromkeys(values))}
    if True in kept or {} in kept:
        return True if len(kept) > 1 else kept[0]
    return kept[0] if len(kept) == 1 else {"anyOf": kept}
