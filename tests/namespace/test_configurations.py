# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wrong configurations: each gets an error with its path, and a running agent keeps its state."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from support.routers import AGENT, Agent, instance, sole
from support.segment import ENVIRONMENT, Segment, eventually

VIP = "192.0.2.100"


def config(*instances: dict[str, Any]) -> str:
    return json.dumps({"instances": instances})


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in instance().items() if name != key}


# What is wrong, and how the error begins. The last one needs a host to be wrong on.
WRONG = {
    "an empty file": ("", "file: empty"),
    "broken JSON": ('{"instances": [}', "file: line 1 column 16 is not JSON"),
    "no object": ("[]", "file: does not hold an object"),
    "no instances": ("{}", "instances: missing"),
    "a key twice": ('{"instances": [], "instances": []}', "file: the key 'instances'"),
    "an unknown key of the file": ('{"instances": [], "log": 1}', "log: unknown setting"),
    "an unknown key": (config(instance(vird=1)), "instances[0].vird: unknown setting"),
    "a wrong type": (config(instance(vrid="51")), "instances[0].vrid: '51' is not a whole"),
    "a VRID out of range": (config(instance(vrid=256)), "instances[0].vrid: 256 is not in 1..255"),
    "a priority out of range": (config(instance(priority=0)), "instances[0].priority: 0 is not"),
    "an unknown version": (config(instance(version=4)), "instances[0].version: 4 is not 2 or 3"),
    "an interval too long": (
        config(instance(advertisement_interval=41)),
        "instances[0].advertisement_interval: 41 is not in 0.01..40.95",
    ),
    "an interval of half a second in version 2": (
        config(instance(version=2, advertisement_interval=1.5)),
        "instances[0].advertisement_interval: 1.5 is not in steps of 1",
    ),
    "a VRID twice": (
        config(instance(), instance(name="db", addresses=["192.0.2.9/24"])),
        "instances[1].vrid: VRID 51 on eth0 is used by instances[0]",
    ),
    "a name twice": (
        config(instance(), instance(vrid=52, addresses=["192.0.2.9/24"])),
        "instances[1].name: the name web is used by instances[0]",
    ),
    "an address twice": (
        config(instance(), instance(name="db", vrid=52)),
        "instances[1].addresses: an address on eth0 is used by instances[0]",
    ),
    "unicast for one family": (
        config(instance(addresses=["192.0.2.9/24", "fe80::9/64"], unicast_peers=["192.0.2.12"])),
        "instances[0].unicast_peers: no IPv6 peer is listed, but there are IPv6 addresses",
    ),
    "no address": (config(instance(addresses=[])), "instances[0].addresses: missing; an instance"),
    "no addresses": (config(without("addresses")), "instances[0].addresses: missing"),
    "an address that is none": (
        config(instance(addresses=["192.0.2.256/24"])),
        "instances[0].addresses[0]: '192.0.2.256/24' is not an IP address",
    ),
    "IPv6 with a link-local address that does not come first": (
        config(instance(addresses=["2001:db8::1/64", "fe80::1/64"])),
        "instances[0].addresses: fe80::1/64 is link-local and must be listed first",
    ),
    "IPv6 in version 2": (
        config(instance(addresses=["fe80::1/64"], version=2, advertisement_interval=1)),
        "instances[0].addresses: version 2 of the protocol has no IPv6",
    ),
    "a name that is no name": (config(instance(name="")), "instances[0].name: '' is not a name"),
    "an interface that is no interface": (
        config(instance(interface="eth 0")),
        "instances[0].interface: 'eth 0' is not an interface name",
    ),
    "an interface of another host": (
        config(instance(interface="eth9")),
        "instances[0].interface: eth9 does not exist on this host",
    ),
}


@pytest.fixture
def serving(segment: Segment) -> Agent:
    """An agent that serves."""
    agent = Agent(segment.host(), instance()).start()
    agent.wait_for("MASTER")
    return agent


def test_a_running_agent_refuses_every_wrong_configuration_and_keeps_serving(
    serving: Agent,
) -> None:
    assert len(WRONG) >= 20
    before = serving.status()
    for what, (text, problem) in WRONG.items():
        serving.config.write_text(text)
        refused = serving.ctl("reload", check=False)
        assert refused.returncode == 1, what
        assert problem in refused.stderr, what
    after = serving.status()
    same = ("state", "transitions", "addresses", "priority", "since")
    assert [before[key] for key in same] == [after[key] for key in same]
    assert serving.host.has(VIP)


def test_check_refuses_every_wrong_configuration(segment: Segment) -> None:
    host = segment.host()
    for what, (text, problem) in WRONG.items():
        path = segment.directory / "config.json"
        path.write_text(text)
        process = host.start(*AGENT, "check", str(path), stderr=subprocess.PIPE)
        assert process.wait(10) == 1, what
        assert process.stderr is not None
        assert f"{path}: {problem.removeprefix('file: ')}" in process.stderr.read(), what


def test_check_accepts_a_configuration_of_another_host_with_elsewhere(segment: Segment) -> None:
    path = segment.directory / "config.json"
    path.write_text(config(instance(interface="eth9")))
    elsewhere = [*AGENT, "check", "--elsewhere", str(path)]
    result = subprocess.run(elsewhere, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    assert result.stdout == f"{path}: 1 instance, valid\n"


def test_an_agent_does_not_start_with_a_wrong_configuration(segment: Segment) -> None:
    agent = Agent(segment.host())
    agent.config.write_text(WRONG["a VRID out of range"][0])
    command = (*AGENT, "run", "--config", str(agent.config), "--socket", str(agent.socket))
    process = agent.host.start(*command, stderr=subprocess.PIPE)
    assert process.wait(10) == 1
    assert process.stderr is not None
    assert "instances[0].vrid: 256 is not in 1..255" in process.stderr.read()


def test_an_agent_waits_for_an_interface_that_is_missing(segment: Segment) -> None:
    agent = Agent(segment.host(), instance(interface="eth9")).start()
    status = agent.status()
    assert (status["state"], status["reason"]) == ("INITIALIZE", "eth9 does not exist")
    agent.host.run("ip", "link", "add", "eth9", "type", "veth", "peer", "name", "eth10")
    agent.host.run("ip", "address", "add", "198.51.100.1/24", "dev", "eth9")
    agent.host.run("ip", "link", "set", "eth9", "up")
    agent.host.run("ip", "link", "set", "eth10", "up")
    agent.wait_for("MASTER")


def test_a_reload_brings_an_instance_on_another_interface(segment: Segment) -> None:
    agent = sole(segment)
    agent.host.run("ip", "address", "add", "203.0.113.1/24", "dev", "eth1")
    other = instance(name="db", vrid=52, interface="eth1", addresses=["203.0.113.100/24"])
    agent.configure(instance(), other)
    agent.ctl("reload")
    agent.wait_for("MASTER", name="db")
    assert agent.status()["transitions"] == 2


def test_a_reload_that_tracks_another_interface_leaves_the_master_alone(segment: Segment) -> None:
    agent = sole(segment)
    agent.configure(instance(track_interfaces=[{"interface": "eth1"}]))
    agent.ctl("reload")
    (tracked,) = eventually(lambda: agent.status()["tracked"])
    assert tracked["up"] is True
    assert (agent.status()["state"], agent.status()["transitions"]) == ("MASTER", 2)
