# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reloads that move an address, or change it: it is there all the time."""

from __future__ import annotations

from typing import Any

import pytest
from support.routers import Agent, instance
from support.segment import Capture, Host, Probe, Segment, eventually

VIP = "192.0.2.100"
OTHER = "192.0.2.101"


def serving(segment: Segment, *instances: dict[str, Any]) -> Agent:
    """One agent that is master of all these instances."""
    agent = Agent(segment.host(), *instances).start()
    for one in instances:
        agent.wait_for("MASTER", name=one["name"])
    return agent


@pytest.mark.finding("A4")
@pytest.mark.parametrize("name", ["shop", "web"])
def test_an_instance_with_a_new_vrid_takes_the_address_over(
    segment: Segment, client: Host, name: str
) -> None:
    agent = serving(segment, instance())
    probe = Probe(client, VIP)
    agent.configure(instance(name=name, vrid=53))
    agent.ctl("reload")
    eventually(lambda: [one["vrid"] for one in agent.every(name)] == [53])
    agent.wait_for("MASTER", name=name)
    eventually(lambda: "removed from the configuration" in agent.log.read_text())
    assert not probe.finish()["gaps"]
    log = agent.log.read_text()
    assert "which no router of this host serves" not in log
    assert "gone from the host" not in log


@pytest.mark.finding("A4")
def test_an_instance_merged_into_a_backup_leaves_without_a_fight(segment: Segment) -> None:
    db = instance(name="db", vrid=52, addresses=[f"{OTHER}/24"])
    better = Agent(segment.host(), {**db, "priority": 200}).start()
    better.wait_for("MASTER", name="db")
    agent = Agent(segment.host(), instance(), {**db, "priority": 100}).start()
    agent.wait_for("MASTER")
    agent.wait_for("BACKUP", name="db")
    agent.configure({**db, "priority": 100, "addresses": [f"{OTHER}/24", f"{VIP}/24"]})
    agent.ctl("reload")
    eventually(lambda: not agent.host.has(VIP))
    assert "which no router of this host serves" not in agent.log.read_text()
    assert "gone from the host" not in agent.log.read_text()


CHANGES = [
    pytest.param({"address": f"{VIP}/28"}, id="prefix length"),
    pytest.param({"address": f"{VIP}/24", "label": "eth0:web"}, id="label"),
    pytest.param({"address": f"{VIP}/28", "scope": "link"}, id="scope"),
]


@pytest.mark.finding("A7")
@pytest.mark.parametrize("changed", CHANGES)
def test_an_address_that_changes_is_never_gone(
    segment: Segment, client: Host, changed: dict[str, str]
) -> None:
    agent = serving(segment, instance())
    probe = Probe(client, VIP)
    agent.configure(instance(addresses=[changed]))
    agent.ctl("reload")
    shown = agent.host.run("ip", "-o", "address", "show", "dev", "eth0")
    assert shown.count(VIP) == 1
    assert changed["address"] in shown
    assert changed.get("label", "eth0") in shown
    assert f"scope {changed.get('scope', 'global')}" in shown
    assert not probe.finish()["gaps"]


@pytest.mark.finding("A7")
@pytest.mark.parametrize("names", [("web", "db"), ("db", "web")], ids=["forth", "back"])
def test_an_address_that_moves_between_masters_is_never_gone(
    segment: Segment, client: Host, names: tuple[str, str]
) -> None:
    vrids, moved = {"web": 51, "db": 52}, "192.0.2.102/24"
    own = {"web": f"{VIP}/24", "db": f"{OTHER}/24"}

    def with_moved(holder: str) -> list[dict[str, Any]]:
        return [
            instance(
                name=name,
                vrid=vrids[name],
                addresses=[own[name], *([moved] if name == holder else [])],
            )
            for name in ("web", "db")
        ]

    agent = serving(segment, *with_moved(names[0]))
    probe = Probe(client, "192.0.2.102")
    agent.configure(*with_moved(names[1]))
    agent.ctl("reload")
    assert not probe.finish()["gaps"]
    assert agent.host.has("192.0.2.102")


@pytest.mark.finding("A13")
def test_an_address_that_a_reload_adds_is_announced_as_at_a_takeover(
    segment: Segment, client: Host
) -> None:
    settings: dict[str, Any] = {"announce_count": 1, "announce_delay": 1}
    agent = serving(segment, instance(**settings))
    capture = Capture(client, "arp and arp[6:2] = 1 and arp[24:4] = 0xc0000265", "-tt")
    agent.configure(instance(addresses=[f"{VIP}/24", f"{OTHER}/24"], **settings))
    agent.ctl("reload")
    first, second = eventually(lambda: len(capture.packets()) == 2 and capture.packets())
    assert float(second.split()[0]) - float(first.split()[0]) == pytest.approx(1, abs=0.3)
    capture.finish()


@pytest.mark.finding("A14")
def test_an_instance_that_is_put_back_keeps_its_address(segment: Segment, client: Host) -> None:
    # It waits for a successor as long as it takes to put it back.
    agent = serving(segment, instance(advertisement_interval=1))
    probe = Probe(client, VIP)
    agent.configure()
    agent.ctl("reload")
    agent.configure(instance(advertisement_interval=1))
    agent.ctl("reload")
    assert agent.wait_for("MASTER")["reason"] == "is configured again"
    assert not probe.finish()["gaps"]


def test_a_scope_that_linux_refuses_is_refused_at_the_reload(segment: Segment) -> None:
    agent = serving(segment, instance())
    agent.configure(instance(addresses=[{"address": f"{VIP}/24", "scope": "link"}]))
    refused = agent.ctl("reload", check=False)
    assert refused.returncode != 0
    own = agent.host.address
    assert f"Linux wants the scope of {own} for all addresses of its subnet" in refused.stderr
    assert agent.status()["state"] == "MASTER"
