# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The order of what is due: masters advertise before backups decide."""

from __future__ import annotations

from _vrrp.engine.actions import Install, Send
from support.cluster import Cluster, pair
from support.completion import completed

S = 1_000_000_000


def test_a_backup_that_is_due_waits_until_everything_has_been_read() -> None:
    node = Cluster().node()
    down_at = node.engine.next_deadline()
    assert down_at is not None
    assert node.engine.advertise(down_at) == []
    assert node.engine.next_deadline() == down_at
    assert node.engine.advertise(down_at + 1) == []
    actions = completed(node.engine, node.engine.wakeup(down_at + 2), down_at + 2)
    assert [type(one) for one in actions if isinstance(one, (Install, Send))] == [Send, Install]


def test_a_backup_that_has_heard_its_master_meanwhile_stays_backup() -> None:
    cluster, first, second = pair()
    first.connected = False
    cluster.run(2.2)
    due_at = second.engine.next_deadline()
    assert due_at is not None
    assert second.engine.advertise(due_at + S) == []
    first.connected = True
    cluster.run(2)
    assert second.state == "BACKUP"
    assert second.status()["transitions"] == 1


def test_a_master_that_is_due_advertises_without_looking() -> None:
    cluster, first, _second = pair()
    due_at = first.engine.next_deadline()
    assert due_at is not None
    assert first.engine.advertise(due_at) != []
    assert first.engine.next_deadline() != due_at
    assert cluster.now <= due_at
