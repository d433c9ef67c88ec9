# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A router serves, and says so, when the kernel has confirmed what that takes."""

from __future__ import annotations

import time

import pytest
from support.routers import Agent, instance
from support.segment import Host, Probe, Segment, eventually

VIP = "192.0.2.100"
BLOCK = "add table inet block; add chain inet block out { type filter hook output priority 0; }"


def block_vrrp(host: Host) -> None:
    """Let the firewall of a host refuse protocol 112 outwards."""
    host.run("nft", BLOCK)
    host.run("nft", "add", "rule", "inet", "block", "out", "ip", "protocol", "112", "drop")


@pytest.mark.measured
@pytest.mark.finding("C13", "G3")
def test_a_better_host_whose_firewall_refuses_vrrp_takes_no_packet(segment: Segment) -> None:
    first = Agent(segment.host(), instance(priority=100)).start()
    first.wait_for("MASTER")
    better = Agent(segment.host(), instance(priority=200))
    block_vrrp(better.host)
    probe = Probe(segment.host(), VIP)
    better.start()
    time.sleep(24)  # Two attempts and more.
    result = probe.finish()
    lost = sum(count for _number, count in result["gaps"])
    assert lost <= 100
    assert first.status()["transitions"] == 2
    status = better.status()
    assert status["state"] != "MASTER"
    assert "cannot send an advertisement: Operation not permitted" in better.log.read_text()
    assert better.log.read_text().count("BACKUP -> MASTER") == 0


@pytest.mark.finding("C16")
@pytest.mark.parametrize("addresses", [["192.0.2.100/24"], ["fe80::100/64", "2001:db8::100/64"]])
def test_a_peer_whose_firewall_keeps_our_advertisements_out_is_named(
    segment: Segment, addresses: list[str]
) -> None:
    agents = [
        Agent(segment.host(), instance(priority=priority, addresses=addresses))
        for priority in (200, 100)
    ]
    for agent in agents:
        block = "type filter hook input priority 0;"
        agent.host.run("nft", f"add table inet block; add chain inet block in {{ {block} }}")
        agent.host.run("nft", "add rule inet block in meta l4proto 112 drop")
        agent.start()
    for agent in agents:
        agent.wait_for("MASTER")

    def named() -> list[str]:
        return [one["problem"] for agent in agents for one in agent.status()["problems"]]

    # Asked for five seconds after the takeover, and two seconds later once more.
    eventually(lambda: "address_in_use" in named(), 15)
    assert "answers for" in "".join(agent.log.read_text() for agent in agents)


def test_a_host_whose_firewall_lets_vrrp_pass_again_takes_part(segment: Segment) -> None:
    host = segment.host()
    block_vrrp(host)
    agent = Agent(host, instance(advertisement_interval=0.1)).start()
    agent.wait_for("INITIALIZE")
    assert agent.status()["reason"] == "cannot send an advertisement: Operation not permitted"
    assert not host.has(VIP)
    host.run("nft", "delete", "table", "inet", "block")
    agent.wait_for("MASTER", within=30)  # It tries again after 10 s, or 20.
    assert host.has(VIP)
