"""An example of each command, for its `--help` and the reference; a test reads each as the command line does."""

from __future__ import annotations

from collections.abc import Mapping

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "serve": ("serve", "serve --port 9000 --tls-port 9443 --apis arcgis,ges", "serve --port 0 --json"),
    "apis": ("apis", "apis prime --json"),
    "states": ("states ges",),
    "jobs list": ("jobs list --api ges --phase EXECUTING", "jobs list --watch"),
    "jobs show": ("jobs show casjobs 1001",),
    "jobs add": (
        "jobs add ges id=job-7 graph=movie state=running",
        "jobs add casjobs owner=1 plan=fails query='select 1'",
    ),
    "jobs force": ("jobs force casjobs 1001 Canceling", "jobs force casjobs 1001 EXECUTING --no-hold"),
    "jobs wait": ("jobs wait casjobs 1001 CANCELED --timeout 10",),
    "jobs hold": ("jobs hold casjobs 1001",),
    "jobs release": ("jobs release casjobs 1001",),
    "jobs delete": ("jobs delete casjobs 1001",),
    "clock show": ("clock show",),
    "clock freeze": ("clock freeze",),
    "clock resume": ("clock resume",),
    "clock set": ("clock set 2026-01-02T12:00:00Z",),
    "clock advance": ("clock advance 30", "clock advance --until-next"),
    "faults list": ("faults list --unused",),
    "faults add": (
        "faults add --operation prime.CancelRunning --status 503 --times 2",
        "faults add --api casjobs --connection reset --after 1",
    ),
    "faults remove": ("faults remove --all",),
    "faults catalogue": ("faults catalogue",),
    "requests list": ("requests list --api ges --violations", "requests list --format har"),
    "requests show": ("requests show 7",),
    "requests clear": ("requests clear",),
    "requests verify": (
        "requests verify --operation casjobs.CancelJob --job 1001 --count 1",
        "requests verify --no-violations",
    ),
    "violations": ("violations", "violations --side client --json"),
    "coverage": ("coverage --api ges",),
    "settings show": ("settings show arcgis",),
    "settings set": ("settings set arcgis secured=standalone",),
    "snapshot save": ("snapshot save before.json",),
    "snapshot restore": ("snapshot restore before.json",),
    "events": ("events --kind job", "events --json --limit 10"),
    "sandboxes list": ("sandboxes list",),
    "sandboxes create": ("sandboxes create build-17 --ttl 600",),
    "sandboxes delete": ("sandboxes delete build-17",),
    "reset": ("reset --keep settings",),
    "contracts list": ("contracts list",),
    "contracts show": ("contracts show ges.CancelJob",),
    "contracts check": ("contracts check",),
    "openapi": ("openapi ges",),
    "verify": ("verify http://127.0.0.1:8080 --api ges --account account.json",),
    "check-traffic": ("check-traffic traffic.har",),
    "record": ("record --api arcgis --upstream https://gis.example.test --out recorded",),
    "run": ("run -- pytest tests/contract", "run --artifacts out --tls-port 0 -- ./client-tests.sh {arcgis}"),
    "exercise": ("exercise --api arcgis -- python client.py", "exercise --api prime --list"),
    "completion": ("completion bash", "completion zsh --install"),
    "demo": ("demo",),
}
"""Command -> what may stand after `mockserver`."""


def text_of(command: str) -> str | None:
    """Return the examples of a command, one a line; None when it has none."""
    found = EXAMPLES.get(command)
    return None if found is None else "\n".join(f"mockserver {one}" for one in found)
