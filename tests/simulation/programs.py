# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Programs that the hosts run: they end after a while, well or not, or never."""

from __future__ import annotations

from typing import Callable

from _vrrp.model.command import CommandResult
from simulation.world import MS, World


class Programs:
    """The programs of one host; with ``failing`` all of them fail, while the world is not kind."""

    def __init__(self, world: World) -> None:
        self.failing = False
        self._world = world

    def run(self, on_end: Callable[[CommandResult], None]) -> None:
        """Run one, and call ``on_end`` with its result, if it ever ends."""
        fate = 0 if self._world.kind else self._world.random.random()
        fails = self.failing and not self._world.kind
        result = CommandResult(1 if fails or fate >= 0.8 else 0)
        if fate < 0.95:
            delay = self._world.random.randint(1, 900) * MS
            self._world.after(delay, lambda: on_end(result))
