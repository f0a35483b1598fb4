"""A lab that never was: replies of a Prime of version 1, in the shapes of the recordings of 2017.

Everything is drawn from one seed, so that two runs give the same bytes. Names, addresses and texts are made up;
counts, key orders, types, blanks and times relative to each other are those of `mockserver/apis/prime/NOTES.md`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

HOST = "prime.example.test"
BASE = f"https://{HOST}/webacs/api"
FIRST_JOB, FIRST_RUN = 410000100, 420000100
BEGIN = datetime(2024, 5, 6, 18, 19, tzinfo=UTC)
RUNNING = 14
"""How many of the latest runs have not ended when the history is read."""

# How a command is written: blanks and all, and no quotes round the template's name, which v1 takes.
PLAIN = '{{ "cliTemplateCommand" : {{ "targetDevices" : {{ "targetDevice" : {{"targetDeviceID" : {device} }}}},"templateName" : {template}}}}}'
WITH = '{{ "cliTemplateCommand" : {{ "targetDevices" : {{ "targetDevice" : {{ "targetDeviceID" : {device}, "variableValues" : {{ "variableValue" : {variables}}}}}}}, "templateName" : {template}}}}}'
RECEIVED = r'{"mgmtResponse":{"@responseType":"operation","@requestUrl":"https:\/\/HOST\/webacs\/api\/v1\/op\/cliTemplateConfiguration\/deployTemplateThroughJob","@rootUrl":"https:\/\/HOST\/webacs\/api\/v1\/op","cliTemplateCommandJobResult":{"jobName":"JOB","message":"An deploy job has been successfully created. "}}}'

CORE = (700000001,)
EDGES = (700000002, 700000003, 700000004)
LINKS = {
    700000001: ("Eth0/1/0", "Eth0/1/1", "Eth0/1/2"),
    700000002: ("Eth0/0/0", "Eth0/0/1"),
    700000003: ("Eth0/0/0", "Eth0/0/1", "Eth0/0/2"),
    700000004: ("Eth0/0/0", "Eth0/0/1"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One command: for which device, from which template, with which variables, and when Prime took it."""

    device: int
    template: str
    variables: tuple[tuple[str, str], ...]
    blank: bool = False
    at: datetime = BEGIN

    @property
    def job_name(self) -> str:
        """`JobCliTemplateDeployIOSDevices06_19_31_651_PM_05_06_2024`."""
        at = self.at
        return f"JobCliTemplateDeployIOSDevices{at:%I_%M_%S}_{at.microsecond // 1000:03d}_{at:%p_%m_%d_%Y}"

    @property
    def sent(self) -> str:
        """The body of the request."""
        if not self.variables:
            return PLAIN.format(device=self.device, template=self.template)
        blank = " " if self.blank else ""
        each = [f'{{"name": "{name}", "value": "{value}"{blank}}}' for name, value in self.variables]
        variables = each[0] if len(each) == 1 else f"[{', '.join(each)}]"
        return WITH.format(device=self.device, template=self.template, variables=variables)

    @property
    def received(self) -> str:
        """The body of the answer."""
        return RECEIVED.replace("HOST", HOST).replace("JOB", self.job_name)


def _commands() -> Iterator[Deployment]:
    """All 73, the template's name by device, links after the device itself, loopbacks last."""
    table: tuple[tuple[str, tuple[int, ...], str, tuple[str, ...], bool], ...] = (
        ("Core Base Hello", CORE, "device", (), False),
        ("Edge Base Hello", EDGES, "device", (), False),
        ("Core Link Hello", CORE, "links", ("link",), False),
        ("Edge Link Hello", EDGES, "links", ("link",), False),
        ("Core Link Address", CORE, "links", ("link", "address"), False),
        ("Edge Link Address", EDGES, "links", ("link", "address"), False),
        ("Core Loopback Address", CORE, "device", ("Loopback0",), False),
        ("Edge Loopback Address", EDGES, "device", ("Loopback0",), False),
        ("Core Link Area", CORE, "links", ("link", "Loopback0"), False),
        ("Core Link Area", CORE, "loopback", ("link", "Loopback0"), False),
        ("Edge Base Area", EDGES, "device", ("Loopback0",), True),
        ("Edge Link Area", EDGES, "links", ("link",), True),
        ("Edge Link Area", EDGES, "loopback", ("link",), True),
        ("Core Base Label", CORE, "device", ("Loopback0",), False),
        ("Edge Base Label", EDGES, "device", (), False),
        ("Core Link Share", CORE, "links", ("link", "share"), False),
        ("Edge Link Share", EDGES, "links", ("link", "share"), False),
        ("Core Base Label-TE", CORE, "device", (), False),
        ("Edge Base Label-TE", EDGES, "device", (), False),
        ("Core Link Label-TE", CORE, "links", ("link",), False),
        ("Edge Link Label-TE", EDGES, "links", ("link",), False),
    )
    for template, devices, places, names, blank in table:
        for device in devices:
            place = {"device": ("",), "links": LINKS[device], "loopback": ("loopback0",)}[places]
            for number, link in enumerate(place):
                values = {
                    "link": link,
                    "address": f"192.0.2.{device % 10 * 16 + number * 4 + 1}",
                    "Loopback0": f"198.51.100.{device % 10}",
                    "share": "100",
                }
                variables = tuple((name, values[name]) for name in names)
                yield Deployment(device=device, template=template, variables=variables, blank=blank)


def deployments() -> list[Deployment]:
    """The 73 commands in the order they were sent, 0.8 to 1.7 seconds apart."""
    draw, at, found = random.Random(2017), BEGIN, []
    for one in _commands():
        at += timedelta(milliseconds=draw.randint(792, 1718))
        found.append(
            Deployment(
                device=one.device, template=one.template, variables=one.variables, blank=one.blank, at=at
            )
        )  # fmt: skip
    return found


def _output(one: Deployment, started: datetime) -> str:
    """What a device said: the configuration, the commands, and a transcript with a prompt before each of them."""
    lines = [f"apply {one.template.lower()}", *(f"  set {name} {value}" for name, value in one.variables)]
    core = one.device in CORE
    typed = [*(line.strip() for line in lines), *(["commit"] if core else [])]
    name = "core-1" if core else f"edge-{one.device % 10}"
    prompt = f"RP/0/CPU0:{name}" if core else name
    said = ["terminal width 0"]
    if core:
        stamp = f"{started:%a %b %d %H:%M:%S}.{started.microsecond // 1000:03d} UTC"
        said += [f"\r{stamp}", f"{prompt}#config t", f"\r{stamp}", "Session            Line       User     Lock "]
        said += [f"00000001-0{number}0a0b0c-00000000     vty{number}       operator * " for number in (1, 3)]
    else:
        said += [f"{prompt}#config t", "Give commands, one a line.  Leave with END!"]
    place = "config"
    for line in typed:
        said.append(f"{prompt}({place})#{line}" if not core or place == "config" else f"\r{prompt}({place})#{line}")
        place = "config-if"
    said.append(f"{prompt}({place})#")
    command = "\n".join(["terminal width 0", "config t", *typed])
    return (
        "configlet:\n" + "\n".join(lines) + "\n response:\n"
        f"<cliChunks><cliChunk><cli>{command}\n</cli>"
        f"<response><![CDATA[{chr(10).join(said)}]]></response></cliChunk></cliChunks>\n"
    )


def stamp(at: datetime) -> str:
    """`2024-05-06T18:20:01.680Z`."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _job(number: int, one: Deployment, run_id: int, draw: random.Random, *, ended: bool, last: bool) -> dict[str, Any]:
    # Most runs begin at once when their 30 seconds are over, some wait for the one before.
    started = one.at + timedelta(milliseconds=draw.choice([*range(30024, 30042)] * 6 + [*range(30041, 33732, 80)]))
    if ended:
        took = draw.choice([*range(1013, 1030)] * 3 + [2015, 3089, 5014, 6105, 13032, 16015, 19021, 22019])
        output = {"property": one.device, "value": _output(one, started)}
        summary = {"property": one.job_name, "value": "1/1 template configurations successfully applied."}
        run = {
            "runStatus": "COMPLETED",
            "results": {"result": [output, summary] if draw.random() < 0.4 else [summary, output]},
            "lastStartTime": stamp(started),
            "completionTime": stamp(started + timedelta(milliseconds=took)),
            "runId": run_id,
            "resultStatus": "SUCCESS",
        }
    else:
        run = {"lastStartTime": stamp(started), "runStatus": "RUNNING", "results": "", "runId": run_id}
    job: dict[str, Any] = {
        "description": "Cli Template Deploy for IOS devices",
        "runInstances": {"runInstance": run},
        "jobStatus": "SCHEDULED" if last else "COMPLETED",
        "jobName": one.job_name,
    }
    if last:
        job["nextRunTime"] = stamp(one.at + timedelta(milliseconds=30001))
    return {**job, "jobId": FIRST_JOB + number, "jobType": "CliTemplateDeployIOSDevices"}


def run_history() -> dict[str, Any]:
    """The v1 run history of the 73 jobs, read while the last 14 ran: in no order of ids, names or times."""
    draw, run_id, jobs = random.Random(73), FIRST_RUN, []
    sent = deployments()
    for number, one in enumerate(sent):
        run_id += draw.randint(1, 5)
        last = number == len(sent) - 1
        jobs.append(_job(number, one, run_id, draw, ended=number < len(sent) - RUNNING, last=last))
    blocks = [jobs[place : place + 8] for place in range(0, len(jobs), 8)]
    draw.shuffle(blocks)
    between = f"%22{sent[0].at:%Y-%m-%dT%H:%M:%S}%22,%22{sent[-1].at + timedelta(minutes=1):%Y-%m-%dT%H:%M:%S}%22"
    query = f"jobName=startsWith(%22Job%22)&amp;startTime=between({between})"
    return {
        "mgmtResponse": {
            "@responseType": "operation",
            "job": [job for block in blocks for job in block],
            "@rootUrl": f"{BASE}/v1/op",
            "@requestUrl": f"{BASE}/v1/op/jobService/runhistory?{query}",
        }
    }


def query_response() -> dict[str, Any]:
    """A v4 page of controllers, cut to one: keys, their order and their types are those of a reply of 2020."""
    kind, number = "WlanControllers", 90000000001
    dto = {
        "@displayName": str(number),
        "@id": number,
        "apCount": 12,
        "autoRefresh": False,
        "lastBackup": "2024-05-06T17:28:02.000Z",
        "reachabilityStatus": True,
        "softwareVersion": "10.1.152.12",
    }
    entity = {"@dtoType": "wlanControllersDTO", "@type": kind, "@url": f"{BASE}/v4/data/{kind}/{number}"}
    return {
        "queryResponse": {
            "@last": 13,
            "@first": 0,
            "@count": 14,
            "@type": kind,
            "@domain": "ROOT-DOMAIN",
            "@requestUrl": f"{BASE}/v4/data/{kind}?.full=true",
            "@responseType": "listEntityInstances",
            "@rootUrl": f"{BASE}/v4/data",
            "entity": [{**entity, "wlanControllersDTO": dto}],
        }
    }
