"""How the client reaches the control API: one short connection per call, standard library only.

No proxy is ever used, whatever the environment says: the server under test is near.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from mockserver.client.records import Record

Params = Mapping[str, Any]


class ControlError(Exception):
    """The control API refused a call, or could not be reached.

    Attributes:
        code: a word for programs (`unknown-state`); `unreachable` when nothing answered.
        message, hint: what is wrong, and what to do.
        allowed: the words that would do, if that is the question.
        status: the HTTP status; 0 when nothing answered.
        body: the whole decoded answer (the record that did not get there in time, near misses …).
    """

    def __init__(
        self,
        code: str,
        message: str,
        hint: str = "",
        allowed: Sequence[str] = (),
        status: int = 0,
        body: Any = None,
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.hint = hint
        self.allowed = tuple(allowed)
        self.status = status
        self.body = body

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


def is_refusal(caught: Any) -> bool:
    """Tell whether what pytest has caught is a refusal: it happened where the test called, and not in here."""
    return isinstance(caught.value, ControlError)


__tracebackhide__ = is_refusal


class Transport:
    """Sends calls to one server.

    Args:
        url: `http://host:port`, with `/~name` for a sandbox, with or without `/_control`.
        token: what the server's `--control-token` asks for.
        timeout: seconds without a byte from the server before a call is given up.
        ca: the certificate to trust (`GET /_control/ca.pem`), for an https address.

    Raises:
        ValueError: the address is none.
    """

    def __init__(self, url: str, *, token: str | None, timeout: float, ca: str | Path | None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no address of a server; write http://127.0.0.1:8080")
        self.scheme, self.host, self.port = parts.scheme, parts.hostname, parts.port
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.prefix = parts.path.rstrip("/").removesuffix("/_control") + "/_control"
        self.timeout = timeout
        self._headers = {"Accept": "application/json", "User-Agent": "mockserver-control"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._trust: ssl.SSLContext | None = None
        if parts.scheme == "https":
            self._trust = ssl.create_default_context(cafile=None if ca is None else str(ca))

    def json(
        self, method: str, path: str, *, query: Params | None = None, body: Any = None, patience: float = 0.0
    ) -> Any:
        """Call, and return the decoded answer (None: an empty one).

        Args:
            path: below `/_control`, quoted.
            patience: seconds that the server itself was asked to wait.

        Raises:
            ControlError: it was refused.
        """
        text = self.text(method, path, query=query, body=body, patience=patience)
        return _decode(text) if text else None

    def text(
        self, method: str, path: str, *, query: Params | None = None, body: Any = None, patience: float = 0.0
    ) -> str:
        """Call, and return the answer as text.

        Raises:
            ControlError: it was refused.
        """
        connection, response = self._open(method, path, query, body, self.timeout + patience)
        try:
            answer = response.read().decode("utf-8", "replace")
        except (OSError, HTTPException) as error:
            raise self._unreachable(error) from None
        finally:
            connection.close()
        if response.status >= 400:
            raise _refusal(response.status, answer)
        return answer

    def lines(self, path: str, *, timeout: float) -> Iterator[str]:
        """Yield the lines of an answer that goes on; ends when the server does, or is silent for `timeout` seconds."""
        connection, response = self._open("GET", path, None, None, timeout)
        try:
            if response.status >= 400:
                raise _refusal(response.status, response.read().decode("utf-8", "replace"))
            while line := response.readline():
                yield line.decode("utf-8").rstrip("\r\n")
        except TimeoutError:
            return
        finally:
            connection.close()

    def events(self, path: str, *, timeout: float) -> Iterator[Record]:
        """Yield server-sent events: the object of each `data`, with its name as `event` unless it has one."""
        name, data, heard = "message", "", monotonic()
        for line in self.lines(path, timeout=timeout):
            # A server that lives sends comments; they are no news.
            if line.startswith(":") and monotonic() - heard > timeout:
                return
            if line.startswith("event:"):
                name = line[6:].strip()
            elif line.startswith("data:"):
                data += line[5:].strip()
            elif not line and data:
                yield Record({"event": name, **_decode(data)})
                name, data, heard = "message", "", monotonic()

    def _open(
        self, method: str, path: str, query: Params | None, body: Any, timeout: float
    ) -> tuple[HTTPConnection, HTTPResponse]:
        target = quote(self.prefix, safe="/~") + path
        if query and (given := {name: _word(value) for name, value in query.items() if value is not None}):
            target += "?" + urlencode(given)
        connection = (
            HTTPConnection(self.host, self.port, timeout=timeout)
            if self._trust is None
            else HTTPSConnection(self.host, self.port, timeout=timeout, context=self._trust)
        )
        headers, data = dict(self._headers), None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, target, body=data, headers=headers)
            return connection, connection.getresponse()
        except (OSError, HTTPException) as error:
            connection.close()
            raise self._unreachable(error) from None

    def _unreachable(self, error: Exception) -> ControlError:
        reason = str(error) or type(error).__name__
        hint = "start one with `mockserver serve`, or name another address"
        return ControlError("unreachable", f"no server answers at {self.origin} ({reason})", hint)


def segment(text: str) -> str:
    """Return a text as one segment of a path."""
    return quote(text, safe="")


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _decode(text: str) -> Any:
    return json.loads(text, object_hook=Record)


def _refusal(status: int, answer: str) -> ControlError:
    try:
        body = _decode(answer)
        error = body["error"]
        return ControlError(
            error["code"], error["message"], error.get("hint", ""), error.get("allowed", ()), status, body
        )
    except (ValueError, LookupError, TypeError):
        hint = "is this the address of a mockserver?"
        return ControlError("no-control", f"status {status}, and no word of the control API", hint, (), status, answer)
