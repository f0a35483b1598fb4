"""Prometheus metrics of a process, or of all that share a store, in a registry of their own.

The hot path only counts into plain dictionaries; prometheus-client formats them when somebody asks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mockserver._version import __version__

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

    from mockserver.contracts.model import Violation
    from mockserver.faults.model import Fault
    from mockserver.store.base import SharedStore

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds."""

GONE = "gone"
"""Stands for all processes that have ended, among the names of those that go on."""


class Metrics:
    """Counts finished requests. `api` is empty for a request that reached none."""

    def __init__(self) -> None:
        self.requests: dict[tuple[str, str, int], int] = {}
        self.violations: dict[tuple[str, str], int] = {}
        self.faults: dict[str, int] = {}
        self.seconds: dict[str, list[float]] = {}
        self.jobs: Mapping[tuple[str, str], int] = {}
        self.sandboxes = 0

    def count(
        self,
        api: str,
        operation: str | None,
        status: int,
        seconds: float,
        violations: Sequence[Violation],
        fault: Fault | None,
    ) -> None:
        """Count one finished request.

        Args:
            api: empty for none.
            status: 0 when no answer was sent.
            seconds: real time it took.
            fault: the one that acted on it.
        """
        key, requests = (api, operation or "", status), self.requests
        if key in requests:
            requests[key] += 1
        else:
            requests[key] = 1
        spent = self.seconds.get(api)
        if spent is None:
            spent = self.seconds[api] = [0.0] * (len(BUCKETS) + 2)
        spent[bisect_left(BUCKETS, seconds)] += 1
        spent[-1] += seconds
        if violations:
            for one in violations:
                self.violations[api, one.side] = self.violations.get((api, one.side), 0) + 1
        if fault is not None:
            self.faults[api] = self.faults.get(api, 0) + 1

    def as_document(self) -> dict[str, Any]:
        """Return what has been counted, as JSON says it, for processes that are shown as one."""
        return {
            "requests": [[*key, count] for key, count in self.requests.items()],
            "violations": [[*key, count] for key, count in self.violations.items()],
            "faults": self.faults,
            "seconds": self.seconds,
        }

    def add(self, document: Mapping[str, Any]) -> None:
        """Count what another process has counted (see `as_document`)."""
        for name, counts in (("requests", self.requests), ("violations", self.violations)):
            into: dict[Any, int] = counts
            for *key, count in document[name]:
                into[tuple(key)] = into.get(tuple(key), 0) + count
        for api, count in document["faults"].items():
            self.faults[api] = self.faults.get(api, 0) + count
        for api, spent in document["seconds"].items():
            known = self.seconds.get(api, [0.0] * len(spent))
            self.seconds[api] = [one + other for one, other in zip(known, spent, strict=True)]

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        # Imported late: only a scraper needs it.
        from prometheus_client import CollectorRegistry, generate_latest

        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics, as prometheus-client asks for them."""
        from prometheus_client.metrics_core import (
            CounterMetricFamily,
            GaugeMetricFamily,
            HistogramMetricFamily,
            InfoMetricFamily,
        )

        yield InfoMetricFamily("mockserver", "What runs here.", {"version": __version__})
        requests = CounterMetricFamily(
            "mockserver_requests", "Answered requests; status 0: none was sent.", labels=("api", "operation", "status")
        )
        for (api, operation, status), times in self.requests.items():
            requests.add_metric((api, operation, str(status)), times)
        yield requests
        violations = CounterMetricFamily("mockserver_violations", "Breaches of contract.", labels=("api", "side"))
        for pair, times in self.violations.items():
            violations.add_metric(pair, times)
        yield violations
        faults = CounterMetricFamily("mockserver_fault_hits", "Requests on which a fault acted.", labels=("api",))
        for api, times in self.faults.items():
            faults.add_metric((api,), times)
        yield faults
        spent = HistogramMetricFamily("mockserver_request_seconds", "Time to an answer.", labels=("api",))
        for api, counts in self.seconds.items():
            total, buckets = 0.0, []
            for bound, count in zip((*map(str, BUCKETS), "+Inf"), counts, strict=False):
                total += count
                buckets.append((bound, total))
            spent.add_metric((api,), buckets, counts[-1])
        yield spent
        jobs = GaugeMetricFamily("mockserver_jobs", "Jobs in all sandboxes.", labels=("api", "kind"))
        for kind, size in self.jobs.items():
            jobs.add_metric(kind, size)
        yield jobs
        yield GaugeMetricFamily("mockserver_sandboxes", "Sandboxes.", self.sandboxes)


async def of_all(store: SharedStore, process: str, own: Metrics) -> Metrics:
    """Return what all processes of a store have counted.

    Args:
        process: what this one is called among them.
        own: what it has counted.
    """
    # What is told is stored first: were this one killed, others would tell less than it has told.
    await store.post(process, own.as_document())
    return _sum((await store.posted()).values())


async def leave(store: SharedStore, process: str, own: Metrics) -> None:
    """Leave what a process has counted to all that go on: however many come and go, one stands for those that went."""
    done = False
    while not done:
        gone = (await store.posted()).get(GONE)
        told = _sum(one for one in (gone, own.as_document()) if one is not None)
        done = await store.fold(process, GONE, gone, told.as_document())


def _sum(documents: Iterable[Mapping[str, Any]]) -> Metrics:
    found = Metrics()
    for document in documents:
        found.add(document)
    return found
