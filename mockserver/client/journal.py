"""The journal over the control API: what was asked and answered, and whether that is what the test wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, overload

from mockserver.client.caller import Caller, Fields
from mockserver.client.records import Record, RequestRecord
from mockserver.client.transport import ControlError, is_refusal

__tracebackhide__ = is_refusal


class NotVerified(ControlError, AssertionError):
    """What the client did is not what the test asked for; the text names the closest requests and what differed."""


class JournalCalls(Caller):
    """See, export and forget exchanges, and verify what the client did."""

    def requests(
        self,
        api: str | None = None,
        *,
        operation: str | None = None,
        job: str | None = None,
        status: int | None = None,
        response: str | None = None,
        told: str | None = None,
        final: bool | None = None,
        violations: bool | None = None,
        since: int | str | None = None,
        limit: int | None = None,
    ) -> list[RequestRecord]:
        """Return exchanges of the journal that fit, the newest first.

        Args:
            response: the answer's name in its contract.
            told: the state (or its phase) of a job that the client was told; `final`: whether that was a final one.
            since: a request's number or a moment; only what came after.
        """
        query = {
            "api": api, "operation": operation, "job": job, "status": status,
            "response": response, "told": told, "final": final,
            "violations": violations, "since": since, "limit": limit,
        }  # fmt: skip
        return [RequestRecord(one) for one in self._list("/requests", "requests", query)]

    def request(self, number: int) -> RequestRecord:
        """Return one exchange with headers and bodies."""
        return RequestRecord(self._get(f"/requests/{number}"))

    @overload
    def export(self, form: Literal["har"], *, public_secrets: bool = False, **filters: Any) -> Record: ...
    @overload
    def export(self, form: Literal["curl"], *, public_secrets: bool = False, **filters: Any) -> str: ...
    def export(self, form: Literal["har", "curl"], *, public_secrets: bool = False, **filters: Any) -> Record | str:
        """Return the journal as a HAR document, or as curl commands.

        Args:
            public_secrets: show the secrets of the sandbox's own accounts, so that it can be sent again.
            filters: which exchanges, in the words of `requests`; without a `limit` all that fit.
        """
        query = {"format": form, "secrets": "public" if public_secrets else None, **filters}
        if form == "har":
            return Record(self._get("/requests", query))
        return self._wire.text("GET", f"{self._sandbox}/requests", query=query)

    def clear_requests(self) -> None:
        """Empty the journal."""
        self._call("DELETE", "/requests")

    def verify(
        self,
        match: Fields | None = None,
        *,
        count: int | Mapping[str, int] | None = None,
        since: int | str | None = None,
        after: Fields | None = None,
        order: Sequence[Fields] | None = None,
        no_violations: bool = False,
        timeout: float | None = None,
    ) -> Record:
        """Check what the client did.

        Args:
            match: `operation`, `job`, a partial `body` …; of the answer `status`, `response` (its name in the
                contract), `told` (a state or phase that the client was told), `final` (whether that is a final one).
            count: how often: a number, or `{"atLeast": 1, "atMost": 3}`; without it, at least once.
            since: a request's number or a moment; only what came after is looked at.
            after: a match; only what came after the first request that fits it is looked at. That the client stopped
                once it was told the end: `verify({"job": "7"}, after={"job": "7", "final": True}, count=0)`.
            order: matches that must have come one after the other.
            no_violations: no request may have broken its contract.
            timeout: real seconds to wait for it to become true.

        Raises:
            NotVerified: it is not so (an AssertionError, so that a test fails with its text).
        """
        asked = {
            "match": match, "count": count, "since": since, "after": after, "order": order, "timeout": timeout,
        }  # fmt: skip
        body: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
        if no_violations:
            body["noViolations"] = True
        path = f"{self._sandbox}/requests/verify"
        try:
            return Record(self._wire.json("POST", path, body=body, patience=timeout or 0.0))
        except ControlError as error:
            if error.status != 409:
                raise
            raise NotVerified(error.code, error.message, error.hint, error.allowed, 409, error.body) from None
