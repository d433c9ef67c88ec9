# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The topologies and the cases of the VRRP tests of holo, by their names.

Each topology has three routers with the priorities 10, 20 and 30, the last of which is master.
"""

from __future__ import annotations

from typing import Any

import pytest
from _vrrp.engine.actions import Provision
from support.cluster import WALL, Cluster, Node, instance
from support.packet_tester import PacketTester, node_of_both_families

BOTH = {"addresses": ["192.0.2.100/24", "2001:db8::370:7334/64"]}
TOPOLOGIES: dict[str, dict[str, Any]] = {
    "v2-topo1-1": {"version": 2},
    "v3-topo1-1": {"advertisement_interval": 0.01, "addresses": BOTH["addresses"][1:]},
    "v3-topo1-2": {"advertisement_interval": 0.01, "addresses": ["192.0.2.100", "192.0.2.101"]},
    "vrrpv3-topo-1-1": {"advertisement_interval": 1, **BOTH},
}
MOMENT = 0.002


def topology(name: str) -> tuple[Node, ...]:
    """The routers rt1, rt2 and rt3, settled."""
    cluster = Cluster()
    nodes = tuple(
        node_of_both_families(cluster, priority=priority, **TOPOLOGIES[name])
        for priority in (10, 20, 30)
    )
    cluster.run(10)
    return nodes


@pytest.mark.parametrize("name", list(TOPOLOGIES))
def test_rt3_is_master_of_the_topology(name: str) -> None:
    nodes = topology(name)
    for node, state in zip(nodes, ("BACKUP", "BACKUP", "MASTER")):
        assert {one["state"] for one in node.every()} == {state}
    third = nodes[2]
    assert {one["master"]["priority"] for node in nodes for one in node.every()} == {30}
    assert all(third.link.has(one.packed) for one in third.config.instances[0].addresses)


def rt1(**settings: Any) -> PacketTester:
    """rt1 of v2-topo1-1, which hears its master."""
    one = PacketTester(version=2, priority=10, **settings)
    one.send(30)
    return one


def rt3(**settings: Any) -> PacketTester:
    """rt3 of v2-topo1-1, which is master."""
    one = PacketTester(version=2, priority=30, **settings)
    one.run(4)
    assert one.state == "MASTER"
    one.advertised()
    one.announced()
    return one


def test_master_down_timer1() -> None:
    one = rt1()
    one.run(3 + 246 / 256 + MOMENT)
    assert (one.state, one.advertised()) == ("MASTER", [10])
    assert one.announced() > 0
    assert one.router.status()["reason"].startswith("192.0.2.99 was not heard")
    assert one.router.serves()


def test_nb_config_instance1() -> None:
    one = rt3(virtual_mac=True)
    second = instance(name="two", vrid=2, addresses=["192.0.2.6/24"], virtual_mac=True)
    first = {**instance(), "version": 2, "priority": 30, "virtual_mac": True}
    one.router.configure(first, second)
    made = [one for one in one.router.done if isinstance(one, Provision)][-1]
    assert sorted(device.name for device in made.macvlans) == ["vrrp4.2.7", "vrrp4.51.7"]
    assert one.router.status("two")["state"] in ("INITIALIZE", "BACKUP")
    assert one.state == "MASTER"


def test_nb_config_instance2() -> None:
    one = rt3(virtual_mac=True)
    one.router.configure()
    one.run(6)  # Nobody takes over, so it resigns for so long.
    made = [one for one in one.router.done if isinstance(one, Provision)][-1]
    assert list(made.macvlans) == []
    assert one.router.every() == []
    assert 0 in one.advertised()


@pytest.mark.parametrize(
    ("name", "addresses", "served"),
    [
        ("nb-config-virtual-addr1", ["192.0.2.100/24", "192.0.2.6/24"], {100, 6}),
        ("nb-config-virtual-addr2", ["192.0.2.6/24"], {6}),
    ],
)
def test_nb_config_virtual_addr_of_a_master(
    name: str, addresses: list[str], served: set[int]
) -> None:
    one = rt3()
    one.configure(addresses=addresses)
    assert one.state == "MASTER"
    assert {last for last in (100, 6) if one.router.serves(f"192.0.2.{last}")} == served, name


@pytest.mark.parametrize(
    ("name", "addresses"),
    [
        ("nb-config-virtual-addr3", ["192.0.2.100/24", "192.0.2.6/24"]),
        ("nb-config-virtual-addr4", ["192.0.2.6/24"]),
    ],
)
def test_nb_config_virtual_addr_of_a_backup(name: str, addresses: list[str]) -> None:
    one = rt1()
    one.configure(addresses=addresses)
    assert (one.state, one.advertised(), one.announced()) == ("BACKUP", [], 0), name
    assert not one.router.serves("192.0.2.100")
    assert not one.router.serves("192.0.2.6")


@pytest.mark.parametrize(
    ("name", "at", "value", "counter"),
    [("packet-error1", 0, 0x11, "invalid_version"), ("packet-error2", 5, 7, "interval_mismatch")],
)
def test_packet_error(name: str, at: int, value: int, counter: str) -> None:
    one = rt1()
    message = bytearray(one.message(30))
    # The checksum covers the sum of both: what one byte gains, its neighbour's word loses.
    difference = value - message[at] if at % 2 else (value - message[at]) << 8
    message[at] = value
    checksum = int.from_bytes(message[6:8], "big") - difference
    message[6:8] = ((checksum - 1) % 0xFFFF + 1).to_bytes(2, "big")
    one.send_bytes(bytes(message))
    assert one.counters.get(counter) == 1, name
    assert one.state == "BACKUP"


def test_packet_error3() -> None:
    one = rt1()
    before = one.counters
    one.send(30, vrid=52)
    assert one.counters == before
    assert one.router.engine.status(0, WALL)["counters"]["unknown_vrid"] == 1


def test_packet1() -> None:
    one = rt3()
    one.send(0)
    assert (one.state, one.advertised()) == ("MASTER", [30])


def test_packet2() -> None:
    one = rt3()
    one.send(1)
    assert one.state == "MASTER"
    assert one.advertised() == [30]  # RFC 9568 section 6.4.3, where holo does nothing.


def test_packet3() -> None:
    one = rt3()
    one.send(100)
    assert one.state == "BACKUP"
    assert not one.router.serves()


def test_sb_iface_update1() -> None:
    one = rt3()
    one.router.set_link(up=False)
    one.run(0.1)
    assert one.state == "INITIALIZE"


def test_sb_iface_update2() -> None:
    # holo takes no part then; here the macvlan is set up again.
    one = rt3(virtual_mac=True)
    name = "vrrp4.51.7"
    one.router.kernel.set_down(name)
    one.router.host_changed()
    one.run(0.1)
    assert one.state == "MASTER"
    assert one.router.kernel.links[name].up
