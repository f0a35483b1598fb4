"""What an answer of the real system says: bytes back to the data that contracts speak of, and the states it tells."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from mockserver.contracts.judge import Page, Unreadable
from mockserver.wire.charset import text_of
from mockserver.wire.json import Malformed, read_json

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class ReceivedAnswer(NamedTuple):
    """An answer as it came over the wire.

    Attributes:
        content_type: the whole header; None: none.
        location: where it sends the client; empty for nowhere.
    """

    status: int
    content_type: str | None
    body: bytes
    location: str = ""

    @property
    def media(self) -> str:
        """The media type, in lower case; empty without one."""
        return (self.content_type or "").partition(";")[0].strip().lower()


class JobSeen(NamedTuple):
    """What an answer tells of a job.

    Attributes:
        kind: which of the API's machines it moves on.
        state: the word in the answer; empty where it tells none.
        fields: what else is told, in the fixture's form.
        part_of: id of the job that it is a part of; empty for none.
    """

    id: str
    state: str
    kind: str = "job"
    fields: Mapping[str, Any] = _NOTHING
    part_of: str = ""


def json_data(body: bytes) -> Any:
    """Decode a JSON answer; what is none is `Unreadable`."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return Unreadable(reason=f"the answer is not UTF-8: byte {error.start} is {body[error.start]:#04x}")
    found = read_json(body, most=len(body))
    return Unreadable(reason=found.reason.replace("the body", "the answer")) if isinstance(found, Malformed) else found


def page_data(received: ReceivedAnswer) -> Page:
    """Return what there is to say of a page for people: whether it is whole."""
    text = text_of(received.body, received.content_type or "").rstrip().lower()
    return Page(complete=not text.startswith(("<!doctype html", "<html")) or text.endswith("</html>"))
