# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our agents among themselves, through the real kernel."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest
from support.moves import drain_and_return
from support.routers import Agent, StartPair, instance, sole
from support.segment import Probe, Segment, eventually

VIP = "192.0.2.100"
FAMILIES = [
    pytest.param(["192.0.2.100/24"], id="ipv4"),
    pytest.param(["fe80::100/64", "2001:db8::100/64"], id="ipv6"),
]


@pytest.mark.parametrize("addresses", FAMILIES)
def test_a_power_cut_moves_the_address(pair: StartPair, addresses: list[str]) -> None:
    first, second = pair(addresses=addresses)
    address = addresses[-1].partition("/")[0]
    assert first.host.has(address)
    assert not second.host.has(address)
    first.host.unplug()
    status = second.wait_for("MASTER")
    assert second.host.has(address)
    assert "was not heard for" in status["reason"]
    # The cut-off host knows that it can't serve.
    assert first.wait_for("INITIALIZE")["reason"] == "eth0 is down"
    assert not first.host.has(address)
    first.host.plug_in()
    first.wait_for("MASTER")
    second.wait_for("BACKUP")
    assert not second.host.has(address)


@pytest.mark.measured
@pytest.mark.parametrize("addresses", FAMILIES)
@pytest.mark.parametrize("interval", [1, 0.1])
def test_planned_moves_lose_no_packet(
    segment: Segment, pair: StartPair, addresses: list[str], interval: float
) -> None:
    first, second = pair(addresses=addresses, advertisement_interval=interval)
    address = addresses[-1].partition("/")[0]
    probe = Probe(segment.host(), address)
    drain_and_return(first, second)
    time.sleep(0.3)  # Within 0.2 s of a claim, another one is taken for the old holder's answer.
    second.ctl("master", "web")
    second.wait_for("MASTER")
    first.wait_for("BACKUP")
    second.stop()
    first.wait_for("MASTER")
    result = probe.finish()
    assert result["unanswered"] == 0, json.dumps(result)
    assert {mac for _number, mac in result["servers"]} == {first.host.mac, second.host.mac}


@pytest.mark.measured
@pytest.mark.parametrize("addresses", FAMILIES)
def test_a_planned_move_to_one_of_two_backups_lets_no_other_keep_the_clients(
    segment: Segment, addresses: list[str]
) -> None:
    # The backups wait 1/256 of an interval apart, so often both take over.
    first, second, third = (
        Agent(segment.host(), instance(addresses=addresses, priority=priority)).start()
        for priority in (200, 199, 198)
    )
    first.wait_for("MASTER")
    for backup in (second, third):
        backup.wait_until_it_hears_a_master()
    probe = Probe(segment.host(), addresses[-1].partition("/")[0])
    for _time in range(4):
        first.ctl("backup")
        second.wait_for("MASTER")
        third.wait_for("BACKUP")
        first.ctl("auto")
        first.wait_for("MASTER")
        second.wait_for("BACKUP")
    result = probe.finish()
    # One that takes over, too, may have the clients until the better one announces once more,
    # 50 ms after it has heard of that.
    assert result["longest"] <= 80, json.dumps(result)


def test_a_crash_is_cleaned_up_and_announced_with_priority_zero(pair: StartPair) -> None:
    first, second = pair(advertisement_interval=1)
    first.kill()
    assert first.host.has(VIP)
    first.clean_up()
    assert not first.host.has(VIP)
    # Priority 0 was sent: the backup needs one skew time (0.61 s), not the master-down interval.
    status = second.wait_for("MASTER", 2)
    assert status["reason"] == f"{first.host.address} resigned"


def test_a_new_agent_cleans_up_after_a_dead_one(segment: Segment) -> None:
    only = Agent(segment.host(), instance()).start()
    only.wait_for("MASTER")
    only.kill()
    only.configure()
    only.start()
    assert not only.host.has(VIP)


def test_an_address_deleted_by_another_program_is_restored(pair: StartPair) -> None:
    first, second = pair()
    transitions = first.status()["transitions"]
    first.host.run("ip", "address", "delete", "192.0.2.100/24", "dev", "eth0")
    eventually(lambda: first.host.has(VIP), 2, "the address comes back")
    assert first.status()["transitions"] == transitions
    assert first.status()["counters"]["addresses_restored"] == 1
    assert second.status()["state"] == "BACKUP"


def test_a_paused_master_listens_before_it_advertises(pair: StartPair) -> None:
    first, second = pair(preempt=False)
    first.signal(signal.SIGSTOP)
    second.wait_for("MASTER")
    received = second.status()["counters"]["advertisements_received"]
    time.sleep(0.5)  # The pause has to be longer than the peers wait (0.3 s and skew).
    first.signal(signal.SIGCONT)
    first.wait_for("BACKUP")
    assert not first.host.has(VIP)
    assert second.status()["counters"]["advertisements_received"] == received


@pytest.mark.measured
def test_a_drain_is_undone_when_no_other_host_takes_over(segment: Segment) -> None:
    only = Agent(segment.host(), instance()).start()
    only.wait_for("MASTER")
    probe = Probe(segment.host(), VIP)
    only.ctl("backup", "web")
    status = eventually(
        lambda: (found := only.status())["intent"] == "auto" and found, 5, "the drain is undone"
    )
    assert status["state"] == "MASTER"
    assert status["intent_change"]["outcome"] == "undone"
    assert "no other master was heard for 0.45 s" in status["intent_change"]["message"]
    assert probe.finish()["unanswered"] == 0


def test_a_forced_drain_completes_without_a_successor(segment: Segment) -> None:
    only = Agent(segment.host(), instance()).start()
    only.wait_for("MASTER")
    only.ctl("backup", "web", "--force")
    status = only.wait_for("BACKUP")
    assert status["intent_forced"] is True
    assert not only.host.has(VIP)


def test_an_intent_outlives_the_agent(pair: StartPair) -> None:
    first, second = pair()
    first.ctl("backup", "web")
    second.wait_for("MASTER")
    first.wait_for("BACKUP")
    first.stop()
    first.start()
    assert first.status()["intent"] == "backup"
    second.ctl("master", "web")
    second.signal(signal.SIGTERM)
    first.wait_for("MASTER")
    first.ctl("auto", "web")
    assert first.wait_for("MASTER")["effective_priority"] == 200


def test_an_address_owner_can_not_be_displaced(segment: Segment) -> None:
    owner = Agent(segment.host(), instance(priority=255)).start()
    owner.wait_for("MASTER", 2)
    other = Agent(segment.host(), instance()).start()
    eventually(lambda: other.status()["master"], 5, "the owner is heard")
    refused = other.ctl("master", "web", check=False)
    assert refused.returncode == 1
    assert "can't be displaced" in refused.stderr
    assert other.status()["intent"] == "auto"


@pytest.mark.measured
def test_a_reload_keeps_mastership(segment: Segment, pair: StartPair) -> None:
    first, second = pair()
    probe = Probe(segment.host(), VIP)
    first.configure(
        instance(priority=160, addresses=["192.0.2.100/24", "192.0.2.101/24"]),
        instance(name="db", vrid=52, addresses=["192.0.2.110/24"]),
    )
    transitions = first.status()["transitions"]
    assert "applied" in first.ctl("reload").stdout
    eventually(lambda: first.host.has("192.0.2.101"), 2, "the new address")
    eventually(lambda: (second.status()["master"] or {}).get("priority") == 160, 2, "priority")
    first.wait_for("MASTER", name="db")
    first.configure(instance(priority=160))
    first.signal(signal.SIGHUP)
    eventually(lambda: not first.host.has("192.0.2.101"), 2, "the address goes")
    eventually(lambda: not first.host.has("192.0.2.110"), 2, "the instance goes")
    assert first.status()["transitions"] == transitions
    assert probe.finish()["unanswered"] == 0


def test_watch_reports_a_transition(pair: StartPair) -> None:
    first, second = pair()
    command = ["ctl", "--socket", str(second.socket), "watch"]
    watch = second.host.start(sys.executable, "-m", "_vrrp", *command, stdout=subprocess.PIPE)
    assert watch.stdout is not None
    eventually(lambda: len(second.status()) > 0, 2)
    time.sleep(0.3)  # The watcher is another process; nothing shows when it listens.
    first.ctl("backup", "web")
    line = watch.stdout.readline()
    assert "web: BACKUP -> MASTER (timer_expired: 192.0.2.11 resigned)" in line


def test_a_master_stays_master_when_its_interface_leaves_a_bridge(segment: Segment) -> None:
    only = Agent(segment.host(), instance()).start()
    only.wait_for("MASTER")
    only.host.run("ip", "link", "add", "br9", "type", "bridge")
    only.host.run("ip", "link", "set", "eth0", "master", "br9")
    # The kernel reports a port that leaves a bridge as if the interface were deleted.
    only.host.run("ip", "link", "set", "eth0", "nomaster")
    time.sleep(0.3)  # Long enough for the agent to have heard, had it believed it.
    status = only.status()
    assert (status["state"], status["transitions"]) == ("MASTER", 2)


def refused_start(agent: Agent) -> str:
    """Start an agent that has to refuse; returns what it logs."""
    with pytest.raises(AssertionError):
        agent.start()
    assert not agent.socket.exists()
    return agent.log.read_text()


@pytest.mark.finding("G9")
@pytest.mark.parametrize("settings", [{}, {"virtual_mac": True}], ids=["", "virtual MAC"])
def test_a_second_agent_with_another_socket_is_refused(
    segment: Segment, settings: dict[str, object]
) -> None:
    first = sole(segment, **settings)
    second = Agent(first.host, instance(priority=200, **settings), name="other")
    serving = first.host.has(VIP), first.status()["transitions"]
    text = f"another agent, process {first.agent()['pid']}, runs on this host: stop it first"
    assert text in refused_start(second)
    assert (first.host.has(VIP), first.status()["transitions"]) == serving


@pytest.mark.finding("G9")
def test_a_restarted_agent_still_has_the_host_for_itself(segment: Segment) -> None:
    first = sole(segment)
    first.ctl("restart")
    first.ctl("restart")
    second = Agent(first.host, instance(), name="other")
    assert "another agent" in refused_start(second)


@pytest.mark.finding("G9")
def test_a_clean_up_leaves_the_addresses_of_a_running_agent(segment: Segment) -> None:
    first = sole(segment)
    Agent(first.host, instance(), name="other").clean_up()
    assert "gone from the host" not in first.log.read_text()
    assert first.host.has(VIP)
