"""Requests counted by view and status, and the gauges of the rooms, in the text that Prometheus reads.

Web processes are several. ``kedang serve`` gives them a folder in common (``PROMETHEUS_MULTIPROC_DIR``) where each keeps its
counters, so that whichever is asked answers for all; without the folder a process answers for itself.
"""

import logging
import os
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from kedang.foundation.kernel.metrics import Gauge, gauges

logger = logging.getLogger(__name__)

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
REQUESTS = Counter("kedang_http_requests", "Requests answered, by view and status.", ["view", "status"], registry=None)
SECONDS = Histogram(
    "kedang_http_request_seconds", "Time to the answer, by view.", ["view"], buckets=BUCKETS, registry=None
)


def count(view: str, status: int, seconds: float) -> None:
    """One request."""
    REQUESTS.labels(view, str(status)).inc()
    SECONDS.labels(view).observe(seconds)


def exposition() -> bytes:
    """Everything, as text."""
    registry = CollectorRegistry()
    if os.environ.get(FOLDER):
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library says no types
    else:
        registry.register(REQUESTS)
        registry.register(SECONDS)
    registry.register(Gauges())
    return generate_latest(registry)


class Gauges(Collector):
    """The figures of the rooms, read now; one that fails is left out and logged, the others are told."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One family a figure."""
        for one in gauges():
            try:
                yield _family(one)
            except Exception:
                logger.warning("figure %s could not be read", one.name, exc_info=True)


def _family(one: Gauge) -> GaugeMetricFamily:
    family = GaugeMetricFamily(one.name, one.help, labels=[one.label] if one.label else None)
    value = one.read()
    if isinstance(value, int | float):
        family.add_metric([], float(value))
    elif value is not None:
        for label, number in value.items():
            family.add_metric([str(label)], float(number))
    return family
