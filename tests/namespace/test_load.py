# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts under load: what is due goes first, whatever else there is to do."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from typing import Any

import pytest
from support import flood, hostile_client
from support.routers import AGENT, Agent, StartPair, instance
from support.segment import Host, Segment, eventually, ip

MANY = 250

# Everything here is about how long something lasts, so nothing runs beside it.
pytestmark = pytest.mark.measured


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


@pytest.mark.finding("B3")
def test_announcements_on_a_slow_interface_do_not_delay_another_one(segment: Segment) -> None:
    first, second = segment.host(), segment.host()
    for host in (first, second):
        host.add_interface("eth1")
        segment.connect(host, "eth1")
        host.run("ip", "address", "add", f"198.51.100.{host.number}/24", "dev", "eth1")
    shaped = ("tbf", "rate", "100kbit", "burst", "1600", "limit", "1000000")
    first.run("tc", "qdisc", "add", "dev", "eth1", "root", *shaped)
    addresses = [f"198.51.100.{number}/32" for number in range(100, 250)]
    slow = instance(
        name="slow", interface="eth1", vrid=52, addresses=addresses, advertisement_interval=1
    )
    agents = [
        Agent(first, instance(priority=200), {**slow, "priority": 100}),
        Agent(second, instance(priority=100), {**slow, "priority": 200}),
    ]
    for agent in agents:
        agent.start()
    agents[0].wait_for("MASTER")
    agents[1].wait_for("MASTER", name="slow")
    before = agents[1].status()["transitions"]
    agents[1].ctl("backup", "slow")
    agents[0].wait_for("MASTER", name="slow", within=20)
    eventually(lambda: _frames_sent(first) > 5 * len(addresses), 30)
    assert agents[1].status()["transitions"] == before


def _frames_sent(host: Host) -> int:
    """The frames that eth1 has sent or keeps waiting."""
    (shown,) = json.loads(host.run("tc", "-statistics", "-json", "qdisc", "show", "dev", "eth1"))
    return int(shown["packets"]) + int(shown["qlen"]) + int(shown["drops"])


@pytest.mark.finding("B4")
@pytest.mark.parametrize("kind", ["checksum", "vrid", "priority", "hmac"])
def test_a_flood_of_wrong_packets_causes_no_takeover(
    segment: Segment, pair: StartPair, client: Host, kind: str
) -> None:
    secret = {"keys": [{"id": 1, "secret": "0123456789abcdef" * 2}]}
    signed = {"hmac": secret} if kind == "hmac" else {}
    master, backup = pair(advertisement_interval=1, **signed)
    before = backup.status()["transitions"]
    flooding = client.start(
        sys.executable, flood.__file__, "eth0", client.address, kind, "20000", "8",
        stdout=subprocess.PIPE,
    )  # fmt: skip
    output, _errors = flooding.communicate()
    assert int(output) > 20_000
    assert (master.status()["state"], backup.status()["state"]) == ("MASTER", "BACKUP")
    assert backup.status()["transitions"] == before


SIGNED = {"keys": [{"id": 1, "secret": "0123456789abcdef" * 2}]}


def flood_of(client: Host, source: str, kind: str, rate: int) -> subprocess.Popen[str]:
    """Start a flood for eight seconds."""
    command = (sys.executable, flood.__file__, "eth0", source, kind, str(rate), "8")
    return client.start(*command, stdout=subprocess.PIPE)


# Wrong signatures, and an advertisement of the master again and again.
@pytest.mark.measured
@pytest.mark.parametrize(
    ("kind", "reason", "replay"),
    [("hmac", "hmac_wrong", "time"), ("replay", "hmac_replayed", "monotonic")],
)
def test_a_flood_in_the_name_of_the_master_makes_no_signed_backup_master(
    pair: StartPair, client: Host, kind: str, reason: str, replay: str
) -> None:
    master, backup = pair(hmac={**SIGNED, "replay": replay})
    before = backup.status()["transitions"]
    output, _errors = flood_of(client, master.host.address, kind, 20_000).communicate()
    assert int(output) > 10_000
    assert backup.status()["counters"][reason] > 100
    assert backup.status()["transitions"] == before


# Any host of the segment can fill the table of the kernel, which all namespaces share.
@pytest.mark.measured
@pytest.mark.parametrize("address", ["192.0.2.100/24", "2001:db8::100/64"])
def test_a_full_neighbour_table_silences_no_master(
    segment: Segment, pair: StartPair, address: str
) -> None:
    master, backup = pair(addresses=[address])
    before = master.status()["transitions"], backup.status()["transitions"]
    is_ipv4 = "." in address
    entries = segment.directory / "entries"
    hosts = (
        f"198.18.{n >> 8}.{n & 255}" if is_ipv4 else f"2001:db8::{n:x}:1" for n in range(1, 1500)
    )
    lines = (f"neigh add {host} lladdr 02:00:00:00:00:01 nud reachable dev eth0" for host in hosts)
    entries.write_text("\n".join(lines))
    filled = master.host.start("ip", "-force", "-batch", str(entries), stderr=subprocess.DEVNULL)
    filled.wait(20)
    sent = master.status()["counters"]["advertisements_sent"]
    eventually(lambda: master.status()["counters"]["advertisements_sent"] > sent + 10)
    assert (master.status()["transitions"], backup.status()["transitions"]) == before
    assert "cannot send" not in master.log.read_text()
    group = "224.0.0.18" if "." in address else "ff02::12"
    shown = ip("-n", master.host.namespace, "neighbour", "show", group, "nud", "permanent")
    assert "dev eth0" in shown
    master.kill()
    master.clean_up()
    shown = ip("-n", master.host.namespace, "neighbour", "show", group, "nud", "permanent")
    assert shown == ""


def test_a_restart_during_a_flood_gives_no_mastership_up(pair: StartPair, client: Host) -> None:
    master, backup = pair(advertisement_interval=0.2, hmac=SIGNED)
    before = backup.status()["transitions"]
    flooding = flood_of(client, client.address, "hmac", 10_000)
    eventually(lambda: master.status()["counters"].get("hmac_wrong", 0) > 100)
    assert "serves now" in master.ctl("restart").stdout
    flooding.communicate()
    assert (master.status()["state"], backup.status()["transitions"]) == ("MASTER", before)


@pytest.mark.finding("B7")
def test_a_log_that_nobody_reads_does_not_keep_a_master_from_leaving(pair: StartPair) -> None:
    master, backup = pair()
    master.stop()
    backup.wait_for("MASTER")
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, bytes(4096))
    os.set_blocking(writing, True)
    run = (*AGENT, "run", "--config", str(master.config), "--socket", str(master.socket))
    process = master.host.start(*run, stderr=writing)
    eventually(lambda: master.ctl("status", check=False).returncode == 0)
    master.wait_for("MASTER")
    master.ctl("backup")
    backup.wait_for("MASTER")
    eventually(lambda: not master.host.has("192.0.2.100"))
    process.terminate()
    assert process.wait(10) == 0
    os.close(reading)
    os.close(writing)


def _states(agent: Agent) -> set[str]:
    return {one["state"] for one in json.loads(agent.ctl("status", "--json").stdout)["instances"]}
