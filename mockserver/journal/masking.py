"""Secrets: which names have values that nobody may read, and how they are taken out of what is shown.

Rules a maintainer must keep:

1. Whatever leaves the server for a tester's eyes goes through here: journal, exports, verdicts, logs, error texts.
2. The names of one API's secrets stand in that API's record (`Api.secrets`), not here.
3. A process knows more names as it goes on, never fewer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

MASK = "***"

_HEADERS = ("authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key")
_NAMES = (
    "password", "passwd", "token", "access_token", "accessToken", "refresh_token", "secret", "secret_key", "secretKey",
    "access_key", "accessKey", "client_secret", "api_key",
)  # fmt: skip
_ADDRESSES = frozenset({"location", "referer"})
"""Headers that hold an address, in whose query a secret may stand."""

_SCHEME = re.compile(r"((?:Bearer|Basic)\s+)[\w.~+/=-]+", re.IGNORECASE)


class HasSecrets(Protocol):
    """An API's record, as far as it matters here."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Names of parameters and headers."""


@dataclass(frozen=True, slots=True, init=False)
class Masking:
    """Takes the values of secrets out of texts and headers.

    Attributes:
        names: of parameters, of JSON and XML fields and of headers, in lower case.
    """

    names: frozenset[str]
    _forms: tuple[tuple[re.Pattern[str], str], ...]

    def __init__(self, names: Iterable[str]) -> None:
        known = frozenset(name.lower() for name in names)
        object.__setattr__(self, "names", known)
        object.__setattr__(self, "_forms", _forms(known))

    def text(self, text: str) -> str:
        """Return a text (path, body, message) with the values of secrets replaced by `***`."""
        for form, replacement in self._forms:
            text = form.sub(replacement, text)
        return text

    def header(self, name: str, value: str) -> str:
        """Return a header's value: masked when it is secret, and bytes that are no UTF-8 by `?`."""
        lower = name.lower()
        if lower in self.names:
            return MASK
        if not value.isascii():
            value = value.encode("utf-8", "replace").decode()
        return self.text(value) if lower in _ADDRESSES else value

    def headers(self, headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """Return the headers as pairs, in their order, several of one name too."""
        return tuple((name, self.header(name, value)) for name, value in headers.items())

    def hides(self, name: str) -> bool:
        """Tell whether the value of a parameter, field or header of that name is secret."""
        return name.lower() in self.names


def _forms(names: frozenset[str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return patterns for the same secret in each of the forms a text may give it, and what replaces each."""
    # The longest first: a name that begins another must not end the search.
    any_name = "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))
    patterns = (
        (rf'("(?:{any_name})"\s*:\s*)"(?:[^"\\]|\\.)*"?', rf'\1"{MASK}"'),  # JSON
        (rf"((?:^|[?&\s;#'\"(])(?:{any_name})=)[^&\s\"'<>]*", rf"\1{MASK}"),  # a form, or a query
        (rf"(<(?:[\w.-]+:)?(?:{any_name})(?:\s[^<>]*)?>)[^<]*", rf"\1{MASK}"),  # XML
        (rf'(name="(?:{any_name})"(?:\r?\n[^\r\n]+)*\r?\n\r?\n)[^\r\n]*', rf"\1{MASK}"),  # multipart
    )
    compiled = tuple((re.compile(pattern, re.IGNORECASE), replacement) for pattern, replacement in patterns)
    return (*compiled, (_SCHEME, rf"\1{MASK}"))


class _Process:
    """The names this process has come to know.

    State outside the store, on purpose: a log line or an error text has no sandbox, and a name too many does no harm.
    """

    def __init__(self) -> None:
        self.masking = Masking((*_HEADERS, *_NAMES))

    def learn(self, apis: Iterable[HasSecrets]) -> None:
        """Take the secrets of some APIs for secrets from now on."""
        names = frozenset(name.lower() for api in apis for name in api.secrets)
        if not names <= self.masking.names:
            self.masking = Masking(self.masking.names | names)


_process = _Process()
learn = _process.learn


def current() -> Masking:
    """Return the masking by every name this process knows."""
    return _process.masking


def mask(text: str) -> str:
    """Return a text with the values of all secrets this process knows replaced by `***`."""
    return _process.masking.text(text)
