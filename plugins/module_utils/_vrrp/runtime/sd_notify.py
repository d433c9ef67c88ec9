# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Telling the service manager how we are: sd_notify(3).

This module is PRIVATE to the collection.
"""

from __future__ import annotations

import os
import socket

from ..base.units import Nanoseconds


class Notifier:
    """Does nothing where no service manager listens."""

    def __init__(self) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET", "")
        microseconds = int(os.environ.get("WATCHDOG_USEC", "0") or 0)
        # Half the limit: sd_watchdog_enabled(3).
        self._interval: Nanoseconds | None = microseconds * 1000 // 2 or None
        self._watchdog_at: Nanoseconds | None = None

    def ready(self) -> None:
        """The agent serves; from now on the watchdog is fed."""
        self._watchdog_at = self._watchdog_at or 0
        self._notify("READY=1\nSTATUS=taking part")

    def reloading(self) -> None:
        """The configuration is being read; ``ready`` says when it is in force."""
        self._notify("RELOADING=1")

    def stopping(self) -> None:
        """The agent is on its way out, serving until a successor is heard."""
        self._notify("STOPPING=1\nSTATUS=resigning")

    def main_pid_changed(self, pid: int) -> None:
        """Another process goes on in place of this one; to be told by this one."""
        self._notify(f"MAINPID={pid}")

    def next_deadline(self) -> Nanoseconds | None:
        """When to feed the watchdog, if there is one."""
        return self._watchdog_at if self._interval else None

    def run_due(self, now: Nanoseconds) -> None:
        """Feed the watchdog, if it is time."""
        if self._interval and self._watchdog_at is not None and now >= self._watchdog_at:
            self._notify("WATCHDOG=1")
            self._watchdog_at = now + self._interval

    def _notify(self, state: str) -> None:
        if not self._address:
            return
        address = self._address
        if address.startswith("@"):
            address = "\0" + address[1:]
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
            try:
                connection.connect(address)
                connection.send(state.encode())
            except OSError:
                pass  # A service manager that is gone needs no telling.
