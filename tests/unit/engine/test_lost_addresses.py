# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A network manager that takes all addresses of an interface away, again and again."""

from __future__ import annotations

import pytest
from _vrrp.engine.actions import OpenSockets
from _vrrp.engine.host.links import Link, LinkAddress
from support.cluster import Cluster, pair

pytestmark = pytest.mark.finding("G1")


def test_a_master_gives_up_aloud_once_it_has_an_address_to_send_from() -> None:
    cluster, first, second = pair()
    cluster.run(1)
    own = first.link.addresses[0]
    for _time in range(6):
        first.set_link(addresses=())
        cluster.settle()
    # Nothing could be sent now that peers would hear.
    assert first.state == "MASTER"
    assert "priority_zero_sent" not in first.status()["counters"]
    first.set_link(addresses=(own,))
    cluster.settle()
    cause = "192.0.2.100/24 is removed again and again by another program"
    assert (first.state, first.status()["reason"]) == ("INITIALIZE", cause)
    assert first.status()["counters"]["priority_zero_sent"] == 1
    # The skew time of priority 100 is 0.61 s.
    cluster.run(0.62)
    assert second.state == "MASTER"


def test_a_master_whose_own_address_stays_away_leaves_as_ever() -> None:
    cluster, first, second = pair()
    cluster.run(1)
    for _time in range(6):
        first.set_link(addresses=())
        cluster.settle()
    cluster.run(0.51)
    assert (first.state, first.status()["reason"]) == ("INITIALIZE", "eth0 has no IPv4 address")
    cluster.run(0.62)
    assert second.state == "MASTER"


def test_a_master_that_sends_from_an_address_of_lo_gives_up_at_once() -> None:
    unicast = {"unicast_peers": ["192.0.2.11", "192.0.2.12"], "source_address": "203.0.113.1"}
    cluster = Cluster()
    node = cluster.node(priority=150, **unicast)
    lo = LinkAddress(bytes([203, 0, 113, 1]), 32)
    node.kernel.add_link(Link(1, "lo", True, bytes(6), (lo,)))
    node.host_changed()
    cluster.run(10)
    assert node.state == "MASTER"
    for _time in range(6):
        node.delete_foreign("192.0.2.100/24")
        cluster.settle()
    assert node.state == "INITIALIZE"


def test_a_router_keeps_its_socket_until_it_has_resigned() -> None:
    cluster, first, _second = pair()
    cluster.run(1)
    opened = [one.sockets for one in first.done if isinstance(one, OpenSockets)][-1]
    first.kernel.refuses = lambda _resource: "refused"  # The virtual address does not come back.
    first.set_link(addresses=(), losses=(1, 0))
    cluster.run(0.4)
    assert [one.sockets for one in first.done if isinstance(one, OpenSockets)][-1] == opened
    cluster.run(0.2)
    assert first.state == "INITIALIZE"
    assert first.status()["counters"]["priority_zero_sent"] == 1
    cluster.run(5)
    assert not [one.sockets for one in first.done if isinstance(one, OpenSockets)][-1]
