# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The actions of a takeover, made before they are needed. This module is PRIVATE to the collection.

When a master has been silent for nearly as long as it takes to believe it dead, a backup has
nothing to do but to wait. In that time it makes what it will install and announce. The decision
itself is taken by the state machine when the time has come, as always.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Tuple

from ...base.slots import slotted
from ...model.instance import Instance
from ..actions import SendFrames
from ..host.resources import InterfaceMap, Resource, resources_of
from .messages import announcements


@slotted
@dataclass(frozen=True)
class PrecomputedTakeover:
    """Resources to install and frames to announce, for one instance on these interfaces."""

    instance: Instance
    interfaces: InterfaceMap
    resources: Tuple[Resource, ...]
    frames: Tuple[SendFrames, ...]

    def matches(self, instance: Instance, interfaces: InterfaceMap) -> bool:
        """Whether it was made for these very objects, which are replaced when they change."""
        return self.instance is instance and self.interfaces is interfaces


def precompute(router: str, instance: Instance, interfaces: InterfaceMap) -> PrecomputedTakeover:
    """Make the actions of a takeover by the router of that name."""
    frames = announcements(router, instance, interfaces, instance.announce_count)
    return PrecomputedTakeover(
        instance, interfaces, resources_of(instance, interfaces), tuple(frames)
    )
