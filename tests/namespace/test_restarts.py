# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restarts without a gap: a new process takes over, and no peer or client notices."""

from __future__ import annotations

import json
import os
import signal
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from support.routers import Agent, StartPair, instance
from support.segment import ROOT, Probe, Segment, eventually, ip

VIP = "192.0.2.100"
ROUTE = {"destination": "203.0.113.0/24", "via": "192.0.2.1"}
KINDS = [
    pytest.param({}, id="ipv4"),
    pytest.param({"advertisement_interval": 1}, id="slow"),
    pytest.param({"addresses": ["fe80::100/64", "2001:db8::100/64"]}, id="ipv6"),
    pytest.param({"virtual_mac": True}, id="virtual-mac"),
    pytest.param({"priority": 255}, id="owner"),
]


def process_of(agent: Agent) -> int:
    """The process that serves."""
    found: int = json.loads(agent.ctl("status", "--json").stdout)["agent"]["pid"]
    return found


def lasting(status: dict[str, Any]) -> dict[str, Any]:
    """Return the part of the status that a restart leaves as it is.

    ``since`` has milliseconds, of which the last may be rounded otherwise.
    """
    names = ("state", "reason", "transitions", "master", "effective_priority", "intent")
    since = datetime.fromisoformat(status["since"]).timestamp()
    return {**{name: status[name] for name in names}, "since": since}


def unchanged(before: dict[str, Any]) -> Any:
    """Return what ``lasting`` has to equal after a restart."""
    return {**before, "since": pytest.approx(before["since"], abs=0.005)}


@pytest.mark.measured
@pytest.mark.parametrize("settings", KINDS)
def test_a_restart_loses_no_packet_and_causes_no_election(
    segment: Segment, pair: StartPair, settings: dict[str, Any]
) -> None:
    first, second = pair(**settings)
    address = settings.get("addresses", [VIP])[-1].partition("/")[0]
    probe = Probe(segment.host(), address)
    before = process_of(first), lasting(first.status()), lasting(second.status())
    for agent in (first, second):
        agent.ctl("restart")
    assert lasting(first.status()) == unchanged(before[1])
    assert lasting(second.status()) == unchanged(before[2])
    assert process_of(first) != before[0]
    time.sleep(0.3)
    result = probe.finish()
    assert result["unanswered"] == 0, json.dumps(result)
    assert first.status()["counters"].get("priority_zero_sent", 0) == 0


@pytest.mark.measured
def test_a_restart_is_not_noticed_at_an_advertisement_interval_of_10_ms(
    pair: StartPair,
) -> None:
    first, second = pair(advertisement_interval=0.01)
    transitions = second.status()["transitions"]
    for _time in range(3):
        first.ctl("restart")
    assert first.status()["state"] == "MASTER"
    assert second.status()["transitions"] == transitions


def test_the_new_process_leaves_nothing_behind_when_it_stops(segment: Segment) -> None:
    settings = {"virtual_mac": True, "accept_mode": False, "virtual_routes": [ROUTE]}
    agent = Agent(segment.host(), instance(**settings))
    before = traces(agent)
    agent.start().wait_for("MASTER")
    while_serving = traces(agent)
    assert while_serving != before
    agent.ctl("restart")
    assert traces(agent) == while_serving  # The macvlan has kept its index, too.
    process = process_of(agent)
    os.kill(process, signal.SIGTERM)
    eventually(lambda: not Path(f"/proc/{process}").exists(), 10, "the end of the agent")
    assert traces(agent) == before
    assert not agent.socket.exists()


def traces(agent: Agent) -> dict[str, str]:
    """Return everything that an agent may have changed on its host."""
    host = agent.host
    links = json.loads(ip("-json", "-n", host.namespace, "address", "show"))
    tables = json.loads(host.run("nft", "--json", "list", "tables"))["nftables"]
    return {
        "links": str([(one["ifindex"], one["ifname"], len(one["addr_info"])) for one in links]),
        "routes": host.run("ip", "-4", "route", "show", "table", "all"),
        "tables": str([one["table"]["name"] for one in tables if "table" in one]),
        "sysctls": host.run(
            "sysctl", "net.ipv4.conf.eth0.arp_ignore", "net.ipv4.conf.all.rp_filter"
        ),
    }


def test_the_new_process_applies_the_new_configuration(pair: StartPair) -> None:
    first, second = pair()
    first.configure(instance(priority=150, addresses=["192.0.2.101/24"]))
    first.ctl("restart")
    eventually(lambda: first.host.has("192.0.2.101"), 5, "the new address")
    assert not first.host.has(VIP)
    assert first.status()["transitions"] == 2  # From INITIALIZE to BACKUP to MASTER.
    assert second.status()["state"] == "BACKUP"


def test_a_configuration_of_half_a_megabyte_is_handed_over(segment: Segment) -> None:
    agent = Agent(segment.host(), instance())
    agent.config.write_text(agent.config.read_text() + " " * 500_000)
    agent.start().wait_for("MASTER")
    process = process_of(agent)
    agent.ctl("restart")
    assert process_of(agent) != process


def test_a_restart_with_a_wrong_configuration_changes_nothing(pair: StartPair) -> None:
    first, second = pair()
    process = process_of(first)
    first.config.write_text('{"instances": [{"name": "web", "vrid": 256}]}')
    refused = first.ctl("restart", check=False)
    assert refused.returncode == 1
    assert "instances[0].vrid" in refused.stderr
    assert process_of(first) == process
    first.configure(*[instance(priority=150)])
    first.ctl("restart")
    assert process_of(first) != process
    assert second.status()["state"] == "BACKUP"


def test_an_agent_with_a_resigning_router_refuses_a_restart(pair: StartPair) -> None:
    first, second = pair(advertisement_interval=1)
    second.host.isolate()
    first.ctl("backup", "web")
    refused = first.ctl("restart", check=False)
    assert (refused.returncode, refused.stderr) == (1, "vrrpctl: web is giving up mastership\n")


NEVER_READY = "raise SystemExit('a version that can not run')"
READY_ONLY = """
import os, socket
connected = socket.socket(fileno=int(os.environ["VRRP_AGENT_PASSED_DESCRIPTORS"].split(",")[0]))
connected.recv(1 << 16)
connected.sendall(b'{"ready": true}\\n')
connected.recv(1)
raise SystemExit('a version that can not run')
"""


@pytest.mark.parametrize("code", [NEVER_READY, READY_ONLY])
def test_a_version_that_can_not_run_does_not_replace_the_running_one(
    segment: Segment, tmp_path: Path, code: str
) -> None:
    good, bad = ROOT / "plugins" / "module_utils", tmp_path / "bad"
    (bad / "_vrrp").mkdir(parents=True)
    (bad / "_vrrp" / "__main__.py").write_text(code)
    current = tmp_path / "current"
    current.symlink_to(good)
    agent = Agent(segment.host(), instance()).start(f"PYTHONPATH={current}")
    agent.wait_for("MASTER")
    process = process_of(agent)
    current.unlink()
    current.symlink_to(bad)
    refused = agent.ctl("restart", check=False)
    assert "the new process ended" in refused.stderr
    assert (process_of(agent), agent.status()["state"]) == (process, "MASTER")
    assert "a version that can not run" in agent.log.read_text()
    current.unlink()
    current.symlink_to(good)
    agent.ctl("restart")
    assert agent.status()["transitions"] == 2


def test_the_new_process_runs_hooks_and_keeps_the_observations(
    segment: Segment, pair: StartPair
) -> None:
    calls = segment.open_directory() / "calls"
    hook = f"/bin/sh -c 'echo $VRRP_STATE >> {calls}'"
    script = {"command": "/bin/true", "interval": 0.2}
    settings = {"hooks": [{"event": "backup", "command": hook}], "track_scripts": [script]}
    first, second = pair(**settings)
    eventually(lambda: calls.exists() and calls.read_text(), 5, "the hook of the start")
    first.ctl("restart")
    before = calls.read_text()
    second.ctl("master", "web")
    first.wait_for("BACKUP")
    eventually(lambda: calls.read_text() != before, 5, "the hook of the new process")
    assert [one["up"] for one in first.status()["tracked"]] == [True]
