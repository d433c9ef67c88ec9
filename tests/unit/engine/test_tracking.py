# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tracking: observations, their consequences, and the times of script runs."""

from __future__ import annotations

import pytest
from _vrrp.engine.actions import SocketSpec
from _vrrp.engine.host.host import Host
from _vrrp.engine.host.links import Link
from _vrrp.engine.host.observed import Observed
from _vrrp.engine.tracking import Tracking, Verdict, depends_on
from _vrrp.model.command import Command, CommandResult
from _vrrp.model.family import Family
from _vrrp.model.tracking import (
    Check,
    FileCheck,
    InterfaceCheck,
    ProcessCheck,
    ScriptCheck,
    Tracked,
)
from _vrrp.wire.advertisement import Advertisement, encode
from _vrrp.wire.datagram import Datagram
from support.cluster import MS, Cluster, instance

S = 1000 * MS
SCRIPT = ScriptCheck(Command(("/bin/check",), "", S), 2 * S, rise=2, fall=3)
FILE, PROCESS, INTERFACE = FileCheck("/f"), ProcessCheck("haproxy", 2), InterfaceCheck("eth1")
UP, DOWN = CommandResult(0), CommandResult(1, output="no answer")


def watching(*checks: Check, host: Host | None = None) -> Tracking:
    tracking = Tracking(host or Host())
    tracking.set_checks(checks, 0)
    return tracking


def adjusted(tracking: Tracking, check: Check, weight: int) -> int:
    return tracking.evaluate([Tracked(check, weight)]).adjustment


@pytest.mark.parametrize(
    ("results", "up"),
    [
        ([UP], True),
        ([DOWN], False),
        ([UP, DOWN, DOWN], True),
        ([UP, DOWN, DOWN, DOWN], False),
        ([UP, DOWN, DOWN, UP, DOWN, DOWN], True),
        ([DOWN, UP], False),
        ([DOWN, UP, UP], True),
        ([DOWN, UP, DOWN, UP], False),
    ],
)
def test_a_check_changes_after_rise_successes_or_fall_failures(
    results: list[CommandResult], up: bool
) -> None:
    tracking = watching(SCRIPT)
    for result in results:
        tracking.script_finished(SCRIPT, result)
    assert tracking.observation(SCRIPT).up is up


def test_a_script_shows_its_name_or_its_program_without_arguments() -> None:
    command = Command(("/bin/check", "--password=tulip"), "", S)
    assert str(ScriptCheck(command, S, 1, 1)) == "script /bin/check ..."
    assert str(ScriptCheck(command, S, 1, 1, name="db")) == "script db"


def test_a_script_is_run_in_its_interval_and_never_twice_at_once() -> None:
    tracking = watching(SCRIPT)
    assert tracking.due_scripts(0) == [SCRIPT]
    assert tracking.next_deadline() is None
    assert tracking.due_scripts(5 * S) == []
    tracking.script_finished(SCRIPT, UP)
    assert tracking.next_deadline() == 2 * S
    assert tracking.due_scripts(2 * S - 1) == []
    # It took five seconds: the next one starts now, and the one after it two seconds later.
    assert tracking.due_scripts(5 * S) == [SCRIPT]
    tracking.script_finished(SCRIPT, UP)
    assert tracking.next_deadline() == 5 * S


def test_an_unknown_observation_only_prevents_a_start() -> None:
    tracking = watching(SCRIPT, FILE, PROCESS)
    for check in (SCRIPT, FILE, PROCESS):
        verdict = tracking.evaluate([Tracked(check), Tracked(check, -50)])
        assert verdict.fault == ""
        assert verdict.pending.startswith("waits for the first result of ")
        assert verdict.adjustment == 0


@pytest.mark.parametrize(
    ("content", "weight", "adjustment"),
    [
        ("0", 1, 0),
        ("-100\n", 1, -100),
        ("1", -20, -20),
        ("", -20, 0),
        ("100000", 1, 1000),
        (None, -20, -20),
        (None, 20, 0),
        ("many", -20, -20),
    ],
)
def test_a_file_with_a_weight_adds_its_number_times_the_weight(
    content: str | None, weight: int, adjustment: int
) -> None:
    tracking = watching(FILE)
    tracking.update_files({"/f": content, "/other": "5"})
    assert adjusted(tracking, FILE, weight) == adjustment


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("0", ""),
        ("", ""),
        ("1", "file /f: holds 1"),
        ("-1", "file /f: holds -1"),
        (None, "file /f: does not exist or can't be read"),
        ("no", "file /f: does not hold a whole number"),
    ],
)
def test_a_file_without_a_weight_is_a_fault_unless_it_holds_0(
    content: str | None, fault: str
) -> None:
    tracking = watching(FILE)
    tracking.update_files({"/f": content})
    assert tracking.evaluate([Tracked(FILE)]).fault == fault


@pytest.mark.parametrize(
    ("count", "negative", "positive"), [(0, -30, 0), (1, -30, 0), (2, 0, 30), (3, 0, 30)]
)
def test_a_process_check_is_up_when_at_least_its_quorum_runs(
    count: int, negative: int, positive: int
) -> None:
    tracking = watching(PROCESS)
    tracking.update_processes({"haproxy": count})
    assert adjusted(tracking, PROCESS, -30) == negative
    assert adjusted(tracking, PROCESS, 30) == positive


def test_an_interface_check_follows_the_interface() -> None:
    host = Host()
    tracking = watching(INTERFACE, host=host)
    assert tracking.evaluate([Tracked(INTERFACE)]).fault == "interface eth1: does not exist"
    host.observe(Observed({"eth1": Link(3, "eth1", False, bytes(6))}))
    assert tracking.evaluate([Tracked(INTERFACE)]).fault == "interface eth1: down"
    host.observe(Observed({"eth1": Link(3, "eth1", True, bytes(6))}))
    assert tracking.evaluate([Tracked(INTERFACE)]) == Verdict()


def test_weights_add_up_and_the_same_thing_counts_once() -> None:
    tracking = watching(INTERFACE, PROCESS)
    tracking.update_processes({"haproxy": 0})
    twice = [Tracked(INTERFACE, -20), Tracked(INTERFACE, -20), Tracked(PROCESS, -30)]
    assert tracking.evaluate(twice).adjustment == -50


def test_an_observation_survives_a_reload() -> None:
    tracking = watching(SCRIPT, FILE)
    tracking.script_finished(SCRIPT, UP)
    tracking.update_files({"/f": "3"})
    observe = tracking.set_checks([SCRIPT, FILE, PROCESS], 9 * S)
    assert observe.files == {"/f"}
    assert observe.processes == {"haproxy"}
    assert tracking.observation(SCRIPT).up is True
    assert tracking.observation(FILE).factor == 3


# --- In the engine --------------------------------------------------------------------------------

CHECK = {"command": "/bin/check", "interval": 1, "timeout": 600, "weight": -60}


@pytest.mark.parametrize(
    ("priority", "weight", "effective"), [(100, -253, 1), (200, 253, 254), (255, -100, 255)]
)
def test_weights_keep_the_priority_in_1_to_254_and_an_owner_at_255(
    priority: int, weight: int, effective: int
) -> None:
    cluster = Cluster()
    interface = {"interface": "eth0" if weight > 0 else "eth9", "weight": weight}
    node = cluster.node(priority=priority, track_interfaces=[interface])
    cluster.run(5)
    assert node.status()["effective_priority"] == effective


def test_an_instance_waits_for_the_first_result() -> None:
    cluster = Cluster()
    node = cluster.node(track_scripts=[CHECK])
    cluster.run(10)
    assert node.status()["reason"] == "waits for the first result of script /bin/check"
    node.finish()
    cluster.run(5)
    assert node.state == "MASTER"


def test_a_script_added_by_a_reload_does_not_disturb_the_master() -> None:
    cluster = Cluster()
    node = cluster.node(priority=200)
    cluster.run(5)
    node.configure(instance(priority=200, track_scripts=[{**CHECK, "weight": 0}]))
    cluster.run(5)
    assert node.state == "MASTER"
    node.finish(1)
    cluster.run(5)
    assert node.state == "INITIALIZE"
    assert node.status()["reason"] == "script /bin/check: exit status 1"


def test_a_lower_priority_is_advertised_at_once_and_a_better_one_takes_over() -> None:
    cluster = Cluster()
    first = cluster.node(priority=200, track_scripts=[CHECK])
    first.finish()
    second = cluster.node(priority=150)
    cluster.run(10)
    first.finish(1)
    cluster.run(0)
    master = second.status()["master"]
    assert master is not None
    assert master["priority"] == 140
    cluster.run(4)
    assert (first.state, second.state) == ("BACKUP", "MASTER")


def test_a_master_with_a_fault_serves_until_its_successor_is_heard() -> None:
    cluster = Cluster()
    first = cluster.node(priority=200, track_scripts=[{**CHECK, "weight": 0}])
    first.finish()
    second = cluster.node(priority=150)
    cluster.run(10)
    first.finish(1)
    cluster.run(0.4)
    # Skew is 106/256 s: nobody has taken over yet, so the addresses are still here.
    assert first.serves()
    cluster.run(0.05)
    assert second.serves()
    cluster.run(1)
    assert (first.state, first.serves()) == ("INITIALIZE", False)


def test_a_router_starts_again_when_its_fault_ends_after_it_resigned() -> None:
    cluster = Cluster()
    first = cluster.node(priority=200, track_scripts=[{**CHECK, "weight": 0}])
    first.finish()
    cluster.node(priority=150)
    cluster.run(10)
    first.finish(1)
    cluster.run(0.1)
    cluster.run(1)
    first.finish()
    cluster.run(10)
    assert first.state == "MASTER"


@pytest.mark.finding("C5")
def test_a_script_that_never_answers_runs_again() -> None:
    cluster = Cluster()
    node = cluster.node(track_scripts=[{**CHECK, "timeout": 3, "weight": 0}])
    cluster.run(4.9)
    assert node.status()["reason"] == "waits for the first result of script /bin/check"
    assert len(node.running) == 1
    cluster.run(0.2)
    assert len(node.running) == 2
    node.running.pop(0)
    node.finish()
    assert node.state == "BACKUP"


def test_a_router_starts_again_when_its_fault_ended_before_a_pause_completes_the_resignation() -> (
    None
):
    cluster = Cluster()
    only = cluster.node(track_scripts=[{**CHECK, "weight": 0}])
    only.finish()
    cluster.run(10)
    only.finish(1)  # It resigns, and nobody is there to take over.
    cluster.run(1)
    only.finish()  # All is well again; a resignation to stop goes through all the same.
    assert only.state == "MASTER"
    cluster.now += 10_000 * MS
    # Not a deadline but a packet ends the pause, and with it the resignation.
    peer, group = bytes([192, 0, 2, 99]), bytes([224, 0, 0, 18])
    advertisement = Advertisement(3, 51, 0, 1000 * MS, (bytes([192, 0, 2, 100]),))
    datagram = Datagram(peer, group, 255, encode(advertisement, peer, group))
    only.do(only.engine.receive_datagram(SocketSpec(7, Family.IPV4), datagram, cluster.now))
    assert only.transitions()[-2:] == ["MASTER INITIALIZE", "INITIALIZE BACKUP"]


def test_a_check_concerns_those_alone_that_look_at_its_target() -> None:
    tracking = watching(SCRIPT, FILE, PROCESS)
    assert tracking.script_finished(SCRIPT, UP) == {SCRIPT}
    assert tracking.script_finished(SCRIPT, UP) == set()
    files = tracking.update_files({"/f": "3", "/g": "3"})
    assert files == {("file", "/f")}
    assert tracking.update_files({"/f": " 3"}) == set()
    assert tracking.update_processes({"haproxy": 1, "nginx": 1}) == {("process", "haproxy")}
    tracked = [Tracked(INTERFACE), Tracked(FILE, 5)]
    assert depends_on(tracked, files)
    assert not depends_on(tracked, {SCRIPT, ("process", "haproxy"), ("file", "/g")})


@pytest.mark.finding("C5")
def test_no_result_is_no_failure() -> None:
    tracking = watching(SCRIPT)
    tracking.due_scripts(0)
    tracking.script_finished(SCRIPT, UP)
    tracking.due_scripts(2 * S)
    lost = CommandResult(None, "the helper process has exited", is_lost=True)
    for _time in range(5):
        assert tracking.script_finished(SCRIPT, lost) == set()
    assert tracking.observation(SCRIPT).up is True
    assert tracking.next_deadline() == 4 * S


def test_a_check_without_a_result_is_shown_with_the_reason() -> None:
    tracking = watching(SCRIPT)
    tracking.script_finished(SCRIPT, UP)
    tracking.script_finished(SCRIPT, CommandResult(None, "the helper has exited", is_lost=True))
    (shown,) = tracking.tracked_status([Tracked(SCRIPT)])
    assert shown["up"] is True
    assert shown["why"] == "exit status 0; the last run has no result: the helper has exited"
    tracking.script_finished(SCRIPT, UP)
    assert tracking.tracked_status([Tracked(SCRIPT)])[0]["why"] == "exit status 0"
