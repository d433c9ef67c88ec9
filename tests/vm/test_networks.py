# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks that lose, delay and reorder, addresses that are probed, and interfaces without any."""

from __future__ import annotations

import time

import pytest
from support.routers import Agent, StartPair, instance, start_pair
from support.segment import Host, Segment, eventually

SECRET = {"keys": [{"id": 1, "secret": "a secret that only the tests have, long enough"}]}


def disturb(host: Host, *rule: str) -> None:
    """Disturb what a host sends."""
    host.run("tc", "qdisc", "add", "dev", "eth0", "root", "netem", *rule)


def test_loss_delay_and_reordering_cause_no_election(pair: StartPair) -> None:
    first, second = pair(advertisement_interval=1, down_intervals=5)
    disturb(first.host, "delay", "50ms", "20ms", "loss", "20%", "reorder", "25%")
    time.sleep(10)
    assert first.status()["transitions"] == 2
    # Five in a row are lost once in 3125 times.
    assert second.status()["transitions"] == 1


@pytest.mark.finding("G13")
def test_signed_advertisements_that_overtake_each_other_are_discarded_and_counted(
    pair: StartPair,
) -> None:
    first, second = pair(advertisement_interval=0.03, hmac=SECRET)
    # Every second one at once, the others 40 ms later: the next one overtakes it.
    disturb(first.host, "delay", "40ms", "reorder", "50%")
    time.sleep(3)
    counters = second.status()["counters"]
    assert counters["hmac_replayed"] > 0
    assert second.status()["transitions"] == 1
    assert first.status()["transitions"] == 2


def test_addresses_that_linux_probes_for_duplicates_are_served(
    segment: Segment, client: Host
) -> None:
    addresses = ["fe80::100/64", "2001:db8::100/64"]
    agents = [
        Agent(segment.host(), instance(priority=priority, addresses=addresses))
        for priority in (200, 100)
    ]
    for agent in agents:
        for name in ("all", "default", "eth0"):
            agent.host.run("sysctl", "-qw", f"net.ipv6.conf.{name}.accept_dad=1")
        agent.host.run("ip", "link", "set", "eth0", "down")
        agent.host.run("ip", "link", "set", "eth0", "up")
    first, second = start_pair(agents[0], agents[1])
    assert client.reaches("2001:db8::100")
    first.ctl("backup", "web")
    second.wait_for("MASTER")
    eventually(lambda: client.reaches("2001:db8::100"), 3, "the address on the other host")


def test_an_address_on_a_dummy_interface_is_found_on_the_link(
    segment: Segment, client: Host
) -> None:
    address = {"address": "192.0.2.100/32", "interface": "dummy0"}
    agents = [
        Agent(segment.host(), instance(priority=priority, addresses=[address]))
        for priority in (200, 100)
    ]
    for agent in agents:
        agent.host.run("ip", "link", "add", "dummy0", "type", "dummy")
        agent.host.run("ip", "link", "set", "dummy0", "up")
    first, second = start_pair(agents[0], agents[1])
    assert client.reaches("192.0.2.100")
    first.host.run("ip", "link", "set", "dummy0", "down")
    second.wait_for("MASTER")
    assert first.wait_for("INITIALIZE")["reason"] == "dummy0 is down"
    eventually(lambda: client.reaches("192.0.2.100"), 3, "the address on the other host")
    assert not first.host.has("192.0.2.100", "dummy0")
