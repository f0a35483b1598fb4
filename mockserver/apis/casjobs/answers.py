"""What an answer of the real service says: results and faults in SOAP 1.1 and 1.2, in XML, and in plain text."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.api.answers import JobSeen, ReceivedAnswer, page_data
from mockserver.apis.casjobs.machine import STATUS
from mockserver.apis.casjobs.protocols import SOAP_MEDIA, Version
from mockserver.apis.casjobs.service_types import NAMESPACE, CasContext, ServiceOperation
from mockserver.contracts.judge import Unreadable
from mockserver.wire import xml
from mockserver.wire.charset import text_of
from mockserver.wire.soap_types import ArrayOf, Struct, Type, XsdType

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TYPED = re.compile(r"([A-Za-z_][\w.+]*(?:Exception|Error|Fault)|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+): ?(.*)", re.DOTALL)
_FRAME = re.compile(r"\r?\n   at |\r?\n   --- ")
_UNTYPED = "System.Exception"
"""What is noted as the type of an exception whose service shows messages only."""

_WORDS: Mapping[int, str] = {number: str(state) for state, number in STATUS.items()}


def read_answer(context: CasContext, received: ReceivedAnswer) -> Any:
    """Return the data of an answer."""
    operation, media = context.operation, received.media
    if media == "text/html":
        # IIS's own short pages have a status and no more to say.
        return page_data(received) if b"<" in received.body else None
    if not received.body:
        return None
    if media == "text/plain":
        return {"told": told(html.unescape(text_of(received.body, received.content_type or "")))}
    if media not in SOAP_MEDIA:
        return None
    try:
        root = xml.parse(received.body)
    except xml.BadXml as error:
        return Unreadable(reason=f"the answer is not XML: {error}")
    try:
        if root.tag in [f"{{{version}}}Envelope" for version in Version]:
            return _enveloped(operation, root)
        if isinstance(operation, ServiceOperation):
            return _document(operation, root)
        if operation is not None and operation.name == "GetWebServiceId":
            return _value(root, XsdType.LONG)
    except ValueError as error:
        return Unreadable(reason=str(error))
    return None  # a document about the service: well-formed is all that its contract asks


def _enveloped(operation: Any, root: Any) -> Any:
    space = root.tag[1:].partition("}")[0]
    body = root.find(f"{{{space}}}Body")
    first = None if body is None else next(iter(body.iterchildren("*")), None)
    if first is None:
        raise ValueError("the envelope's Body is missing or empty")
    if first.tag == f"{{{space}}}Fault":
        return _fault(first, space)
    if not isinstance(operation, ServiceOperation) or first.tag != f"{{{NAMESPACE}}}{operation.name}Response":
        raise ValueError(f"the Body holds {first.tag}")
    children = list(first.iterchildren("*"))
    if operation.result is None or not children:
        if children:
            raise ValueError(f"{operation.name} is void and answers {children[0].tag}")
        return None
    if len(children) > 1 or children[0].tag != f"{{{NAMESPACE}}}{operation.name}Result":
        raise ValueError(f"{operation.name}Response holds {children[-1].tag}")
    return _value(children[0], operation.result)


def _fault(fault: Any, space: str) -> dict[str, Any]:
    if space == Version.SOAP11:
        code, text = fault.findtext("faultcode"), fault.findtext("faultstring")
    else:
        code = fault.findtext(f"{{{space}}}Code/{{{space}}}Value")
        text = fault.findtext(f"{{{space}}}Reason/{{{space}}}Text")
    if code is None or text is None:
        raise ValueError("the Fault has no code, or says nothing")
    return {"code": code.strip().rpartition(":")[2], "told": told(text)}


def told(text: str) -> list[dict[str, str]]:
    """Return what an exception says, outermost first, from a text with types and stack lines or without."""
    found = []
    for part in _FRAME.split(text, maxsplit=1)[0].strip().split(" ---> "):
        typed = _TYPED.fullmatch(part)
        kind, message = (_UNTYPED, part) if typed is None else (typed[1], typed[2])
        found.append({"type": kind, "message": message})
    return found


def _document(operation: ServiceOperation, root: Any) -> Any:
    """Read what GET and POST are answered: the result under the name of its type."""
    if operation.result is None:
        raise ValueError(f"{operation.name} is void and answers {root.tag}")
    if root.get(_NIL) in ("true", "1"):
        return None
    kind = operation.result
    name = f"ArrayOf{kind.item.name}" if isinstance(kind, ArrayOf) else getattr(kind, "value", str(kind))
    if kind is not XsdType.XML and root.tag != f"{{{NAMESPACE}}}{name}":
        raise ValueError(f"the root element is {root.tag}, not {name} of {NAMESPACE}")
    return _value(root, kind)


def _value(element: Any, kind: Type) -> Any:
    if isinstance(kind, ArrayOf):
        items = list(element.iterchildren("*"))
        strange = next((one for one in items if one.tag != f"{{{NAMESPACE}}}{kind.item.name}"), None)
        if strange is not None:
            raise ValueError(f"the list holds {strange.tag}")
        return [_struct(one, kind.item) for one in items]
    if isinstance(kind, Struct):
        return _struct(element, kind)
    if kind is XsdType.XML:
        return "".join(element.itertext())
    return _simple(element.text or "", kind)


def _struct(element: Any, kind: Struct) -> dict[str, Any]:
    types = dict(kind.members)
    made: dict[str, Any] = {}
    for child in element.iterchildren("*"):
        name = child.tag.removeprefix(f"{{{NAMESPACE}}}")
        if child.get(_NIL) not in ("true", "1"):
            made[name] = _simple(child.text or "", types.get(name, XsdType.STRING))
    return made


def _simple(text: str, kind: XsdType) -> Any:
    """Read a text as its type; one that is none stays a text, which the contract then refuses."""
    stripped = text.strip()
    if kind in (XsdType.LONG, XsdType.INT):
        return int(stripped) if re.fullmatch(r"[+-]?[0-9]{1,19}", stripped) else text
    if kind is XsdType.BOOLEAN:
        return {"true": True, "1": True, "false": False, "0": False}.get(stripped, text)
    return text


def jobs_seen(context: CasContext, data: Any) -> Sequence[JobSeen]:
    """Return the jobs that an answer tells of."""
    name = "" if context.operation is None else context.operation.name
    if name == "GetJobStatus" and isinstance(data, int):
        job = context.parameters.get("jobId")
        return (JobSeen(str(job), _WORDS.get(data, str(data)), fields=_owner(context)),)
    if name in ("SubmitJob", "SubmitJobInto", "SubmitExtractJob") and isinstance(data, int):
        asked = context.parameters
        names = {"query": "qry", "context": "context", "taskname": "taskname"}
        fields = {ours: asked[theirs] for ours, theirs in names.items() if asked.get(theirs)}
        return (JobSeen(str(data), "", fields={**_owner(context), **fields}),)
    if name in ("GetJobs", "GetJobsJob") and isinstance(data, list):
        return [_listed(one) for one in data if isinstance(one, Mapping) and "JobID" in one]
    return ()


def _owner(context: CasContext) -> Mapping[str, Any]:
    given = context.parameters.get("wsId", context.parameters.get("wsid"))
    return {} if given is None else {"owner": str(given)}


def _listed(record: Mapping[str, Any]) -> JobSeen:
    names = {"owner": "WebServicesID", "query": "Query", "context": "Context", "taskname": "TaskName", "error": "Error"}
    fields = {ours: str(record[theirs]) for ours, theirs in names.items() if record.get(theirs) not in (None, "")}
    kind = record.get("Type", record.get("OutputType"))
    return JobSeen(
        str(record["JobID"]),
        _WORDS.get(record.get("Status", -1), str(record.get("Status"))),
        fields={**fields, **({"type": kind} if kind else {})},
    )


STAND_INS: Mapping[str, str] = {
    "pw": "secret", "owner_pw": "secret", "admin_pw": "secret", "password": "secret", "md5": "secret",
}  # fmt: skip


def recorded_site(jobs: Sequence[JobSeen]) -> Mapping[str, Any]:
    """Return the accounts, queues and types that jobs were seen with."""
    owners = sorted({str(one.fields["owner"]) for one in jobs if str(one.fields.get("owner", "")).isdecimal()}, key=int)
    contexts = sorted({str(one.fields["context"]) for one in jobs if "context" in one.fields})
    types = sorted({str(one.fields["type"]) for one in jobs if "type" in one.fields})
    accounts = [{"wsid": int(one), "userid": f"user{one}", "password": "secret"} for one in owners]
    made: dict[str, Any] = {"queues": [{"context": one, "timeout": 1} for one in contexts]}
    made["types"] = [{"type": one} for one in types]
    return {name: value for name, value in {"accounts": accounts, **made}.items() if value}
