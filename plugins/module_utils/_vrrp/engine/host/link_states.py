# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Interfaces whose changes take effect after a delay, as the settings of an instance ask for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Dict, Iterable, List, Tuple, Union

from ...base.units import Nanoseconds, earliest
from ...model.tracking import NO_DELAYS, LinkDelays
from .links import Link, Links

# The states of an interface whose change does not count yet.
LINK_UP_DELAY = "up again, waits for link_up_delay"
LINK_DOWN_DELAY = "down, waits for link_down_delay"

Watched = Tuple[str, LinkDelays]

# An interface by name, in a hand-over: whether it is up, since when, and whether it counts as up.
LinkStateExport = Tuple[str, bool, Union[Nanoseconds, None], bool]


@dataclass
class _State:
    """``is_up`` since a time, None if it has never been otherwise. For a router that serves, and a
    check, it counts as up while ``counts`` is true; for one that takes no part, while it is
    ``ready``.
    """

    is_up: bool
    since: Nanoseconds | None
    counts: bool
    ready: bool
    due_at: Nanoseconds | None = None


class LinkStates:
    """The states of interfaces by name and delays. Mutable.

    A carrier that is lost counts after ``down``, and an interface that is up again after ``up``.
    One that was set down, or does not exist, is down at once.
    """

    def __init__(self) -> None:
        self._states: Dict[Watched, _State] = {}

    def watch(self, watched: Iterable[Watched], links: Links) -> None:
        """Keep the states of these interfaces, also where the delays are others than before; one
        that is new has no change behind it.
        """
        before = self._states
        by_name = {name: state for (name, _delays), state in before.items()}
        self._states = {
            (name, delays): before.get((name, delays)) or _new(links.get(name), by_name.get(name))
            for name, delays in watched
            if delays != NO_DELAYS
        }

    def is_up(self, link: Link, delays: LinkDelays) -> bool:
        """Whether an interface counts as up for a router that serves, and for a check."""
        state = self._states.get((link.name, delays))
        return link.up if state is None else state.counts

    def is_ready(self, link: Link, delays: LinkDelays) -> bool:
        """Whether an interface has been up for long enough for a router to start."""
        state = self._states.get((link.name, delays))
        return link.up if state is None else state.ready

    def update(self, links: Links, now: Nanoseconds) -> None:
        """Take note of the interfaces as they are now."""
        for (name, delays), state in self._states.items():
            link = links.get(name)
            if state.is_up != _is_up(link):
                state.is_up, state.since = not state.is_up, now
            if link is None or not link.admin_up:
                state.counts = False
            _settle(state, delays, now)

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which the next change takes effect; None while there is none to come."""
        if not self._states:
            return None
        return earliest(state.due_at for state in self._states.values())

    def export(self) -> List[LinkStateExport]:
        """Return the states of interfaces as plain values, for another process."""
        states = {name: state for (name, _delays), state in self._states.items()}
        return [(name, one.is_up, one.since, one.counts) for name, one in states.items()]

    def restore(self, exported: Iterable[LinkStateExport]) -> None:
        """Go on with the states that another process had."""
        by_name = {name: (is_up, since, counts) for name, is_up, since, counts in exported}
        for (name, _delays), state in self._states.items():
            if name in by_name:
                state.is_up, state.since, state.counts = by_name[name]


def _new(link: Link | None, before: _State | None) -> _State:
    if before is not None:
        return replace(before, due_at=None)
    return _State(_is_up(link), None, _is_up(link), _is_up(link))


def _settle(state: _State, delays: LinkDelays, now: Nanoseconds) -> None:
    """Let what has lasted for long enough count; ``due_at`` is the time of what is to come."""
    state.due_at = None
    since = state.since
    if since is None:
        return
    if state.counts != state.is_up:
        counts_at = since + (delays.down if state.counts else delays.up)
        if now >= counts_at:
            state.counts = state.is_up
        else:
            state.due_at = counts_at
    ready_at = since + delays.up
    state.ready = state.is_up and now >= ready_at
    if state.is_up and not state.ready:
        state.due_at = earliest((state.due_at, ready_at))


def _is_up(link: Link | None) -> bool:
    return link is not None and link.up
