# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Packets that wait before they are handled: which of them a deadline may depend on."""

from __future__ import annotations

from typing import Callable

from ...fsm.state import awaits
from ...wire.authentication import is_signed_as_demanded
from ...wire.datagram import Datagram
from ..actions import SocketSpec
from .demultiplexer import Demultiplexer


class WaitingPackets:
    """Answers for the packets of the routers of ``demultiplexer``."""

    def __init__(self, demultiplexer: Demultiplexer) -> None:
        self._demultiplexer = demultiplexer

    def is_expected(self, spec: SocketSpec, vrid: int, source: bytes) -> bool:
        """Whether a packet from this source is one that a deadline may depend on: of the master of
        a backup, or of any successor.
        """
        router = self._demultiplexer.router_at(spec, vrid)
        return router is not None and awaits(router.state, source)

    def is_forged(self, spec: SocketSpec, vrid: int, parse: Callable[[], Datagram | None]) -> bool:
        """Whether a packet lacks the signature that its router demands, or is a recording.
        ``parse`` is called only where one is demanded, and returns None for no datagram.
        """
        router = self._demultiplexer.router_at(spec, vrid)
        if router is None or router.instance.hmac is None:
            return False
        datagram = parse()
        hmac, guard = router.instance.hmac, router.replay_guard
        return datagram is None or not is_signed_as_demanded(datagram, hmac, guard)

    def note(self, spec: SocketSpec, vrid: int) -> None:
        """Take note that an expected packet waits: no other may be handled before it."""
        router = self._demultiplexer.router_at(spec, vrid)
        if router is not None:
            router.leave_fast_path()

    def note_dropped(self, count: int) -> None:
        """Take note that so many packets were dropped, as there were too many."""
        self._demultiplexer.counters["dropped"] += count
