# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hooks on the real host: in order, one at a time, in time, and before the addresses go."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from support.programs import script
from support.routers import AGENT, Agent, instance
from support.segment import Segment, eventually

MOMENTS = ("master", "backup", "initialize", "leaving_master")


def hooked(tmp_path: Path, text: str, *moments: str, **settings: Any) -> dict[str, Any]:
    """An instance that writes a line to ``log`` on each of some moments."""
    log = tmp_path / "log"
    log.touch()
    command = script(tmp_path / "hook", text.replace("LOG", str(log)))
    hooks = [
        {"event": moment, "command": f"{command} {moment}", "user": "root"}
        for moment in moments or MOMENTS
    ]
    return instance(hooks=hooks, **settings)


def lines(tmp_path: Path) -> list[str]:
    return (tmp_path / "log").read_text().splitlines()


def test_hooks_of_each_state_run_in_order(segment: Segment, tmp_path: Path) -> None:
    text = 'sleep 0.1; echo "$1 $VRRP_INSTANCE $VRRP_FAMILY $VRRP_OLD_STATE $VRRP_STATE" >> LOG'
    agent = Agent(segment.host(), hooked(tmp_path, text)).start()
    agent.wait_for("MASTER")
    agent.stop()
    assert lines(tmp_path) == [
        "backup web ipv4 INITIALIZE BACKUP",
        "master web ipv4 BACKUP MASTER",
        "leaving_master web ipv4 MASTER MASTER",
        "initialize web ipv4 MASTER INITIALIZE",
    ]


def test_a_hook_may_have_the_arguments_of_a_notify_script(segment: Segment, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    command = script(tmp_path / "notify", f'echo "$@" >> {log}')
    states = ("master", "backup", "initialize")
    hooks = [
        {"event": event, "command": f"{command} x", "user": "root", "notify_arguments": kind}
        for event in states
        for kind in ("instance", "group")
    ]
    agent = Agent(segment.host(), instance(hooks=hooks, sync_group="G1", priority=120)).start()
    watching = agent.host.start(
        *AGENT, "ctl", "--socket", str(agent.socket), "watch", "--notify", stdout=subprocess.PIPE
    )
    agent.wait_for("MASTER")
    agent.host.unplug()
    agent.wait_for("INITIALIZE")
    agent.host.plug_in()
    agent.wait_for("MASTER")
    agent.stop()
    reached = ["BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER", "STOP"]
    assert lines(tmp_path) == [
        f"x {line}"
        for state in reached
        for line in (f"INSTANCE web {state} 120", f"GROUP G1 {state} 0")
    ]
    written, _errors = watching.communicate(timeout=10)
    assert written.splitlines()[-4:] == [
        f'INSTANCE "web" {state} 120' for state in ("FAULT", "BACKUP", "MASTER", "STOP")
    ]


def test_a_hook_of_a_sync_group_runs_once_for_all_of_it(segment: Segment, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    command = script(tmp_path / "notify", f'echo "$@" >> {log}')
    hooks = [
        {"event": event, "command": str(command), "user": "root", "group": True,
         "notify_arguments": "group"}
        for event in ("master", "backup", "fault", "stop")
    ]  # fmt: skip
    first = instance(hooks=hooks, sync_group="G1")
    second = instance(name="db", vrid=52, addresses=["192.0.2.101/24"], sync_group="G1")
    agent = Agent(segment.host(), first, second).start()
    agent.wait_for("MASTER")
    eventually(lambda: "GROUP G1 MASTER 0" in lines(tmp_path))
    agent.host.unplug()
    agent.wait_for("INITIALIZE")
    eventually(lambda: "GROUP G1 FAULT 0" in lines(tmp_path))
    agent.host.plug_in()
    agent.wait_for("MASTER")
    agent.stop()
    states = ["BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER", "STOP"]
    assert lines(tmp_path) == [f"GROUP G1 {state} 0" for state in states]


def test_faults_and_stops_have_hooks_of_their_own(segment: Segment, tmp_path: Path) -> None:
    moments = ("initialize", "fault", "stop")
    agent = Agent(segment.host(), hooked(tmp_path, "echo $1 >> LOG", *moments)).start()
    agent.wait_for("MASTER")
    agent.host.unplug()
    agent.wait_for("INITIALIZE")
    agent.host.plug_in()
    agent.wait_for("MASTER")
    agent.stop()
    assert lines(tmp_path) == ["initialize", "fault", "initialize", "stop"]


def test_a_hook_that_fails_runs_again_until_it_succeeds(segment: Segment, tmp_path: Path) -> None:
    text = 'echo try >> LOG; [ "$(wc -l < LOG)" -ge 3 ]'
    settings = hooked(tmp_path, text, "master")
    settings["hooks"][0].update(retries=5, retry_delay=0.1)
    agent = Agent(segment.host(), settings).start()
    agent.wait_for("MASTER")
    succeeded = "exit status 0 (attempt 3 of 6)"
    eventually(lambda: agent.status()["hooks"][0].get("result") == succeeded)
    assert lines(tmp_path) == ["try"] * 3


def test_addresses_stay_until_the_leaving_hook_has_ended(segment: Segment, tmp_path: Path) -> None:
    shown = "ip -brief address show dev eth0 | grep -c 192.0.2.100/"
    text = f'if [ "$1" = leaving_master ]; then sleep 0.5; fi; echo "$1 $({shown})" >> LOG'
    moments = ("leaving_master", "backup")
    first = Agent(segment.host(), hooked(tmp_path, text, *moments, priority=200)).start()
    first.wait_for("MASTER")
    second = Agent(segment.host(), instance(priority=100)).start()
    second.wait_for("BACKUP")
    second.wait_until_it_hears_a_master()
    (tmp_path / "log").write_text("")
    first.ctl("backup", "web")
    second.wait_for("MASTER")
    first.wait_for("BACKUP")
    eventually(lambda: lines(tmp_path) == ["leaving_master 1", "backup 0"])
    # No resignation was sent before the hook had ended.
    assert second.status()["seconds_in_state"] < first.status()["seconds_in_state"] + 0.5


def test_two_hooks_of_one_instance_never_run_at_once(segment: Segment, tmp_path: Path) -> None:
    text = "echo begin >> LOG; sleep 0.2; echo end >> LOG"
    settings = hooked(tmp_path, text, addresses=["192.0.2.100/24", "2001:db8::100/64"])
    agent = Agent(segment.host(), settings).start()
    eventually(lambda: {one["state"] for one in agent.every("web")} == {"MASTER"})
    agent.stop(20)
    # Two families, four moments each.
    assert lines(tmp_path) == ["begin", "end"] * 8


def test_a_hook_that_hangs_is_killed_and_the_next_one_runs(
    segment: Segment, tmp_path: Path
) -> None:
    hangs = script(tmp_path / "hangs", "sleep 600")
    command = script(tmp_path / "after", f"echo after >> {tmp_path}/log")
    (tmp_path / "log").touch()
    hooks = [
        {"event": "master", "command": hangs, "timeout": 0.3},
        {"event": "master", "command": command, "user": "root"},
    ]
    agent = Agent(segment.host(), instance(hooks=hooks)).start()
    agent.wait_for("MASTER")
    eventually(lambda: lines(tmp_path) == ["after"])
    first, second = agent.status()["hooks"]
    assert first["result"] == "killed after 0.30 s"
    assert (second["event"], second["result"]) == ("master", "exit status 0")
    assert "killed after 0.30 s" in agent.log.read_text()


def test_the_exit_status_of_a_hook_is_in_the_log_and_in_the_status(
    segment: Segment, tmp_path: Path
) -> None:
    agent = Agent(segment.host(), hooked(tmp_path, "echo no luck; exit 7", "master")).start()
    agent.wait_for("MASTER")
    eventually(lambda: "result" in agent.status()["hooks"][0])
    assert agent.status()["hooks"][0]["result"] == "exit status 7 (no luck)"
    assert "exit status 7 (no luck)" in agent.log.read_text()
    assert agent.status()["state"] == "MASTER"
