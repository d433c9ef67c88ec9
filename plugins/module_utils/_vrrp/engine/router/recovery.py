# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The record of what to clean up for a router if its agent dies."""

from __future__ import annotations

from ...base.constants import PRIORITY_RESIGN
from ..actions import Recovery
from ..host.devices import macvlan_of, packet_filter_of
from ..host.links import Link
from ..host.resources import removal_order, resources_of
from .inputs import RouterInputs
from .messages import MessageCache
from .served_resources import ServedResources


def make_recovery(
    inputs: RouterInputs,
    link: Link,
    egress_link: Link,
    served: ServedResources,
    messages: MessageCache,
) -> Recovery:
    """The record of a router on ``link`` that advertises through ``egress_link``.

    The owner's own addresses stay.
    """
    instance, address = inputs.instance, inputs.address
    device = macvlan_of(instance, link.index)
    resources = resources_of(instance, served.interfaces)
    table = packet_filter_of(instance, link.index)
    return Recovery(
        instance.label,
        egress_link.name,
        removal_order(resources, served.kept_at_removal(instance)),
        address,
        messages.messages(instance, address, PRIORITY_RESIGN),
        instance.unicast_ttl,
        device.name if device else "",
        table.table if table else "",
        instance.signing_hmac,
    )
