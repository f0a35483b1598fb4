"""The same answers from other mock servers, for `PEERS=1 make bench`: those that are installed on this machine.

Each is told to answer one scenario with the bytes that ours gives, matching method and path (and, where it can look at
a body, nothing of that: the least work it can do). None of them checks a contract, keeps a job or moves a state here.

WIREMOCK_JAR and MOCKSERVER_JAR name the jars; prism, mb and pact-stub-server are looked for on the path.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from scenarios import Scenario

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another mock server.

    Attributes:
        missing: why it cannot run here; empty when it can.
        command: (port, scenario, answer, a folder to write to) -> what starts it.
    """

    name: str
    missing: Callable[[], str]
    command: Callable[[int, Scenario, Answer, Path], Sequence[str]]


def _jar(variable: str) -> Callable[[], str]:
    def missing() -> str:
        if shutil.which("java") is None:
            return "no java"
        return "" if Path(os.environ.get(variable, "")).is_file() else f"{variable} names no jar"

    return missing


def _program(name: str) -> Callable[[], str]:
    return lambda: "" if shutil.which(name) else f"no {name} on the path"


def _path(scenario: Scenario) -> tuple[str, dict[str, str]]:
    parts = urlsplit(scenario.path)
    return parts.path, dict(parse_qsl(parts.query))


def _write(file: Path, content: Any) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))
    return str(file)


def _wiremock(port: int, scenario: Scenario, answer: Answer, folder: Path) -> list[str]:
    path, query = _path(scenario)
    request = {"method": scenario.method, "urlPath": path}
    if query:
        request["queryParameters"] = {name: {"equalTo": value} for name, value in query.items()}
    _write(
        folder / "mappings" / "one.json",
        {"request": request, "response": {key: answer[key] for key in ("status", "headers", "body")}},
    )
    return ["java", "-jar", os.environ["WIREMOCK_JAR"], "--bind-address", "127.0.0.1", "--port", str(port),
            "--root-dir", str(folder), "--disable-banner", "--no-request-journal"]  # fmt: skip


def _mockserver(port: int, scenario: Scenario, answer: Answer, folder: Path) -> list[str]:
    path, query = _path(scenario)
    file = _write(
        folder / "expectations.json",
        [{
            "httpRequest": {"method": scenario.method, "path": path,
                            "queryStringParameters": {name: [value] for name, value in query.items()}},
            "httpResponse": {"statusCode": answer["status"], "body": answer["body"],
                             "headers": {name: [value] for name, value in answer["headers"].items()}},
        }],
    )  # fmt: skip
    return ["java", f"-Dmockserver.initializationJsonPath={file}", "-Dmockserver.logLevel=WARN",
            "-Dmockserver.disableSystemOut=true", "-Dmockserver.localBoundIP=127.0.0.1",
            "-jar", os.environ["MOCKSERVER_JAR"], "-serverPort", str(port)]  # fmt: skip


def _prism(port: int, scenario: Scenario, answer: Answer, folder: Path) -> list[str]:
    path, _ = _path(scenario)
    kind = answer["headers"].get("Content-Type", "text/plain").partition(";")[0]
    value = json.loads(answer["body"]) if kind == "application/json" else answer["body"]
    said = {str(answer["status"]): {"description": "ok", "content": {kind: {"example": value}}}}
    file = _write(
        folder / "openapi.json",
        {"openapi": "3.0.3", "info": {"title": "bench", "version": "1"},
         "paths": {path: {scenario.method.lower(): {"responses": said}}}},
    )  # fmt: skip
    return ["prism", "mock", "-h", "127.0.0.1", "-p", str(port), "-v", "silent", file]


def _mountebank(port: int, scenario: Scenario, answer: Answer, folder: Path) -> list[str]:
    path, query = _path(scenario)
    said = {"statusCode": answer["status"], "headers": answer["headers"], "body": answer["body"]}
    asked = {"equals": {"method": scenario.method, "path": path, **({"query": query} if query else {})}}
    stub = {"predicates": [asked], "responses": [{"is": said}]}
    imposter = {"protocol": "http", "port": port, "host": "127.0.0.1", "stubs": [stub]}
    file = _write(folder / "imposters.json", {"imposters": [imposter]})
    return ["mb", "start", "--host", "127.0.0.1", "--port", str(port + 1), "--configfile", file, "--nologfile",
            "--loglevel", "warn", "--pidfile", str(folder / "mb.pid")]  # fmt: skip


def _pact(port: int, scenario: Scenario, answer: Answer, folder: Path) -> list[str]:
    path, query = _path(scenario)
    request: dict[str, Any] = {"method": scenario.method, "path": path}
    if query:
        request["query"] = "&".join(f"{name}={value}" for name, value in query.items())
    kind = answer["headers"].get("Content-Type", "")
    body = json.loads(answer["body"]) if kind.startswith("application/json") else answer["body"]
    response = {"status": answer["status"], "headers": answer["headers"], "body": body}
    file = _write(
        folder / "pact.json",
        {"consumer": {"name": "bench"}, "provider": {"name": "bench"},
         "interactions": [{"description": "one", "request": request, "response": response}],
         "metadata": {"pactSpecification": {"version": "2.0.0"}}},
    )  # fmt: skip
    return ["pact-stub-server", "-f", file, "-p", str(port), "-l", "error"]


PEERS = (
    Peer(name="WireMock", missing=_jar("WIREMOCK_JAR"), command=_wiremock),
    Peer(name="MockServer", missing=_jar("MOCKSERVER_JAR"), command=_mockserver),
    Peer(name="Prism", missing=_program("prism"), command=_prism),
    Peer(name="mountebank", missing=_program("mb"), command=_mountebank),
    Peer(name="pact-stub", missing=_program("pact-stub-server"), command=_pact),
)
