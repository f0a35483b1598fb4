"""Exceptions as a .NET server tells them: a chain of types and messages, with or without stack lines.

What is told depends on ASP.NET's customErrors (the setting `error_details`); see casjobs.md §4.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mockserver.wire.xml_writer import MARKUP, decimal, escaper

EXCEPTION = "System.Exception"
SQL = "System.Data.SqlClient.SqlException"
ARGUMENT = "System.ArgumentException"
FORMAT = "System.FormatException"
INVALID = "System.InvalidOperationException"
OVERFLOW = "System.OverflowException"
XML = "System.Xml.XmlException"
SOAP = "System.Web.Services.Protocols.SoapException"
SOAP_HEADER = "System.Web.Services.Protocols.SoapHeaderException"
KEY_NOT_FOUND = "System.Collections.Generic.KeyNotFoundException"
VALIDATION = "System.Web.HttpRequestValidationException"
NULL_REFERENCE = "System.NullReferenceException"

_html = escaper({**MARKUP, '"': "&quot;", "'": "&#39;"}, "\u00a0-\u00ff", decimal)
END_OF_INNER = "   --- End of inner exception stack trace ---"


class ClrException(Exception):
    """An exception of the faked server, with the one that caused it.

    Attributes:
        kind: its full name in .NET.
        frames: what its stack lines name, innermost first.
    """

    def __init__(
        self, message: str, *, kind: str = EXCEPTION, inner: ClrException | None = None, frames: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.inner = inner
        self.frames = frames

    def chain(self) -> Iterator[ClrException]:
        """Yield this one and those within it, outermost first."""
        one: ClrException | None = self
        while one is not None:
            yield one
            one = one.inner

    def told(self) -> list[dict[str, str]]:
        """Return types and messages as plain data, for the contract."""
        return [{"type": one.kind, "message": one.message} for one in self.chain()]


def query_failed(text: str) -> ClrException:
    """Return what a query's error looks like: clients search for `System.Exception: … --->`.

    Args:
        text: the database's message, or the whole chain of messages joined by ` ---> `.
    """
    messages = text.split(" ---> ")
    if len(messages) == 1:
        return ClrException(text, inner=ClrException(text, kind=SQL))
    inner = None
    for message in reversed(messages):
        inner = ClrException(message, inner=inner)
    assert inner is not None
    return inner


def html_encoded(text: str) -> str:
    """Encode a message as HttpUtility.HtmlEncode does; GET and POST errors are plain text, and still encoded."""
    return _html(text)


def tell(error: ClrException, *, details: bool, frames: bool = False, encode: Callable[[str], str] = str) -> str:
    """Return an exception's text, without a line end.

    Args:
        details: with types (and, as `frames` says, stack lines); otherwise messages only.
        encode: what is done to each message; types and stack lines are left alone.
    """
    chain = list(error.chain())
    if not details:
        return " ---> ".join(encode(one.message) for one in chain)
    lines = [" ---> ".join(f"{one.kind}: {encode(one.message)}" for one in chain)]
    for depth, one in enumerate(reversed(chain)):
        if depth:
            lines.append(END_OF_INNER)
        if frames:
            lines.extend(f"   at {frame}" for frame in one.frames)
    return "\r\n".join(lines)
