# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Log lines for the journal or a terminal, which never block the agent."""

from __future__ import annotations

import logging
import os
import select
import socket
import stat
import sys
from collections import deque
from typing import Callable, Deque

from ..base.units import Nanoseconds, milliseconds
from . import clock

LOGGER = logging.getLogger("vrrp-agent")

# What the journal understands at the beginning of a line (sd-daemon(3)).
_PRIORITIES = {logging.ERROR: "<3>", logging.WARNING: "<4>", logging.INFO: "<6>"}
_LINES_MAX = 1000  # That wait for a reader.
_WRITE_MAX = select.PIPE_BUF  # A pipe that is ready takes so many bytes at once (pipe(7)).
_RETRY_AFTER = milliseconds(100)


class _JournalFormatter(logging.Formatter):
    """The journal has the time; the line begins with its severity."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with its severity in front."""
        return _PRIORITIES.get(record.levelno, "<6>") + super().format(record)


class LogWriter(logging.Handler):
    """Writes lines to a descriptor while it takes them. When nobody reads, lines wait, and those
    beyond ``_LINES_MAX`` are dropped and counted.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._write = _writer(descriptor)
        self._waiting: Deque[bytes] = deque()
        self._dropped = 0
        self._retry_at: Nanoseconds | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, or keep it for later."""
        if len(self._waiting) >= _LINES_MAX:
            self._dropped += 1
            return
        self._waiting.append(self.format(record).encode(errors="replace") + b"\n")
        self._flush_waiting()

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which ``run_due`` has to be called; None while no line waits."""
        return self._retry_at

    def run_due(self, now: Nanoseconds) -> None:
        """Try again to write what waits."""
        self._flush_waiting()

    def _flush_waiting(self) -> None:
        while self._waiting:
            line = self._waiting[0]
            written = self._write(line[:_WRITE_MAX])
            if written == 0:
                self._retry_at = clock.now() + _RETRY_AFTER
                return
            self._waiting.popleft()
            if written < len(line):
                self._waiting.appendleft(line[written:])
            self._report_dropped()
        self._retry_at = None

    def _report_dropped(self) -> None:
        if self._dropped and len(self._waiting) < _LINES_MAX // 2:
            text = f"lines not logged because nobody read them: {self._dropped}\n"
            self._dropped = 0
            self._waiting.append(text.encode())


def _writer(descriptor: int) -> Callable[[bytes], int]:
    """Return a function that writes as much as is taken at once, and returns how much that is."""
    if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        connected = socket.socket(fileno=os.dup(descriptor))

        def send(data: bytes) -> int:
            try:
                return connected.send(data, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return 0
            except OSError:
                return len(data)  # Nobody will ever read it.

        return send
    own = _reopen(descriptor)
    poll = select.poll()
    poll.register(own, select.POLLOUT)

    def write(data: bytes) -> int:
        try:
            return os.write(own, data) if poll.poll(0) else 0
        except BlockingIOError:
            return 0
        except OSError:
            return len(data)

    return write


def _reopen(descriptor: int) -> int:
    """Open a pipe or a terminal once more, so that writing does not block; returns the descriptor
    itself where that is not possible.
    """
    is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
    try:
        flags = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        return descriptor if is_file else os.open(f"/proc/self/fd/{descriptor}", flags)
    except OSError:
        return descriptor


def set_up() -> None:
    """Log to standard error, in the form for the journal or for a terminal."""
    handler = LogWriter(sys.stderr.fileno())
    if os.environ.get("JOURNAL_STREAM"):
        handler.setFormatter(_JournalFormatter("%(message)s"))
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s.%(msecs)03d %(message)s", "%H:%M:%S"))
    LOGGER.handlers[:] = [handler]
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False


def log_writers() -> list[LogWriter]:
    """Return the writers whose lines may wait."""
    return [one for one in LOGGER.handlers if isinstance(one, LogWriter)]
