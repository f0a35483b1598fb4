"""Paths to operations."""

from __future__ import annotations

import pytest

from mockserver.http.router import Found, Route, Router, WrongMethod
from tests.drivers.memory import most_kept


def route(template: str, methods: str = "GET", *, folded: bool = False) -> Route[str]:
    return Route(methods=frozenset(methods.split()), template=template, target=f"{methods} {template}", folded=folded)


ROUTER = Router(
    [
        route("/a/jobs/status"),
        route("/a/jobs/{id}/status"),
        route("/a/jobs/{id}", "DELETE"),
        route("/a/action?action_id=one", "POST"),
        route("/a/action?action_id=two", "POST"),
        route("/a/action", "POST"),
        route("/s/{service}/GPServer"),
        route("/s/{folder}/{service}/GPServer"),
        route("/CasJobs/jobs.asmx", "POST", folded=True),
        route("/CasJobs/jobs.asmx/{method*}", "GET", folded=True),
    ]
)


@pytest.mark.parametrize(
    ("method", "path", "query", "target", "values"),
    [
        ("GET", "/a/jobs/status", "", "GET /a/jobs/status", {}),
        ("GET", "/a/jobs/status/status", "", "GET /a/jobs/{id}/status", {"id": "status"}),
        ("DELETE", "/a/jobs/status", "", "DELETE /a/jobs/{id}", {"id": "status"}),
        ("GET", "/a/jobs/x%20%2Fy/status/", "", "GET /a/jobs/{id}/status", {"id": "x /y"}),
        ("POST", "/a/action", "action_id=two", "POST /a/action?action_id=two", {}),
        ("POST", "/a/action", "action_id=none&action_id=two", "POST /a/action", {}),
        ("GET", "/s/x/GPServer", "", "GET /s/{service}/GPServer", {"service": "x"}),
        ("GET", "/s/f/x/GPServer", "", "GET /s/{folder}/{service}/GPServer", {"folder": "f", "service": "x"}),
        ("POST", "/CASJOBS/JOBS.ASMX", "", "POST /CasJobs/jobs.asmx", {}),
        ("GET", "/casjobs/jobs.asmx/A/b", "", "GET /CasJobs/jobs.asmx/{method*}", {"method": "A/b"}),
        ("GET", "/casjobs/jobs.asmx/", "", "GET /CasJobs/jobs.asmx/{method*}", {"method": ""}),
    ],
)
def test_the_target_is_found(method: str, path: str, query: str, target: str, values: dict[str, str]) -> None:
    assert ROUTER.find(method, path, query) == Found(target, values)
    assert ROUTER.find(method, path, query) == Found(target, values)


def test_a_known_path_with_another_method_says_which_would_do() -> None:
    assert ROUTER.find("PUT", "/a/jobs/1") == WrongMethod(("DELETE",))


@pytest.mark.parametrize("path", ["/", "/a", "/A/jobs/status", "/a/jobs//status", "/s/GPServer"])
def test_an_unknown_path_is_not_found(path: str) -> None:
    assert ROUTER.find("GET", path) is None


def test_the_nearest_known_path_is_named() -> None:
    assert ROUTER.nearest("/a/job/7/status") == "/a/jobs/{id}/status"
    assert ROUTER.nearest("/casjob/Jobs.asmx") == "/CasJobs/jobs.asmx"


def test_the_nearest_known_path_is_written_with_the_usual_value_of_a_setting() -> None:
    router = Router([Route(methods=frozenset({"GET"}), template="/{context}/rest", target="x", shown="/arcgis/rest")])
    assert router.nearest("/arcgi/rest") == "/arcgis/rest"


def test_paths_that_nobody_asks_again_are_forgotten() -> None:
    def kept(count: int) -> int:
        router = Router([route("/{id}")])
        return most_kept(lambda number: router.find("GET", f"/{number}"), range(count))

    assert kept(30_000) < 1.5 * kept(3000)
