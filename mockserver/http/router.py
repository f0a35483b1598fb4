"""Paths to operations: a trie that is built once and walked once per request.

aiohttp's own router is not used because the APIs need what it lacks: segments compared without
regard to case, a choice by query (`?action_id=…`), the nearest known path for a miss, and each
API's own answer to a wrong method.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import parse_qsl, unquote

T = TypeVar("T")

_REMEMBERED, _REMEMBERED_LENGTH = 2000, 256
"""How many paths the router remembers, and how long one may be: a bound on memory."""

_COMPARED = 128
"""Characters of an unknown path that are compared with what is known: that takes time by their square."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Generic[T]):
    """One way to reach a target.

    Attributes:
        methods: HTTP methods; empty for any.
        template: `/jobs/{job_id}/status?action_id=x`; `{name*}` at the end takes the rest of the path.
        folded: compare the literal segments without regard to letter case.
        shown: how a hint writes it, when a segment is a setting; none: as the template.
    """

    methods: frozenset[str]
    template: str
    target: T
    folded: bool = False
    shown: str | None = None


@dataclass(slots=True)
class _Node(Generic[T]):
    literal: dict[str, _Node[T]] = field(default_factory=dict)
    folded: dict[str, _Node[T]] = field(default_factory=dict)
    param: _Node[T] | None = None
    rest: _Node[T] | None = None
    leaves: list[_Leaf[T]] = field(default_factory=list)


@dataclass(slots=True)
class _Leaf(Generic[T]):
    route: Route[T]
    names: tuple[str, ...]
    query: tuple[tuple[str, str], ...]


class Found(NamedTuple, Generic[T]):
    """A target, and the values of the template's names (decoded)."""

    target: T
    values: Mapping[str, str]


Candidate = tuple[tuple[tuple[str, str], ...], frozenset[str], Found[T]]
"""The query that a leaf wants, the methods that it takes, and what is found there."""


@dataclass(frozen=True, slots=True)
class WrongMethod:
    """The path is known, but not with this method."""

    allowed: tuple[str, ...]


class Router(Generic[T]):
    """Finds the target for a method, path and query."""

    def __init__(self, routes: Sequence[Route[T]]) -> None:
        self._root: _Node[T] = _Node()
        self._known: dict[str, list[Candidate[T]]] = {}
        self.routes: tuple[Route[T], ...] = ()
        self.add(routes)

    def add(self, routes: Sequence[Route[T]]) -> None:
        """Add routes to those that there are."""
        self.routes = (*self.routes, *routes)
        self._known.clear()
        for route in routes:
            self._add(route)

    def _add(self, route: Route[T]) -> None:
        path, _, query = route.template.partition("?")
        node, names = self._root, []
        for segment in path.strip("/").split("/") if path.strip("/") else ():
            if segment.startswith("{"):
                name = segment.strip("{}")
                names.append(name.rstrip("*"))
                if name.endswith("*"):
                    node.rest = node = node.rest or _Node()
                else:
                    node.param = node = node.param or _Node()
            elif route.folded:
                node = node.folded.setdefault(segment.casefold(), _Node())
            else:
                node = node.literal.setdefault(segment, _Node())
        node.leaves.append(_Leaf(route, tuple(names), tuple(parse_qsl(query))))
        node.leaves.sort(key=lambda leaf: -len(leaf.query))

    def find(self, method: str, path: str, query: str = "") -> Found[T] | WrongMethod | None:
        """Find the target. Path and query are as sent (percent-encoded); a trailing slash does not matter."""
        candidates = self._known.get(path)
        if candidates is None:
            candidates = self._candidates(path)
        allowed: list[str] = []
        for wanted, methods, found in candidates:
            if wanted and not _asks(query, wanted):
                continue
            if not methods or method in methods:
                return found
            allowed.extend(methods)
        return WrongMethod(tuple(sorted(set(allowed)))) if allowed else None

    def _candidates(self, path: str) -> list[Candidate[T]]:
        segments = path.strip("/").split("/")
        if "%" in path:
            segments = [unquote(segment) for segment in segments]
        if segments == [""]:
            segments = []
        candidates: list[Candidate[T]] = [
            (leaf.query, leaf.route.methods, Found(leaf.route.target, dict(zip(leaf.names, values, strict=True))))
            for node, values in _walk(self._root, segments, 0, ())
            for leaf in node.leaves
        ]
        # Pollers ask for the same path again and again.
        if len(path) <= _REMEMBERED_LENGTH:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[path] = candidates
        return candidates

    def nearest(self, path: str) -> str | None:
        """Return the template most like an unknown path, for a hint."""
        given = path[:_COMPARED].casefold().strip("/").split("/")
        text = "/".join(given)
        filled: dict[str, int] = {}
        for number, route in enumerate(self.routes):
            known = (route.shown or route.template).partition("?")[0].strip("/").split("/")
            alike = [given[at] if one.startswith("{") and at < len(given) else one for at, one in enumerate(known)]
            filled.setdefault("/".join(alike).casefold(), number)
        # No text is more alike than the letters that both have. The most likely first, so that nearly all others are
        # spared the dear comparison.
        letters = Counter(text).items()
        bounds = [
            (
                2 * sum(min(count, one.count(letter)) for letter, count in letters) / (len(one) + len(text) or 1),
                -number,
                one,
            )
            for one, number in filled.items()
        ]
        matcher = difflib.SequenceMatcher(None, "", text, autojunk=False)
        best, likeness = None, -1.0
        for bound, number, one in sorted(bounds, reverse=True):
            if best is not None and (bound, number) < (likeness, best):
                break
            matcher.set_seq1(one)
            found = matcher.ratio()
            if best is None or (found, number) > (likeness, best):
                best, likeness = number, found
        return None if best is None else self.routes[-best].shown or self.routes[-best].template


def _asks(query: str, wanted: Sequence[tuple[str, str]]) -> bool:
    """Tell whether the first value of each name is the one that is wanted."""
    given: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        given.setdefault(name, value)
    return all(given.get(name) == value for name, value in wanted)


def _walk(
    node: _Node[T], segments: Sequence[str], at: int, values: tuple[str, ...]
) -> Iterator[tuple[_Node[T], tuple[str, ...]]]:
    if at == len(segments):
        if node.leaves:
            yield node, values
    else:
        segment = segments[at]
        if (child := node.literal.get(segment)) is not None:
            yield from _walk(child, segments, at + 1, values)
        if node.folded and (child := node.folded.get(segment.casefold())) is not None:
            yield from _walk(child, segments, at + 1, values)
        if node.param is not None and segment:
            yield from _walk(node.param, segments, at + 1, (*values, segment))
    if node.rest is not None and node.rest.leaves:
        yield node.rest, (*values, "/".join(segments[at:]))
