# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Packets that wait before they are handled: which of them a deadline may depend on."""

from __future__ import annotations

from ...fsm.state import awaits
from ...wire.datagram import Datagram
from ...wire.receive import is_signed_as_demanded
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

    def is_authentic(self, spec: SocketSpec, datagram: Datagram) -> bool:
        """Whether a datagram has the signature that its router demands."""
        router = self._demultiplexer.router_at(spec, datagram.vrid or 0)
        return router is not None and is_signed_as_demanded(datagram, router.instance)

    def note(self, spec: SocketSpec, vrid: int) -> None:
        """Take note that an expected packet waits: no other may be handled before it."""
        router = self._demultiplexer.router_at(spec, vrid)
        if router is not None:
            router.leave_fast_path()

    def note_dropped(self, count: int) -> None:
        """Take note that so many packets were dropped, as there were too many."""
        self._demultiplexer.counters["dropped"] += count
