# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What a step of the machine has to know of its router.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..base.constants import PRIORITY_OWNER, RESIGN_HALF_INTERVALS
from ..base.units import Nanoseconds
from .state import Peer
from .timing import master_down_interval, silence_that_elects, skew_time


@dataclass(frozen=True)
class Parameters:
    """Settings and circumstances of one virtual router.

    ``priority`` is the effective one, 1..255; ``address`` the packed primary address, which
    breaks ties; ``stay_out`` says not to take over even when no master is heard.
    """

    version: int
    priority: int
    address: bytes
    advertisement_interval: Nanoseconds
    preempt: bool
    announce_delay: Nanoseconds
    stay_out: bool = False

    @property
    def is_owner(self) -> bool:
        return self.priority == PRIORITY_OWNER

    def skew_time(self, interval: Nanoseconds) -> Nanoseconds:
        """Skew_Time of this router under a master's interval."""
        return skew_time(self.version, self.priority, interval)

    def master_down_interval(self, interval: Nanoseconds) -> Nanoseconds:
        """Master_Down_Interval of this router under a master's interval."""
        return master_down_interval(self.version, self.priority, interval)

    @property
    def presumed_dead_after(self) -> Nanoseconds:
        """After this much silence of ours, a peer may have taken over."""
        return silence_that_elects(self.version, self.advertisement_interval)

    @property
    def successor_wait(self) -> Nanoseconds:
        """How long to wait for a successor after resigning."""
        return RESIGN_HALF_INTERVALS * self.advertisement_interval // 2

    def loses_to(self, peer: Peer) -> bool:
        """Whether a master of ours has to step down for that peer (RFC 9568 section 6.4.3).

        Equal priorities are decided by the primary address, unsigned, in network order.
        """
        return (peer.priority, peer.address) > (self.priority, self.address)
