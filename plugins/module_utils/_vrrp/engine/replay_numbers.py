# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The latest sequence numbers that routers have heard, for the agent after this one."""

from __future__ import annotations

from typing import Dict, Iterable, Mapping

from .coordination.router_set import RouterSet

# By router, then by sender and key in hexadecimal.
HeardNumbers = Dict[str, Dict[str, int]]


class ReplayNumbers:
    """The numbers that the replay guards of all routers hold."""

    def __init__(self, routers: RouterSet) -> None:
        self._routers = routers

    def note_own(self, signed: Mapping[str, int]) -> None:
        """Let routers accept none of the numbers that they have signed with themselves: a neighbour
        may have recorded them, and the host's address may change.
        """
        for name, last in signed.items():
            router = self._routers.get(name)
            hmac = router.instance.signing_hmac if router is not None else None
            if router is not None and router.address and hmac is not None:
                router.replay_guard.restore(
                    {router.address + bytes((hmac.signing_key.number,)): last}
                )

    def export(self, names: Iterable[str]) -> HeardNumbers:
        """Return the latest numbers that these routers have heard."""
        found = (self._routers.get(name) for name in names)
        return {
            one.name: {sender.hex(): latest for sender, latest in one.replay_guard.latest().items()}
            for one in found
            if one is not None
        }

    def restore(self, numbers: HeardNumbers) -> None:
        """Let routers accept only later numbers than these; what is no sender is left out."""
        for name, latest in numbers.items():
            router = self._routers.get(name)
            if router is not None:
                router.replay_guard.restore({_packed(one): last for one, last in latest.items()})


def _packed(sender: str) -> bytes:
    try:
        return bytes.fromhex(sender)
    except ValueError:
        return b""
