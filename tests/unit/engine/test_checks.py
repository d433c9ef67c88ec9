# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks: observations, their consequences, and the times of script runs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from _vrrp.engine.host.host import Host
from _vrrp.engine.host.links import Link
from _vrrp.engine.host.observed import Observed
from _vrrp.engine.tracking.tracking import Tracking, depends_on
from _vrrp.engine.tracking.verdict import Verdict
from _vrrp.model.command import Command, CommandResult
from _vrrp.model.tracking import (
    Check,
    FileCheck,
    InterfaceCheck,
    ProcessCheck,
    ProcessSelection,
    ScriptCheck,
    Tracked,
)
from support.cluster import MS

S = 1000 * MS
SCRIPT = ScriptCheck(Command(("/bin/check",), "", S), 2 * S, rise=2, fall=3)
HAPROXY = ProcessSelection("haproxy")
FILE, PROCESS, INTERFACE = FileCheck("/f"), ProcessCheck(HAPROXY, 2), InterfaceCheck("eth1")
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
    tracking.update_processes({"haproxy": count}, 0)
    assert adjusted(tracking, PROCESS, -30) == negative
    assert adjusted(tracking, PROCESS, 30) == positive


@pytest.mark.parametrize(
    ("quorum", "quorum_max", "met"),
    [(0, 0, [0]), (1, 1, [1]), (1, 2, [1, 2]), (2, None, [2, 3])],
)
def test_a_process_check_is_down_while_too_many_run(
    quorum: int, quorum_max: int | None, met: list[int]
) -> None:
    check = ProcessCheck(HAPROXY, quorum, quorum_max)
    tracking = watching(check)
    found = []
    for count in range(4):
        tracking.update_processes({"haproxy": count}, 0)
        found.append(tracking.observation(check).up)
    assert [count for count, up in enumerate(found) if up] == met


def test_a_number_of_processes_counts_when_it_has_lasted() -> None:
    check = ProcessCheck(HAPROXY, up_delay=3 * S, down_delay=2 * S)
    tracking = watching(check)
    # The first number counts at once: nothing has changed.
    assert tracking.update_processes({"haproxy": 1}, 0) == {check}
    assert tracking.observation(check).up is True
    assert tracking.update_processes({"haproxy": 0}, 10 * S) == {check}
    assert tracking.observation(check).why == "0 running, 1 wanted, which has to last"
    assert tracking.next_deadline() == 12 * S
    assert tracking.settle(12 * S - 1) == set()
    assert tracking.observation(check).up is True
    assert tracking.settle(12 * S) == {check}
    assert tracking.observation(check).up is False
    assert tracking.next_deadline() is None
    tracking.update_processes({"haproxy": 1}, 20 * S)
    assert tracking.next_deadline() == 23 * S
    # It ends again before it has lasted, so nothing is to come.
    tracking.update_processes({"haproxy": 0}, 22 * S)
    assert tracking.next_deadline() is None
    assert tracking.settle(23 * S) == set()
    assert tracking.observation(check).up is False


def test_a_delay_of_a_process_goes_on_in_another_agent() -> None:
    check = ProcessCheck(HAPROXY, down_delay=2 * S)
    before = watching(check)
    before.update_processes({"haproxy": 1}, 0)
    before.update_processes({"haproxy": 0}, 10 * S)
    after = watching(check)
    after.restore(before.export())
    assert after.observation(check) == before.observation(check)
    assert after.next_deadline() == 12 * S
    assert after.update_processes({"haproxy": 0}, 11 * S) == set()


@pytest.mark.parametrize(
    ("is_up", "weight", "adjustment", "fault"),
    [
        # What keepalived does: the adjustment is turned round, and without a weight the fault is.
        (True, 60, -60, ""),
        (False, 60, 0, ""),
        (True, -60, 0, ""),
        (False, -60, 60, ""),
        (True, 0, 0, "process haproxy: 2 running, 2 wanted"),
        (False, 0, 0, ""),
    ],
)
def test_a_reversed_check_does_the_opposite(
    is_up: bool, weight: int, adjustment: int, fault: str
) -> None:
    tracking = watching(PROCESS)
    tracking.update_processes({"haproxy": 2 if is_up else 1}, 0)
    verdict = tracking.evaluate([Tracked(PROCESS, weight, reverse=True)])
    assert (verdict.adjustment, verdict.fault) == (adjustment, fault)
    assert verdict.is_healthy is (adjustment >= 0 and not fault)


@pytest.mark.parametrize(
    ("content", "weight", "adjustment", "fault"),
    [
        ("3", 20, -60, ""),
        ("-3", 20, 60, ""),
        (None, 20, -20, ""),
        (None, -20, 0, ""),
        ("0", 0, 0, "file /f: holds 0"),
        ("1", 0, 0, ""),
        (None, 0, 0, "file /f: does not exist or can't be read"),
    ],
)
def test_a_reversed_file_subtracts_and_may_not_hold_0(
    content: str | None, weight: int, adjustment: int, fault: str
) -> None:
    tracking = watching(FILE)
    tracking.update_files({"/f": content})
    verdict = tracking.evaluate([Tracked(FILE, weight, reverse=True)])
    assert (verdict.adjustment, verdict.fault) == (adjustment, fault)
    # A missing file is no state of health, whatever it would add.
    assert verdict.is_healthy is (content is not None and adjustment >= 0 and not fault)


@pytest.mark.parametrize(
    ("results", "up"), [([], False), ([UP], False), ([UP, UP], True), ([UP, DOWN, UP], False)]
)
def test_a_script_with_init_fail_is_down_until_it_has_risen(
    results: list[CommandResult], up: bool
) -> None:
    check = replace(SCRIPT, init_fail=True)
    tracking = watching(check)
    for result in results:
        tracking.script_finished(check, result)
    assert tracking.observation(check).up is up
    assert tracking.evaluate([Tracked(check)]).pending == ""


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
    tracking.update_processes({"haproxy": 0}, 0)
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


def test_a_check_concerns_those_alone_that_look_at_its_target() -> None:
    tracking = watching(SCRIPT, FILE, PROCESS)
    assert tracking.script_finished(SCRIPT, UP) == {SCRIPT}
    assert tracking.script_finished(SCRIPT, UP) == set()
    files = tracking.update_files({"/f": "3", "/g": "3"})
    assert files == {FILE}
    assert tracking.update_files({"/f": " 3"}) == set()
    assert tracking.update_processes({"haproxy": 1, "nginx": 1}, 0) == {PROCESS}
    tracked = [Tracked(INTERFACE), Tracked(FILE, 5)]
    assert depends_on(tracked, files)
    assert not depends_on(tracked, {SCRIPT, PROCESS, FileCheck("/g")})


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
