# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Metrics of the virtual routers."""

from __future__ import annotations

from typing import Mapping, Tuple

from ..base.units import seconds_since_1970
from ..model.status import InstanceStatus
from .counters import counter_samples
from .sample import INSTANCE_LABELS, Metric, Sample, Samples, chosen, gauge, info, state_set

STATE = state_set("vrrp_state", "The state of the virtual router.", *INSTANCE_LABELS)
SINCE = gauge(
    "vrrp_state_since_timestamp_seconds",
    "The time at which it entered its state.",
    *INSTANCE_LABELS,
)
INSTANCE = info(
    "vrrp_instance_info",
    "The version of the protocol, the address that it sends from, and the sync group.",
    *INSTANCE_LABELS,
)
ADDRESSES = gauge("vrrp_addresses", "The number of its virtual addresses.", *INSTANCE_LABELS)
PRIORITY = gauge("vrrp_priority", "The configured priority.", *INSTANCE_LABELS)
EFFECTIVE_PRIORITY = gauge(
    "vrrp_effective_priority", "The priority that it advertises as master.", *INSTANCE_LABELS
)
PREEMPT = gauge(
    "vrrp_preempt",
    "Whether it takes mastership from a master of lower priority.",
    *INSTANCE_LABELS,
)
INTERVAL = gauge(
    "vrrp_advertisement_interval_seconds", "The time between advertisements.", *INSTANCE_LABELS
)
INTENT = state_set("vrrp_intent", "The operator's intent.", *INSTANCE_LABELS)
INTENT_SINCE = gauge(
    "vrrp_intent_since_timestamp_seconds",
    "The time at which the intent was set; absent if no operator has set it.",
    *INSTANCE_LABELS,
)
INTENT_FORCED = gauge(
    "vrrp_intent_forced",
    "Whether it stays backup even if no other master is heard.",
    *INSTANCE_LABELS,
)
MASTER = info(
    "vrrp_master_info",
    "The address of the master as this host sees it; absent while it sees none.",
    *INSTANCE_LABELS,
)
MASTER_PRIORITY = gauge(
    "vrrp_master_priority",
    "The priority of the master as this host sees it; absent while it sees none.",
    *INSTANCE_LABELS,
)
LEAVING = gauge(
    "vrrp_leaving",
    "Whether it was removed from the configuration, and serves until there is another master.",
    *INSTANCE_LABELS,
)
DEGRADED_PARTS = gauge(
    "vrrp_degraded_parts",
    "The number of its parts that are missing on the host although it serves.",
    *INSTANCE_LABELS,
)
PROBLEM_PEERS = gauge(
    "vrrp_problem_peers",
    "The number of peers with which something is wrong at present.",
    *INSTANCE_LABELS,
    "problem",
)
TRACKED_UP = gauge(
    "vrrp_tracked_up",
    "Whether a tracked check is up; absent while nothing is known.",
    *INSTANCE_LABELS,
    "position",
    "check",
)
TRACKED_REVERSE = gauge(
    "vrrp_tracked_reverse",
    "Whether a tracked check is reversed: it is to be down.",
    *INSTANCE_LABELS,
    "position",
    "check",
)
TRACKED_ADJUSTMENT = gauge(
    "vrrp_tracked_adjustment",
    "The number that a tracked check adds to the priority at present.",
    *INSTANCE_LABELS,
    "position",
    "check",
)

METRICS = (
    STATE, SINCE, INSTANCE, ADDRESSES, PRIORITY, EFFECTIVE_PRIORITY, PREEMPT, INTERVAL, INTENT,
    INTENT_SINCE, INTENT_FORCED, MASTER, MASTER_PRIORITY, LEAVING, DEGRADED_PARTS, PROBLEM_PEERS,
    TRACKED_UP, TRACKED_REVERSE, TRACKED_ADJUSTMENT,
)  # fmt: skip
_STATES = ("INITIALIZE", "BACKUP", "MASTER")
_INTENTS = ("auto", "master", "backup")


def labels_of(instance: InstanceStatus) -> Tuple[str, ...]:
    """Return the values of the labels that name an instance."""
    # A router that leaves has the name of another one behind it, which tells the two apart.
    alias = instance["label"].partition(" (")[1:]
    name = instance["name"] + "".join(alias)
    return (name, instance["family"], instance["interface"], str(instance["vrid"]))


def instance_samples(instance: InstanceStatus) -> Samples:
    """Yield all samples of a virtual router."""
    labels = labels_of(instance)
    for metric, value in _plain(instance).items():
        yield Sample(metric, labels, value)
    yield from _states(instance, labels)
    yield from _master(instance, labels)
    yield from _tracked(instance, labels)
    yield from counter_samples(instance, labels)
    peers: dict[str, set[str]] = {}
    for one in instance["problems"]:
        peers.setdefault(one["problem"], set()).add(one["peer"])
    for problem, concerned in peers.items():
        yield Sample(PROBLEM_PEERS, (*labels, problem), len(concerned))


def _plain(instance: InstanceStatus) -> Mapping[Metric, float]:
    """Return the metrics with a value that is always there."""
    return {
        SINCE: seconds_since_1970(instance["since"]),
        ADDRESSES: len(instance["addresses"]),
        PRIORITY: instance["priority"],
        EFFECTIVE_PRIORITY: instance["effective_priority"],
        PREEMPT: instance["preempt"],
        INTERVAL: instance["advertisement_interval"],
        INTENT_FORCED: instance["intent_forced"],
        LEAVING: instance["leaving"],
        DEGRADED_PARTS: len(instance["degraded"]),
    }


def _states(instance: InstanceStatus, labels: Tuple[str, ...]) -> Samples:
    yield Sample(STATE, labels, chosen(instance["state"], _STATES))
    yield Sample(INTENT, labels, chosen(instance["intent"], _INTENTS))
    if instance["intent_since"] is not None:
        yield Sample(INTENT_SINCE, labels, seconds_since_1970(instance["intent_since"]))
    about = {
        "version": str(instance["version"]),
        "address": instance["address"] or "",
        "sync_group": instance["sync_group"] or "",
    }
    yield Sample(INSTANCE, labels, about)


def _master(instance: InstanceStatus, labels: Tuple[str, ...]) -> Samples:
    master = instance["master"]
    if master is not None:
        yield Sample(MASTER, labels, {"address": master["address"]})
        yield Sample(MASTER_PRIORITY, labels, master["priority"])


def _tracked(instance: InstanceStatus, labels: Tuple[str, ...]) -> Samples:
    for position, one in enumerate(instance["tracked"]):
        named = (*labels, str(position), one["check"])
        if one["up"] is not None:
            yield Sample(TRACKED_UP, named, one["up"])
        yield Sample(TRACKED_REVERSE, named, one["reverse"])
        yield Sample(TRACKED_ADJUSTMENT, named, one["adjustment"])
