# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tester beside one router, as the test suites of others have it.

It sends the router packets, and reads what the router sends, on a virtual clock.
"""

from __future__ import annotations

from typing import Any

from _vrrp.base.constants import NO_VRID
from _vrrp.engine.actions import Send, SendFrames, SocketSpec
from _vrrp.engine.host.links import LinkAddress
from _vrrp.model.family import Family
from _vrrp.wire.advertisement import Advertisement, decode, encode
from _vrrp.wire.datagram import Datagram
from support.cluster import Cluster, Node

SECOND = 1_000_000_000
ADDRESSES = {4: ["192.0.2.100/24"], 6: ["fe80::100/64", "2001:db8::100/64"]}
# The router's own addresses end in 11, so the tester's is greater.
TESTERS = {4: bytes([192, 0, 2, 99]), 6: bytes([0xFE, 0x80, *[0] * 13, 99])}
VRID = 51


def node_of_both_families(cluster: Cluster, *others: dict[str, Any], **settings: Any) -> Node:
    """Another node, whose interface has an IPv6 address as well."""
    node = cluster.node(*others, **settings)
    link_local = LinkAddress(bytes([0xFE, 0x80, *[0] * 13, node.own[-1]]), 64)
    node.set_link(addresses=(*node.link.addresses, link_local))
    cluster.settle()
    return node


class PacketTester:
    """The tester; ``router`` is under test, with VRID 51 and these settings."""

    def __init__(self, family: int = 4, **settings: Any) -> None:
        self.family = Family(family)
        self._cluster = Cluster()
        given = {"addresses": ADDRESSES[family], **settings}
        self.router = node_of_both_families(self._cluster, **given)
        self._settings = given
        self._read = 0
        self._read_frames = 0

    @property
    def state(self) -> str:
        """The state of the router."""
        return self.router.state

    @property
    def counters(self) -> dict[str, int]:
        """The counters of the router."""
        found: dict[str, int] = self.router.status()["counters"]
        return found

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self._cluster.run(seconds)

    def configure(self, **settings: Any) -> None:
        """Give the router other settings."""
        instance = {"name": "web", "interface": "eth0", "vrid": VRID, **self._settings, **settings}
        self.router.configure(instance)
        self._cluster.settle()

    def stop(self) -> None:
        """Shut the router down."""
        self.router.do(self.router.engine.stop(self._cluster.now))
        self._cluster.settle()

    def message(self, priority: int, **fields: Any) -> bytes:
        """An advertisement of the tester as bytes; by default as the router is configured."""
        config = self.router.config.instances[0]
        source = fields.pop("source", TESTERS[self.family.value])
        given = {
            "version": config.version,
            "vrid": VRID,
            "priority": priority,
            "interval": config.advertisement_interval,
            "addresses": config.packed_addresses,
            **fields,
        }
        return encode(Advertisement(**given), source, self.family.group)

    def send(self, priority: int, source: bytes = b"", **fields: Any) -> None:
        """Send the router an advertisement."""
        sender = source or TESTERS[self.family.value]
        self.send_bytes(self.message(priority, source=sender, **fields), sender)

    def send_bytes(self, message: bytes, source: bytes = b"", ttl: int = 255) -> None:
        """Send the router a packet."""
        sender = source or TESTERS[self.family.value]
        datagram = Datagram(sender, self.family.group, ttl, message)
        spec = SocketSpec(7, self.family)
        engine, now = self.router.engine, self._cluster.now
        self.router.do(engine.receive_datagram(spec, datagram, now))
        self._cluster.settle()

    def sends(self) -> list[Send]:
        """Return the packets that the router has sent since the last call, without probes."""
        found = [one for one in self.router.done[self._read :] if isinstance(one, Send)]
        self._read = len(self.router.done)
        return [one for one in found if one.message[1] != NO_VRID]

    def advertised(self) -> list[int]:
        """The priorities that the router has advertised since the last call."""
        length = self.family.address_length
        return [decode(one.message, length).priority for one in self.sends()]

    def announced(self) -> int:
        """The number of announcements of the router since the last call."""
        found = [
            one for one in self.router.done[self._read_frames :] if isinstance(one, SendFrames)
        ]
        self._read_frames = len(self.router.done)
        return sum(len(one.frames) for one in found)
