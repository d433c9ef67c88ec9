# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cases of the VRRP tests of VPP, by their titles, each for both families."""

from __future__ import annotations

import pytest
from conformance import ledger
from support.packet_tester import PacketTester

pytestmark = pytest.mark.parametrize("family", [4, 6])

DOWN = 3.609375  # Of priority 100 at 1 s.
MOMENT = 0.002

# Titles that only a kernel can show; the tests have both families.
ON_THE_KERNEL = {
    "Master VR replies to ARP or NDP": [
        "tests/namespace/test_virtual_mac.py::test_clients_learn_the_virtual_mac_and_keep_it",
        "tests/namespace/test_virtual_mac.py::test_an_owner_with_a_virtual_mac_answers_with_that_alone",
    ],
    "Backup VR ignores ARP or NDP": [
        "tests/namespace/test_rules.py::test_the_master_answers_for_the_addresses_and_the_backup_does_not",
    ],
    "Master VR does not reply for VIP with accept mode off": [
        "tests/namespace/test_addressing.py::test_a_master_drops_packets_to_its_addresses_without_accept_mode",
    ],
    "Master VR replies for VIP with accept mode on": [
        "tests/namespace/test_addressing.py::test_an_entry_with_both_families_serves_both",
    ],
}


@pytest.mark.parametrize("title", list(ON_THE_KERNEL))
def test_titles_that_need_a_kernel_are_shown_there(title: str, family: int) -> None:
    assert [name for name in ON_THE_KERNEL[title] if not ledger.is_there(name)] == []


def test_master_vr_advertises(family: int) -> None:
    one = PacketTester(family, priority=255)
    assert (one.state, one.advertised()) == ("MASTER", [255])
    assert one.announced() > 0
    one.stop()
    assert one.advertised() == [0]


def test_master_vr_advertises_and_is_updated_to_backup(family: int) -> None:
    one = PacketTester(family, priority=255)
    one.advertised()
    # VPP resigns when it gets other parameters; a reload here gives mastership up to nobody.
    one.configure(priority=100, advertisement_interval=2)
    assert one.state == "MASTER"
    assert one.advertised()[-1] == 100
    one.send(110)
    assert one.state == "BACKUP"
    one.advertised()
    for _second in range(10):
        one.send(110)
        one.run(1)
    assert (one.state, one.advertised()) == ("BACKUP", [])


def test_backup_vr_does_not_advertise(family: int) -> None:
    one = PacketTester(family)
    for _second in range(8):
        one.send(110)
        one.run(1)
    assert (one.state, one.advertised(), one.announced()) == ("BACKUP", [], 0)


def test_backup_vr_becomes_master_if_no_advertisements_are_received(family: int) -> None:
    one = PacketTester(family)
    one.run(DOWN - MOMENT)
    assert (one.state, one.advertised()) == ("BACKUP", [])
    one.run(2 * MOMENT)
    assert (one.state, one.advertised()) == ("MASTER", [100])


def test_backup_vr_preempts_lower_priority_master(family: int) -> None:
    one = PacketTester(family)
    for _second in range(3):
        one.send(90)
        one.run(1)
    assert one.state == "BACKUP"
    one.send(90)
    one.run(DOWN - 3 + MOMENT)
    assert (one.state, one.advertised()) == ("MASTER", [100])


def test_master_vr_is_preempted_by_higher_priority_backup(family: int) -> None:
    one = PacketTester(family)
    one.run(4)
    assert one.state == "MASTER"
    one.send(255)
    assert one.state == "BACKUP"
    assert not one.router.serves()


def test_master_vr_adjusts_priority_based_on_tracked_interface(family: int) -> None:
    # An owner advertises 255 whatever it tracks (RFC 9568 section 5.2.4), unlike that of VPP.
    tracked = [{"interface": "eth1", "weight": -50}]
    one = PacketTester(family, priority=200, track_interfaces=tracked)
    one.router.kernel.add_link(one.router.link.__class__(8, "eth1", True, bytes(6)))
    one.router.host_changed()
    one.run(5)
    assert set(one.advertised()) == {200}
    for up, priority in ((False, 150), (True, 200)):
        one.router.kernel.set_link("eth1", up=up)
        one.router.host_changed()
        one.run(0.1)
        assert one.advertised()[:1] == [priority]


def test_master_vr_advertises_by_unicast(family: int) -> None:
    own = {4: "192.0.2.11", 6: "fe80::b"}[family]
    peer = {4: "192.0.2.99", 6: "fe80::63"}[family]
    one = PacketTester(family, priority=255, unicast_peers=[own, peer])
    one.run(3)
    sends = one.sends()
    assert len(sends) > 2
    assert {one.destination[-1] for one in sends} == {99}
    assert {one.source[-1] for one in sends} == {11}
