# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lateness of deadlines."""

from __future__ import annotations

from _vrrp.runtime.lateness import Lateness

MS = 1_000_000


def test_a_deadline_counts_as_late_once() -> None:
    lateness = Lateness()
    lateness.record(1000 * MS, 1002 * MS, 2 * MS)
    assert (lateness.count, lateness.longest) == (0, 2 * MS)
    lateness.record(1000 * MS, 1005 * MS, 2 * MS)
    lateness.record(1000 * MS, 1009 * MS, 2 * MS)
    assert (lateness.count, lateness.longest) == (1, 9 * MS)
    lateness.record(1001 * MS, 1009 * MS, 2 * MS)
    assert (lateness.count, lateness.longest) == (2, 9 * MS)
