"""A CLI template on its way to devices: what a client asks for, and what the run then reports, device by device.

The shapes are those of v1_runhistory.json, where each of the 59 runs that ended has two results.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from mockserver.apis.prime.model import Result

NO_DEVICE = ("700001",)
"""The device of a deployment that names none."""
NO_COMMANDS = "!"
"""The commands of a deployment whose template nobody described: IOS' empty comment."""

_VARIABLE = re.compile(r"\$!?(?:\{(\w+)\}|(\w+))")


def target_devices(command: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the target devices of a `cliTemplateCommand`: one object or a list, as JSON and XML have them."""
    targets = command.get("targetDevices")
    found = targets.get("targetDevice") if isinstance(targets, Mapping) else targets
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, Mapping)]


def device_ids(devices: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the ids of target devices, as texts."""
    return [str(one["targetDeviceID"]) for one in devices if one.get("targetDeviceID") not in (None, "")]


def filled_in(content: str, devices: Sequence[Mapping[str, Any]]) -> str:
    """Return a template's commands with the first device's values in place of `$name` and `${name}`.

    Velocity's directives (`#if`) stay as they are: nobody sends these commands anywhere.
    """
    given = devices[0].get("variableValues") if devices else None
    pairs = given.get("variableValue") if isinstance(given, Mapping) else None
    values = {
        str(one.get("name")): str(one.get("value") or "")
        for one in (pairs if isinstance(pairs, list) else [pairs])
        if isinstance(one, Mapping)
    }
    return _VARIABLE.sub(lambda found: values.get(found[1] or found[2], found[0]), content)


def results(job_name: str, devices: Sequence[str], commands: str, *, outputs_first: bool) -> tuple[Result, ...]:
    """Return what a run that succeeded reports: a device's output each, and a line on them all under the job's name."""
    every = [Result(property=device, value=_output(commands)) for device in devices]
    count = len(devices) or 1
    text = f"{count}/{count} template configurations successfully applied."
    summary = Result(property=job_name, value=text)
    return (*every, summary) if outputs_first else (summary, *every)


def _output(commands: str) -> str:
    typed = "\n".join(["terminal width 0", "config t", *commands.splitlines()])
    said = "".join(f"device(config)#{line}\n\r" for line in commands.splitlines()).replace("]]>", "]]]]><![CDATA[>")
    return (
        f"configlet:\n{commands}\n response:\n<cliChunks><cliChunk><cli>{escape(typed)}\n</cli>"
        f"<response><![CDATA[terminal width 0\n\rdevice#config t\n\r{said}device(config)#]]></response>"
        "</cliChunk></cliChunks>\n"
    )
