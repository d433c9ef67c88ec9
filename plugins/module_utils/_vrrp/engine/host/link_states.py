# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Interfaces whose changes take effect after a delay, as the settings of an instance ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Iterable, Tuple

from ...base.units import Nanoseconds, earliest
from ...model.tracking import NO_DELAYS, LinkDelays
from .links import Link, Links

# The states of an interface whose change does not count yet.
LINK_UP_DELAY = "up again, waits for link_up_delay"
LINK_DOWN_DELAY = "down, waits for link_down_delay"

Watched = Tuple[str, LinkDelays]


@dataclass
class _State:
    """``due_at`` is the time at which a change takes effect; None while there is none to come."""

    up: bool
    due_at: Nanoseconds | None = None


class LinkStates:
    """The states of interfaces by name and delays. Mutable.

    A carrier that is lost counts after ``down``, and an interface that is up again after ``up``.
    One that was set down, or does not exist, is down at once.
    """

    def __init__(self) -> None:
        self._states: Dict[Watched, _State] = {}

    def watch(self, watched: Iterable[Watched], links: Links) -> None:
        """Keep the states of these interfaces; one that is new has no change behind it."""
        before = self._states
        self._states = {
            (name, delays): before.get((name, delays)) or _State(_is_up(links.get(name)))
            for name, delays in watched
            if delays != NO_DELAYS
        }

    def is_up(self, link: Link, delays: LinkDelays) -> bool:
        """Whether an interface counts as up."""
        state = self._states.get((link.name, delays))
        return link.up if state is None else state.up

    def update(self, links: Links, now: Nanoseconds) -> None:
        """Take note of the interfaces as they are now."""
        for (name, delays), state in self._states.items():
            link = links.get(name)
            if link is None or not link.admin_up:
                state.up, state.due_at = False, None
            elif link.up == state.up:
                state.due_at = None
            else:
                self._change(state, now, delays)

    def _change(self, state: _State, now: Nanoseconds, delays: LinkDelays) -> None:
        if state.due_at is None:
            state.due_at = now + (delays.down if state.up else delays.up)
        if now >= state.due_at:
            state.up, state.due_at = not state.up, None

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which the next change takes effect; None while there is none to come."""
        if not self._states:
            return None
        return earliest(state.due_at for state in self._states.values())


def _is_up(link: Link | None) -> bool:
    return link is not None and link.up
