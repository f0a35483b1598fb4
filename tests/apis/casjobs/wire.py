"""Requests as bytes and texts, for the tests beside this file."""

from __future__ import annotations

from mockserver.apis.casjobs.service_types import NAMESPACE

SERVICE = "/CasJobs/services/jobs.asmx"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"


def envelope(operation: str, inner: str, *, space: str = SOAP11, header: str = "") -> str:
    head = f"<soap:Header>{header}</soap:Header>" if header else ""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{space}">{head}<soap:Body>'
        f'<{operation} xmlns="{NAMESPACE}">{inner}</{operation}></soap:Body></soap:Envelope>'
    )


def headers(operation: str | None = None, content_type: str = "text/xml; charset=utf-8") -> dict[str, str]:
    action = {} if operation is None else {"SOAPAction": f'"{NAMESPACE}/{operation}"'}
    return {"Content-Type": content_type, **action}


def job(job_id: object, *, wsid: object = 1, pw: str = "secret") -> str:
    return f"<wsId>{wsid}</wsId><pw>{pw}</pw><jobId>{job_id}</jobId>"
