# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What is counted of the packets of one router. This module is PRIVATE to the collection."""

from __future__ import annotations

from typing import Callable, Dict, Iterable, List, Sequence, Tuple

from ...base.constants import PRIORITY_RELEASE
from ...base.units import Nanoseconds
from ...model.family import Family, text
from ...wire.advertisement import Advertisement
from ...wire.datagram import Datagram, DropReason
from ...wire.receive import checksum_form
from ...wire.sequence import age
from ...wire.trailer import read_trailer
from ..actions import Log
from .router import Router


def count_discarded(
    router: Router, datagram: Datagram, reason: DropReason, now: Nanoseconds
) -> List[Log]:
    """Count a discarded packet, and tell of it now and then."""
    router.counters[reason.value] += 1
    why = f"discards a packet of {text(datagram.source)}: {reason.value}"
    return router.log_limited(reason.value, f"{why} (counted; told once a minute)", now)


def counters_for(
    router: Router, datagram: Datagram, advertisement: Advertisement
) -> Tuple[str, ...]:
    """The counters that an accepted advertisement counts in, those of what is odd among them."""
    names = ["advertisements_received"]
    if advertisement.priority == PRIORITY_RELEASE:
        names.append("priority_zero_received")
    if advertisement.version == 3 and datagram.family is Family.IPV4:
        form = checksum_form(datagram)
        names.append(f"checksum_{form.value}" if form else "checksum_unknown")
    odd = (
        name
        for name, (is_odd, _said) in _ANOMALIES.items()
        if is_odd(router, datagram, advertisement)
    )
    return (*names, *odd)


def anomalies(counted: Iterable[str]) -> List[str]:
    """Those counters of an advertisement that tell of something odd."""
    return [name for name in counted if name in _ANOMALIES]


def count_accepted(
    router: Router, datagram: Datagram, counted: Sequence[str], now: Nanoseconds
) -> List[Log]:
    """Count an advertisement, and tell now and then in what it is not as it should be."""
    router.count(counted, 1)
    return [
        note
        for name in anomalies(counted)
        for note in router.log_limited(name, f"{text(datagram.source)} {_ANOMALIES[name][1]}", now)
    ]


def _other_addresses(router: Router, datagram: Datagram, advertisement: Advertisement) -> bool:
    return set(advertisement.addresses) != set(router.instance.packed_addresses)


def _other_interval(router: Router, datagram: Datagram, advertisement: Advertisement) -> bool:
    return advertisement.interval != router.instance.advertisement_interval


def _equal_priority(router: Router, datagram: Datagram, advertisement: Advertisement) -> bool:
    return advertisement.priority == router.effective_priority


def _rivals_the_owner(router: Router, datagram: Datagram, advertisement: Advertisement) -> bool:
    return router.instance.is_owner and advertisement.priority != PRIORITY_RELEASE


def _skewed_clock(router: Router, datagram: Datagram, advertisement: Advertisement) -> bool:
    hmac = router.instance.hmac
    if hmac is None or hmac.window is None or not datagram.trailer:
        return False
    return abs(age(read_trailer(datagram.trailer).number, datagram.wall)) > hmac.window // 2


# RFC 9568 sections 7.1 (with erratum 8298) and 8.3.2: to be told, and no reason to discard.
_Anomaly = Callable[[Router, Datagram, Advertisement], bool]
_ANOMALIES: Dict[str, Tuple[_Anomaly, str]] = {
    "addresses_mismatch": (_other_addresses, "lists other addresses than are configured here"),
    "interval_mismatch": (_other_interval, "advertises in another interval than ours"),
    "priority_equal": (_equal_priority, "has the same priority: the higher address decides"),
    "owner_rivalled": (_rivals_the_owner, "advertises, and this host owns the addresses"),
    "hmac_clock_skewed": (_skewed_clock, "has a clock that will soon differ too much from ours"),
}
