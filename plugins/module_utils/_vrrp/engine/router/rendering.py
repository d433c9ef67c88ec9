# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""From the abstract actions of the state machine to actions on the host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Tuple, Union

from ...base.constants import PRIORITY_RESIGN
from ...base.units import Nanoseconds
from ...fsm import actions as fsm
from ..actions import Action, Install, Send
from ..host.links import InterfaceMap, Link
from ..host.resources import Wanted
from .inputs import RouterInputs
from .messages import MessageCache, announcements

ADVERTISEMENTS_SENT = "advertisements_sent"


@dataclass(frozen=True)
class Release:
    """The router wants nothing on the host any more: what has to be removed depends on the other
    routers.
    """

    router: str


@dataclass(frozen=True)
class Announcing:
    """The router announces its addresses on one interface: all ``frames``, ``count`` times, with
    ``pause`` between one and the next.
    """

    router: str
    index: int
    frames: Tuple[bytes, ...]
    count: int
    pause: Nanoseconds = 0


RouterAction = Union[Action, Release, Announcing]


class Rendering:
    """Renders the actions of one step of a router, and collects what the step leaves behind.

    It does not change the router, which takes over ``advertised`` (the priorities) and ``counted``
    (a counter's name as often as it goes up) itself.
    """

    __slots__ = (
        "_egress_link", "_inputs", "_interfaces", "_messages", "_wanted", "advertised", "counted",
    )  # fmt: skip

    def __init__(
        self,
        inputs: RouterInputs,
        egress_link: Link | None,
        interfaces: InterfaceMap,
        wanted: Wanted,
        messages: MessageCache,
    ) -> None:
        self._inputs, self._egress_link, self._messages = inputs, egress_link, messages
        self._interfaces, self._wanted = interfaces, wanted
        self.advertised: List[int] = []
        self.counted: List[str] = []

    def render(self, action: fsm.Action) -> List[RouterAction]:
        """Return the actions on the host; none for DrainUndone, which the engine handles."""
        if isinstance(action, fsm.Advertise):
            return self._advertise(action.priority)
        if isinstance(action, fsm.InstallAddresses):
            return self._install()
        if isinstance(action, fsm.RemoveAddresses):
            return [Release(self._inputs.name)]
        if isinstance(action, fsm.Announce):
            return self._announce(action.refresh)
        return []

    def _install(self) -> List[RouterAction]:
        if self._interfaces.vip_link is None:
            return []
        name, wanted = self._inputs.name, self._wanted
        return [Install(name, wanted.essential, wanted.optional)]

    def _announce(self, refresh: bool) -> List[RouterAction]:
        instance = self._inputs.instance
        count = instance.announce_refresh_count if refresh else instance.announce_count
        frames = announcements(instance, self._interfaces)
        return [
            Announcing(self._inputs.name, index, made, count, instance.announce_interval)
            for index, made in frames.items()
        ]

    def _advertise(self, priority: int) -> List[RouterAction]:
        self.advertised.append(priority)
        self.counted.append(ADVERTISEMENTS_SENT)
        if priority == PRIORITY_RESIGN:
            self.counted.append("priority_zero_sent")
        instance, source, link = self._inputs.instance, self._inputs.address, self._egress_link
        index, ttl, hmac = link.index if link else 0, instance.unicast_ttl, instance.signing_hmac
        return [
            Send(self._inputs.name, index, source, destination, message, ttl, hmac)
            for destination, message in self._messages.messages(instance, source, priority)
        ]
