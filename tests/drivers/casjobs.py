"""A CasJobs client: plain GETs as one account, and the same requests as SOAP envelopes."""

from __future__ import annotations

from typing import Any

from lxml import etree

from mockserver.apis.casjobs.service_types import NAMESPACE
from tests.drivers.driver import Driver, Poll

SERVICE = "/CasJobs/services/jobs.asmx"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
LOGIN = {"wsid": "1", "pw": "secret"}
QUERY = {"qry": "select 1", "context": "DR7", "taskname": "t"}

POLL = Poll(
    job={"api": "casjobs", "id": "777", "owner": "1", "query": "select 1", "context": "DR7", "type": "QUERY"},
    path=f"{SERVICE}/GetJobStatus?wsId=1&pw=secret&jobId=777",
    states=("Ready", "Started"),
    operation="GetJobStatus",
)


def envelope(operation: str, inner: str, *, space: str = SOAP11, header: str = "") -> str:
    """Return an operation's call as SOAP; `inner` is the XML of its parameters."""
    head = f"<soap:Header>{header}</soap:Header>" if header else ""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{space}">{head}<soap:Body>'
        f'<{operation} xmlns="{NAMESPACE}">{inner}</{operation}></soap:Body></soap:Envelope>'
    )


def headers(operation: str | None = None, content_type: str = "text/xml; charset=utf-8") -> dict[str, str]:
    """Return the headers of a SOAP call, with the action of SOAP 1.1 where an operation is named."""
    action = {} if operation is None else {"SOAPAction": f'"{NAMESPACE}/{operation}"'}
    return {"Content-Type": content_type, **action}


def job(job_id: object, *, wsid: object = 1, pw: str = "secret") -> str:
    """Return the parameters of an operation on a job, as XML."""
    return f"<wsId>{wsid}</wsId><pw>{pw}</pw><jobId>{job_id}</jobId>"


class CasJobs(Driver):
    """Calls by GET as account 1, unless told otherwise."""

    api = "casjobs"

    async def get(self, operation: str, **values: Any) -> tuple[int, str]:
        """Return an operation's status and text."""
        answer = await self.client.get(
            f"{SERVICE}/{operation}", params={name: str(one) for name, one in values.items()}
        )
        return answer.status, await answer.text()

    async def value(self, operation: str, **values: Any) -> str:
        """Return the text of the only element of an operation's answer."""
        status, text = await self.get(operation, **values)
        assert status == 200, text
        return str(etree.fromstring(text.encode()).text or "")

    async def submit(self, **values: Any) -> int:
        return int(await self.value("SubmitJob", **{**LOGIN, **QUERY, "estimate": 30, **values}))

    async def status(self, job_id: object, wsid: object = 1) -> int:
        return int(await self.value("GetJobStatus", wsId=wsid, pw="secret", jobId=job_id))

    async def cancel(self, job_id: object, wsid: object = 1, pw: str = "secret") -> tuple[int, str]:
        return await self.get("CancelJob", wsId=wsid, pw=pw, jobId=job_id)

    async def result(self, job_id: object) -> str | None:
        """Return where a job's output lies, if it is there."""
        return (await self.listed(f"jobid : {job_id}"))[0].get("OutputLoc")

    async def listed(self, conditions: str = "", *, wsid: object = 1, system: bool = False) -> list[dict[str, str]]:
        """Return jobs by GetJobs, each as the texts of its elements."""
        status, text = await self.get(
            "GetJobs", owner_wsid=wsid, owner_pw="secret", conditions=conditions, includeSystem=system
        )
        assert status == 200, text
        jobs = etree.fromstring(text.encode())
        return [{etree.QName(one).localname: one.text or "" for one in found} for found in jobs]
