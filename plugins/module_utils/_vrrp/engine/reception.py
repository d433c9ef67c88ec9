# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What is counted of the packets of one router. This module is PRIVATE to the collection."""

from __future__ import annotations

from ..base.constants import DISCARD_LOG_INTERVAL
from ..base.units import Nanoseconds
from ..model.family import Family, text
from ..wire.advertisement import Advertisement
from ..wire.datagram import Datagram, DropReason
from ..wire.receive import checksum_form
from ..wire.sequence import age
from ..wire.trailer import read_trailer
from .actions import Note
from .router import Router


def count_discarded(
    router: Router, datagram: Datagram, reason: DropReason, now: Nanoseconds
) -> Note | None:
    """Count a discarded packet; gives a line for the log at most once in a while."""
    router.counters[reason.value] += 1
    logged_at = router.logged_at.get(reason.value)
    if logged_at is not None and now - logged_at < DISCARD_LOG_INTERVAL:
        return None
    router.logged_at[reason.value] = now
    why = f"discards a packet of {text(datagram.source)}: {reason.value}"
    return Note(router.name, f"{why} (counted; told once a minute)")


def count_accepted(router: Router, datagram: Datagram, advertisement: Advertisement) -> None:
    """Count an advertisement, and in what it differs from what we would send."""
    counters = router.counters
    counters["advertisements_received"] += 1
    if advertisement.priority == 0:
        counters["priority_zero_received"] += 1
    if advertisement.version == 3 and datagram.family is Family.IPV4:
        form = checksum_form(datagram)
        counters[f"checksum_{form.value}" if form else "checksum_unknown"] += 1
    if _is_skewed(router, datagram):
        counters["hmac_clock_skewed"] += 1
    # RFC 9568 section 7.1: compare and tell, but don't discard.
    if set(advertisement.addresses) != set(router.instance.packed_addresses):
        counters["addresses_mismatch"] += 1
    if advertisement.interval != router.instance.advertisement_interval:
        counters["interval_mismatch"] += 1


def _is_skewed(router: Router, datagram: Datagram) -> bool:
    """Whether the sender's clock will soon be too far from ours: half of the way is gone."""
    hmac = router.instance.hmac
    if hmac is None or hmac.window is None or not datagram.trailer:
        return False
    return abs(age(read_trailer(datagram.trailer).number, datagram.wall)) > hmac.window // 2
