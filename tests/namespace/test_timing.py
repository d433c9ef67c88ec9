# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Delays, intervals and announcements on the real kernel."""

from __future__ import annotations

import re
import time
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from support.routers import Agent, instance
from support.segment import Capture, Segment, eventually


def started(segment: Segment, **settings: Any) -> Agent:
    return Agent(segment.host(), instance(**settings)).start()


def wait_for_another_advertisement(agent: Agent) -> None:
    """Wait until a backup has received one more advertisement."""

    def received() -> int:
        return int(agent.status()["counters"]["advertisements_received"])

    before = received()
    eventually(lambda: received() > before)


def heard_for(reason: str) -> float:
    """Return how long a master was not heard, in seconds, by the reason of its successor."""
    found = re.search(r"not heard for ([\d.]+) s", reason)
    assert found, reason
    return float(found[1])


def test_a_better_router_that_does_not_preempt_waits(segment: Segment) -> None:
    worse = started(segment, priority=100)
    worse.wait_for("MASTER")
    better = started(segment, priority=200, preempt=False)
    better.wait_until_it_hears_a_master()
    received = better.status()["counters"]["advertisements_received"]
    eventually(lambda: better.status()["counters"]["advertisements_received"] > received + 10)
    assert better.status()["state"] == "BACKUP"
    worse.stop()
    better.wait_for("MASTER")


@pytest.mark.finding("C11")
def test_a_short_loss_of_the_carrier_moves_nothing(segment: Segment) -> None:
    master = started(segment, priority=200, link_down_delay=3, advertisement_interval=1)
    master.wait_for("MASTER")
    backup = started(segment, priority=100, advertisement_interval=1)
    backup.wait_until_it_hears_a_master()
    before = [one.status()["transitions"] for one in (master, backup)]
    for _flap in range(3):
        master.host.unplug()
        time.sleep(0.7)  # The length of the loss, of which nothing can be polled.
        master.host.plug_in()
        wait_for_another_advertisement(backup)
    assert [one.status()["transitions"] for one in (master, backup)] == before


def test_preemption_is_delayed_and_the_takeover_from_a_dead_master_is_not(segment: Segment) -> None:
    worse = started(segment, priority=100)
    worse.wait_for("MASTER")
    since = time.monotonic()
    better = started(segment, priority=200, preempt_delay=2)
    better.wait_for("MASTER")
    assert time.monotonic() - since >= 2.0
    worse.wait_for("BACKUP")
    better.stop()
    worse.wait_for("MASTER")
    better.configure(instance(priority=200, preempt_delay=60))
    better.start().wait_until_it_hears_a_master()
    worse.host.unplug()
    assert heard_for(better.wait_for("MASTER")["reason"]) < 1


def test_a_router_does_not_take_over_within_its_start_up_delay(segment: Segment) -> None:
    since = time.monotonic()
    alone = started(segment, priority=200, startup_delay=2)
    alone.wait_for("MASTER")
    assert time.monotonic() - since >= 2.0


@pytest.mark.parametrize(("intervals", "least", "most"), [(2, 0.2, 0.31), (10, 1.0, 1.11)])
def test_a_backup_tolerates_as_many_missed_advertisements_as_configured(
    segment: Segment, intervals: int, least: float, most: float
) -> None:
    master = started(segment, priority=200, down_intervals=intervals)
    backup = started(segment, priority=100, down_intervals=intervals)
    master.wait_for("MASTER")
    backup.wait_for("BACKUP")
    backup.wait_until_it_hears_a_master()
    master.host.unplug()
    # The reason has the whole wait, which is longer by the skew time (at most an interval).
    assert least <= heard_for(backup.wait_for("MASTER")["reason"]) <= most


ANNOUNCEMENTS = [
    pytest.param("192.0.2.100/24", "arp and arp[6:2] = 1 and arp[24:4] = 0xc0000264", id="ipv4"),
    pytest.param("fe80::100/64", "icmp6 and ip6[40] = 136", id="ipv6"),
]


@pytest.mark.parametrize(("address", "expression"), ANNOUNCEMENTS)
def test_a_master_announces_its_addresses_as_often_as_configured(
    segment: Segment, address: str, expression: str
) -> None:
    capture = Capture(segment.host(), expression, "-tttt")
    settings = {"announce_count": 2, "announce_delay": 0.5, "announce_refresh": 1}
    started(segment, addresses=[address], announce_refresh_count=3, **settings)
    lines = eventually(lambda: capture.packets() if len(capture.packets()) >= 10 else None)
    capture.finish()
    at = [datetime.fromisoformat(" ".join(line.split()[:2])) for line in lines[:10]]
    waits = [(later - earlier).total_seconds() for earlier, later in pairwise(at)]
    # Two at once, two after half a second, and then three every second.
    long = [0.4 < wait < 0.9 for wait in waits], [wait >= 0.9 for wait in waits]
    assert [place for place, one in enumerate(long[0], 1) if one] == [2]
    assert [place for place, one in enumerate(long[1], 1) if one] == [4, 7]
