# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Other masters beside a master of this host: heard, or noticed by an answer for its address."""

from __future__ import annotations

from typing import List

from ...base.constants import DISPLACED_FOR
from ...base.units import Nanoseconds
from ...fsm.state import Master, Peer
from ...model.family import text
from ...model.hook import HookTrigger
from ..actions import Action
from ..address_probes import PROBE_INTERVAL, AddressProbes, probed_address
from ..commands.scheduler import CommandScheduler
from ..host.host import Host
from ..router.receive_stats import SECOND_MASTER
from ..router.router import Router

Actions = List[Action]

# The subject of the problem that another host answers for the address of a master.
ADDRESS_IN_USE = "address_in_use"
_SERVED_UNHEARD = (
    "but no other master is heard: it serves the address and its advertisements do not arrive (a "
    "firewall?), or another program has it"
)
_SERVED_BY_A_PEER = "too: another host serves the address, because of the other problem"


class OtherMasters:
    """Notes other masters as problems of a router; ``probes`` ask for the addresses. Mutable."""

    def __init__(self, host: Host, commands: CommandScheduler) -> None:
        self.probes = AddressProbes()
        self._host = host
        self._commands = commands

    def router_changed(self, router: Router, now: Nanoseconds) -> None:
        """Take note that the state of a router has changed: what was noticed before is over."""
        self.probes.router_changed(router, now)
        for subject in (ADDRESS_IN_USE, SECOND_MASTER):
            router.problems.end_subject(subject)

    def heard(self, router: Router, peer: Peer, now: Nanoseconds) -> Actions:
        """Log that a master hears another one, and run its hooks, at most once a minute; not at
        first, when one that is displaced has a last word. One that is heard again is a problem.
        """
        # What answered for the address without being heard is heard now, or has just stepped down.
        router.problems.end_subject(ADDRESS_IN_USE)
        interval = max(peer.advertisement_interval, router.instance.advertisement_interval)
        what = f"{text(peer.address)} is master as well, with the lower priority {peer.priority}"
        words = f"{what}: it does not hear this host, or has other settings"
        router.problems.note(
            SECOND_MASTER,
            peer.address,
            lambda: words,
            now,
            memory=4 * interval,
            certain_after=interval + interval // 2,
        )
        if now - router.since < max(interval, DISPLACED_FOR):
            return []
        logs = router.log_limited(SECOND_MASTER, words, now)
        if not logs:
            return []
        triggers, state = (HookTrigger.LOWER_PRIORITY_MASTER,), router.state_name
        return [*logs, *self._commands.queue_hooks(router, triggers, state, now)]

    def answered(self, router: Router, address: bytes, mac: str, now: Nanoseconds) -> Actions:
        """Take note that another host answers for the address of a master. A second master that is
        heard is known already.
        """
        if not isinstance(router.state, Master) or address != probed_address(router):
            return []
        others = {one.subject for one in router.problems.at(now)} - {ADDRESS_IN_USE}
        is_own = any(link.mac.hex(":") == mac for link in self._host.links.values())
        if SECOND_MASTER in others or is_own or not self.probes.is_confirmed(router, now):
            return []
        what = f"{mac} answers for {text(address)}, "
        what += _SERVED_BY_A_PEER if others else _SERVED_UNHEARD
        memory = 2 * PROBE_INTERVAL
        found = router.problems.note(ADDRESS_IN_USE, address, lambda: what, now, memory=memory)
        return [*router.log_limited(ADDRESS_IN_USE, found, now)] if found else []
