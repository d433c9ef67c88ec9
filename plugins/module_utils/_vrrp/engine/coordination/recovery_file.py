# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The records of what has to be cleaned up if the agent dies."""

from __future__ import annotations

from typing import Iterable, List, Tuple

from ..actions import Recovery, SaveRecoveries
from ..host.host import Host
from ..router.router import Router


class RecoveryFile:
    """The recovery records that were saved last."""

    def __init__(self) -> None:
        self._saved: Tuple[Recovery, ...] | None = None

    def update(self, routers: Iterable[Router], host: Host) -> List[SaveRecoveries]:
        """Return the action that saves the records, if they have changed since the last time."""
        found = (
            one.recovery(host.preexisting(one.wanted) if one.instance.is_owner else frozenset())
            for one in routers
        )
        recoveries = tuple(one for one in found if one is not None)
        if recoveries == self._saved:
            return []
        self._saved = recoveries
        return [SaveRecoveries(recoveries)]

    def not_saved(self) -> None:
        """Take note that saving failed: the next update saves again."""
        self._saved = None
