# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""From a datagram to the events of a router, and of those that move with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Tuple

from ...base.constants import PRIORITY_RESIGN
from ...base.units import Nanoseconds
from ...fsm.events import Heard
from ...fsm.state import Master, Peer, State
from ...wire.datagram import Datagram, DropReason, ReceiveContext
from ...wire.receive import receive
from ..actions import Action, SocketSpec
from ..router.receive_stats import count_accepted, count_discarded
from ..router.router import Router
from .demultiplexer import Demultiplexer
from .intents import CLAIM, is_newer_claim, may_claim_from, raise_hold_priority
from .router_set import RouterSet

Actions = List[Action]


@dataclass(frozen=True)
class Received:
    """The actions that follow from a datagram for a router that was in the state ``before``.

    ``may_repeat``: nothing is wrong with it, so that the same one may be accepted again.
    """

    actions: Actions
    router: Router
    before: State
    is_accepted: bool = False
    may_repeat: bool = False
    counter_names: Tuple[str, ...] = ()


class Reception:
    """Hands datagrams to the routers."""

    def __init__(self, routers: RouterSet, demultiplexer: Demultiplexer) -> None:
        self._routers = routers
        self._demultiplexer = demultiplexer

    def receive(self, spec: SocketSpec, datagram: Datagram, now: Nanoseconds) -> Received | None:
        """Handle a datagram that arrived at a socket; returns None when it is for no router."""
        router = self._demultiplexer.find(spec, datagram)
        if router is None:
            return None
        context = ReceiveContext(router.instance, router.address, router.replay_guard)
        received = receive(datagram, context)
        before = router.state
        if isinstance(received, DropReason):
            return Received([*count_discarded(router, datagram, received, now)], router, before)
        accepted = count_accepted(router, received, now)
        advertisement = received.advertisement
        peer = Peer(datagram.source, advertisement.priority, advertisement.interval)
        actions = [*accepted.logs, *self._advertisement_received(router, peer, now)]
        may_repeat = not accepted.has_anomalies
        return Received(actions, router, before, True, may_repeat, accepted.counter_names)

    def _advertisement_received(self, router: Router, peer: Peer, now: Nanoseconds) -> Actions:
        is_claim = is_newer_claim(router, peer, now)
        router.heard_priorities.record(peer)
        actions = self._routers.release_hold(router, peer, now) if is_claim else []
        raise_hold_priority(router, peer)
        actions.extend(self._routers.step(router, Heard(peer), now))
        if isinstance(router.state, Master) and peer.priority != PRIORITY_RESIGN:
            actions.extend(self._routers.other_masters.heard(router, peer, now))
        if may_claim_from(router, peer, now):
            for member in self._routers.group_members(router) or [router]:
                actions.extend(self._routers.step(member, CLAIM, now))
        return actions
