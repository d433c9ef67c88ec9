# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""From the abstract actions of the state machine to actions on the host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Iterable, List, Mapping, Tuple, Union

from ...base.constants import PRIORITY_RESIGN
from ...base.units import Nanoseconds
from ...fsm import actions as fsm
from ..actions import Action, Confirm, Install, Send
from ..host.links import InterfaceMap, Link
from ..host.resources import Wanted
from .inputs import RouterInputs
from .messages import MessageCache, announcements, probes

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

    It does not change the router, which takes over ``advertised`` (the priorities), ``has_probed``
    and ``counted`` (a counter's name as often as it goes up) itself.
    """

    __slots__ = (
        "_egress_link", "_interfaces", "_messages", "_wanted", "advertised", "counted",
        "has_probed", "inputs",
    )  # fmt: skip

    def __init__(
        self,
        inputs: RouterInputs,
        egress_link: Link | None,
        interfaces: InterfaceMap,
        wanted: Wanted,
        messages: MessageCache,
    ) -> None:
        self.inputs, self._egress_link, self._messages = inputs, egress_link, messages
        self._interfaces, self._wanted = interfaces, wanted
        self.advertised: List[int] = []
        self.has_probed = False
        self.counted: List[str] = []

    def render(self, action: fsm.Action) -> List[RouterAction]:
        """Return the actions on the host; none for DrainUndone, which the engine handles."""
        render = _RENDERERS.get(type(action))
        return render(self, action) if render else []

    def _confirm(self, _action: fsm.Confirm) -> List[RouterAction]:
        return [Confirm(self.inputs.name)]

    def _release(self, _action: fsm.RemoveAddresses) -> List[RouterAction]:
        return [Release(self.inputs.name)]

    def _install(self, _action: fsm.InstallAddresses) -> List[RouterAction]:
        if self._interfaces.vip_link is None:
            return []
        name, wanted = self.inputs.name, self._wanted
        return [Install(name, wanted.essential, wanted.optional)]

    def _announce(self, action: fsm.Announce) -> List[RouterAction]:
        instance = self.inputs.instance
        count = instance.announce_refresh_count if action.refresh else instance.announce_count
        frames = announcements(instance, self._interfaces)
        return [
            Announcing(self.inputs.name, index, made, count, instance.announce_interval)
            for index, made in frames.items()
        ]

    def _advertise(self, action: fsm.Advertise) -> List[RouterAction]:
        priority = action.priority
        self.advertised.append(priority)
        self.counted.append(ADVERTISEMENTS_SENT)
        if priority == PRIORITY_RESIGN:
            self.counted.append("priority_zero_sent")
        instance, source = self.inputs.instance, self.inputs.address
        return self._send(self._messages.messages(instance, source, priority))

    def _probe(self, _action: fsm.Probe) -> List[RouterAction]:
        self.has_probed = True
        return self._send(probes(self.inputs.instance, self.inputs.address))

    def _send(self, messages: Iterable[Tuple[bytes, bytes]]) -> List[RouterAction]:
        """Return the actions that send these (destination, message)."""
        inputs, link = self.inputs, self._egress_link
        instance, index = inputs.instance, link.index if link else 0
        ttl, hmac = instance.unicast_ttl, instance.signing_hmac
        return [
            Send(inputs.name, index, inputs.address, destination, message, ttl, hmac)
            for destination, message in messages
        ]


# Each renders actions of its own type, which the table's type can't express.
_RENDERERS: Mapping[type, Callable[[Rendering, Any], List[RouterAction]]] = {
    fsm.Advertise: Rendering._advertise,
    fsm.Probe: Rendering._probe,
    fsm.Confirm: Rendering._confirm,
    fsm.InstallAddresses: Rendering._install,
    fsm.RemoveAddresses: Rendering._release,
    fsm.Announce: Rendering._announce,
}
