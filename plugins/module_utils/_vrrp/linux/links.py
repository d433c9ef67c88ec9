# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The host's interfaces and their addresses, kept up to date by rtnetlink.

Every change is followed, so that one which is undone at once is noticed, too. All reading goes in
portions: another program may make thousands of interfaces.
"""

from __future__ import annotations

import contextlib
import errno
from collections import Counter
from typing import AbstractSet, Callable, Iterator

from ..engine.host.links import Links
from . import netlink
from .link_table import LinkTable

IsOver = Callable[[], bool]
# To read everything while it changes all the time; the last one has to do.
_ATTEMPTS = 5


def never() -> bool:
    """Let a portion have no end."""
    return False


class LinkMonitor:
    """A descriptor to wait on; ``drain`` reads changes of the interfaces with these ``names``, of
    all for None; ``links`` returns them as they are now.
    """

    def __init__(self, names: AbstractSet[str] | None = None) -> None:
        self._events = netlink.open_link_events()
        self._events.setblocking(False)
        self._buffer = memoryview(bytearray(netlink.EVENT_MAX))
        self.names = names
        self._table = LinkTable(names, Counter())
        self._is_overrun = False
        self._reading: Iterator[None] | None = self._read_everything(self._table)
        self.drain()

    def fileno(self) -> int:
        """Return the descriptor that is readable when something changed."""
        return self._events.fileno()

    def close(self) -> None:
        """Stop listening."""
        self._events.close()

    def watch(self, names: AbstractSet[str] | None) -> bool:
        """Watch the interfaces with these names instead; returns whether there are new ones."""
        is_wider = self.names is not None and (names is None or not names <= self.names)
        is_other, self.names = names != self.names, names
        if names is not None and not is_wider and self._reading is None:
            self._table.narrow(names)
        elif is_other:
            self._reading = self._read_anew()
            self._finish_reading(never)
        return is_wider

    @property
    def is_drained(self) -> bool:
        """Whether the last ``drain`` has read everything."""
        return self._reading is None

    def drain(self, is_over: IsOver = never) -> bool:
        """Read pending changes until ``is_over``; returns whether any concerned an interface that
        is watched.
        """
        changed = self._finish_reading(is_over)
        while self._reading is None and not is_over():
            try:
                data = netlink.receive(self._events, self._buffer)
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self._is_overrun = True
                self._reading = self._read_anew()
                return self._finish_reading(is_over) or changed
            if data is None:
                break
            for message in netlink.messages(data):
                changed = self._table.take(message) or changed
            if self._table.is_incomplete:
                self._reading = self._read_anew()
                return self._finish_reading(is_over) or changed
        return changed

    def _read_anew(self) -> Iterator[None]:
        """Read everything in place of what is known.

        After the kernel had to drop messages, it goes on dropping until the queue is empty, and
        what is in the queue is older than what it has dropped.
        """
        while self._is_overrun and self._has_discarded():
            yield
        table = (self._table.restarted if self._is_overrun else self._table.reread)(self.names)
        yield from self._read_everything(table)
        self._is_overrun = False

    def _has_discarded(self) -> bool:
        """Discard what the kernel hands over next; returns whether there was anything."""
        try:
            return netlink.receive(self._events, self._buffer) is not None
        except OSError:
            return True  # It has dropped more.

    def _finish_reading(self, is_over: IsOver) -> bool:
        """Go on to read everything, if that has begun; returns whether it was finished."""
        if self._reading is None:
            return False
        for _portion in self._reading:
            if is_over():
                return False
        self._reading = None
        return True

    def _read_everything(self, table: LinkTable) -> Iterator[None]:
        """Read all interfaces into a table, which then takes the place of the old one; yields
        after each of them.
        """
        for _attempt in range(_ATTEMPTS):
            with contextlib.closing(netlink.open_socket()) as asked:
                dump = netlink.dump_links_and_addresses(asked)
                for message in dump:
                    table.take(message)
                    yield
            if dump.is_consistent:
                break
            table = table.reread(self.names)
        table.is_incomplete = False
        self._table = table

    def pop_losses(self) -> bool:
        """Return whether, since the last call, an interface went down or lost an address."""
        return self._table.pop_losses()

    def name_of(self, index: int) -> str | None:
        """Return the name of the interface with that index; None without one."""
        return self._table.name_of(index)

    def links(self) -> Links:
        """Return all current interfaces by name."""
        return self._table.links()
