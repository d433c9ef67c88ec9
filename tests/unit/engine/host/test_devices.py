# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of macvlans, which have to fit into Linux's 15 characters."""

from __future__ import annotations

from typing import Any

import pytest
from _vrrp.engine.host.devices import device_name, macvlan_of
from _vrrp.engine.host.links import Link, Vrf
from _vrrp.model.config import build_config
from _vrrp.model.instance import Instance


def instances(**settings: Any) -> tuple[Instance, ...]:
    entry = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"],
             "virtual_mac": True}  # fmt: skip
    return build_config({"instances": [{**entry, **settings}]}).instances


@pytest.mark.parametrize(
    ("vrid", "index", "name"),
    [
        (51, 2, "vrrp4.51.2"),
        (255, 99_999, "vrrp4.255.99999"),
        # 100000 = 2 * 46656 + 5 * 1296 + 5 * 36 + 28, and 28 is s; 255 = 0xff.
        (255, 100_000, "vrrp4xff.255s"),
        # The greatest index that Linux has: 2147483647 is zik0zj to the base 36.
        (255, 2_147_483_647, "vrrp4xff.zik0zj"),
        (7, 2_147_483_647, "vrrp4x7.zik0zj"),
    ],
)
def test_the_name_of_a_macvlan_fits(vrid: int, index: int, name: str) -> None:
    (instance,) = instances(vrid=vrid)
    assert device_name(instance, index) == name
    assert len(name) <= 15


def test_a_chosen_name_is_that_of_the_first_family() -> None:
    both = instances(addresses=["192.0.2.100/24", "2001:db8::1/64"], virtual_mac_name="vip0")
    assert [device_name(one, 2) for one in both] == ["vip0", "vip06"]


def test_a_macvlan_has_the_group_of_its_parent() -> None:
    (instance,) = instances()
    macvlan = macvlan_of(instance, Link(2, "eth0", True, bytes(6), group=7))
    assert macvlan is not None
    assert macvlan.group == 7


@pytest.mark.finding("G12")
def test_a_macvlan_is_in_the_vrf_of_its_parent() -> None:
    (instance,) = instances()
    macvlan = macvlan_of(instance, Link(2, "eth0", True, bytes(6), vrf=Vrf(9, 10)))
    assert macvlan is not None
    assert macvlan.vrf == 9
    # Another one: the kernel moves no macvlan of its own accord.
    assert macvlan != macvlan_of(instance, Link(2, "eth0", True, bytes(6)))
