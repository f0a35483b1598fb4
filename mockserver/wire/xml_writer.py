"""One way to write XML: an element, and a dialect that says how it looks.

What differs between the faked systems is small and seen by clients that read with regular expressions: the blank
before `/>`, indentation and line ends, and what is escaped. A dialect names each of them once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

Escape = Callable[[str], str]

MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
ILLEGAL = "\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff"
"""What XML 1.0 cannot say, as the inside of a character class."""


class Node(NamedTuple):
    """An element as it shall be written: children, text, or nothing in it.

    An empty text and no children are written alike.
    """

    name: str
    text: str = ""
    children: tuple[Node, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()


def escaper(entities: Mapping[str, str], others: str = "", reference: Escape = str) -> Escape:
    """Return a function that replaces characters in one pass.

    Args:
        entities: what single characters become.
        others: further characters, as the inside of a regular expression's character class.
        reference: what one of the others becomes.
    """
    special = re.compile(f"[{''.join(map(re.escape, entities))}{others}]")

    def replacement(found: re.Match[str]) -> str:
        return entities.get(found[0]) or reference(found[0])

    def escape(text: str) -> str:
        return special.sub(replacement, text)

    return escape


def hexadecimal(character: str) -> str:
    """Return a character as a reference: `&#x1F;`."""
    return f"&#x{ord(character):X};"


def decimal(character: str) -> str:
    """Return a character as a reference: `&#31;`."""
    return f"&#{ord(character)};"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How elements are written; attributes always stand in double quotes.

    Attributes:
        text, attribute: escape what stands between tags, and between quotes.
        empty: the end of a tag of an element without content.
        indent: what each level is indented by; None writes all on one line.
        line_end: between lines; there is none after the last.
    """

    text: Escape
    attribute: Escape
    empty: str = " />"
    indent: str | None = None
    line_end: str = "\r\n"

    def write(self, node: Node, margin: str = "") -> str:
        """Write an element and what is in it."""
        name, text, children, attributes = node
        start = f"{margin}<{name}"
        for key, value in attributes:
            start += f' {key}="{self.attribute(value)}"'
        if not children:
            return f"{start}>{self.text(text)}</{name}>" if text else f"{start}{self.empty}"
        if self.indent is None:
            return f"{start}>{''.join([self.write(child) for child in children])}</{name}>"
        inner = margin + self.indent
        lines = [f"{start}>", *[self.write(child, inner) for child in children], f"{margin}</{name}>"]
        return self.line_end.join(lines)
