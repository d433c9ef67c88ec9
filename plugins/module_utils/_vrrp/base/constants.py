# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Numbers of the protocol, and of this agent."""

from __future__ import annotations

from .units import milliseconds, seconds

# --- Specification constants -------------------------------------------------------------------

VRRP_PROTOCOL = 112  # IP protocol number (RFC 9568 section 5.1.1.4).
VRRP_TTL = 255  # TTL or hop limit of every advertisement (section 5.1.1.3).
ADVERTISEMENT_TYPE = 1  # The only packet type (section 5.2.2).
PRIORITY_RESIGN = 0  # The master has stopped taking part (section 5.2.4).
PRIORITY_MIN = 1
PRIORITY_MAX = 254  # The highest priority of a router that does not own the addresses.
PRIORITY_OWNER = 255  # The router that owns the addresses (section 5.2.4).
PRIORITY_DEFAULT = 100
NO_VRID = 0  # Illegal: no router has it.
VRID_MIN = 1
VRID_MAX = 255
ADVERTISEMENT_INTERVAL_DEFAULT = seconds(1)  # Section 6.1.
V3_INTERVAL_MIN = milliseconds(10)  # One centisecond (erratum 8301).
V3_INTERVAL_MAX = milliseconds(40_950)  # 4095 centiseconds, a 12-bit field (section 5.2.7).
V2_INTERVAL_MIN = seconds(1)  # RFC 3768 section 5.3.7.
V2_INTERVAL_MAX = seconds(255)
DOWN_INTERVALS_DEFAULT = 3  # Advertisements missed before a takeover (section 6.1).
AUTHENTICATION_PASSWORD = 1  # Simple text (RFC 2338 section 5.3.6; reserved by RFC 3768).
PASSWORD_MAX = 8  # Bytes (RFC 2338 section 5.3.10).
HMAC_SECRET_MIN, HMAC_SECRET_MAX = 32, 64  # Bytes, as keepalived 2.4 has it.
HMAC_WINDOW_MIN, HMAC_WINDOW_MAX = 5, 300  # Seconds; the minimum is of the default only.
HMAC_TRAILER_LENGTH = 28
V2_AUTHENTICATION_DATA_LENGTH = 8  # Always present in version 2 (RFC 3768 section 5.3.10).

# --- Constants of this agent -------------------------------------------------------------------

# A packet must not need fragmenting on an Ethernet of 1500 bytes: (1500 - 40 - 8) / 16.
IPV6_ADDRESSES_MAX = 90
IPV6_SIGNED_ADDRESSES_MAX = 89  # The signature takes 28 bytes more.
IPV4_ADDRESSES_MAX = 255  # The count is one byte.

# The number of senders whose sequence numbers are kept for each instance.
REPLAY_SENDERS_MAX = 16

# Masters with the same interval advertise at points of a common grid. All intervals that can be
# configured are multiples of it: they have whole centiseconds.
ADVER_GRID_MAX = milliseconds(10)
ADVER_GRID_DIVISOR = 16

# The defaults of keepalived, which suit switches and hosts.
ANNOUNCE_COUNT_DEFAULT = 5
ANNOUNCE_DELAY_DEFAULT = seconds(5)

# However often masters of lower priority advertise, the addresses are announced once in this time,
# and a few times at once: a takeover by several backups has to be over soon.
ANNOUNCE_AGAIN_AFTER = seconds(1)
ANNOUNCE_BURST = 5

# Of these, the ones after it has displaced a master, which advertises once more when it steps down.
ANNOUNCE_BURST_DISPLACED = 2

# Another router may advertise before it announces. By then it has, and the clients are with it.
ANNOUNCE_SETTLED_AFTER = milliseconds(50)

# A resigning master hears its successor one skew time (at most an interval) after its priority 0,
# or, if that was lost, one master-down interval (the missed advertisements and at most one interval
# of skew) after its last advertisement. The half interval on top is for the way there and back.
RESIGN_EXTRA_HALF_INTERVALS = 3

# How long a resigning master keeps the addresses after it has heard its successor. keepalived
# advertises before it installs and announces, which takes it up to a few milliseconds.
RESIGN_LINGER = milliseconds(50)

# The reason of routers that leave because the agent ends.
AGENT_STOPPING = "the agent is stopping"

# How long after its claim a router raises its bid when it is outbid by one: until then it hears the
# old holder, which answers a claim at once. Later it hears a newer claim.
CLAIM_CONTEST_PERIOD = milliseconds(200)

# How many peers' priorities a router remembers; a virtual router seldom has more than a few.
PEERS_REMEMBERED = 32

# The delay before a router tries again after the kernel refused an action.
RETRY_INTERVAL = seconds(10)

# How long a router goes on that has lost the address it sends from, or two intervals if that is
# less. A network manager that applies its settings takes the address away for that time.
ADDRESS_LOSS_MAX = milliseconds(500)
ADDRESS_LOSS_INTERVALS = 2

# How often that delay is doubled, as long as the kernel refuses to send: to 320 s.
RETRY_DOUBLINGS_MAX = 5

# A resource that another program removes is restored at once. After so many restorations within
# this time, only once in that time.
RESTORATIONS_MAX = 3
RESTORATION_WINDOW = seconds(10)

# A network manager that applies its settings may remove it some times in a row: so many within this
# time count as one restoration.
RESTORATION_BURST = milliseconds(100)
RESTORATION_BURST_MAX = 5

# How long a backup remembers that a part was refused while it was master, if nothing changes.
FAULT_MEMORY = seconds(300)

# At most one log line per instance and subject in this time (RFC 9568 section 7.1).
LOG_INTERVAL = seconds(60)

# A problem with a peer that has not been seen for this time, or three intervals, is over.
PROBLEM_MEMORY = seconds(60)

# A master that is displaced may be heard for so long, or one interval, after the takeover.
DISPLACED_FOR = milliseconds(100)

# As many transitions in this time are logged as flapping (RFC 9568 section 2.5).
FLAPPING_TRANSITIONS = 6
FLAPPING_WINDOW = seconds(60)

# keepalived's limit: a weight can take any priority to any other.
TRACK_WEIGHT_MAX = 253

# The period in which tracked files and processes are polled.
TRACK_POLL_INTERVAL = milliseconds(500)

# The shortest period of anything that is repeated.
REPEAT_INTERVAL_MIN = milliseconds(100)

# The length of an instance's hook queue. When states change faster than hooks run, the oldest are
# dropped: the current state matters most.
HOOKS_WAITING_MAX = 16

# The user that the agent runs as: its group reads the configuration.
AGENT_USER = "vrrp"

# The user that runs commands which name no other, and the group of those who may change states.
SCRIPT_USER = "vrrp-script"
OPERATORS_GROUP = "vrrp-operators"

# The time after a command's timeout within which the helper has to report its end.
COMMAND_GRACE = seconds(2)

# How often the helper says that it works, and the silence after which it is replaced. Where the
# next one falls silent as well, the delay before another one is doubled, to the last of these.
HELPER_HEARTBEAT_INTERVAL = seconds(5)
HELPER_SILENCE_MAX = seconds(15)
HELPER_RETRY_INTERVAL = seconds(1)
# How long what runs may go on when the helper has other rights than new commands need.
HELPER_REPLACEMENT_MAX = seconds(10)
HELPER_RETRY_INTERVAL_MAX = seconds(320)

# The lifetime of an address that never ends, in the kernel's encoding (INFINITY_LIFE_TIME).
FOREVER = 0xFFFFFFFF

# The metric of the route to the network of an address on a macvlan: the worst there is. That of the
# interface itself is less (the kernel's are 0 and 256, NetworkManager's 100, networkd's with DHCP
# 1024), so the host's own traffic takes it.
MACVLAN_ROUTE_METRIC = 0xFFFFFFFF

INTERFACE_NAME_MAX = 15  # IFNAMSIZ without the terminating zero.

# Names of the agent's own nftables tables begin with this; all others are the operator's.
FILTER_TABLE_PREFIX = "vrrp_agent_"
# Those of the family arp.
ARP_TABLE_PREFIX = FILTER_TABLE_PREFIX + "arp_"

# Seconds since 1970; no time of day is later.
TIME_MAX = 2**40
