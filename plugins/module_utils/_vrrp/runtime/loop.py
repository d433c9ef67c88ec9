# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Wait for input or the next deadline, handle, repeat. One thread. PRIVATE to the collection."""

from __future__ import annotations

import selectors
from typing import Any, Callable, Dict, Tuple

from ..base.units import NANOSECONDS_PER_SECOND, Nanoseconds
from . import clock

Handler = Callable[[], None]


class Loop:
    """Calls the handlers of descriptors that are readable (or writable), then ``tick``.

    Input goes before timers, so that an advertisement that waits already is heard before a
    timer concludes that none came.
    """

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._handlers: Dict[int, Tuple[Any, Handler]] = {}

    def on_readable(self, source: Any, handler: Handler) -> None:
        """Call ``handler`` whenever ``source`` can be read."""
        self._selector.register(source, selectors.EVENT_READ)
        self._handlers[source.fileno()] = (source, handler)

    def want_write(self, source: Any, wanted: bool) -> None:
        """Call the handler of ``source`` also when it can be written, or no longer."""
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if wanted else 0)
        self._selector.modify(source, events)

    def forget(self, source: Any) -> None:
        """Stop watching ``source``; call it before closing it."""
        self._selector.unregister(source)
        del self._handlers[source.fileno()]

    def run_once(self, deadline: Nanoseconds | None) -> None:
        """Wait until ``deadline`` at most and call the handlers of what is ready."""
        for key, _events in self._selector.select(_seconds_until(deadline)):
            # An earlier handler of this round may have closed it, and another taken its number.
            source, handler = self._handlers.get(key.fd, (None, None))
            if handler is not None and source is key.fileobj:
                handler()

    def close(self) -> None:
        """Release the descriptor of the selector."""
        self._selector.close()


def _seconds_until(deadline: Nanoseconds | None) -> float | None:
    if deadline is None:
        return None
    return max(0, deadline - clock.now()) / NANOSECONDS_PER_SECOND
