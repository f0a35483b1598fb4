"""What an answer of a real Prime says: JSON as it stands, XML read by the model that ours is written by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from mockserver.api.answers import JobSeen, ReceivedAnswer, json_data, page_data
from mockserver.apis.prime import inventory, model
from mockserver.apis.prime.machine import RUN_KIND
from mockserver.apis.prime.serialization import ATTRIBUTE, ITEMS, PART, TEXT, VALUE, WRAPPED, Slot, slots
from mockserver.apis.prime.site import PrimeContext
from mockserver.contracts.judge import Unreadable
from mockserver.wire import xml

_XML = ("text/xml", "application/xml")
_ROOTS: Mapping[str, tuple[type, ...]] = {
    "mgmtResponse": (
        model.OperationAnswer, model.RunHistoryAnswer, model.DeployAnswer, model.ImportAnswer, model.RateLimitsAnswer,
    ),
    "queryResponse": (model.Listing, model.Instance, model.Directory),
    "errorDocument": (model.ErrorDocument,),
}  # fmt: skip


def read_answer(context: PrimeContext, received: ReceivedAnswer) -> Any:
    """Return the data of an answer: XML as JSON of the newest version has it, with a list for whatever repeats."""
    if received.media == "text/html":
        return page_data(received)
    if received.media not in _XML:
        return json_data(received.body)
    try:
        root = xml.parse(received.body)
    except xml.BadXml as error:
        return Unreadable(reason=f"the answer is not XML: {error}")
    if root.tag not in _ROOTS:
        return Unreadable(reason=f"the root element is {root.tag}")
    return {root.tag: _object(root, _ROOTS[root.tag])}


_ENTITIES = (model.JobEntity, inventory.DeviceEntity, inventory.CliTemplateEntity, inventory.InventoryEntity)
"""What an entity of a listing can be: each has a part of its own name, so that one look at all of them finds it."""


@cache
def _known(models: tuple[type, ...]) -> Mapping[str, Slot]:
    """Return the fields of some classes by their name in JSON."""
    return {slot.key: slot for one in models for slot in slots(one)}


def _object(element: Any, models: tuple[type, ...]) -> dict[str, Any]:
    known = _known(models)
    made: dict[str, Any] = {}
    for name, value in element.attrib.items():
        made[f"@{name}"] = _typed(value, known.get(f"@{name}"))
    text = known.get("$")
    if text is not None and text.role is TEXT:
        made["$"] = element.text or ""
    for child in element:
        if not isinstance(child.tag, str):
            continue
        slot = known.get(child.tag)
        if slot is None:
            made[child.tag] = child.text or ""  # the contract says what it thinks of it
        elif slot.role is VALUE or slot.role is ATTRIBUTE:
            made[slot.key] = _typed(child.text or "", slot)
        elif slot.role is PART:
            made[slot.key] = _object(child, (slot.kind,))
        elif slot.role is ITEMS:
            made.setdefault(slot.key, []).append(
                _object(child, _ENTITIES if slot.kind is model.EntityHead else (slot.kind,))
            )
        elif slot.role is WRAPPED:
            made[slot.key] = {
                slot.item: [_object(one, _models(slot.kind, one)) for one in child.iterchildren(slot.item)]
            }
    return made


def _models(kind: type, element: Any) -> tuple[type, ...]:
    """Return what an element may be, where its version or its type decides that."""
    if kind is model.EntityHead:
        return _ENTITIES
    if kind is inventory.IpInterface and element.find("ipAddress/address") is not None:
        return (inventory.IpInterfaceV4,)
    return (kind,)


def _typed(text: str, slot: Slot | None) -> Any:
    if slot is not None and slot.kind is bool:
        return {"true": True, "false": False}.get(text, text)
    if slot is None or slot.kind is not int:
        return text
    return int(text) if text.removeprefix("-").isdecimal() and len(text) < 20 else text


def jobs_seen(context: PrimeContext, data: Any) -> Sequence[JobSeen]:
    """Return the jobs and runs that an answer tells of."""
    return list(_seen(data)) if isinstance(data, Mapping) else ()


def _seen(data: Mapping[str, Any]) -> Iterator[JobSeen]:
    for job in _each(data.get("mgmtResponse"), "job"):
        number = str(job.get("jobId", ""))
        yield JobSeen(number, str(job.get("jobStatus", "")), fields=_told(job, name="jobName", type="jobType"))
        for run in _each(job.get("runInstances"), "runInstance"):
            fields = _told(run, result_status="resultStatus")
            yield JobSeen(str(run.get("runId", "")), str(run.get("runStatus", "")), RUN_KIND, fields, number)
    for entity in _each(data.get("queryResponse"), "entity"):
        for job in _each(entity, "jobSummaryDTO"):
            number = str(job.get("@id", ""))
            fields = _told(job, name="jobName", type="jobType", owner="username")
            yield JobSeen(number, str(job.get("jobStatus", "")), fields=fields)
            if "runId" in job and "runStatus" in job:
                fields = _told(job, result_status="resultStatus")
                yield JobSeen(str(job["runId"]), str(job["runStatus"]), RUN_KIND, fields, number)


def _each(inside: Any, name: str) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a list, which JSON v1 writes without one where there is one only."""
    found = inside.get(name) if isinstance(inside, Mapping) else None
    for one in found if isinstance(found, list) else (found,):
        if isinstance(one, Mapping):
            yield one


def _told(record: Mapping[str, Any], **names: str) -> Mapping[str, Any]:
    return {name: str(record[wire]) for name, wire in names.items() if record.get(wire)}


STAND_INS: Mapping[str, str] = {"Authorization": "Basic bmJpOnNlY3JldA==", "Cookie": "", "password": "secret"}
"""The account `nbi` of `recorded_site`."""


def recorded_site(jobs: Sequence[JobSeen]) -> Mapping[str, Any]:
    """Return an account that may ask for the jobs, and those that own them."""
    owners = sorted({str(one.fields["owner"]) for one in jobs if "owner" in one.fields} - {"nbi"})
    groups = ["NBI Read", "NBI Write"]
    return {"accounts": [{"username": one, "password": "secret", "groups": groups} for one in ("nbi", *owners)]}
