# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Counters and anomalies of the packets of one router."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Callable, Dict, List, Tuple

from ...base.constants import PRIORITY_OWNER, PRIORITY_RESIGN, PROBLEM_MEMORY
from ...base.units import Nanoseconds
from ...model.family import Family, is_link_local, text
from ...model.intent import IntentKind
from ...wire.datagram import Datagram, DropReason
from ...wire.received import Received
from ...wire.sequence import age
from ..actions import Log
from .peer_problems import describe_discarded, other_addresses, other_interval
from .router import Router

# The subject of the problem that another router is master as well.
SECOND_MASTER = "second_master"


@dataclass(frozen=True)
class Accepted:
    """The counters that an advertisement went into, and the log lines about its anomalies."""

    counter_names: Tuple[str, ...]
    has_anomalies: bool
    logs: List[Log]


def count_discarded(
    router: Router, datagram: Datagram, reason: DropReason, now: Nanoseconds
) -> List[Log]:
    """Count a discarded packet, and say what is wrong: in the log once a minute at most."""
    router.count([reason.value])

    def describe() -> str:
        return describe_discarded(reason, datagram, router.instance)

    return note_problem(router, reason.value, datagram.source, describe, now)


def count_accepted(router: Router, received: Received, now: Nanoseconds) -> Accepted:
    """Count an advertisement, and log its anomalies, each at most once a minute."""
    anomalies = [name for name, (has, _text) in _ANOMALIES.items() if has(router, received)]
    names = (*_counters_of(received), *anomalies)
    router.count(names)
    source = received.datagram.source
    is_resignation = received.advertisement.priority == PRIORITY_RESIGN
    router.problems.end(source, {*anomalies, *([] if is_resignation else [SECOND_MASTER])})
    logs = [
        log
        for name in anomalies
        for log in note_problem(
            router, name, source, partial(_ANOMALIES[name][1], router, received), now
        )
    ]
    return Accepted(names, bool(anomalies), logs)


def note_problem(
    router: Router, subject: str, peer: bytes, describe: Callable[[], str], now: Nanoseconds
) -> List[Log]:
    """Take note of a problem with a peer for the status, and log it at most once a minute."""
    memory = max(PROBLEM_MEMORY, 3 * router.instance.advertisement_interval)
    certain_after = _CERTAIN_AFTER.get(subject, 0) * router.instance.advertisement_interval // 2
    found = router.problems.note(
        subject, peer, describe, now, memory=memory, certain_after=certain_after
    )
    return [] if found is None else router.log_limited(subject, found, now)


def _counters_of(received: Received) -> List[str]:
    names = ["advertisements_received"]
    if received.advertisement.priority == PRIORITY_RESIGN:
        names.append("priority_zero_received")
    if not _starts_link_local(received):
        names.append(DropReason.FIRST_NOT_LINK_LOCAL.value)
    if received.checksum_form is not None:
        names.append(f"checksum_{received.checksum_form.value}")
    return names


def _starts_link_local(received: Received) -> bool:
    """Whether the first address, if there is one, is what RFC 9568 section 5.2.9 wants: link-local
    in IPv6, any in IPv4.
    """
    if received.datagram.family is Family.IPV4:
        return True
    return all(is_link_local(one) for one in received.advertisement.addresses[:1])


def _other_addresses(router: Router, received: Received) -> bool:
    return set(received.advertisement.addresses) != set(router.instance.packed_addresses)


def _other_interval(router: Router, received: Received) -> bool:
    return received.advertisement.interval != router.instance.advertisement_interval


def _equal_priority(router: Router, received: Received) -> bool:
    # Two hosts that are drained advertise the lowest one.
    is_drained = router.intent.kind is IntentKind.BACKUP
    return received.advertisement.priority == router.effective_priority and not is_drained


def _contests_owner(router: Router, received: Received) -> bool:
    return router.instance.is_owner and received.advertisement.priority != PRIORITY_RESIGN


def _is_second_owner(router: Router, received: Received) -> bool:
    master = router.master
    if received.advertisement.priority != PRIORITY_OWNER or master is None:
        return False
    is_other = master.address != received.datagram.source
    return is_other and master.priority == PRIORITY_OWNER and not router.instance.is_owner


def _skewed_clock(router: Router, received: Received) -> bool:
    hmac, trailer = router.instance.hmac, received.trailer
    if hmac is None or hmac.window is None or trailer is None:
        return False
    return abs(age(trailer.number, received.datagram.wall)) > hmac.window // 2


def _describe_addresses(router: Router, received: Received) -> str:
    advertised = received.advertisement.addresses
    return other_addresses(received.datagram.source, advertised, router.instance)


def _describe_interval(router: Router, received: Received) -> str:
    interval = received.advertisement.interval
    return other_interval(received.datagram.source, interval, router.instance)


def _describe_owners(router: Router, received: Received) -> str:
    other = text(router.master.address) if router.master else ""
    return (
        f"{text(received.datagram.source)} owns the addresses (priority 255), and {other} does, "
        "too: only one router of a network may"
    )


def _in_words(what: str) -> Callable[[Router, Received], str]:
    """Return a description that depends on the peer alone."""
    return lambda _router, received: f"{text(received.datagram.source)} {what}"


# Half intervals after which it counts when it is noted again: an owner may have moved, or returned.
_CERTAIN_AFTER = {"several_owners": 3, "owner_conflict": 3}

# RFC 9568 sections 7.1 (with erratum 8298) and 8.3.2: logged, but no reason to discard.
_Anomaly = Callable[[Router, Received], bool]
_ANOMALIES: Dict[str, Tuple[_Anomaly, Callable[[Router, Received], str]]] = {
    "addresses_mismatch": (_other_addresses, _describe_addresses),
    "interval_mismatch": (_other_interval, _describe_interval),
    "priority_equal": (
        _equal_priority,
        _in_words("has the same priority: the higher address decides"),
    ),
    "owner_conflict": (
        _contests_owner,
        _in_words("advertises although this host owns the addresses"),
    ),
    "several_owners": (_is_second_owner, _describe_owners),
    "hmac_clock_skewed": (
        _skewed_clock,
        _in_words("has a clock that differs from this host's by more than half of the window"),
    ),
}
