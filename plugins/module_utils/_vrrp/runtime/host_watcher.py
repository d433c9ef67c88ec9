# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Observation of the host: at once when it changes, with a limited rate, and in portions.

A takeover of hundreds of routers changes hundreds of addresses, and the kernel reports each. To
evaluate all routers for every report would take longer than the takeover.
"""

from __future__ import annotations

from typing import AbstractSet, Callable

from ..base.units import Nanoseconds, earliest, milliseconds, seconds
from ..control.render import ONLY_ONE
from ..engine.actions import Observe
from ..engine.host.links import Links
from ..engine.host.observed import Observed
from ..linux.host_monitor import HostMonitor
from . import clock
from .log import LOGGER
from .loop import Loop

_REFRESH_MIN = milliseconds(20)
_BUSY_DELAY = milliseconds(1)
_BUSY_DELAY_MAX = milliseconds(100)
_LOOK_AGAIN = seconds(5)


class HostWatcher:
    """Observes the host; ``on_change`` is called with it as it is now. ``has_other_vrrp``: another
    program of it spoke VRRP then.

    When something has happened, nothing more is read for a while, and then all of it.
    """

    def __init__(self, loop: Loop, on_change: Callable[[Observed], None]) -> None:
        self.has_other_vrrp = False
        self._monitor = HostMonitor()
        self._loop = loop
        self._on_change = on_change
        self._has_changed = False
        self._read_at: Nanoseconds | None = None
        self._not_before: Nanoseconds = 0
        self._postpone_until: Nanoseconds = 0
        self._look_again_at: Nanoseconds | None = None
        for source in self._monitor.sources:
            loop.on_readable(source, self._readable)

    def observed(self) -> Observed:
        """The host as of the last refresh."""
        return self._monitor.observed()

    def expect_old_process(self, runs: bool) -> None:
        """Take note whether the process that this one replaces still runs."""
        self._monitor.beside_old_process = runs

    def observe(self, wanted: Observe) -> None:
        """Observe this part of the host instead of another."""
        if self._monitor.observe(wanted):
            self._has_changed = True
            self._readable()

    def observe_also(self, names: AbstractSet[str] | None) -> None:
        """Observe the interfaces with these names as well, all for None, and report them at once
        if any was not observed before.
        """
        self.links_of(names)
        if self._has_changed:
            self._report()

    def links_of(self, names: AbstractSet[str] | None) -> Links:
        """Return the interfaces with these names, all for None, and observe them as well."""
        self._has_changed |= self._monitor.observe_also(names)
        return self._monitor.links()

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which ``run_due`` has to be called; None for never."""
        return earliest((self._read_at, self._look_again_at))

    def run_due(self, now: Nanoseconds) -> None:
        """Read a portion, if something has happened and the last change was long enough ago, or the
        host is to be looked at again.
        """
        if self._look_again_at is not None and now >= self._look_again_at:
            self._look_again_at = None
            self._has_changed = True
            self._readable()
        if self._read_at is not None and now >= self._read_at:
            self.refresh()

    def postpone(self, now: Nanoseconds) -> None:
        """Wait a little longer: routers are due, and a takeover of many has no time for it."""
        if self._read_at is not None:
            self._read_at = max(self._read_at, min(now + _BUSY_DELAY, self._postpone_until))

    def refresh(self) -> None:
        """Read a portion at once, for a decision that depends on it; report a change when all is
        read.
        """
        if self._monitor.drain(self._loop.portion_is_over):
            self._has_changed = True
        if self._loop.portion_is_over() or not self._monitor.is_drained:
            self._read_at = clock.now()
            return
        self._read_at, self._not_before = None, clock.now() + _REFRESH_MIN
        self._want_read(True)
        if self._has_changed:
            self._report()

    def close(self) -> None:
        """Close the monitor."""
        self._monitor.close()

    def _report(self) -> None:
        self._has_changed = False
        observed = self._monitor.observed()
        self._note_other_vrrp(observed.has_other_vrrp)
        # Nothing reports that another program ends without removing anything.
        self._look_again_at = clock.now() + _LOOK_AGAIN if observed.has_other_vrrp else None
        self._on_change(observed)

    def _note_other_vrrp(self, has_other: bool) -> None:
        if has_other and not self.has_other_vrrp:
            LOGGER.warning(
                "another program of this host speaks VRRP: the addresses that it serves are left "
                "to it; %s",
                ONLY_ONE,
            )
        elif self.has_other_vrrp and not has_other:
            LOGGER.info("no other program of this host speaks VRRP any more")
        self.has_other_vrrp = has_other

    def _readable(self) -> None:
        self._read_at = max(self._not_before, clock.now())
        self._postpone_until = self._read_at + _BUSY_DELAY_MAX
        self._want_read(False)

    def _want_read(self, wanted: bool) -> None:
        for source in self._monitor.sources:
            self._loop.want(source, read=wanted)
