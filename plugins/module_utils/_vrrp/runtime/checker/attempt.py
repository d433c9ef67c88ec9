# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""One run of a built-in check."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Iterator

from ...base.units import NANOSECONDS_PER_SECOND, Nanoseconds
from .. import clock


class Attempt:
    """The time that a run has, and the socket that it uses, which is shut down when the time is
    over: a thread that waits for it goes on. Used by two threads.
    """

    def __init__(self, timeout: Nanoseconds) -> None:
        self.deadline = clock.now() + timeout
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._is_over = False

    def remaining(self) -> float:
        """Return the seconds that are left; raises TimeoutError (socket.timeout) without any."""
        left = self.deadline - clock.now()
        if left <= 0:
            raise socket.timeout
        return left / NANOSECONDS_PER_SECOND

    @contextlib.contextmanager
    def using(self, opened: socket.socket) -> Iterator[None]:
        """Use a socket until the time is over."""
        with self._lock:
            self._socket = opened
            if self._is_over:
                _shut_down(opened)
        try:
            yield
        finally:
            with self._lock:
                self._socket = None

    def abort(self) -> None:
        """End what waits for the socket: the time is over."""
        with self._lock:
            self._is_over = True
            if self._socket is not None:
                _shut_down(self._socket)


def _shut_down(opened: socket.socket) -> None:
    with contextlib.suppress(OSError):
        # Not by the class of the socket: one with TLS would be of no use to its thread.
        socket.socket.shutdown(opened, socket.SHUT_RDWR)
