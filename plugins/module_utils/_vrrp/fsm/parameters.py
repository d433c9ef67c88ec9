# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The parameters of one router for a step of the state machine."""

from __future__ import annotations

from dataclasses import dataclass

from ..base.constants import (
    DOWN_INTERVALS_DEFAULT,
    PRIORITY_OWNER,
    RESIGN_EXTRA_HALF_INTERVALS,
)
from ..base.units import Nanoseconds
from .state import Peer
from .timing import earliest_takeover_interval, master_down_interval, skew_time


@dataclass(frozen=True)
class Parameters:
    """Settings and circumstances of one virtual router.

    ``priority`` is the effective one, 1..255; ``address`` the packed primary address, which
    breaks ties; ``forced_backup`` says not to take over even when no master is heard, and
    ``in_sync_group`` to become master only together with others (see ``events.Elected``).
    With ``virtual_mac`` an advertisement itself moves the switches' traffic to its sender.
    ``sends``: it is known that the kernel sends advertisements.
    ``silent_since`` is the time of the last advertisement sent, if the kernel refused all later
    ones; else None.
    """

    version: int
    priority: int
    address: bytes
    advertisement_interval: Nanoseconds
    preempt: bool
    announce_delay: Nanoseconds
    announce_refresh: Nanoseconds = 0
    down_intervals: int = DOWN_INTERVALS_DEFAULT
    preempt_delay: Nanoseconds = 0
    startup_delay: Nanoseconds = 0
    boot_delay: Nanoseconds = 0
    forced_backup: bool = False
    in_sync_group: bool = False
    virtual_mac: bool = False
    sends: bool = False
    silent_since: Nanoseconds | None = None

    @property
    def is_owner(self) -> bool:
        """Whether the router owns the addresses (priority 255)."""
        return self.priority == PRIORITY_OWNER

    def skew_time(self, interval: Nanoseconds) -> Nanoseconds:
        """Skew_Time of this router under a master's interval."""
        return skew_time(self.version, self.priority, interval)

    def master_down_interval(self, interval: Nanoseconds) -> Nanoseconds:
        """Master_Down_Interval of this router under a master's interval."""
        return master_down_interval(self.version, self.priority, interval, self.down_intervals)

    @property
    def takeover_after(self) -> Nanoseconds:
        """The time after this router's last advertisement from which a peer may have taken over."""
        interval = self.advertisement_interval
        return earliest_takeover_interval(self.version, interval, self.down_intervals)

    @property
    def tolerated_silence(self) -> Nanoseconds:
        """The time after this router's last advertisement until which it goes on as master: as long
        as a peer that is no better waits, and half an interval at least.

        A better peer that does not preempt may take over before. Then its advertisement is read
        before anything is sent.
        """
        interval = self.advertisement_interval
        return self.down_intervals * interval + max(self.skew_time(interval), interval // 2)

    @property
    def successor_wait(self) -> Nanoseconds:
        """The time to wait for a successor after resigning."""
        half_intervals = 2 * self.down_intervals + RESIGN_EXTRA_HALF_INTERVALS
        return half_intervals * self.advertisement_interval // 2

    def loses_to(self, peer: Peer) -> bool:
        """Whether a master with these parameters steps down for that peer (RFC 9568 section 6.4.3).

        Equal priorities are decided by the primary address, unsigned, in network order.
        """
        return (peer.priority, peer.address) > (self.priority, self.address)
