# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Notifications to the service manager: sd_notify(3)."""

from __future__ import annotations

import os
import socket
from contextlib import suppress

from ..base.units import Nanoseconds


class Notifier:
    """Sends notifications; does nothing without a service manager."""

    def __init__(self) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET", "")
        microseconds = int(os.environ.get("WATCHDOG_USEC", "0") or 0)
        # Half the limit: sd_watchdog_enabled(3).
        self._interval: Nanoseconds | None = microseconds * 1000 // 2 or None
        self._watchdog_at: Nanoseconds | None = None

    def ready(self) -> None:
        """Report that the agent serves, and start to feed the watchdog."""
        self._watchdog_at = self._watchdog_at or 0
        self._notify("READY=1\nSTATUS=running; see vrrpctl status")

    def reloading(self) -> None:
        """Report that the configuration is being read; ``ready`` follows, also when it is
        rejected.
        """
        self._notify("RELOADING=1")

    def stopping(self) -> None:
        """Report that the agent is stopping, and serves until a successor is heard."""
        self._notify("STOPPING=1\nSTATUS=resigning")

    def main_pid_changed(self, pid: int) -> None:
        """Report a new main process; to be called by the old one."""
        self._notify(f"MAINPID={pid}")

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which the watchdog has to be fed; None without a watchdog."""
        return self._watchdog_at if self._interval else None

    def run_due(self, now: Nanoseconds) -> None:
        """Feed the watchdog, if that is due."""
        if self._interval and self._watchdog_at is not None and now >= self._watchdog_at:
            self._notify("WATCHDOG=1")
            self._watchdog_at = now + self._interval

    def _notify(self, state: str) -> None:
        if not self._address:
            return
        address = self._address
        if address.startswith("@"):
            address = "\0" + address[1:]
        kind = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK
        # The service manager may be gone, or have no time: nothing waits for it.
        with suppress(OSError), socket.socket(socket.AF_UNIX, kind) as connection:
            connection.connect(address)
            connection.send(state.encode())
