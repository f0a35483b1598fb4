"""npm's @huaweicloud/huaweicloud-sdk-core, unmodified: it signs, and reads errors its own way."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from mockserver import MockServer

NODE = Path(__file__).with_name("node")


@pytest.fixture(scope="module")
def ran(missing: Callable[[str], NoReturn]) -> str:
    """What the client's program wrote."""
    node = shutil.which("node")
    if node is None:
        missing("no node on this machine")
    if not all((NODE / "node_modules" / one).is_dir() for one in ("@huaweicloud/huaweicloud-sdk-core", "uuid")):
        missing("@huaweicloud/huaweicloud-sdk-core is not installed; run `make clients`")
    with MockServer(strict=True, port=0) as server:
        words = [node, str(NODE / "huaweicloud.mjs"), server.url]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def told(ran: str) -> dict[str, Any]:
    rows: dict[str, Any] = json.loads(ran.splitlines()[-1])
    return rows


def test_its_signed_calls_are_answered(told: dict[str, Any]) -> None:
    assert "movie" in told["graphs"]["value"]
    assert told["stopped"]["value"] == "StopGraph"


def test_it_reads_the_keys_of_v2_and_of_the_gateway(told: dict[str, Any]) -> None:
    found = told["an unknown job, v2"]
    assert (found["status"], found["code"], found["text"]) == (400, "GES.7007", "The job does not exist.")
    assert (told["a wrong secret"]["status"], told["a wrong secret"]["code"]) == (401, "APIGW.0301")


def test_it_does_not_read_the_keys_of_v1(told: dict[str, Any]) -> None:
    found = told["an unknown job, v1"]
    assert (found["status"], found.get("code")) == (400, None)
    assert found["text"] == "Request failed with status code 400"


def test_each_failure_has_a_request_id(told: dict[str, Any]) -> None:
    assert all(row["id"] for row in told.values() if "status" in row)


def test_it_prints_its_signature_with_each_failure(ran: str) -> None:
    assert "SDK-HMAC-SHA256 Access=MOCKACCESSKEY" in ran
