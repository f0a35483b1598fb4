"""The real clients that a thin script in `exercise/` drives, and a run of each in every scenario of its API.

`make real-clients` runs them (`python -m tests.clients.real_clients [SCRIPT …]`) and keeps what came of it in
`docs/generate/real_clients.json`, from which the page *How real clients do* is written.

Rules a maintainer must keep:

1. A script calls its library as the library's own documentation says, and catches nothing.
2. What is kept are counts: of no client is said in which scenario it did what.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FOLDER = HERE / "exercise"
NODE = HERE / "node"
RESULTS = HERE.parents[1] / "docs" / "generate" / "real_clients.json"
KINDS = ("ended", "exit", "jobs", "stopped", "pause", "contract")
"""The checks of `mockserver exercise` that are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RealClient:
    """A client and the script that drives it.

    Attributes:
        name: as its registry or its language has it.
        package: what must be installed: a module of Python, a folder of npm's, a module of Perl's ….
        released: the distribution whose version is told; none: `package`.
        waits: the library waits for the end of a job itself; otherwise the script beside it does.
    """

    script: str
    api: str
    name: str
    package: str
    released: str = ""
    waits: bool = False

    @property
    def kind(self) -> str:
        """Which language it is: the end of the script's name."""
        return self.script.rpartition(".")[2]

    @property
    def program(self) -> str | None:
        """What runs its script; None: nothing here does."""
        return {
            "py": sys.executable,
            **{
                kind: shutil.which(one)
                for kind, one in (("mjs", "node"), ("php", "php"), ("pl", "perl"), ("tcl", "tclsh"))
            },
        }[self.kind]

    @property
    def command(self) -> list[str]:
        """The words that start its script, beside a `node_modules`."""
        browser = ["--import", (NODE / "browser.mjs").as_uri()] if self.script == "esri_leaflet_gp.mjs" else []
        return [str(self.program), *browser, self.script]

    def version(self) -> str | None:
        """Return its version; None: it is not installed."""
        if self.program is None:
            return None
        if self.kind == "py":
            # What is told of may be there without the extra that the client needs.
            if importlib.util.find_spec(self.package) is None:
                return None
            try:
                return importlib.metadata.version(self.released or self.package)
            except importlib.metadata.PackageNotFoundError:
                return None
        if self.kind == "mjs":
            about = NODE / "node_modules" / self.package / "package.json"
            return str(json.loads(about.read_text("utf-8"))["version"]) if about.is_file() else None
        words, script = {
            "php": (["-r", f'echo extension_loaded("{self.package}") ? PHP_VERSION : "";'], ""),
            "pl": ([f"-M{self.package}", "-e", f"print ${self.package}::VERSION"], ""),
            "tcl": ([], f"if {{![catch {{package require {self.package}}} found]}} {{puts $found}}"),
        }[self.kind]
        done = subprocess.run(
            [self.program, *words], input=script, capture_output=True, text=True, check=False, timeout=60
        )
        return (done.stdout.strip() or None) if done.returncode == 0 else None

    @property
    def runtime(self) -> str:
        """The language and its version."""
        if self.kind == "py":
            return f"Python {platform.python_version()}"
        asked = {
            "mjs": ["--version"],
            "php": ["-r", "echo PHP_VERSION;"],
            "pl": ["-e", "print substr($^V, 1)"],
            "tcl": [],
        }
        name = {"mjs": "Node", "php": "PHP", "pl": "Perl", "tcl": "Tcl"}[self.kind]
        script = "puts [info patchlevel]" if self.kind == "tcl" else ""
        done = subprocess.run(
            [str(self.program), *asked[self.kind]], input=script, capture_output=True, text=True, check=True, timeout=60
        )
        return f"{name} {done.stdout.strip().removeprefix('v')}"


def _client(script: str, api: str, name: str, package: str, released: str = "", *, waits: bool = False) -> RealClient:
    return RealClient(script=script, api=api, name=name, package=package, released=released, waits=waits)


CLIENTS = (
    _client("arcgis_toolbox.py", "arcgis", "PyPI arcgis", "arcgis", waits=True),
    _client("restapi_run.py", "arcgis", "PyPI bmi-arcgis-restapi", "restapi", "bmi-arcgis-restapi", waits=True),
    _client("python_ags.py", "arcgis", "PyPI python-ags", "ags", "python-ags", waits=True),
    _client("arcrest_job.py", "arcgis", "PyPI gn-arcrest", "arcrest", "gn-arcrest"),
    _client(
        "arcgis_rest_request.mjs", "arcgis", "npm @esri/arcgis-rest-request", "@esri/arcgis-rest-request", waits=True
    ),
    _client("esri_leaflet_gp.mjs", "arcgis", "npm esri-leaflet-gp", "esri-leaflet-gp", waits=True),
    _client("zeep_sync.py", "casjobs", "PyPI zeep", "zeep"),
    _client("zeep_async.py", "casjobs", "PyPI zeep, asynchronous", "httpx", "zeep"),
    _client("casjobs_monitor.py", "casjobs", "PyPI casjobs", "casjobs", waits=True),
    _client("mastcasjobs_monitor.py", "casjobs", "PyPI mastcasjobs", "mastcasjobs", waits=True),
    _client("suds_client.py", "casjobs", "PyPI suds-community", "suds", "suds-community"),
    _client("osa_client.py", "casjobs", "PyPI osa", "osa"),
    _client("npm_soap.mjs", "casjobs", "npm soap", "soap"),
    _client("strong_soap.mjs", "casjobs", "npm strong-soap", "strong-soap"),
    _client("soap.php", "casjobs", "PHP SoapClient", "soap"),
    _client("soap_lite.pl", "casjobs", "Perl SOAP::Lite", "SOAP::Lite"),
    _client("ws_client.tcl", "casjobs", "Tcl WS::Client", "WS::Client"),
    _client("huaweicloudsdkges_raw.py", "ges", "PyPI huaweicloudsdkges, do_http_request", "huaweicloudsdkges"),
    _client("huaweicloudsdkges_import.py", "ges", "PyPI huaweicloudsdkges, its own calls", "huaweicloudsdkges"),
    _client(
        "huaweicloud_core.mjs", "ges", "npm @huaweicloud/huaweicloud-sdk-core", "@huaweicloud/huaweicloud-sdk-core"
    ),
    _client("piapi_deploy.py", "prime", "PyPI piapi", "piapi"),
)


class DoesNotWork(Exception):
    """A script fails where nothing goes wrong: it, or the machine, is to be mended before anything can be said."""


def lay_out(folder: Path) -> None:
    """Copy the scripts there, beside the packages of Node: a module is looked for beside the script."""
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    (folder / "node_modules").symlink_to(NODE / "node_modules")


def exercised(client: RealClient, folder: Path, parallel: int, timeout: float) -> dict[str, Any]:
    """Run one client in every scenario of its API; return what is kept of it."""
    report = folder / "report.json"
    words = ["--api", client.api, "--parallel", str(parallel), "--timeout", str(timeout), "--json", str(report)]
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(HERE.parents[1]), os.environ.get("PYTHONPATH")))),
    }
    subprocess.run(
        [sys.executable, "-m", "mockserver", "exercise", *words, "--", *client.command],
        cwd=folder, env=environ, check=False, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    scenarios = json.loads(report.read_text("utf-8"))["scenarios"]
    if not (first := scenarios[0])["passed"]:
        raise DoesNotWork(f"{first['name']}: {first['output'].strip()[-2000:]}")
    counts = {}
    for kind in KINDS:
        found = [check["passed"] for one in scenarios for check in one["checks"] if check["name"] == kind]
        # A client that had to be ended has no status, right or wrong.
        asked = len(scenarios) if kind == "exit" else len(found)
        counts[kind] = [sum(found), asked]
    return {
        **{name: value for name, value in asdict(client).items() if name not in ("package", "released")},
        "version": client.version(),
        "runtime": client.runtime,
        "hold": [sum(one["passed"] for one in scenarios), len(scenarios)],
        "checks": counts,
    }


def main(names: Sequence[str]) -> int:
    """Run clients by the names of their scripts; none: all. Return an exit status."""
    unknown = set(names) - {one.script for one in CLIENTS}
    if unknown:
        print(f"no script {', '.join(sorted(unknown))}; there are {', '.join(one.script for one in CLIENTS)}")
        return 2
    kept = {one["script"]: one for one in json.loads(RESULTS.read_text("utf-8"))} if RESULTS.exists() else {}
    status = 0
    for client in CLIENTS:
        if names and client.script not in names:
            continue
        if client.version() is None:
            print(f"{client.name}: not installed; `make clients` gets what comes from PyPI and npm")
            continue
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made) / "scripts"
            lay_out(folder)
            try:
                kept[client.script] = one = exercised(client, folder, parallel=2, timeout=60)
            except DoesNotWork as error:
                print(f"{client.name}: does not work here: {error}", flush=True)
                status = 1
                continue
        print(f"{client.name} {one['version']}: {one['hold'][0]} of {one['hold'][1]} scenarios hold", flush=True)
        ordered = [kept[known.script] for known in CLIENTS if known.script in kept]
        RESULTS.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
