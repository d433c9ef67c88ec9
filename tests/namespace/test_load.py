# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts under load: what is due goes first, whatever else there is to do."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from support import hostile_client
from support.routers import Agent, StartPair, instance
from support.segment import Host, Segment, eventually

MANY = 250


def make_interfaces(host: Host, number: int) -> None:
    """Make so many pairs of interfaces on a host, and delete them again."""
    names = [f"churn{one}" for one in range(number)]
    made = [f"link add {name} type veth peer name {name}p" for name in names]
    up = [f"link set {name} up" for name in names]
    gone = [f"link delete {name}" for name in names]
    host.start("ip", "-batch", "-", stdin=subprocess.PIPE).communicate("\n".join(made + up + gone))


def many(priority: int, interval: float) -> list[dict[str, Any]]:
    """As many instances as one interface can have of a family, nearly."""
    return [
        instance(
            name=f"web{vrid}",
            vrid=vrid,
            addresses=[f"192.0.2.{vrid}/32"],
            priority=priority,
            advertisement_interval=interval,
        )
        for vrid in range(1, MANY + 1)
        if vrid not in (11, 12)
    ]


def takeovers(agent: Agent) -> int:
    """The number of changes of state after the first, of all instances of an agent."""
    states = json.loads(agent.ctl("status", "--json").stdout)["instances"]
    return sum(one["transitions"] > 1 for one in states)


@pytest.mark.finding("B1")
def test_a_host_that_makes_interfaces_in_bulk_stays_master(pair: StartPair) -> None:
    master, backup = pair()
    before = backup.status()["transitions"]
    make_interfaces(master.host, 300)
    assert backup.status()["transitions"] == before
    assert master.status()["state"] == "MASTER"
    # And it still sees what concerns it.
    master.host.run("ip", "address", "delete", "192.0.2.100/24", "dev", "eth0")
    eventually(lambda: master.host.has("192.0.2.100"))


@pytest.mark.finding("B2")
def test_a_client_that_asks_for_everything_does_not_silence_the_masters(segment: Segment) -> None:
    first = Agent(segment.host(), *many(priority=200, interval=1))
    second = Agent(segment.host(), *many(priority=100, interval=1))
    for agent in (first, second):
        agent.start()
    eventually(lambda: _states(first) == {"MASTER"} and _states(second) == {"BACKUP"}, 20)
    assert takeovers(second) == 0
    asking = segment.start(
        sys.executable, hostile_client.__file__, str(first.socket), "16", "6",
        stdout=subprocess.PIPE,
    )  # fmt: skip
    answers = 0
    while asking.poll() is None:
        assert first.status("web1")["state"] == "MASTER"
        answers += 1
    output, _errors = asking.communicate()
    assert int(output) > 0
    assert answers > 3
    assert takeovers(second) == 0


def _states(agent: Agent) -> set[str]:
    return {one["state"] for one in json.loads(agent.ctl("status", "--json").stdout)["instances"]}
