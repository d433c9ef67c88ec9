# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of interfaces, from messages as the kernel sends them."""

from __future__ import annotations

from collections import Counter
from typing import Iterator

import pytest
from _vrrp.engine.host.links import Vrf
from _vrrp.linux import netlink
from _vrrp.linux.link_table import LinkTable
from support.link_messages import DELADDR, DELLINK, address, link, vrf_port

OWN = bytes([192, 0, 2, 1])


@pytest.fixture
def table() -> LinkTable:
    """A table of eth0 alone, which has index 2 and an address."""
    made = LinkTable({"eth0"}, Counter())
    assert made.take(link(2, "eth0"))
    assert made.take(address(2, OWN))
    return made


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """All messages that were parsed."""
    taken: list[bytes] = []
    parse = netlink.parse

    def record(data: bytes) -> Iterator[tuple[int, object]]:
        taken.append(data)
        return parse(data)

    monkeypatch.setattr(netlink, "parse", record)
    return taken


def test_messages_about_other_interfaces_are_not_parsed(
    table: LinkTable, parsed: list[bytes]
) -> None:
    others = [
        link(9, "veth9"), address(9, OWN), address(9, OWN, DELADDR), link(9, "veth9", DELLINK),
        link(2, "eth0", family=7),
    ]  # fmt: skip
    assert [table.take(one) for one in others] == [False] * 5
    assert parsed == []
    assert list(table.links()) == ["eth0"]


def test_an_interface_that_comes_may_have_had_addresses_before(table: LinkTable) -> None:
    table.is_incomplete = False
    table.take(link(2, "eth0", flags=0))
    assert not table.is_incomplete
    table.take(link(9, "veth9"))
    assert not table.is_incomplete
    table.take(link(7, "eth0"))
    assert table.is_incomplete


def test_an_interface_that_was_not_watched_for_a_while_loses_its_addresses_anew() -> None:
    table = LinkTable(None, Counter())
    table.take(link(2, "eth0"))
    table.take(address(2, OWN))
    table.narrow({"eth1"})
    table.take(link(2, "eth1"))
    table.take(address(2, OWN))
    table.take(address(2, OWN, DELADDR))
    assert table.links()["eth1"].losses == (1, 0)


def test_all_interfaces_are_known_without_names() -> None:
    table = LinkTable(None, Counter())
    assert table.take(link(9, "veth9"))
    assert table.take(address(9, OWN))
    assert table.links()["veth9"].has(OWN)


def test_an_interface_with_another_name_stays_until_the_choice_is_made_again(
    table: LinkTable,
) -> None:
    assert table.take(link(2, "old0"))
    assert table.links()["old0"].has(OWN)
    assert table.take(link(7, "eth0"))
    assert table.links()["eth0"].index == 7
    assert table.take(address(2, OWN, DELADDR))
    assert table.pop_losses()
    table.narrow({"eth0"})
    assert list(table.links()) == ["eth0"]
    assert not table.take(address(2, OWN))


def test_the_loss_of_the_last_address_is_counted_while_others_are_lost_too(
    table: LinkTable,
) -> None:
    second = bytes([192, 0, 2, 2])
    table.take(address(2, second))
    table.take(address(2, OWN, DELADDR))
    assert table.links()["eth0"].losses == (0, 0)
    assert table.pop_losses()
    table.take(address(2, second, DELADDR))
    assert table.links()["eth0"].losses == (1, 0)


def test_after_lost_messages_each_interface_may_have_lost_its_addresses(table: LinkTable) -> None:
    after = table.restarted({"eth0"})
    assert after.links() == {}
    after.take(link(2, "eth0"))
    after.take(address(2, OWN))
    assert after.links()["eth0"].losses == (1, 0)
    assert after.pop_losses()


def test_a_narrower_choice_forgets_the_other_interfaces() -> None:
    table = LinkTable(None, Counter())
    for index, name in ((2, "eth0"), (3, "eth1")):
        table.take(link(index, name))
        table.take(address(index, OWN))
    table.narrow({"eth1"})
    assert list(table.links()) == ["eth1"]
    assert not table.take(address(2, OWN))
    assert table.take(link(2, "eth1", flags=0))


@pytest.mark.finding("G12")
def test_an_interface_in_a_vrf_is_known_with_its_table(table: LinkTable) -> None:
    assert table.links()["eth0"].table == 254
    # Master 9, its kind, and IFLA_VRF_PORT_TABLE 10.
    table.take(link(2, "eth0", more=vrf_port(9, bytes.fromhex("080001000a000000"))))
    eth0 = table.links()["eth0"]
    assert (eth0.vrf, eth0.table) == (Vrf(9, 10), 10)
    table.take(link(2, "eth0"))
    assert table.links()["eth0"].vrf is None
