# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Metrics of what the virtual routers have counted: transitions, packets, repairs and hooks."""

from __future__ import annotations

from typing import Dict, Tuple

from ..model.event_type import EventType
from ..model.status import InstanceStatus
from ..wire.datagram import DropReason
from .sample import INSTANCE_LABELS, Metric, Sample, Samples, counter, gauge

TRANSITIONS = counter(
    "vrrp_transitions_total",
    "Changes to a state; the reasons have the names of RFC 8347, and some more.",
    *INSTANCE_LABELS,
    "state",
    "reason",
)
SENT = counter("vrrp_advertisements_sent_total", "Advertisements sent.", *INSTANCE_LABELS)
RECEIVED = counter(
    "vrrp_advertisements_received_total", "Advertisements accepted.", *INSTANCE_LABELS
)
ZERO_SENT = counter(
    "vrrp_priority_zero_sent_total", "Advertisements of priority 0 sent.", *INSTANCE_LABELS
)
ZERO_RECEIVED = counter(
    "vrrp_priority_zero_received_total",
    "Advertisements of priority 0 accepted.",
    *INSTANCE_LABELS,
)
DISCARDS = counter(
    "vrrp_discards_total", "Packets discarded, by the reason.", *INSTANCE_LABELS, "reason"
)
MISMATCHES = counter(
    "vrrp_mismatches_total",
    "Advertisements accepted from a peer that is not as it should be, by what is wrong.",
    *INSTANCE_LABELS,
    "mismatch",
)
CHECKSUMS = counter(
    "vrrp_checksums_total",
    "Advertisements of version 3 in IPv4 accepted, by the form of their checksum.",
    *INSTANCE_LABELS,
    "form",
)
RESTORED = counter(
    "vrrp_restored_resources_total",
    "Parts that another program had removed, and that were put back.",
    *INSTANCE_LABELS,
    "resource",
)
HOOK_RUNS = counter(
    "vrrp_hook_runs_total", "Runs of a hook.", *INSTANCE_LABELS, "position", "event", "command"
)
HOOK_FAILURES = counter(
    "vrrp_hook_failures_total",
    "Runs of a hook that failed.",
    *INSTANCE_LABELS,
    "position",
    "event",
    "command",
)
HOOK_EXIT_STATUS = gauge(
    "vrrp_hook_last_exit_status",
    "The exit status of the last run of a hook; -1 if it could not be run or was ended.",
    *INSTANCE_LABELS,
    "position",
    "event",
    "command",
)
HOOK_SECONDS = gauge(
    "vrrp_hook_last_duration_seconds",
    "The duration of the last run of a hook.",
    *INSTANCE_LABELS,
    "position",
    "event",
    "command",
)

METRICS = (
    TRANSITIONS, SENT, RECEIVED, ZERO_SENT, ZERO_RECEIVED, DISCARDS, MISMATCHES, CHECKSUMS,
    RESTORED, HOOK_RUNS, HOOK_FAILURES, HOOK_EXIT_STATUS, HOOK_SECONDS,
)  # fmt: skip
_NOT_RUN = -1
_USUAL = (
    ("BACKUP", EventType.HIGHER_PRIORITY_BACKUP.value), ("BACKUP", EventType.OPERATOR.value),
    ("BACKUP", EventType.STARTUP.value), ("INITIALIZE", EventType.INTERFACE_DOWN.value),
    ("INITIALIZE", EventType.TRACKING_DOWN.value), ("MASTER", EventType.OPERATOR.value),
    ("MASTER", EventType.LOWER_PRIORITY_MASTER.value),
    ("MASTER", EventType.MASTER_RESIGNED.value), ("MASTER", EventType.MASTER_TIMEOUT.value),
)  # fmt: skip

# The metric of each counter of the status, and the value of its further label. All others count
# discarded packets.
_COUNTERS: Dict[str, Tuple[Metric, Tuple[str, ...]]] = {
    "advertisements_sent": (SENT, ()),
    "advertisements_received": (RECEIVED, ()),
    "priority_zero_sent": (ZERO_SENT, ()),
    "priority_zero_received": (ZERO_RECEIVED, ()),
    "addresses_mismatch": (MISMATCHES, ("addresses",)),
    "interval_mismatch": (MISMATCHES, ("interval",)),
    "first_address_not_link_local": (MISMATCHES, ("first_address_not_link_local",)),
    "priority_equal": (MISMATCHES, ("priority_equal",)),
    "owner_conflict": (MISMATCHES, ("owner_conflict",)),
    "several_owners": (MISMATCHES, ("several_owners",)),
    "hmac_clock_skewed": (MISMATCHES, ("clock",)),
    "addresses_restored": (RESTORED, ("address",)),
    "interfaces_restored": (RESTORED, ("interface",)),
    "routes_restored": (RESTORED, ("route",)),
    "rules_restored": (RESTORED, ("rule",)),
}
_ALWAYS = ("advertisements_sent", "advertisements_received", "priority_zero_sent",
           "priority_zero_received")  # fmt: skip


def counter_samples(instance: InstanceStatus, labels: Tuple[str, ...]) -> Samples:
    """Yield what a virtual router has counted."""
    yield from _transitions(instance, labels)
    counters = {**dict.fromkeys(_ALWAYS, 0), **instance["counters"]}
    for name, count in counters.items():
        metric, further = metric_of(name, instance)
        yield Sample(metric, (*labels, *further), count)
    yield from _hooks(instance, labels)


def _transitions(instance: InstanceStatus, labels: Tuple[str, ...]) -> Samples:
    """Yield the transitions by state and reason. Those that are usual begin with 0, as an increase
    from nothing to 1 is none for Prometheus.
    """
    if "transition_counts" not in instance:
        return  # An agent before 1.0.
    counts = dict.fromkeys(_USUAL, 0)
    for one in instance["transition_counts"]:
        counts[one["state"], one["event_type"]] = one["count"]
    for (state, reason), count in counts.items():
        yield Sample(TRANSITIONS, (*labels, state, reason), count)


def metric_of(name: str, instance: InstanceStatus) -> Tuple[Metric, Tuple[str, ...]]:
    """Return the metric of a counter, and the values of its labels beside those of the instance.

    The settings of the instance decide whether advertisements with another interval, or without a
    link-local address in front, are discarded or accepted.
    """
    is_discard = {
        DropReason.INTERVAL_MISMATCH.value: instance["version"] == 2,
        DropReason.FIRST_NOT_LINK_LOCAL.value: instance["settings"]["strict_link_local"],
    }.get(name, False)
    if name.startswith("checksum_"):
        return CHECKSUMS, (name[len("checksum_") :],)
    if is_discard or name not in _COUNTERS:
        return DISCARDS, (name,)
    return _COUNTERS[name]


def _hooks(instance: InstanceStatus, labels: Tuple[str, ...]) -> Samples:
    for position, one in enumerate(instance["hooks"]):
        named = (*labels, str(position), one["event"], one["command"])
        yield Sample(HOOK_RUNS, named, one.get("runs", 0))
        yield Sample(HOOK_FAILURES, named, one.get("failures", 0))
        if "result" not in one:
            continue
        status = one.get("exit_status")
        yield Sample(HOOK_EXIT_STATUS, named, _NOT_RUN if status is None else status)
        yield Sample(HOOK_SECONDS, named, one.get("seconds", 0.0))
