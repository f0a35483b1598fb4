"""The installed wheel, with its own contracts, fixtures and pytest plugin; run by .ci/wheel-test in a clean place."""

import importlib.util
import json
import urllib.request
from pathlib import Path

import mockserver
from mockserver._resources import folder

PACKAGE = Path(mockserver.__file__).parent


def test_it_is_the_installed_one_and_complete():
    assert "site-packages" in PACKAGE.parts
    assert (PACKAGE / "py.typed").is_file()
    for name in ("contracts", "fixtures"):
        assert folder(name) == PACKAGE / "_data" / name
        assert list(folder(name).rglob("*.json"))
    for name in ("hypothesis", "zeep", "redis"):
        assert importlib.util.find_spec(name) is None, f"{name} came along"


def test_a_job_is_forced_and_a_client_sees_it(sandbox):
    job = sandbox.ges.job(graph="movie", kind="execute-algorithm", state="running")
    sandbox.ges.force(job.id, "complete", result={"pagerank": 1})
    address = f"{sandbox.ges.url}/0123456789abcdef0123456789abcdef/graphs/movie/jobs/{job.id}/status"
    request = urllib.request.Request(address, headers={"X-Auth-Token": "mock-token"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        body = json.load(answer)
    assert (body["status"], body["data"]["outputs"]) == ("complete", {"pagerank": 1})
    assert sandbox.ges.requests()[0].operation == "ges.JobStatus"
