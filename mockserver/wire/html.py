"""HTML pages by Jinja2: every value is escaped, and a name that is missing is an error."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def pages(package: str, folder: str = "templates") -> Environment:
    """Return the templates that lie in a package's folder, compiled once per process."""
    return Environment(
        loader=PackageLoader(package, folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


def render(package: str, template: str, **values: Any) -> str:
    """Render a template of a package."""
    return pages(package).get_template(template).render(**values)
