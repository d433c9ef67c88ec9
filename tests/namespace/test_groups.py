# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sync groups on the real kernel: two networks, and their mastership together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.routers import Agent, instance, start_pair
from support.segment import Segment, eventually


def pair_of_groups(segment: Segment, **settings: Any) -> tuple[Agent, Agent]:
    """Two hosts on two networks each; the first is master of both."""
    agents = []
    for priority in (200, 150):
        host = segment.host()
        host.add_interface("eth1")
        segment.connect(host, "eth1")
        number = host.number
        host.run("ip", "address", "add", f"198.51.100.{10 + number}/24", "dev", "eth1")
        outside = instance(priority=priority, sync_group="edge", **settings)
        inside = {
            **outside,
            "name": "inside",
            "interface": "eth1",
            "addresses": ["198.51.100.100/24"],
        }
        agents.append(Agent(host, outside, inside))
    first, second = agents
    return start_pair(first, second, "web", "inside")


def together(agent: Agent, state: str) -> None:
    """Wait until both are in a state."""
    for name in ("web", "inside"):
        agent.wait_for(state, name=name)


def test_a_broken_interface_moves_the_whole_group(segment: Segment) -> None:
    first, second = pair_of_groups(segment)
    first.host.cut("eth1")
    together(second, "MASTER")
    together(first, "INITIALIZE")
    assert first.status("inside")["reason"] == "eth1 is down"
    assert first.status("web")["reason"] == "sync group edge: inside: eth1 is down"
    first.host.mend("eth1")
    together(first, "MASTER")
    together(second, "BACKUP")


def test_an_intent_moves_the_whole_group(segment: Segment) -> None:
    first, second = pair_of_groups(segment)
    first.ctl("backup", "web")
    together(second, "MASTER")
    together(first, "BACKUP")
    assert first.status("inside")["intent"] == "backup"
    first.ctl("master", "inside")
    together(first, "MASTER")
    together(second, "BACKUP")


def test_a_group_resigns_when_another_master_appears_in_one_network(segment: Segment) -> None:
    first, second = pair_of_groups(segment)
    third = segment.host()
    rival = Agent(third, instance(priority=250)).start()
    rival.wait_for("MASTER")
    # The group can't have one network without the other, so nobody has the inside here, until
    # the stranger has gone.
    together(first, "BACKUP")
    eventually(lambda: second.status("web")["state"] == "BACKUP")
    rival.stop()
    together(first, "MASTER")


def test_a_tracked_file_that_lowers_the_priority_moves_the_whole_group(
    segment: Segment, tmp_path: Path
) -> None:
    file = tmp_path / "number"
    file.write_text("0")
    first, second = pair_of_groups(segment, track_files=[{"path": str(file), "weight": 1}])
    assert first.status("inside")["effective_priority"] == 200
    # Both hosts read the file here, so the second one gets other settings: no tracking at all.
    settings = [
        {key: value for key, value in one.items() if key != "track_files"}
        for one in second.settings()
    ]
    second.configure(*settings)
    second.ctl("reload")
    file.write_text("-100")
    together(second, "MASTER")
    together(first, "BACKUP")
    assert first.status("inside")["effective_priority"] == 100


def test_a_new_member_does_not_disturb_the_others(segment: Segment) -> None:
    first, _second = pair_of_groups(segment)
    before = first.status("web")["transitions"]
    third = {
        "name": "third",
        "vrid": 53,
        "addresses": ["192.0.2.103/24"],
        "sync_group": "edge",
        "priority": 200,
    }
    first.configure(*first.settings(), instance(**third))
    first.ctl("reload")
    first.wait_for("MASTER", name="third")
    together(first, "MASTER")
    assert first.status("web")["transitions"] == before
