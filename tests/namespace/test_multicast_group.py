# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Advertisements to a multicast group of one's own, through the real kernel."""

from __future__ import annotations

import pytest
from support.routers import Agent, StartPair, instance
from support.segment import Capture, Host, Segment, eventually, ip, with_length

FAMILIES = [
    pytest.param("192.0.2.100", "224.0.0.81", id="ipv4"),
    pytest.param("2001:db8::100", "ff02::81", id="ipv6"),
]


def neighbours(host: Host) -> str:
    return ip("-n", host.namespace, "neighbour", "show", "nud", "permanent")


@pytest.mark.parametrize(("address", "group"), FAMILIES)
def test_hosts_of_one_group_hear_each_other_and_no_others(
    segment: Segment, pair: StartPair, address: str, group: str
) -> None:
    addresses = [with_length(address)]
    settings = {"addresses": addresses, "multicast_group": group, "advertisement_interval": 1}
    capture = Capture(segment.host(), f"dst host {group} and ip proto 112 or ip6 proto 112")
    first, second = pair(**settings)
    eventually(lambda: any(f"> {group}" in line for line in capture.packets()))
    assert second.status()["master"]["priority"] == first.status()["priority"]
    assert first.status()["settings"]["multicast_group"] == group
    first.kill()
    assert group in neighbours(first.host)
    first.clean_up()
    assert group not in neighbours(first.host)
    # The clean-up has sent priority 0 to the group, before the other host takes over or later.
    eventually(lambda: any("prio 0" in line and f"> {group}" in line for line in capture.packets()))
    second.wait_for("MASTER")


@pytest.mark.parametrize(("address", "group"), FAMILIES)
def test_one_interface_may_have_instances_of_several_groups(
    segment: Segment, address: str, group: str
) -> None:
    own = instance(addresses=[with_length(address)], multicast_group=group)
    usual = instance(name="db", vrid=52, addresses=["192.0.2.101/24", "2001:db8::101/64"])
    first = Agent(segment.host(), own, usual).start()
    second = Agent(segment.host(), {**own, "priority": 50}, {**usual, "priority": 50}).start()
    for name in ("web", "db"):
        first.wait_for("MASTER", name=name)
        second.wait_until_it_hears_a_master(name)
    # One that leaves takes the other's socket not along.
    first.configure(usual)
    first.ctl("reload")
    second.wait_for("MASTER")
    first.ctl("backup", "db")
    second.wait_for("MASTER", name="db")
    first.wait_for("BACKUP", name="db")


def test_a_reload_takes_a_host_to_another_group(segment: Segment, pair: StartPair) -> None:
    first, second = pair(multicast_group="224.0.0.81")
    second.configure({**second.settings()[0], "multicast_group": "224.0.0.82"})
    second.ctl("reload")
    second.wait_for("MASTER")
    first.configure({**first.settings()[0], "multicast_group": "224.0.0.82"})
    first.ctl("reload")
    second.wait_for("BACKUP")
    assert first.status()["state"] == "MASTER"
