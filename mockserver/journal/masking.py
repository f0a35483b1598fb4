"""Secrets: which names have values that nobody may read, and how they are taken out of what is shown.

Rules a maintainer must keep:

1. Whatever leaves the server for a tester's eyes goes through here: journal, exports, verdicts, logs, error texts.
2. The names of one API's secrets stand in that API's record (`Api.secrets`), not here.
3. A process knows more names as it goes on, never fewer.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from mockserver.journal import escapes, secret_json, secret_parts, secret_users
from mockserver.journal import secret_places as places
from mockserver.wire import json, xml

MASK = escapes.MASK
_HEADERS = ("authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key")
_NAMES = (
    "password", "passwd", "token", "access_token", "accessToken", "refresh_token", "secret", "secret_key", "secretKey",
    "access_key", "accessKey", "client_secret", "api_key", "security_token",
)  # fmt: skip
_ADDRESSES = frozenset({"location", "referer"})
"""Headers that hold an address, in whose query a secret may stand."""

DEPTH = 3
"""How often a text is looked into that stands escaped in another: an address in a form in JSON."""

_SIGN = re.compile(r"[=:<{&%\[]|Bearer|Basic", re.IGNORECASE)
"""What a text has to have for a secret to stand in it."""

_AROUND = " \t\r\n\0\ufeff"
"""What may stand around a name."""

_SCHEME = re.compile(r"((?:Bearer|Basic)\s+)(?!realm\b)([\w.~+/=-]+)", re.IGNORECASE)
_TYPE = r"""["'](?:string|number|integer|boolean|object|array|null)["']"""
_TYPES = re.compile(rf"is not of types? {_TYPE}(?:, {_TYPE})*$")
"""How a sentence about a schema ends that says nothing of the value."""

_STEPS = re.compile(r"[.:\[\]]+")
"""What stands between the steps of a name that is a path: `user[password]`, `password[0]`, `user.password`."""

_NO_FORM = ("<", "{", "[")
"""What a form mostly does not begin with: what does may be a document all the same, whatever its sender calls it."""


class HasSecrets(Protocol):
    """An API's record, as far as it matters here."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Names of parameters, fields and headers."""

    @property
    def open_secrets(self) -> tuple[str, ...]:
        """Names of objects that lie in a field of such a name and have fields of their own meaning."""


class Masking:
    """Takes the values of secrets out of texts and headers.

    Attributes:
        names: of parameters, of JSON and XML fields and of headers, in lower case.
        open_names: of objects that lie in a secret one and have fields of their own meaning, in lower case.
        public: values that everybody may read, whatever they are called.
        suspects: of which one stands, in lower case, wherever a secret may be; mostly there is none.
    """

    __slots__ = ("names", "open_names", "public", "suspects")

    def __init__(self, names: Iterable[str], open_names: Iterable[str] = (), public: Iterable[str] = ()) -> None:
        self.names = frozenset(name.lower() for name in names)
        self.open_names = frozenset(name.lower() for name in open_names)
        self.public = frozenset(public)
        short = sorted(name for name in self.names if not any(one in name for one in self.names - {name}))
        self.suspects = (*short, "%", "\\", "&", "@", "bearer", "basic")

    def showing(self, public: Iterable[str]) -> Masking:
        """Return the same, but for values that everybody may read."""
        return Masking(self.names, self.open_names, public)

    def text(self, text: str) -> str:
        """Return a text (body, message, line of a log) with the values of secrets replaced by `***`."""
        return self._text(text, DEPTH) if _SIGN.search(text) else text

    def path(self, path: str) -> str:
        """Return a path or address, with its query, with the values of secrets replaced by `***`."""
        before, sign, query = path.partition("?")
        return self.text(self._escaped(before)) + sign + self._form(query)

    def body(self, text: str, content_type: str) -> str:
        """Return the body of a request with the values of secrets replaced by `***`.

        A server of ours reads a form in it whatever its type is, so that it is read as one here, too.
        """
        if _is_form(text, content_type):
            return self._form(text)
        boundary = secret_parts.boundary_of(content_type)
        shown = self._text(text, DEPTH, boundary) if _SIGN.search(text) else text
        if boundary:
            return shown
        read = places.in_fields(shown, self.hides, self._shown)
        is_form = read != shown and (_is_called_form(content_type) or not _is_document(text))
        return read if is_form else shown

    def answer(self, text: str, content_type: str) -> str:
        """Return the body of an answer with the values of secrets replaced by `***`."""
        return self._form(text) if _is_form(text, content_type) else self.text(text)

    def header(self, name: str, value: str) -> str:
        """Return a header's value: masked when it is secret, and bytes that are no UTF-8 by `?`."""
        lower = name.lower()
        if lower in self.names:
            scheme, blank, rest = value.partition(" ")
            if blank and self.public and scheme.lower() in ("basic", "bearer") and self._credentials(rest) == rest:
                return value
            return self._shown(value, value)
        if not value.isascii():
            value = value.encode("utf-8", "replace").decode()
        if lower in _ADDRESSES:
            return self.path(value)
        # Ours are sentences for a tester, and masked when they are made.
        return value if lower.startswith("x-mockserver-") else self.text(value)

    def headers(self, headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """Return the headers as pairs, in their order, several of one name too."""
        return tuple((name, self.header(name, value)) for name, value in headers.items())

    def sentence(self, pointer: str, message: str) -> str:
        """Return what is said of the value at a JSON pointer, which a sentence may quote without its name."""
        if self.hides_at(pointer):
            of_type = _TYPES.search(message)
            return f"its value, which is secret, {of_type[0] if of_type else 'does not fit'}"
        return self.text(message)

    def data(self, value: Any, name: str = "") -> Any:
        """Return decoded JSON, masked by the names of its fields, and each text in it for itself.

        Args:
            name: of the field that holds it; empty for none.
        """
        return self._data(value, self.hides(name))

    def hides(self, name: str) -> bool:
        """Tell whether the value of a parameter, field or header of that name is secret, or what its path leads to."""
        name = name.strip(_AROUND)
        if name.lower() in self.names:
            return True
        return ("[" in name or "." in name or ":" in name) and self._leads_to_one(_STEPS.split(name))

    def hides_at(self, pointer: str) -> bool:
        """Tell whether the value at a JSON pointer lies in a secret one."""
        return self._leads_to_one(pointer.split("/"))

    def _leads_to_one(self, steps: Iterable[str]) -> bool:
        hidden = False
        for name in steps:
            hidden = self.hides(name) or (hidden and not self._opens(name))
        return hidden

    def _data(self, value: Any, hidden: bool) -> Any:
        if isinstance(value, Mapping):
            if not hidden and self._names_a_secret(value):
                return {
                    name: self._data(one, str(name).lower() == secret_json.VALUE or self.hides(str(name)))
                    for name, one in value.items()
                }
            named = self._names_a_secret(value)
            return {name: self._data(one, self._hides_in(str(name), one, hidden, named)) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [
                [one[0], self._data(one[1], hidden=True)] if self._is_secret_pair(one) else self._data(one, hidden)
                for one in value
            ]
        if not hidden:
            return self.text(value) if isinstance(value, str) else value
        return value if value is None or isinstance(value, bool) else self._shown(str(value), str(value))

    def _hides_in(self, name: str, value: Any, hidden: bool, named: bool) -> bool:
        """Tell whether a field is secret, of an object that is or that says the name of a secret."""
        return (
            self.hides(name)
            or (named and name.lower() == secret_json.VALUE)
            or (hidden and not self._is_open(name, value))
        )

    def _is_secret_pair(self, value: Any) -> bool:
        if not (isinstance(value, list | tuple) and len(value) == 2):
            return False
        name, one = value
        return isinstance(name, str) and isinstance(one, str) and self.hides(name) and not self.hides(one)

    def _names_a_secret(self, value: Mapping[Any, Any]) -> bool:
        """Tell whether an object says a value beside the name of a secret."""
        said = (one for name, one in value.items() if str(name).lower() in secret_json.NAMES)
        return any(isinstance(one, str) and self.hides(one) for one in said)

    def _is_open(self, name: str, value: Any) -> bool:
        return self._opens(name) and isinstance(value, Mapping | list | tuple)

    def _form(self, text: str) -> str:
        return places.in_form(text, self.hides, self._shown, self._escaped)

    def _text(self, text: str, depth: int, boundary: str = "") -> str:
        """Mask a text, and `depth` times what stands escaped in it.

        Args:
            boundary: of a form in parts, where its Content-Type names one.
        """
        text = places.in_xml(text, self.hides, self._shown)
        text = places.in_entities(text, self.hides, self._shown)
        text = secret_json.in_json(text, self.hides, self._opens, self._shown)
        text = secret_json.in_named(text, self.hides, self._opens, self._shown)
        text = secret_parts.in_parts(text, boundary, self.hides, self._shown)
        text = places.in_pairs(text, self.hides, self._shown, lambda value: self._escaped(value, depth))
        text = places.in_lines(text, self.hides, self._shown)
        if depth:
            text = escapes.in_json(text, lambda plain: self._text(plain, depth - 1))
            text = escapes.in_xml(text, lambda plain: self._text(plain, depth - 1))
        text = secret_users.in_addresses(text, self._shown)
        return _SCHEME.sub(lambda found: found[1] + self._credentials(found[2]), text)

    def _escaped(self, value: str, depth: int = DEPTH) -> str:
        """Mask a part of a query, `depth` times unescaped."""
        if not depth:
            return value
        return self._text(escapes.in_query(value, lambda plain: self._escaped(plain, depth - 1)), depth - 1)

    def _opens(self, name: str) -> bool:
        return name.lower() in self.open_names

    def _shown(self, written: str, meant: str) -> str:
        return written if not written or meant in self.public else MASK

    def _credentials(self, written: str) -> str:
        """Return what is shown of the credentials behind `Basic` or `Bearer`."""
        if self.public and written not in self.public:
            try:
                secret = base64.b64decode(written, validate=True).decode().partition(":")[2]
            except ValueError:
                return MASK
            return written if secret in self.public else MASK
        return self._shown(written, written)


def _is_called_form(content_type: str) -> bool:
    return "x-www-form-urlencoded" in content_type.lower()


def _is_form(text: str, content_type: str) -> bool:
    return _is_called_form(content_type) and text.lstrip()[:1] not in _NO_FORM


def _is_document(text: str) -> bool:
    """Tell whether a text is JSON or XML, in which what looks like a field of a form is a part of something else."""
    text = text.strip(_AROUND)
    if not text.startswith("<"):
        return not isinstance(json.read_json(text.encode("utf-8", "replace")), json.Malformed)
    try:
        xml.parse(text.encode("utf-8", "replace"), "utf-8")
    except xml.BadXml:
        return False
    return True


class Process:
    """The names this process has come to know.

    State outside the store, on purpose: a log line or an error text has no sandbox, and a name too many does no harm.
    """

    def __init__(self) -> None:
        self.masking = Masking((*_HEADERS, *_NAMES))

    def learn(self, apis: Iterable[HasSecrets]) -> None:
        """Take the secrets of some APIs for secrets from now on."""
        known = self.masking
        apis = tuple(apis)
        names = known.names | {name.lower() for api in apis for name in api.secrets}
        opened = known.open_names | {name.lower() for api in apis for name in api.open_secrets}
        if (names, opened) != (known.names, known.open_names):
            self.masking = Masking(names, opened)


process = Process()
learn = process.learn


def current() -> Masking:
    """Return the masking by every name this process knows."""
    return process.masking


def mask(text: str) -> str:
    """Return a text with the values of all secrets this process knows replaced by `***`."""
    return process.masking.text(text)


def mask_path(path: str) -> str:
    """Return a path or address, with its query, with the values of all secrets replaced by `***`."""
    return process.masking.path(path)
