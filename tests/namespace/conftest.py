# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures of the namespace tests."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator

import pytest
from segment import Segment


@pytest.fixture
def segment(tmp_path: Path) -> Iterator[Segment]:
    """An empty segment, removed after the test whatever happens."""
    made = Segment(tmp_path)
    try:
        yield made
    finally:
        made.remove()
