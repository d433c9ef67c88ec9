# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The metrics of the exporter that users of keepalived know, by its names, for its dashboard.

The names and their meaning are those of keepalived-exporter (port 9165), so far as there is
something here that they can be said of.
"""

from __future__ import annotations

from typing import Dict, Iterable, Sequence, Tuple

from ..model.status import InstanceStatus, Status
from .sample import Metric, Sample, Samples, counter, gauge

_NAMED = ("iname", "intf", "vrid")

UP = gauge("keepalived_up", "Whether the agent of the host answers.")
STATE = gauge(
    "keepalived_vrrp_state",
    "The state: 0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT.",
    *_NAMED,
    "ip_address",
)
EXCLUDED_STATE = gauge(
    "keepalived_vrrp_excluded_state",
    "The state, for addresses that are not advertised.",
    *_NAMED,
    "ip_address",
)
CHECK_SCRIPT_STATUS = gauge(
    "keepalived_exporter_check_script_status", "Whether the tracked checks are up.", *_NAMED
)
SCRIPT_STATUS = gauge(
    "keepalived_script_status", "The result of a tracked check: 1 if it is up.", "name"
)
SCRIPT_STATE = gauge("keepalived_script_state", "Whether a tracked check runs: always 1.", "name")
BECOME_MASTER = counter("keepalived_become_master_total", "Changes to MASTER.", *_NAMED)
RELEASE_MASTER = counter("keepalived_release_master_total", "Changes from MASTER.", *_NAMED)
GARP_DELAY = counter(
    "keepalived_gratuitous_arp_delay_total",
    "The delay of the second announcement, in seconds.",
    *_NAMED,
)


def _counter(name: str, help_text: str) -> Metric:
    return counter(f"keepalived_{name}_total", help_text, *_NAMED)


# Each with the counters of the status that it is the sum of.
_COUNTERS: Dict[Metric, Tuple[str, ...]] = {
    _counter("advertisements_sent", "Advertisements sent."): ("advertisements_sent",),
    _counter("advertisements_received", "Advertisements accepted."): ("advertisements_received",),
    _counter("priority_zero_sent", "Advertisements of priority 0 sent."): ("priority_zero_sent",),
    _counter("priority_zero_received", "Advertisements of priority 0 accepted."): (
        "priority_zero_received",
    ),
    _counter("packet_length_errors", "Packets of a wrong length."): (
        "invalid_length",
        "no_addresses",
        "truncated",
    ),
    _counter("advertisements_interval_errors", "Advertisements with another interval."): (
        "interval_mismatch",
        "interval_zero",
    ),
    _counter("ip_ttl_errors", "Packets with a wrong TTL."): ("invalid_ttl",),
    _counter("invalid_type_received", "Packets of an unknown type."): ("invalid_type",),
    _counter("address_list_errors", "Advertisements with other addresses."): (
        "addresses_mismatch",
    ),
    _counter("authentication_invalid", "Packets with an unknown authentication."): (
        "hmac_malformed",
    ),
    _counter("authentication_mismatch", "Packets with another authentication."): (
        "authentication_type",
        "hmac_missing",
    ),
    _counter("authentication_failure", "Packets with a wrong password or signature."): (
        "wrong_password",
        "hmac_wrong",
        "hmac_unknown_key",
        "hmac_stale",
        "hmac_replayed",
    ),
}

METRICS = (
    UP, STATE, EXCLUDED_STATE, CHECK_SCRIPT_STATUS, SCRIPT_STATUS, SCRIPT_STATE, BECOME_MASTER,
    RELEASE_MASTER, GARP_DELAY, *_COUNTERS,
)  # fmt: skip
_NUMBERS = {"INITIALIZE": 0, "BACKUP": 1, "MASTER": 2}
_FAULT = 3
_STARTING = "starting"


def compatible_samples(status: Status) -> Samples:
    """Yield the samples of an agent that answers."""
    yield Sample(UP, (), 1)
    checks: Dict[str, bool] = {}
    for instance in status["instances"]:
        yield from _instance(instance)
        checks.update((one["check"], bool(one["up"])) for one in instance["tracked"])
    for check, up in checks.items():
        yield Sample(SCRIPT_STATUS, (check,), up)
        yield Sample(SCRIPT_STATE, (check,), 1)


def _instance(instance: InstanceStatus) -> Samples:
    labels = (instance["label"], instance["interface"], str(instance["vrid"]))
    yield from _states(STATE, instance, labels, instance["addresses"])
    excluded = instance["settings"]["excluded_addresses"]
    yield from _states(EXCLUDED_STATE, instance, labels, excluded)
    if instance["tracked"]:
        all_up = all(one["up"] for one in instance["tracked"])
        yield Sample(CHECK_SCRIPT_STATUS, labels, all_up)
    became, is_master = _times_master(instance), instance["state"] == "MASTER"
    yield Sample(BECOME_MASTER, labels, became)
    yield Sample(RELEASE_MASTER, labels, became - is_master)
    yield Sample(GARP_DELAY, labels, instance["settings"]["announce_delay"])
    for metric, names in _COUNTERS.items():
        yield Sample(metric, labels, sum(instance["counters"].get(name, 0) for name in names))


def _states(
    metric: Metric, instance: InstanceStatus, labels: Tuple[str, ...], addresses: Sequence[str]
) -> Iterable[Sample]:
    """Yield the state once for each address, which has no prefix length there."""
    number = _NUMBERS[instance["state"]]
    if number == 0 and instance["reason"] != _STARTING:
        number = _FAULT
    for address in dict.fromkeys(one.split()[0].partition("/")[0] for one in addresses):
        yield Sample(metric, (*labels, address), number)


def _times_master(instance: InstanceStatus) -> int:
    counts = instance.get("transition_counts", [])  # An agent before 1.0 has none.
    return sum(one["count"] for one in counts if one["state"] == "MASTER")
