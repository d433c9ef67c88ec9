# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Another VRRP daemon on the host of the agent."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from support.peers import Keepalived, Kind
from support.routers import Agent, instance, start_pair
from support.segment import Capture, Segment, eventually

COLLECTIONS = Path(__file__).parents[2] / ".cache" / "collections"
KIND = Kind()
TAKEN = "another VRRP program of this host serves 192.0.2.100/24 on eth0"


def beside_keepalived(segment: Segment) -> tuple[Agent, Keepalived]:
    """An agent that takes no part, as a keepalived on its host serves the address."""
    host = segment.host()
    keepalived = Keepalived(host, KIND, 150, [])
    keepalived.start().wait_for("MASTER")
    agent = Agent(host, instance(priority=100)).start()
    assert agent.wait_for("INITIALIZE")["reason"] == TAKEN
    return agent, keepalived


@pytest.mark.finding("D4")
def test_an_address_that_keepalived_serves_on_the_host_is_left_to_it(segment: Segment) -> None:
    agent, keepalived = beside_keepalived(segment)
    host = agent.host
    assert agent.agent()["other_vrrp"]
    # Longer than a backup waits for a master that it does not hear.
    heard = Capture(segment.host(), "proto 112", "-c", "10")
    eventually(heard.has_ended)
    assert agent.status()["state"] == "INITIALIZE"
    assert host.has(KIND.address)
    keepalived.stop()
    agent.wait_for("MASTER")


@pytest.mark.finding("D4")
def test_what_a_killed_keepalived_leaves_is_taken_over(segment: Segment) -> None:
    agent, keepalived = beside_keepalived(segment)
    keepalived.kill()
    agent.wait_for("MASTER", within=15)
    assert agent.host.has(KIND.address)


@pytest.mark.finding("D4")
def test_keepalived_that_takes_over_beside_a_backup_keeps_its_address(segment: Segment) -> None:
    host, elsewhere = segment.host(), segment.host()
    slow = replace(KIND, interval=1)  # The agent takes over almost a second after keepalived.
    better, worse = (
        Agent(one, instance(priority=priority, advertisement_interval=1))
        for one, priority in ((elsewhere, 254), (host, 1))
    )
    master, agent = start_pair(better, worse)
    keepalived = Keepalived(host, slow, 250, [])
    keepalived.start()
    eventually(lambda: "Entering BACKUP" in keepalived.log.read_text())
    master.kill()
    master.clean_up()
    keepalived.wait_for("MASTER")
    assert agent.wait_for("INITIALIZE")["reason"] == TAKEN
    assert host.has(KIND.address)


# What the role does on a host before it changes anything.
REFUSE = """
import json, subprocess, sys
from ansible_collections.failover.vrrp.plugins.module_utils._install.host import Host, HostError
from ansible_collections.failover.vrrp.plugins.module_utils._install import other_daemons

def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr

try:
    other_daemons.refuse_other_daemons(Host(run, lambda name: name, False), json.loads(sys.argv[1]))
except HostError as error:
    print(error)
"""


@pytest.mark.finding("D4")
def test_the_role_refuses_a_host_where_keepalived_has_a_vrid_or_an_address_of_ours(
    segment: Segment,
) -> None:
    host = segment.host()
    keepalived = Keepalived(host, KIND, 150, [])

    def refusal(**settings: object) -> str:
        config = json.dumps({"instances": [instance(**settings)]})
        path = f"PYTHONPATH={COLLECTIONS}"
        return host.run("env", path, sys.executable, "-c", REFUSE, config)

    assert refusal() == ""
    keepalived.start().wait_for("MASTER")
    assert "of this host has VRID 51 on eth0 as well" in refusal(addresses=["192.0.2.9/24"])
    assert "of this host has 192.0.2.100 as well" in refusal(vrid=9)
    assert "failover.vrrp.migrate" in refusal()
    assert refusal(vrid=9, addresses=["192.0.2.9/24"]) == ""
    keepalived.stop()
    assert refusal() == ""


def test_a_program_without_vrrp_is_no_obstacle(segment: Segment) -> None:
    host = segment.host()
    program = "import socket, time; one = socket.socket(2, 3, 89); time.sleep(600)"
    host.start(sys.executable, "-c", program)
    agent = Agent(host, instance()).start()
    agent.wait_for("MASTER")
    host.run("ip", "address", "add", "192.0.2.9/24", "dev", "eth0")
    assert not agent.agent()["other_vrrp"]


# A program that keeps an address, as NetworkManager does with what it has taken for its own.
KEEPER = """\
while ip address add {address} dev eth0 2>/dev/null || [ $? = 2 ]; do sleep 0.01; done
"""


@pytest.mark.finding("G2")
def test_a_program_that_keeps_a_virtual_address_is_not_fought_with(segment: Segment) -> None:
    addresses = ["fe80::100/64", "2001:db8::100/64"]
    first, second = (
        Agent(segment.host(), instance(priority=priority, addresses=addresses))
        for priority in (200, 100)
    )
    start_pair(first, second)
    second.host.start("sh", "-c", KEEPER.format(address="fe80::100/64"))
    waits = "is added again and again by another program"
    eventually(lambda: waits in second.log.read_text(), 5, "the end of the fight")
    lines = len(second.log.read_text().splitlines())
    time.sleep(2)
    assert len(second.log.read_text().splitlines()) == lines
    # It takes part all the same, and has said once that it removed the address.
    assert second.status()["state"] == "BACKUP"
    assert second.log.read_text().count("removing fe80::100/64") == 1
    first.stop()
    second.wait_for("MASTER")
