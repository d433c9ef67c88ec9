# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Signals as input of the loop."""

from __future__ import annotations

import os
import signal
import socket
from typing import Iterable


def signal_socket(numbers: Iterable[signal.Signals]) -> socket.socket:
    """Return a socket from which one byte, its number, can be read for each signal."""
    readable, writable = socket.socketpair()
    readable.setblocking(False)
    writable.setblocking(False)
    signal.set_wakeup_fd(writable.fileno(), warn_on_full_buffer=False)
    # The pair has to live as long as the process; the descriptor alone does not keep it.
    os.set_inheritable(writable.detach(), False)
    for number in numbers:
        signal.signal(number, lambda _number, _frame: None)
    return readable
