# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waits of a router, which count from the time at which its actions have been performed."""

from __future__ import annotations

import pytest
from _vrrp.engine.actions import Confirm, Results, Send, SendFrames, Transition
from support.cluster import Cluster, Node

S, MS = 1_000_000_000, 1_000_000
CONFIRMED = Results(confirmed=["web"])


def started() -> tuple[Cluster, Node, int]:
    """A backup that has just been started, and the time at which it would take over."""
    cluster = Cluster()
    node = cluster.node()
    down_at = node.engine.next_deadline()
    assert down_at is not None
    return cluster, node, down_at


@pytest.mark.finding("B9")
def test_the_wait_of_a_starting_backup_begins_when_it_can_hear() -> None:
    cluster, node, down_at = started()
    node.engine.performed(cluster.now + 2 * S)
    assert node.engine.next_deadline() == down_at + 2 * S
    node.engine.performed(cluster.now + 3 * S)
    assert node.engine.next_deadline() == down_at + 2 * S


def test_what_takes_no_time_changes_no_deadline() -> None:
    cluster, node, down_at = started()
    node.engine.performed(cluster.now + 50 * MS)
    assert node.engine.next_deadline() == down_at


@pytest.mark.finding("B8")
def test_a_takeover_that_takes_long_does_not_make_its_own_router_late() -> None:
    cluster = Cluster()
    node = cluster.node(advertisement_interval=0.01, announce_count=1)
    taken_at = node.engine.next_deadline()
    assert taken_at is not None
    advertising = node.engine.wakeup(taken_at)
    assert advertising[-1] == Confirm("web")
    installing = node.engine.completed(CONFIRMED, taken_at + 1 * MS)
    assert installing[-1] == Confirm("web")
    served = node.engine.completed(CONFIRMED, taken_at + 80 * MS)
    assert [type(one) for one in served] == [SendFrames, Send, Transition]
    node.engine.performed(taken_at + 80 * MS)
    assert node.engine.next_deadline() == taken_at + 90 * MS
    node.engine.wakeup(taken_at + 90 * MS)
    assert node.state == "MASTER"
