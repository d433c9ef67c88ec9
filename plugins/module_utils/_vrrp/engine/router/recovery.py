# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The record of what to clean up for a router if its agent dies.

Rules are not in it: the kernel would remove another program's like, so only the mark counts.
"""

from __future__ import annotations

from typing import FrozenSet, Tuple

from ...base.constants import PRIORITY_RESIGN
from ..actions import Recovery
from ..host.devices import macvlan_of, packet_filter_of
from ..host.links import Link
from ..host.resources import Key, Resource, RuleResource, Wanted
from .inputs import RouterInputs
from .messages import MessageCache


class RecoveryCache:
    """The record of one router, made again only when something in it has changed. Mutable."""

    def __init__(self) -> None:
        self._made: Tuple[Tuple[object, ...], Recovery] | None = None

    def get(
        self,
        inputs: RouterInputs,
        links: Tuple[Link, Link],
        wanted: Wanted,
        preexisting: FrozenSet[Key],
        messages: MessageCache,
    ) -> Recovery:
        """Return the record of a router that wants these resources, of which the ``preexisting``
        stay; ``links`` are its interface, and the one that it advertises through.
        """
        link, egress_link = links
        identity = (inputs.instance, inputs.name, inputs.address, preexisting, wanted)
        key = (*identity, link.index, egress_link.name)
        if self._made is None or self._made[0] != key:
            removed = [
                one
                for one in reversed(wanted.resources)
                if one.key not in preexisting and not isinstance(one, RuleResource)
            ]
            made = _make_recovery(inputs, link, egress_link, tuple(removed), messages)
            self._made = key, made
        return self._made[1]


def _make_recovery(
    inputs: RouterInputs,
    link: Link,
    egress_link: Link,
    removed: Tuple[Resource, ...],
    messages: MessageCache,
) -> Recovery:
    """The record of a router on ``link`` that advertises through ``egress_link``, whose resources
    have to be ``removed``, in order.
    """
    instance, address = inputs.instance, inputs.address
    device = macvlan_of(instance, link)
    table = packet_filter_of(instance, link.index)
    return Recovery(
        inputs.name,
        egress_link.name,
        removed,
        address,
        messages.messages(instance, address, PRIORITY_RESIGN),
        instance.unicast_ttl,
        device.name if device else "",
        table.table if table else "",
        instance.signing_hmac,
    )
