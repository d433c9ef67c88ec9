# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What an operator's wish means for a router, and when it has to be refused.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Dict, Iterable, Mapping

from ...base.constants import (
    CLAIM_CONTEST,
    PRIORITY_MAX,
    PRIORITY_OWNER,
    PRIORITY_RELEASE,
)
from ...base.errors import ControlError
from ...base.units import Nanoseconds
from ...fsm.events import Claim, Event, Reconfigured, Resign
from ...fsm.state import Backup, Master, Peer, Purpose, Resigning
from ...model.family import text
from ...model.intent import AUTO, Intent, IntentChange, Outcome, Wish
from ..actions import KeepIntents
from ..router.router import Router

CLAIM = Claim("the operator wants this host to be master")


class Wishes:
    """What is wanted of each instance, by its name: of both its families, and kept for later."""

    def __init__(self, kept: Mapping[str, Intent]) -> None:
        self._intents: Dict[str, Intent] = dict(kept)
        self._changes = 0

    def of(self, name: str) -> Intent:
        """What is wanted of the instance with that name."""
        return self._intents.get(name, AUTO)

    def change(self, routers: Iterable[Router], intent: Intent, now: Nanoseconds) -> int:
        """Want something of routers that move together; gives the number of the change."""
        self._changes += 1
        for router in routers:
            router.change = IntentChange(self._changes, intent, router.intent)
            router.claimed_at = now
            self._set(router, intent)
        return self._changes

    def end(self, routers: Iterable[Router], outcome: Outcome, message: str) -> None:
        """A change failed, so what was wanted before is wanted again; or it was overtaken."""
        for router in routers:
            change = router.change
            if change is not None:
                router.change = replace(change, outcome=outcome, message=message)
            undone = change is not None and outcome is Outcome.UNDONE
            before = change.before if change is not None and undone else AUTO
            self._set(router, AUTO if before.wish is Wish.BACKUP else before)

    def _set(self, router: Router, intent: Intent) -> None:
        if intent.wish is not router.intent.wish:
            router.hold_priority = 0
        router.intent = intent
        self._intents[router.instance.name] = intent

    def keep(self) -> KeepIntents:
        """What is to be remembered across restarts."""
        return KeepIntents({name: one for name, one in self._intents.items() if one != AUTO})


def refuse_impossible(router: Router, intent: Intent) -> None:
    """Raise ControlError where mastership is asked for and can't be had by any priority."""
    if intent.wish is not Wish.MASTER or isinstance(router.state, (Master, Resigning)):
        return
    peer = router.master
    if peer is None:
        return
    if peer.priority == PRIORITY_OWNER and router.instance.priority != PRIORITY_OWNER:
        raise ControlError(
            "address_owner",
            f"{text(peer.address)} owns the addresses (priority 255) and can't be displaced",
        )
    if _outbids_us_for_good(router, peer):
        raise ControlError(
            "outbid",
            f"{text(peer.address)} is master with priority 254 and the higher address; "
            "release or lower it first",
        )


def _outbids_us_for_good(router: Router, peer: Peer) -> bool:
    own_priority = max(router.instance.priority, PRIORITY_MAX)
    return (peer.priority, peer.address) > (own_priority, router.address)


def event_of(router: Router) -> Event | None:
    """What the router's (new) intent makes happen at once, if anything."""
    wish, state = router.intent.wish, router.state
    if wish is Wish.MASTER and isinstance(state, (Backup, Resigning)):
        outbid(router, state.master if isinstance(state, Backup) else None)
        return CLAIM
    if wish is Wish.BACKUP and isinstance(state, Master):
        return Resign(Purpose.DRAIN, "drained by the operator")
    if wish is Wish.AUTO and isinstance(state, Resigning) and state.purpose is Purpose.DRAIN:
        return Claim("the operator called the drain off")
    return Reconfigured() if isinstance(state, Master) else None


def outbid(router: Router, peer: Peer | None) -> None:
    """Raise the priority of a router that holds mastership just above that of ``peer``."""
    if peer is None or router.intent.wish is not Wish.MASTER:
        return
    if peer.priority in (PRIORITY_RELEASE, PRIORITY_OWNER):
        return
    if router.parameters.loses_to(peer):
        router.hold_priority = min(peer.priority + 1, PRIORITY_MAX)


def is_superseded(router: Router, peer: Peer, now: Nanoseconds) -> bool:
    """Whether the advertisement is a newer claim than the one this master holds.

    A claim bids exactly one above the master it displaces, and a router's own priority is hardly
    ever just that: so the last wish of the operator wins. A router that has only just claimed
    bids on, because what it hears is the old holder defending itself.
    """
    holds = router.intent.wish is Wish.MASTER and isinstance(router.state, Master)
    # Who has not bid yet was master already when it was wanted to be, with its own priority, and
    # the router just above it is likely to be its neighbour in the inventory.
    has_bid = router.hold_priority > 0
    if not holds or not has_bid or peer.priority != router.effective_priority + 1:
        return False
    return now - router.claimed_at > CLAIM_CONTEST


def claims_from(router: Router, peer: Peer) -> bool:
    """Whether a router that should hold mastership may take it from the master just heard."""
    wants = router.intent.wish is Wish.MASTER and isinstance(router.state, Backup)
    return wants and peer.priority != PRIORITY_RELEASE and not router.parameters.loses_to(peer)
