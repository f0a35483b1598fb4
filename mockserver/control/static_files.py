"""Files of a page that the package holds: which there are, and the headers that each page sends them with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from mockserver.api.response import Response
from mockserver.control.errors import ControlError

TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".js": "text/javascript; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".svg": "image/svg+xml",
        ".txt": "text/plain; charset=utf-8",
    }
)
"""What is served, by the end of its name."""

GUARDED: Mapping[str, str] = MappingProxyType(
    {"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"}
)
"""The headers that every page has."""


@dataclass(frozen=True, kw_only=True)
class StaticFiles:
    """The files below a folder, each read when it is first asked for.

    Attributes:
        headers: what keeps everything but the page out.
        page: what has such files, for the refusal.
        address: where people open the page.
        types: content types by the end of a name; nothing else is there.
    """

    folder: Path
    headers: Mapping[str, str]
    page: str
    address: str
    types: Mapping[str, str] = field(default_factory=lambda: TYPES)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all files that may be asked for, by their paths below the folder."""
        found = (path for path in self.folder.rglob("*") if path.suffix in self.types)
        return frozenset(path.relative_to(self.folder).as_posix() for path in found)

    @cached_property
    def _bodies(self) -> dict[str, bytes]:
        return {}

    def answer(self, name: str) -> Response:
        """Return a file.

        Raises:
            ControlError: there is none of that name.
        """
        if name not in self.names:
            raise ControlError(
                404, "unknown-file", f"{self.page} has no such file", f"open {self.address} in a browser"
            )
        if name not in self._bodies:
            self._bodies[name] = (self.folder / name).read_bytes()
        return Response(body=self._bodies[name], content_type=self.types[Path(name).suffix], headers=self.headers)
