"""`.sort`: which fields, in which direction, and rows put in that order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeVar

from mockserver.apis.prime.errors import PrimeError

R = TypeVar("R")

Order = Sequence[tuple[str, bool]]
"""Names of fields, and whether each goes backwards; the first counts most."""


def read_order(wanted: Any, fields: Collection[str]) -> Order:
    """Read `.sort`: names with a sign before them or none, a list of texts or one text, or None.

    Args:
        fields: names that may be asked for.

    Raises:
        PrimeError: a field is unknown.
    """
    texts = wanted if isinstance(wanted, list) else [] if wanted is None else [wanted]
    order = []
    for name in (name.strip() for text in texts for name in text.split(",")):
        field = name.lstrip("+-").strip()
        if field not in fields:
            raise PrimeError(400, f"Unknown attribute {field} in .sort")
        order.append((field, name.startswith("-")))
    return order


def in_order(rows: Iterable[R], order: Order, value: Callable[[R, str], Any]) -> list[R]:
    """Sort rows by the last key first, for it counts least; what a row does not have comes last either way.

    Args:
        value: a row's value of a field.
    """
    found = list(rows)
    for name, backwards in reversed(order):
        have = [row for row in found if value(row, name) is not None]
        have.sort(key=lambda row: value(row, name), reverse=backwards)
        found = have + [row for row in found if value(row, name) is None]
    return found
