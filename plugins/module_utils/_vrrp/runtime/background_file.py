# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""A file that a thread writes, as a disk may hang: the agent never waits for it."""

from __future__ import annotations

import socket
import threading
from typing import Any, Callable, List, Tuple

from ..base.constants import LOG_INTERVAL, RETRY_INTERVAL
from ..base.units import Nanoseconds, earliest, seconds, to_seconds
from . import clock
from .files import read_json, replace_file
from .log import LOGGER
from .loop import Loop

OnSaved = Callable[["str | None"], None]

_ANSWER_WITHIN = seconds(1)


class BackgroundFile:
    """The file ``name`` in ``directory``; ``is_writing`` says that a thread writes it. Mutable."""

    def __init__(self, directory: str, name: str, loop: Loop) -> None:
        self._directory = directory
        self._name = name
        self._woken, self._waker = socket.socketpair()
        for end in (self._woken, self._waker):
            end.setblocking(False)
        loop.on_readable(self._woken, self._written)
        # Held for an instant only, never while something is written.
        self._lock = threading.Lock()
        self.is_writing = False
        self._thread: threading.Thread | None = None
        self._wanted = ""
        self._result: Tuple[str, str | None] = ("", None)
        self._waiting: List[Tuple[Nanoseconds, OnSaved]] = []
        self._retry_at: Nanoseconds | None = None
        self._logged: str | None = None
        self._log_at: Nanoseconds = 0

    def read(self) -> Any:
        """Return the content, JSON; None when it can't be read."""
        return read_json(self._directory, self._name)

    @property
    def problem(self) -> str | None:
        """The reason why the text is not saved; None when it is, or is being written."""
        return self._result[1]

    def save(self, text: str) -> None:
        """Save this text in place of the one before, some time."""
        self._retry_at = None
        self._write(text)

    def when_saved(self, then: OnSaved) -> None:
        """Call ``then`` when the text is saved, or with the reason why it is not."""
        if self._result[0] == self._wanted:
            then(self.problem)
        else:
            self._waiting.append((clock.now() + _ANSWER_WITHIN, then))

    def next_deadline(self) -> Nanoseconds | None:
        """The time at which ``run_due`` has to be called; None for never."""
        if not self._waiting:
            return self._retry_at
        return earliest((self._retry_at, *(at for at, _then in self._waiting)))

    def run_due(self, now: Nanoseconds) -> None:
        """Give up waiting for a disk that does not answer, and try again what has failed."""
        late = [then for at, then in self._waiting if at <= now]
        self._waiting = [one for one in self._waiting if one[0] > now]
        for then in late:
            then(f"{self._directory} has not answered for {_ANSWER_WITHIN // seconds(1)} s")
        if self._retry_at is not None and self._retry_at <= now:
            self._retry_at = None
            self._write(self._wanted)

    def close(self) -> None:
        """Wait for what is being written, but no longer than a client would."""
        if self._thread is not None and self.is_writing:
            self._thread.join(to_seconds(_ANSWER_WITHIN))

    def _write(self, text: str) -> None:
        with self._lock:
            self._wanted = text
            if self.is_writing:
                return  # The thread goes on with it.
            self.is_writing = True
        self._thread = threading.Thread(target=self._write_all, name=self._name, daemon=True)
        try:
            self._thread.start()
        except RuntimeError as error:  # The limit of processes is reached.
            self.is_writing = False
            self._result = (text, self._problem(str(error)))
            self._waker.send(b"x")

    def _write_all(self) -> None:
        """Write until the file is as wanted; in a thread of its own."""
        while True:
            text = self._wanted
            self._result = (text, self._attempt(text))
            with self._lock:
                is_complete = text == self._wanted
                self.is_writing = not is_complete
            if is_complete:
                self._waker.send(b"x")
                return

    def _attempt(self, text: str) -> str | None:
        try:
            replace_file(self._directory, self._name, text, durable=True)
        except OSError as error:
            return self._problem(error.strerror or str(error))
        return None

    def _problem(self, reason: str) -> str:
        return f"cannot write {self._directory}/{self._name}: {reason}"

    def _written(self) -> None:
        """Report what the thread has done."""
        self._woken.recv(64)
        if self._result[0] != self._wanted:
            return
        problem = self.problem
        if problem is not None:
            now = clock.now()
            self._retry_at = now + RETRY_INTERVAL
            if problem != self._logged or now >= self._log_at:
                LOGGER.warning("not saved: %s", problem)
                self._log_at = now + LOG_INTERVAL
        self._logged = problem
        waiting, self._waiting = self._waiting, []
        for _at, then in waiting:
            then(problem)
