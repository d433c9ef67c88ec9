# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The form in which Prometheus and others scrape metrics: OpenMetrics, or the older text.

The bundle has prometheus_client, which is imported when it is needed.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Dict, Iterable, Iterator, List, Mapping

from ..base.errors import ControlError
from ..control.client import ControlClient
from ..model.status import Status
from . import agent, compatible, counters, instance
from .sample import Kind, Metric, Sample, Samples

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric as Family
    from prometheus_client.registry import CollectorRegistry

METRICS = (*agent.METRICS, *instance.METRICS, *counters.METRICS)
_FRESH_FOR = 1.0  # Seconds.
_OPEN_METRICS = "application/openmetrics-text; version=1.0.0"
_TIMEOUT = 5.0  # Seconds: Prometheus waits for ten.


class AgentCollector:
    """Asks the agent at ``path``, once a second at most: anybody may scrape. With
    ``is_compatible`` the metrics have the names of keepalived's exporter, too. Mutable.
    """

    def __init__(self, path: str, is_compatible: bool) -> None:
        self._path = path
        self._is_compatible = is_compatible
        self._lock = threading.Lock()
        self._asked_at = -_FRESH_FOR
        self._samples: List[Sample] = []

    def collect(self) -> Iterator[Family]:
        """Yield all metrics; only that it is not up of an agent that does not answer."""
        with self._lock:
            if time.monotonic() - self._asked_at >= _FRESH_FOR:
                self._samples = self._ask()
                self._asked_at = time.monotonic()
            return families(self._samples)

    def _ask(self) -> List[Sample]:
        try:
            with ControlClient(self._path, _TIMEOUT) as client:
                status = client.status()
        except ControlError:
            return [*down_samples(self._is_compatible)]
        return [*status_samples(status, self._is_compatible)]


def down_samples(is_compatible: bool) -> Samples:
    """Yield all samples of an agent that does not answer."""
    yield Sample(agent.UP, (), 0)
    if is_compatible:
        yield Sample(compatible.UP, (), 0)


def status_samples(status: Status, is_compatible: bool) -> Samples:
    """Yield all samples of an agent that answers."""
    yield from agent.agent_samples(status["agent"], status["counters"])
    for one in status["instances"]:
        yield from instance.instance_samples(one)
    if is_compatible:
        yield from compatible.compatible_samples(status)


def families(samples: Iterable[Sample]) -> Iterator[Family]:
    """Yield the samples as prometheus_client takes them, those of a metric together."""
    from prometheus_client import core

    kinds: Dict[Kind, Any] = {
        Kind.GAUGE: core.GaugeMetricFamily,
        Kind.COUNTER: core.CounterMetricFamily,
        Kind.INFO: core.InfoMetricFamily,
        Kind.STATE_SET: core.StateSetMetricFamily,
    }
    grouped: Dict[Metric, List[Sample]] = {}
    for one in samples:
        grouped.setdefault(one.metric, []).append(one)
    for metric, found in grouped.items():
        family = kinds[metric.kind](metric.family, metric.help, labels=metric.labels)
        for one in found:
            value = one.value if isinstance(one.value, Mapping) else float(one.value)
            family.add_metric(one.labels, value)
        yield family


def registry_of(path: str, is_compatible: bool) -> CollectorRegistry:
    """Return a registry with the metrics of the agent at ``path`` alone."""
    from prometheus_client.registry import CollectorRegistry

    registry = CollectorRegistry(auto_describe=False)
    collector: Any = AgentCollector(path, is_compatible)
    registry.register(collector)
    return registry


def as_open_metrics(registry: CollectorRegistry) -> str:
    """Return all metrics of a registry as OpenMetrics."""
    from prometheus_client.exposition import choose_encoder

    encode, _content_type = choose_encoder(_OPEN_METRICS)
    return str(encode(registry).decode())
