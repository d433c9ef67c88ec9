# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Wait for input or the next deadline, handle, repeat. One thread."""

from __future__ import annotations

import select
from typing import Callable, Dict, Protocol, Tuple

from ..base.units import NANOSECONDS_PER_SECOND, Nanoseconds
from . import clock

Handler = Callable[[], None]


class Source(Protocol):
    """Anything with a file descriptor."""

    def fileno(self) -> int:
        """Return the descriptor; negative once it is closed."""


class Loop:
    """Calls the handlers of descriptors that are readable (or writable).

    Input is handled before timers, so that a pending advertisement is read before a timer
    concludes that none came.
    """

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._handlers: Dict[int, Tuple[Source, Handler]] = {}

    def on_readable(self, source: Source, handler: Handler) -> None:
        """Call ``handler`` whenever ``source`` can be read."""
        self._epoll.register(source.fileno(), select.EPOLLIN)
        self._handlers[source.fileno()] = (source, handler)

    def want_write(self, source: Source, wanted: bool) -> None:
        """Call the handler of ``source`` also when it can be written, or no longer."""
        self._epoll.modify(source.fileno(), select.EPOLLIN | (select.EPOLLOUT if wanted else 0))

    def want_read(self, source: Source, wanted: bool) -> None:
        """Call the handler of ``source`` when it can be read, or leave it alone for a while.

        Not for a source that also waits to be written.
        """
        self._epoll.modify(source.fileno(), select.EPOLLIN if wanted else 0)

    def forget(self, source: Source) -> None:
        """Stop watching ``source``; call it before closing it."""
        self._epoll.unregister(source.fileno())
        del self._handlers[source.fileno()]

    def run_once(self, deadline: Nanoseconds | None) -> None:
        """Wait until ``deadline`` at most and call the handlers of what is ready."""
        # epoll counts milliseconds, and rounds up: a takeover would be half of one late.
        ready, _writable, _odd = select.select([self._epoll], (), (), _seconds_until(deadline))
        for descriptor, _events in self._epoll.poll(0) if ready else ():
            # An earlier handler of this round may have closed it.
            source, handler = self._handlers.get(descriptor, (None, None))
            if source is not None and handler is not None and source.fileno() == descriptor:
                handler()

    def close(self) -> None:
        """Close the epoll descriptor."""
        self._epoll.close()


def _seconds_until(deadline: Nanoseconds | None) -> float | None:
    if deadline is None:
        return None
    return max(0, deadline - clock.now()) / NANOSECONDS_PER_SECOND
