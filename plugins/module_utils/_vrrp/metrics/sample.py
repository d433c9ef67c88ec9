# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Metrics and their samples as plain values; ``exposition.py`` gives them the form of a scrape."""

from __future__ import annotations

from enum import Enum
from typing import Iterator, Mapping, NamedTuple, Tuple, Union

INSTANCE_LABELS = ("name", "family", "interface", "vrid")


class Kind(Enum):
    """The types of metrics, by the names of OpenMetrics."""

    GAUGE = "gauge"
    COUNTER = "counter"
    STATE_SET = "stateset"
    INFO = "info"


class Metric(NamedTuple):
    """A metric. ``name`` is that of its samples, as a query has it; a state set has a further label
    of its own name, and an info the labels of its values.
    """

    name: str
    kind: Kind
    help: str
    labels: Tuple[str, ...] = ()

    @property
    def family(self) -> str:
        """The name without the suffix that its type adds."""
        suffix = {Kind.COUNTER: "_total", Kind.INFO: "_info"}.get(self.kind, "")
        return self.name[: len(self.name) - len(suffix)]


# A number, the states with the one that applies, or the labels of an info.
Value = Union[float, Mapping[str, bool], Mapping[str, str]]


class Sample(NamedTuple):
    """A value of a metric for one combination of its labels."""

    metric: Metric
    labels: Tuple[str, ...]
    value: Value


Samples = Iterator[Sample]


def gauge(name: str, help_text: str, *labels: str) -> Metric:
    """Return a gauge."""
    return Metric(name, Kind.GAUGE, help_text, labels)


def counter(name: str, help_text: str, *labels: str) -> Metric:
    """Return a counter, whose name ends in ``_total``."""
    return Metric(name, Kind.COUNTER, help_text, labels)


def state_set(name: str, help_text: str, *labels: str) -> Metric:
    """Return a state set."""
    return Metric(name, Kind.STATE_SET, help_text, labels)


def info(name: str, help_text: str, *labels: str) -> Metric:
    """Return an info, whose name ends in ``_info``."""
    return Metric(name, Kind.INFO, help_text, labels)


def chosen(value: str, states: Tuple[str, ...]) -> Mapping[str, bool]:
    """Return the value of a state set."""
    return {one: one == value for one in states}
