# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Virtual addresses that another program adds again after every removal."""

from __future__ import annotations

from _vrrp.engine.host.reconcile import Add, Drop, Operation
from _vrrp.engine.host.removals import Removals
from _vrrp.engine.host.resources import AddressResource
from _vrrp.model.address import parse_address

S = 1_000_000_000
VIRTUAL = AddressResource("eth0", parse_address("192.0.2.100/24"))
OTHER = AddressResource("eth0", parse_address("192.0.2.101/24"))


def test_the_fourth_removal_within_ten_seconds_waits() -> None:
    removals = Removals()
    drop = Drop(VIRTUAL, is_foreign=True)
    for second in (0, 1, 2):
        assert removals.permitted([drop], second * S) == [drop]
    assert removals.permitted([drop], 3 * S) == []
    assert (removals.waiting, removals.next_deadline()) == ([VIRTUAL], 12 * S)
    assert removals.permitted([drop], 12 * S) == [drop]
    # It has not given up: from now on once in ten seconds.
    assert removals.permitted([drop], 13 * S) == []
    assert removals.next_deadline() == 22 * S


def test_everything_else_goes_on_meanwhile() -> None:
    removals = Removals()
    operations: list[Operation] = [Drop(VIRTUAL, is_foreign=True), Add(OTHER), Drop(OTHER)]
    for second in range(4):
        permitted = removals.permitted(operations, second * S)
    assert permitted == operations[1:]
    assert removals.permitted(operations[1:], 4 * S) == operations[1:]
    assert removals.next_deadline() is None


def test_an_address_that_another_program_adds_now_and_then_is_removed_at_once() -> None:
    removals = Removals()
    drop = Drop(VIRTUAL, is_foreign=True)
    for second in range(0, 60, 6):
        assert removals.permitted([drop], second * S) == [drop]
