"""The compose file's profile `scale`: what it starts fits together, as far as can be told without an engine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockserver.settings import Settings, check

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    return {name: one for name, one in found.items() if "scale" in one.get("profiles", ())}


def test_there_are_a_redis_two_replicas_and_a_balancer(services: dict[str, Any]) -> None:
    assert set(services) == {"redis", "replica-1", "replica-2", "balancer"}


@pytest.mark.parametrize("name", ["replica-1", "replica-2"])
def test_a_replica_waits_for_redis_and_keeps_everything_in_it(services: dict[str, Any], name: str) -> None:
    replica = services[name]
    store = replica["environment"]["MOCKSERVER_STORE"]
    check(Settings(store=store))
    assert store.startswith("redis://redis:")
    assert replica["depends_on"] == {"redis": {"condition": "service_healthy"}}
    assert "MOCKSERVER_STATE" not in replica["environment"]
    assert "ports" not in replica


def test_redis_says_when_it_is_there(services: dict[str, Any]) -> None:
    assert services["redis"]["healthcheck"]["test"] == ["CMD", "redis-cli", "ping"]
    assert "ports" not in services["redis"]


def test_the_balancer_asks_both_replicas_and_is_reached_from_this_machine_alone(services: dict[str, Any]) -> None:
    balancer = services["balancer"]
    assert balancer["ports"] == ["127.0.0.1:${MOCKSERVER_SCALE_PORT:-8090}:8080"]
    assert set(balancer["depends_on"]) == {"replica-1", "replica-2"}
    source, target, mode = balancer["volumes"][0].split(":")
    assert (target, mode) == ("/etc/nginx/nginx.conf", "ro")
    text = (ROOT / source).read_text("utf-8")
    assert re.findall(r"server (replica-\d):8080;", text) == ["replica-1", "replica-2"]
