"""What real clients sent, sent again: the captured sequences of sign-in and administration.

The files under `data/walks` are traces of `arcgis` 2.4.4, `@esri/arcgis-rest-request` 4.10.2 and
`@arcgis/core` 5.1.25 against a stub. A trace proves what a client sends, not what a server answers:
compared are the status, the kind of answer and the names in it, not its values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.drivers.server import Client

WALKS = Path(__file__).parent / "data" / "walks"
_LINE = re.compile(
    r" *\d+ (?P<method>GET|POST) +(?P<path>\S+) q=(?P<query>\{.*?\}) form=(?P<form>null|\{.*?\}) \[(?P<headers>.*?)\] "
    r"-> (?P<status>\d+) (?P<body>.*)"
)
_HEADER = re.compile(r"(Referer|X-Esri-Authorization)=(.*?)(?= [A-Z][\w-]*=|$)")
# Tasks and outputs of the stub that no fixture has.
_FOREIGN = re.compile(r"/(Gone|SubmitErr|Expected|Http500|NoMsgs|Output_Count)$")

SETTINGS: dict[str, dict[str, Any]] = {
    # A job the Administrator cancels must still be Submitted; elsewhere the first look finds the result.
    # The stub guarded its Administrator only.
    "w2_py_admin_https": {"admin_sign_in": "always", "queue": 60},
    "w3b_py_gis_oauth": {"secured": "federated"},
    "w5_restjs_auth_federated": {"secured": "federated", "queue": 0, "run": 0},
    "w5_restjs_auth_standalone": {"secured": "standalone"},
    "w12_py_secured_federated": {"secured": "federated", "queue": 0, "run": 0},
    "w13_core_auth_federated": {"secured": "federated", "queue": 0, "run": 0},
    "w13_core_auth_standalone": {"secured": "standalone", "queue": 0, "run": 0},
}


@dataclass(frozen=True, slots=True)
class Step:
    """One captured exchange."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str] | None
    headers: dict[str, str]
    status: int
    body: str


def steps(name: str) -> Iterator[Step]:
    for line in (WALKS / f"{name}.txt").read_text("utf-8").splitlines():
        found = _LINE.fullmatch(line)
        if found is None:
            assert "identical" in line, line
            continue
        if found["path"].startswith("/__mark__/") or _FOREIGN.search(found["path"]):
            continue
        headers = dict(_HEADER.findall(found["headers"]))
        query, form = json.loads(found["query"]), json.loads(found["form"])
        yield Step(found["method"], found["path"], query, form, headers, int(found["status"]), found["body"])


class Walk:
    """Sends a captured sequence, with the ids and tokens of our own answers for those of the stub's."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.ours: dict[str, str] = {}

    def translated(self, text: str) -> str:
        for theirs, ours in self.ours.items():
            text = text.replace(theirs, ours)
        return text

    def learn(self, theirs: str, ours: str) -> None:
        """Remember what stands for a token, a job id or a sign-in of the capture."""
        for pattern in (r'"token":"(\w+)"', r'"jobId":"(\w+)"', r'"oauth_state":"(\w+)"', r"access_token=(\w+)"):
            old, new = re.search(pattern, theirs), re.search(pattern, ours)
            if old is not None and new is not None:
                self.ours[old[1]] = new[1]
                # Headers are cut after ten characters in the captures.
                self.ours[f"Bearer {old[1][:9]}.."] = f"Bearer {new[1]}"

    async def send(self, step: Step) -> tuple[int, str, dict[str, str]]:
        query, form, headers = (
            json.loads(self.translated(json.dumps(part).replace('"admin"', '"siteadmin"')))
            for part in (step.query, step.form, step.headers)
        )
        path = self.translated(step.path).replace("/users/admin", "/users/siteadmin")
        answer = await self.client.request(
            step.method, path, params=query, data=form, headers=headers, allow_redirects=False
        )
        return answer.status, await answer.text(), dict(answer.headers)


def names(body: str) -> list[str] | None:
    """The names at the top of a JSON answer, also of one that is cut; None for something else."""
    if not body.startswith("{"):
        return None
    try:
        return list(json.loads(body))
    except ValueError:
        return [body.split('"', 2)[1]]


def unlike(step: Step, body: str) -> str | None:
    """What is missing in our answer, in a sentence, or None."""
    if step.status == 404:
        return None  # No client reads further.
    wanted, found = names(step.body), names(body)
    if wanted is None or found is None:
        return None if wanted is found else f"{body[:200]} where the client was given {step.body}"
    if "/jobs/" in step.path and "jobStatus" in wanted:
        # When a job gets on is the stub's business.
        wanted = ["jobId", "jobStatus"]
    missing = [name for name in wanted if name not in found]
    return f"{missing} are missing in {body[:200]}" if missing else None


@pytest.mark.parametrize("name", SETTINGS)
async def test_a_real_clients_walk(client: Client, name: str) -> None:
    answer = await client.patch("/_control/apis/arcgis/settings", json=SETTINGS[name])
    assert answer.status == 200, await answer.text()
    walk, count = Walk(client), 0
    for step in steps(name):
        status, body, headers = await walk.send(step)
        place = f"{name}: {step.method} {step.path}"
        assert status == step.status, f"{place}: {body[:200]}"
        if status == 302:
            fragment = parse_qs(urlsplit(headers["Location"]).fragment)
            assert set(fragment) == set(parse_qs(urlsplit(step.body).fragment)), place
            body = headers["Location"]
        else:
            assert unlike(step, body) is None, f"{place}: {unlike(step, body)}"
        assert "X-Mockserver-Violations" not in headers, place
        walk.learn(step.body, body)
        count += 1
    assert count > 3


def test_every_capture_is_walked() -> None:
    assert {path.stem for path in WALKS.glob("*.txt")} == set(SETTINGS)
