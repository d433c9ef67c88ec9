# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Wait for input or the next deadline, handle, repeat. One thread.

Deadlines go first: before any other work the loop looks at them, and other work comes in portions.
What a handler leaves unread keeps its descriptor readable, so its turn comes again.
"""

from __future__ import annotations

import select
from functools import partial
from typing import Callable, Dict, Protocol, Sequence, Tuple

from ..base.units import NANOSECONDS_PER_SECOND, Nanoseconds, earliest, milliseconds
from . import clock

Handler = Callable[[], None]

# Between two looks at the deadlines passes no more other work than this, or than a part of the
# shortest advertisement interval.
_PORTION_MAX = milliseconds(2)
_PORTIONS_OF_AN_INTERVAL = 20


class Source(Protocol):
    """Anything with a file descriptor."""

    def fileno(self) -> int:
        """Return the descriptor; negative once it is closed."""


class Service(Protocol):
    """Anything that has work to do at a time that it knows."""

    def next_deadline(self) -> Nanoseconds | None:
        """Return the time from which ``run_due`` has work to do; None for never."""

    def run_due(self, now: Nanoseconds) -> None:
        """Do a portion of the work."""


def _nothing() -> None:
    """Look at no deadline."""


class Loop:
    """Calls the handlers of descriptors that are readable (or writable), each for a portion of
    work; ``look`` is called before, and handles the deadlines that have passed.
    """

    def __init__(self, look: Handler = _nothing) -> None:
        self._epoll = select.epoll()
        self._handlers: Dict[int, Tuple[Source, Handler]] = {}
        self._events: Dict[int, int] = {}
        self._look = look
        self._portion = _PORTION_MAX
        self._portion_ends_at: Nanoseconds = 0

    # --- Portions of work ---

    @property
    def portion(self) -> Nanoseconds:
        """The time that a portion of work may take."""
        return self._portion

    def limit_portions(self, shortest_interval: Nanoseconds) -> None:
        """Limit the portions by the shortest advertisement interval."""
        self._portion = min(_PORTION_MAX, shortest_interval // _PORTIONS_OF_AN_INTERVAL)

    def portion_is_over(self) -> bool:
        """Whether the work that is under way has to stop until its next turn."""
        return clock.now() >= self._portion_ends_at

    def give_turn(self, work: Handler) -> None:
        """Look at the deadlines, then let ``work`` do a portion."""
        self._look()
        self.begin_portion()
        work()

    def begin_portion(self) -> None:
        """Begin a portion of work, from now on."""
        self._portion_ends_at = clock.now() + self._portion

    def run(self, services: Sequence[Service], deadline: Nanoseconds | None) -> None:
        """Wait until ``deadline`` at most, or until a service is due or a descriptor ready, and
        give each its turn.
        """
        deadlines = [one.next_deadline() for one in services]
        self.run_once(earliest([deadline, *deadlines]))
        now = clock.now()
        for service, at in zip(services, deadlines):
            if at is not None and at <= now:
                self.give_turn(partial(self._run_due, service))

    @staticmethod
    def _run_due(service: Service) -> None:
        service.run_due(clock.now())

    # --- Descriptors ---

    def on_readable(self, source: Source, handler: Handler) -> None:
        """Call ``handler`` whenever ``source`` can be read."""
        self._epoll.register(source.fileno(), select.EPOLLIN)
        self._events[source.fileno()] = select.EPOLLIN
        self._handlers[source.fileno()] = (source, handler)

    def want(self, source: Source, read: bool = True, write: bool = False) -> None:
        """Call the handler of ``source`` when it can be read, when it can be written, or both; for
        neither, once at most, when the other end is closed.
        """
        events = (select.EPOLLIN if read else 0) | (select.EPOLLOUT if write else 0)
        events = events or select.EPOLLET
        if self._events[source.fileno()] != events:
            self._events[source.fileno()] = events
            self._epoll.modify(source.fileno(), events)

    def forget(self, source: Source) -> None:
        """Stop watching ``source``; call it before closing it."""
        self._epoll.unregister(source.fileno())
        del self._handlers[source.fileno()], self._events[source.fileno()]

    def run_once(self, deadline: Nanoseconds | None) -> None:
        """Wait until ``deadline`` at most and call the handlers of what is ready."""
        # epoll counts milliseconds, and rounds up: a takeover would be half of one late.
        ready, _writable, _odd = select.select([self._epoll], (), (), _seconds_until(deadline))
        for descriptor, _events in self._epoll.poll(0) if ready else ():
            # An earlier handler of this round may have closed it.
            source, handler = self._handlers.get(descriptor, (None, None))
            if source is not None and handler is not None and source.fileno() == descriptor:
                self.give_turn(handler)

    def close(self) -> None:
        """Close the epoll descriptor."""
        self._epoll.close()


def _seconds_until(deadline: Nanoseconds | None) -> float | None:
    if deadline is None:
        return None
    return max(0, deadline - clock.now()) / NANOSECONDS_PER_SECOND
