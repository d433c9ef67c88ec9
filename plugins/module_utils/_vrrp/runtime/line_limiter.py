# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""A limit for the lines that a router has in the log.

A neighbour can cause transitions as fast as it sends packets, and a full disk would harm more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict

from ..base.units import Nanoseconds, seconds
from .log import LOGGER

_WINDOW = seconds(60)
_LINES_MAX = 60  # In a window: a line a second.


@dataclass
class _Window:
    begins_at: Nanoseconds
    lines: int = 0


class LineLimiter:
    """Counts the lines of each router by its name. Mutable."""

    def __init__(self) -> None:
        self._windows: Dict[str, _Window] = {}

    def admits(self, router: str, now: Nanoseconds) -> bool:
        """Count a line of a router; returns whether it may be logged. A line says that others are
        left out, and another one how many were.
        """
        window = self._windows.get(router)
        if window is None or now >= window.begins_at + _WINDOW:
            left_out = 0 if window is None else window.lines - _LINES_MAX
            if left_out > 0:
                LOGGER.warning("%s: %d lines were left out", router, left_out)
            window = self._windows[router] = _Window(now)
        window.lines += 1
        if window.lines == _LINES_MAX + 1:
            text = "%s: more than %d lines in a minute, so others are left out: see vrrpctl status"
            LOGGER.warning(text, router, _LINES_MAX)
        return window.lines <= _LINES_MAX
