"""How a dataclass of the model lies on the wire: which field is an attribute, an element, a list, and of what.

The writers of `responses` read these declarations and know no class of the model.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from operator import attrgetter
from typing import Any


class Role(Enum):
    """What a field is in XML; the JSON forms follow from it."""

    ATTRIBUTE = auto()
    TEXT = auto()
    VALUE = auto()
    PART = auto()
    ITEMS = auto()
    WRAPPED = auto()


# A member is found on its enum a good deal slower than in its module, and writers ask for each field.
ATTRIBUTE, TEXT, VALUE, PART, ITEMS, WRAPPED = Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One field.

    Attributes:
        name: its name in Python.
        wire: its name on the wire; for WRAPPED that of the element around the items.
        kind: `str`, `int`, `bool`, or a class of the model.
        item: name of each item of a WRAPPED list.
        always_array: JSON v1 writes an array even for one item.
        text_before: JSON of versions below this one writes the number as text.
        key: its name in JSON.
        start, end: its tags in XML, for VALUE and WRAPPED; for ATTRIBUTE what stands before and after the value.
    """

    name: str
    wire: str
    role: Role
    kind: Any
    item: str = ""
    always_array: bool = False
    text_before: int = 0
    key: str = field(init=False)
    start: str = field(init=False)
    end: str = field(init=False)

    def __post_init__(self) -> None:
        plain = {ATTRIBUTE: f"@{self.wire}", TEXT: "$"}
        object.__setattr__(self, "key", plain.get(self.role, self.wire))
        inline = self.role is ATTRIBUTE
        object.__setattr__(self, "start", f' {self.wire}="' if inline else f"<{self.wire}>")
        object.__setattr__(self, "end", '"' if inline else f"</{self.wire}>")


def attribute(kind: type, *, optional: bool = False) -> Any:
    """Declare an XML attribute, `@name` in JSON."""
    return _declare(ATTRIBUTE, kind, optional)


def text() -> Any:
    """Declare the text of an element that has attributes, `$` in JSON."""
    return _declare(TEXT, str, optional=False)


def value(kind: type, *, optional: bool = False, text_before: int = 0) -> Any:
    """Declare an element that holds one value; None leaves it out."""
    return _declare(VALUE, kind, optional, text_before=text_before)


def part(kind: type, wire: str) -> Any:
    """Declare an element that holds one object."""
    return _declare(PART, kind, optional=False, wire=wire)


def items(kind: type, wire: str, *, optional: bool = False, always_array: bool = False) -> Any:
    """Declare a repeated element. None leaves the key out where an empty tuple would be `[]`."""
    return _declare(ITEMS, kind, optional, wire=wire, always_array=always_array)


def wrapped(kind: type, wire: str, item: str, *, optional: bool = False) -> Any:
    """Declare a list inside an element of its own. None leaves that element out, an empty tuple leaves it empty."""
    return _declare(WRAPPED, kind, optional, wire=wire, item=item)


def _declare(role: Role, kind: type, optional: bool, **facts: Any) -> Any:
    metadata = {"role": role, "kind": kind, **facts}
    return dataclasses.field(default=None, metadata=metadata) if optional else dataclasses.field(metadata=metadata)


def slots(model: type) -> tuple[Slot, ...]:
    """Return a class's slots in the order of XML."""
    return tuple(Slot(name=one.name, **{"wire": _camel(one.name), **one.metadata}) for one in dataclasses.fields(model))


class FieldLayout:
    """What a writer needs of a class, worked out once: its slots in some order, and all their values at once."""

    def __init__(self, order: Callable[[type], tuple[Slot, ...]] = slots) -> None:
        self._order = order
        self._known: dict[type, tuple[tuple[Slot, ...], Callable[[Any], tuple[Any, ...]]]] = {}

    def pairs(self, model: object) -> Iterator[tuple[Slot, Any]]:
        """Return each slot with its value."""
        known = self._known.get(type(model))
        if known is None:
            found = self._order(type(model))
            known = self._known[type(model)] = (found, _reader([slot.name for slot in found]))
        return zip(known[0], known[1](model), strict=False)


def _reader(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    # attrgetter returns a tuple for two names and more only.
    return attrgetter(*names) if len(names) > 1 else lambda model: (getattr(model, names[0]),)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
