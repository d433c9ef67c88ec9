# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The status as a person reads it."""

from __future__ import annotations

from typing import Any

import pytest
from _vrrp.control.render import forecast, report, table, transition_line

ENDS = "'vrrpctl auto' or 'vrrpctl master', without a name, ends that"
MASTER: Any = {
    "name": "web",
    "interface": "eth0",
    "family": "ipv4",
    "vrid": 51,
    "state": "MASTER",
    "seconds_in_state": 3725.4,
    "intent": "master",
    "intent_forced": False,
    "priority": 100,
    "effective_priority": 151,
    "address": "192.0.2.11",
    "master": {"address": "192.0.2.11", "priority": 151, "advertisement_interval": 1.0},
    "addresses": ["192.0.2.100/24"],
    "reason": "the operator wants this host to be master",
    "degraded": [],
    "problems": [],
}
DOWN: Any = {
    **MASTER,
    "name": "a",
    "state": "INITIALIZE",
    "seconds_in_state": 59.9,
    "intent": "backup",
    "intent_forced": True,
    "effective_priority": 100,
    "master": None,
    "reason": "eth0 is down",
}


def test_a_table_has_one_aligned_line_for_each_instance() -> None:
    lines = table([MASTER, DOWN]).splitlines()
    assert [line.split("  ")[0] for line in lines] == [
        "INSTANCE",
        "web (eth0 ipv4 51)",
        "a (eth0 ipv4 51)",
    ]
    assert "1h02m" in lines[1]
    assert "151 (set: 100)" in lines[1]
    assert "this host (151)" in lines[1]
    assert "backup (forced)" in lines[2]
    assert lines[2].endswith("eth0 is down")
    # Columns are aligned.
    assert len({line.index(word) for line, word in zip(lines, ("STATE", "MASTER", "INIT"))}) == 1


@pytest.mark.parametrize(
    ("agent", "head"),
    [
        ({"intent": "auto", "intent_forced": False}, []),
        ({"intent": "backup", "intent_forced": False}, [f"This host is drained; {ENDS}."]),
        ({"intent": "backup", "intent_forced": True}, [f"This host is drained by force; {ENDS}."]),
        (
            {
                "intent": "backup",
                "intent_forced": False,
                "intent_since": "2026-11-28T00:00:00+00:00",
                "intent_by": "ops",
            },
            [f"This host is drained since 2026-11-28 00:00:00 UTC by ops; {ENDS}."],
        ),
    ],
)
def test_a_drain_of_the_host_stands_above_the_table(agent: Any, head: list[str]) -> None:
    status: Any = {"agent": agent, "instances": [MASTER]}
    assert report(status).splitlines() == [*head, *table([MASTER]).splitlines()]


def test_a_missing_part_is_shown_behind_the_reason() -> None:
    parts = [{"part": "route default", "reason": "cannot add it", "since": "now"}]
    lacking: Any = {**MASTER, "degraded": parts}
    (_title, line) = table([lacking]).splitlines()
    assert line.endswith("wants this host to be master; degraded: cannot add it")


def test_a_problem_with_a_peer_is_shown_under_the_table() -> None:
    found = {"problem": "version_mismatch", "peer": "192.0.2.12", "text": "why", "since": "now"}
    agent = {"intent": "auto", "intent_forced": False}
    troubled: Any = {**MASTER, "label": "web", "problems": [found]}
    shown: Any = {"agent": agent, "instances": [troubled, DOWN]}
    assert report(shown).splitlines()[-1] == "web: problem: why"


def test_a_forecast_shows_an_arrow_only_for_values_that_change() -> None:
    drained: Any = {**MASTER, "label": "web", "state": "BACKUP", "intent": "backup"}
    waiting: Any = {**DOWN, "label": "a", "intent_forced": False}
    before: Any = [{**drained, "state": "MASTER", "intent": "auto"}, {**waiting, "intent": "auto"}]
    assert forecast(before, [drained, waiting]).splitlines() == [
        "web: MASTER -> BACKUP, intent auto -> backup",
        "a: INITIALIZE, intent auto -> backup",
        "Dry run: nothing was changed.",
    ]


def test_a_table_without_instances_says_so() -> None:
    assert table([]) == "no instances are configured"


def test_a_duration_of_a_minute_or_more_is_shown_in_two_units() -> None:
    for seconds, written in ((0, "0s"), (61, "1m01s"), (172_800, "2d00h"), (86_400, "24h00m")):
        shown: Any = {**MASTER, "seconds_in_state": seconds}
        assert f" {written} " in table([shown])


def test_a_transition_is_shown_in_one_line() -> None:
    transition: Any = {
        "instance": "web", "label": "web", "event": "heard", "old": "MASTER", "new": "BACKUP",
        "cause": "192.0.2.12 is master with priority 200", "at": "2026-11-22T12:00:00.000+00:00",
        "priority": 100,
    }  # fmt: skip
    assert transition_line(transition) == (
        "2026-11-22T12:00:00.000+00:00 web: MASTER -> BACKUP "
        "(heard: 192.0.2.12 is master with priority 200)"
    )


def test_what_would_not_survive_a_restart_stands_above_the_table() -> None:
    agent: Any = {"intent": "auto", "unsaved_sequence_numbers": "cannot write x: No space left"}
    status: Any = {"agent": agent, "instances": [], "counters": {}}
    assert report(status).splitlines() == [
        "Sequence numbers would not survive a restart: cannot write x: No space left",
        "no instances are configured",
    ]
