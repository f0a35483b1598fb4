"""HTML pages: one way to make them, and it escapes whatever a client sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment, Template

Filters = Mapping[str, Callable[[Any], Any]]

_NO_FILTERS: Filters = MappingProxyType({})


class Pages:
    """The templates of a folder. A name that a template misses is an error, not an empty text."""

    def __init__(self, folder: Path, filters: Filters) -> None:
        self._folder = folder
        self._filters = filters

    @cached_property
    def _environment(self) -> Environment:
        # Imported late: most servers never show a page, and it is a twentieth of the start.
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        made = Environment(
            loader=FileSystemLoader(self._folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        made.filters.update(self._filters)
        return made

    def get_template(self, name: str) -> Template:
        """Return a template by its file's name."""
        return self._environment.get_template(name)


def pages(folder: Path, filters: Filters = _NO_FILTERS) -> Pages:
    """Return the templates of a folder.

    Args:
        filters: what templates may call beside Jinja's own, by name.
    """
    return Pages(folder, filters)
