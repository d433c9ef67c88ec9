# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo's summary of the probe's figures."""

from __future__ import annotations

from timeline import Timeline, draw

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
