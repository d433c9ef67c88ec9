# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tracking on a real host: interfaces, scripts, files, processes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support.programs import script
from support.routers import Agent, instance, start_pair
from support.segment import Segment, eventually


def tracking_pair(segment: Segment, **settings: Any) -> tuple[Agent, Agent]:
    """A master with these settings, and a backup without them."""
    host = segment.host()
    host.add_interface("eth1")
    master = Agent(host, instance(priority=200, **settings))
    return start_pair(master, Agent(segment.host(), instance(priority=150)))


def tracked(agent: Agent) -> dict[str, Any]:
    found: dict[str, Any] = agent.status()["tracked"][0]
    return found


def test_an_interface_without_a_weight_is_a_fault_while_it_is_down(segment: Segment) -> None:
    master, backup = tracking_pair(segment, track_interfaces=[{"interface": "eth1"}])
    master.host.cut("eth1")
    assert master.wait_for("INITIALIZE")["reason"] == "interface eth1: down"
    assert backup.wait_for("MASTER")["reason"].endswith("resigned")
    master.host.mend("eth1")
    master.wait_for("MASTER")


def test_an_interface_with_a_weight_lowers_the_priority_while_it_is_down(segment: Segment) -> None:
    master, backup = tracking_pair(segment, track_interfaces=[{"interface": "eth1", "weight": -60}])
    assert master.status()["effective_priority"] == 200
    master.host.cut("eth1")
    backup.wait_for("MASTER")
    status = master.wait_for("BACKUP")
    assert status["effective_priority"] == 140
    assert tracked(master) == {
        "check": "interface eth1",
        "up": False,
        "why": "down",
        "weight": -60,
        "reverse": False,
        "fault": False,
        "adjustment": -60,
    }
    master.host.mend("eth1")
    master.wait_for("MASTER")


def test_a_missing_interface_is_down_and_the_status_says_why(segment: Segment) -> None:
    settings = instance(track_interfaces=[{"interface": "eth9"}])
    agent = Agent(segment.host(), settings).start()
    assert agent.wait_for("INITIALIZE")["reason"] == "interface eth9: does not exist"
    agent.configure(instance(track_interfaces=[{"interface": "eth9", "weight": -200}]))
    agent.ctl("reload")
    assert agent.wait_for("MASTER")["effective_priority"] == 1


def test_a_script_is_a_fault_after_repeated_failures_and_no_longer_after_successes(
    segment: Segment, tmp_path: Path
) -> None:
    flag, log = tmp_path / "good", tmp_path / "runs"
    flag.touch()
    command = script(tmp_path / "check", f"echo run >> {log}\ntest -e {flag} || exit 3")
    check = {"command": command, "interval": 0.1, "rise": 2, "fall": 3}
    master, backup = tracking_pair(segment, track_scripts=[check])
    flag.unlink()
    before = len(log.read_text().splitlines())
    assert master.wait_for("INITIALIZE")["reason"] == f"script {command}: exit status 3"
    assert len(log.read_text().splitlines()) - before >= 2
    backup.wait_for("MASTER")
    flag.touch()
    master.wait_for("MASTER")


def test_a_script_that_hangs_is_killed_and_is_down(segment: Segment, tmp_path: Path) -> None:
    command = script(tmp_path / "hangs", "echo waiting for the database; sleep 600")
    check = {"command": command, "interval": 0.5, "timeout": 0.2, "weight": -50}
    agent = Agent(segment.host(), instance(priority=200, track_scripts=[check])).start()
    assert agent.wait_for("MASTER")["effective_priority"] == 150
    assert tracked(agent)["why"] == "killed after 0.20 s (waiting for the database)"


def test_a_script_that_can_not_be_run_is_down_and_the_status_says_why(segment: Segment) -> None:
    check = {"command": "/does/not/exist --now", "interval": 0.1}
    agent = Agent(segment.host(), instance(track_scripts=[check])).start()
    eventually(lambda: tracked(agent)["up"] is False)
    assert "No such file" in agent.status()["reason"]


def test_a_script_runs_as_its_user(segment: Segment) -> None:
    command = script(segment.open_directory() / "who", "id -un; exit 1")
    check = {"command": command, "interval": 0.1, "weight": -1, "user": "nobody"}
    agent = Agent(segment.host(), instance(track_scripts=[check])).start()
    agent.wait_for("MASTER")
    assert tracked(agent)["why"] == "exit status 1 (nobody)"
    agent.configure(instance(track_scripts=[{**check, "user": "no-such-user"}]))
    agent.ctl("reload")
    eventually(lambda: "there is no user no-such-user" in tracked(agent)["why"])


def is_refused(agent: Agent, check: str) -> bool:
    why = {one["check"]: one["why"] for one in agent.status()["tracked"]}
    return bool(why[check] == "Connection refused")


def test_built_in_checks_follow_services_of_another_host(segment: Segment) -> None:
    far = segment.host()
    served = segment.directory / "served"
    served.mkdir()
    (served / "health").write_text("all is well")
    serve = (sys.executable, "-m", "http.server", "8080", "--bind", far.address)
    web = far.start(*serve, "--directory", str(served), stderr=subprocess.DEVNULL)
    common = {"interval": 0.2, "fall": 2, "rise": 1}
    url = f"http://{far.address}:8080/health"
    checks = {
        "track_ping": [{"host": far.address, "weight": -1, **common}],
        "track_tcp": [{"host": far.address, "port": 8080, "weight": -2, **common}],
        "track_http": [{"url": url, "text": "is well", "weight": -4, **common}],
        "track_dns": [{"host": far.address, "query": "a.example", "weight": -8, **common}],
    }
    agent = Agent(segment.host(), instance(priority=100, **checks)).start()
    agent.wait_for("MASTER")
    # No name server is there, so that its check fails from the beginning.
    eventually(lambda: agent.status()["effective_priority"] == 92)
    (served / "health").write_text("nothing is well".replace("is well", "works"))
    eventually(lambda: agent.status()["effective_priority"] == 88)
    web.kill()
    web.wait(5)
    eventually(lambda: agent.status()["effective_priority"] == 86)
    # A check during which the machine was busy has failed by its timeout.
    for check in (f"tcp {far.address} port 8080", f"dns a.example of {far.address}"):
        eventually(partial(is_refused, agent, check))
    far.unplug()
    eventually(lambda: agent.status()["effective_priority"] == 85)
    far.plug_in()
    far.start(*serve, "--directory", str(served), stderr=subprocess.DEVNULL)
    eventually(lambda: agent.status()["effective_priority"] == 88)


def test_a_file_multiplies_its_weight_by_its_number(segment: Segment, tmp_path: Path) -> None:
    file = tmp_path / "number"
    file.write_text("0\n")
    master, backup = tracking_pair(segment, track_files=[{"path": str(file), "weight": 2}])
    file.write_text("-30\n")
    backup.wait_for("MASTER")
    assert master.status()["effective_priority"] == 140
    file.write_text("1")
    assert eventually(lambda: master.status()["effective_priority"] == 202)
    file.unlink()
    eventually(lambda: tracked(master)["up"] is False)
    assert tracked(master)["why"] == "does not exist or can't be read"


def test_a_file_without_a_weight_is_a_fault_when_its_number_is_not_0(
    segment: Segment, tmp_path: Path
) -> None:
    file = tmp_path / "maintenance"
    file.write_text("0")
    master, backup = tracking_pair(segment, track_files=[{"path": str(file)}])
    file.write_text("1")
    assert master.wait_for("INITIALIZE")["reason"] == f"file {file}: holds 1"
    backup.wait_for("MASTER")
    file.write_text("0")
    master.wait_for("MASTER")
    file.unlink()
    assert "does not exist" in master.wait_for("INITIALIZE")["reason"]


def test_a_process_check_is_up_while_enough_processes_run(segment: Segment, tmp_path: Path) -> None:
    # A name that no other process on the machine has.
    name = f"vrt{os.getpid()}"
    shutil.copy(shutil.which("sleep") or "/bin/sleep", tmp_path / name)
    host = segment.host()
    running = [host.start(str(tmp_path / name), "600") for _number in range(2)]
    check = {"name": name, "quorum": 2, "weight": -100}
    agent = Agent(host, instance(priority=150, track_processes=[check])).start()
    assert agent.wait_for("MASTER")["effective_priority"] == 150
    running[0].kill()
    running[0].wait()
    eventually(lambda: agent.status()["effective_priority"] == 50)
    assert tracked(agent)["why"] == "1 running, 2 wanted"


def test_a_program_that_must_not_run_with_some_arguments(segment: Segment, tmp_path: Path) -> None:
    program = tmp_path / f"vrt{os.getpid()}"
    shutil.copy(shutil.which("sleep") or "/bin/sleep", program)
    host = segment.host()
    check = {"name": str(program), "arguments": "600", "arguments_match": "partial"}
    settings = {**check, "quorum": 0, "quorum_max": 0, "weight": -100, "down_delay": 0.2}
    agent = Agent(host, instance(priority=150, track_processes=[settings])).start()
    agent.wait_for("MASTER")
    other = host.start(str(program), "700", "1")
    forbidden = host.start(str(program), "600", "1")
    eventually(lambda: agent.status()["effective_priority"] == 50)
    assert tracked(agent)["check"] == f"process {program} ..."
    assert tracked(agent)["why"] == "1 running, exactly 0 wanted"
    forbidden.kill()
    forbidden.wait()
    eventually(lambda: agent.status()["effective_priority"] == 150)
    other.kill()


def test_reversed_checks_count_while_they_are_up(segment: Segment, tmp_path: Path) -> None:
    file = tmp_path / "maintenance"
    check = {"command": f"/usr/bin/test -e {file}", "interval": 0.1, "reverse": True}
    tracks = {
        "track_files": [{"path": str(file), "weight": 10, "reverse": True}],
        "track_interfaces": [{"interface": "eth0", "weight": 20, "reverse": True}],
        "track_scripts": [{**check, "name": "maintenance", "init_fail": True, "rise": 2}],
    }
    master, backup = tracking_pair(segment, **tracks)
    # 200, less 10 for a missing file, which is down, less 20 while eth0 is up.
    assert master.status()["effective_priority"] == 170
    file.write_text("5")
    assert master.wait_for("INITIALIZE")["reason"] == "script maintenance: exit status 0"
    backup.wait_for("MASTER")
    # Five times 10 less instead.
    eventually(lambda: master.status()["effective_priority"] == 130)
    file.unlink()
    assert master.wait_for("MASTER")["effective_priority"] == 170


def test_the_owner_ignores_weights_but_not_faults(segment: Segment) -> None:
    host = segment.host()
    host.add_interface("eth1")
    weights = [{"interface": "eth1", "weight": -60}]
    agent = Agent(host, instance(priority=255, track_interfaces=weights)).start()
    agent.wait_for("MASTER")
    host.cut("eth1")
    eventually(lambda: tracked(agent)["up"] is False)
    assert agent.status()["effective_priority"] == 255
    agent.configure(instance(priority=255, track_interfaces=[{"interface": "eth1"}]))
    agent.ctl("reload")
    agent.wait_for("INITIALIZE")


@pytest.mark.finding("C6")
def test_a_helper_that_does_not_run_is_replaced(segment: Segment, tmp_path: Path) -> None:
    check = {"command": script(tmp_path / "check", "echo $PPID; exit 1"), "interval": 0.2}
    tracks = {"track_scripts": [{**check, "weight": -1}]}
    agent = Agent(segment.host(), instance(**tracks, priority=100)).start()
    agent.wait_for("MASTER")
    first = tracked(agent)["why"]
    stopped = int(first.partition("(")[2].rstrip(")"))
    os.kill(stopped, signal.SIGSTOP)
    try:
        eventually(lambda: tracked(agent)["why"] not in (first, ""), 25)
        assert agent.status()["state"] == "MASTER"
    finally:
        os.kill(stopped, signal.SIGKILL)


def test_a_helper_that_dies_is_replaced(segment: Segment, tmp_path: Path) -> None:
    command = script(tmp_path / "check", "echo $PPID; exit 1")
    check = {"command": command, "interval": 0.2, "weight": -1}
    file = tmp_path / "number"
    file.write_text("5")
    files = [{"path": str(file), "weight": 1}]
    agent = Agent(
        segment.host(), instance(track_scripts=[check], track_files=files, priority=100)
    ).start()
    agent.wait_for("MASTER")
    first = tracked(agent)["why"]
    os.kill(int(first.partition("(")[2].rstrip(")")), 9)
    eventually(lambda: tracked(agent)["why"].startswith("exit") and tracked(agent)["why"] != first)
    file.write_text("7")
    eventually(lambda: agent.status()["effective_priority"] == 106)
    assert agent.status()["state"] == "MASTER"
