# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host that does all it is asked to do, and confirms it."""

from __future__ import annotations

from collections.abc import Iterable

from _vrrp.engine.actions import Action, Confirm, Results
from _vrrp.engine.engine import Engine


def completed(engine: Engine, actions: Iterable[Action], now: int) -> list[Action]:
    """Return these actions, and those that follow as the kernel confirms them."""
    done, batch = list(actions), list(actions)
    while batch:
        confirmed = [one.router for one in batch if isinstance(one, Confirm)]
        batch = engine.completed(Results(confirmed=confirmed), now)
        done.extend(batch)
    return [one for one in done if not isinstance(one, Confirm)]
