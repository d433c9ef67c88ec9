# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The types of events that change the state of a virtual router, for programs.

The first ones are the identities ``vrrp-event-*`` of RFC 8347 without that prefix; those at the end
are additions of this collection.
"""

from __future__ import annotations

from enum import Enum


class EventType(Enum):
    """The reason of a transition; the text beside it in status and log is for people."""

    NONE = "none"
    STARTUP = "startup"
    SHUTDOWN = "shutdown"
    HIGHER_PRIORITY_BACKUP = "higher-priority-backup"
    MASTER_TIMEOUT = "master-timeout"
    INTERFACE_UP = "interface-up"
    INTERFACE_DOWN = "interface-down"
    NO_PRIMARY_IP_ADDRESS = "no-primary-ip-address"
    PRIMARY_IP_ADDRESS = "primary-ip-address"
    NO_VIRTUAL_IP_ADDRESSES = "no-virtual-ip-addresses"
    VIRTUAL_IP_ADDRESSES = "virtual-ip-addresses"
    PREEMPT_HOLD_TIMEOUT = "preempt-hold-timeout"
    LOWER_PRIORITY_MASTER = "lower-priority-master"
    OWNER_PREEMPT = "owner-preempt"

    MASTER_RESIGNED = "master-resigned"  # Priority 0 was heard.
    OPERATOR = "operator"  # An intent was set, or ended.
    SYNC_GROUP = "sync-group"  # Another member of the group decides.
    TRACKING_DOWN = "tracking-down"
    TRACKING_UP = "tracking-up"
    NOT_SENDING = "not-sending"  # The kernel refuses to send, or the sockets.
    SENDING = "sending"
    PAUSED = "paused"  # The process was stopped, or late, for longer than peers wait.
    RECONFIGURED = "reconfigured"

    @property
    def opposite(self) -> EventType:
        """The event that ends what this one has begun: of a router that starts again."""
        return _OPPOSITES.get(self, EventType.STARTUP)


_OPPOSITES = {
    EventType.INTERFACE_DOWN: EventType.INTERFACE_UP,
    EventType.NO_PRIMARY_IP_ADDRESS: EventType.PRIMARY_IP_ADDRESS,
    EventType.NO_VIRTUAL_IP_ADDRESSES: EventType.VIRTUAL_IP_ADDRESSES,
    EventType.TRACKING_DOWN: EventType.TRACKING_UP,
    EventType.NOT_SENDING: EventType.SENDING,
    EventType.SYNC_GROUP: EventType.SYNC_GROUP,
}
