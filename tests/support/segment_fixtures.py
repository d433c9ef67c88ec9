# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures of the namespace tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator

import pytest
from support.routers import Agent, StartPair, instance, start_pair
from support.segment import Host, Segment


@pytest.fixture
def segment(tmp_path: Path) -> Iterator[Segment]:
    """An empty segment, removed after the test whatever happens."""
    made = Segment(tmp_path)
    try:
        yield made
    finally:
        made.remove()


@pytest.fixture
def pair(segment: Segment) -> StartPair:
    """A function that starts a master and its backup with the settings given, and returns both."""

    def start(**settings: Any) -> tuple[Agent, Agent]:
        first = instance(**{"priority": 200, **settings})
        second = instance(**{**settings, "priority": 100})
        return start_pair(Agent(segment.host(), first), Agent(segment.host(), second))

    return start


@pytest.fixture
def client(segment: Segment) -> Host:
    """A host beside the routers."""
    return segment.host()
