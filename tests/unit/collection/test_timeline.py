# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The measurements of a probe, as figures and as a picture, and the report of a drill."""

from __future__ import annotations

from typing import Any

from ansible_collections.failover.vrrp.plugins.plugin_utils._drill import drill_report
from ansible_collections.failover.vrrp.plugins.plugin_utils._timeline import Timeline, draw

RESULT = {
    "sent": 1000,
    "gaps": [[300, 50], [600, 10]],
    "servers": [[0, "02:00:00:00:00:01"], [350, "02:00:00:00:00:02"]],
}
NAMES = {"02:00:00:00:00:01": "node1", "02:00:00:00:00:02": "node2"}


def test_unanswered_probes_are_counted_between_two_others() -> None:
    timeline = Timeline(RESULT, NAMES)
    assert timeline.unanswered(0, 1000) == 60
    assert timeline.unanswered(0, 320) == 20
    assert timeline.unanswered(340, 605) == 15
    assert timeline.unanswered(400, 600) == 0


def test_the_hosts_that_answered_are_named_in_order() -> None:
    timeline = Timeline(RESULT, NAMES)
    assert timeline.served(0, 1000) == "node1 from 0, then node2 from 350"
    assert timeline.served(400, 500) == "node2 from 350"


def test_the_picture_names_hosts_events_and_long_gaps() -> None:
    picture = draw(Timeline(RESULT, NAMES), [(250, "power cut")])
    assert picture.startswith("<svg ")
    for words in ("node1", "node2", "50 ms", "power cut"):
        assert words in picture
    assert "10 ms" not in picture.replace("50 ms", "")


def test_a_part_of_the_time_begins_at_its_own_zero() -> None:
    part = Timeline(RESULT, NAMES).window(320, 620)
    assert part.gaps == [(0, 30), (280, 10)]
    assert part.served(0, 300) == "node1 from 0, then node2 from 30"


def test_a_slow_probe_is_measured_in_milliseconds() -> None:
    slow = Timeline({**RESULT, "interval": 0.005}, NAMES)
    assert slow.sent == 5000
    assert slow.unanswered(0, 5000) == 300
    assert slow.served(0, 5000) == "node1 from 0, then node2 from 1750"


# 1000 probes a millisecond apart, from 1000.0 s on; the step begins 250 ms later.
PROBE = {**RESULT, "address": "192.0.2.100", "start": 1000.0, "interval": 0.001}
STEP = {"name": "kill", "what": "agent of node1 killed", "first": 1000.25, "last": 1000.5}


def report(*steps: dict[str, Any]) -> dict[str, Any]:
    return drill_report([PROBE], steps, NAMES)


def test_a_report_compares_each_step_and_the_rest_with_what_is_allowed() -> None:
    found = report(
        {**STEP, "allowed": 0.05}, {**STEP, "first": 1000.55, "last": 1000.7, "allowed": 0}
    )
    assert [one["results"][0]["unanswered"] for one in found["steps"]] == [0.05, 0.01, 0.0]
    assert found["problems"] == [
        "agent of node1 killed: 192.0.2.100 was unanswered for 0.01 s, and 0.00 s are allowed"
    ]
    assert not found["held"]
    assert found["steps"][0]["results"][0]["served"] == "node1 from 0, then node2 from 100"


def test_what_is_unanswered_outside_of_all_steps_is_a_problem() -> None:
    found = report({**STEP, "allowed": 1})
    assert found["problems"] == [
        "the rest of the time: 192.0.2.100 was unanswered for 0.01 s, and 0.00 s are allowed"
    ]


def test_a_step_that_failed_is_a_problem_whatever_was_measured() -> None:
    found = report({**STEP, "last": 1000.9, "allowed": 1, "failed": "Kill the agent: no such unit"})
    assert found["problems"] == ["agent of node1 killed: Kill the agent: no such unit"]
    assert "picture" in found["steps"][0]["results"][0]
    assert "picture" not in found["plain"][0]["results"][0]
