# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The limit for the lines of a router in the log."""

from __future__ import annotations

import pytest
from _vrrp.runtime.line_limiter import LineLimiter

S = 10**9


def test_a_router_has_a_line_a_second_and_says_what_it_has_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    limiter = LineLimiter()
    admitted = [limiter.admits("web", number * S // 100) for number in range(1000)]
    assert (admitted.count(True), admitted[:60]) == (60, [True] * 60)
    assert [one.getMessage() for one in caplog.records] == [
        "web: more than 60 lines in a minute, so others are left out: see vrrpctl status"
    ]
    assert limiter.admits("web", 60 * S)
    assert caplog.records[-1].getMessage() == "web: 940 lines were left out"


def test_a_router_that_is_noisy_hides_no_other(caplog: pytest.LogCaptureFixture) -> None:
    limiter = LineLimiter()
    for _time in range(100):
        limiter.admits("web", 0)
    assert limiter.admits("db", 0)


def test_usual_lines_are_all_there(caplog: pytest.LogCaptureFixture) -> None:
    limiter = LineLimiter()
    assert all(limiter.admits("web", number * S) for number in range(1000))
    assert caplog.records == []
