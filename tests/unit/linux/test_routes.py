# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The monitor of routes and rules: when it reads them anew."""

from __future__ import annotations

from typing import Iterator

import pytest
from _vrrp.engine.actions import Observe
from _vrrp.linux.routes import RouteMonitor
from _vrrp.model.prefix import read_prefix

ROUTES = Observe(frozenset(), frozenset({read_prefix("203.0.113.0/24")}), rules=False)
NOTHING = Observe(frozenset(), frozenset(), rules=False)


@pytest.fixture
def monitor() -> Iterator[RouteMonitor]:
    """A monitor that observes nothing yet."""
    made = RouteMonitor()
    yield made
    made.close()


def test_nothing_is_read_while_nothing_is_observed(monitor: RouteMonitor) -> None:
    monitor.invalidate()
    assert not monitor.drain()


def test_a_lost_address_has_the_observed_routes_read_anew(monitor: RouteMonitor) -> None:
    assert monitor.observe(ROUTES)
    assert not monitor.observe(ROUTES)
    monitor.read(lambda _index: None)
    assert not monitor.drain()
    monitor.invalidate()
    assert monitor.drain()


def test_routes_that_are_not_observed_any_more_are_forgotten(monitor: RouteMonitor) -> None:
    monitor.observe(ROUTES)
    monitor.read(lambda _index: None)
    monitor.observe(NOTHING)
    # The reload that removed the last route has removed an address, too.
    monitor.invalidate()
    assert monitor.drain()
    assert monitor.read(lambda _index: None) == (frozenset(), {})
