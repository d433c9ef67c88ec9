# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The operator's intents: their effect on a router, and when they have to be refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Collection, Iterable, Sequence

from ...base.constants import (
    CLAIM_CONTEST_PERIOD,
    PRIORITY_MAX,
    PRIORITY_OWNER,
    PRIORITY_RESIGN,
)
from ...base.errors import ControlError
from ...base.units import Nanoseconds
from ...fsm.events import Claim, Event, Reconfigured, Resign
from ...fsm.state import Backup, Master, Peer, Purpose, Resigning
from ...model.family import text
from ...model.intent import AUTO, ChangeOutcome, Intent, IntentChange, IntentKind, Intents
from ..actions import SaveIntents
from ..router.router import Router

CLAIM = Claim("the operator wants this host to be master")


class IntentStore:
    """The intent of each instance by name, which both families share, and that of the host; saved
    across restarts.
    """

    def __init__(self, kept: Intents) -> None:
        self.host = kept.host
        self._by_name = dict(kept.by_name)
        self._changes = self._host_change = 0
        self._was_drained = False

    def get(self, name: str) -> Intent:
        """Return the intent of the instance with that name."""
        return self._by_name.get(name, self.host)

    def set(self, routers: Iterable[Router], intent: Intent, now: Nanoseconds) -> int:
        """Set the intent of routers that move together; returns the number of the change."""
        self._changes += 1
        for router in routers:
            router.intent_change = self._change_of(router, intent, now)
            self._assign(router, intent)
        return self._changes

    def _change_of(self, router: Router, intent: Intent, now: Nanoseconds) -> IntentChange:
        """Return a change. One of a drain that is under way leaves what was there before."""
        change, served = router.intent_change, isinstance(router.state, Master)
        before = router.intent
        if change is not None and isinstance(router.state, Resigning):
            before, served = change.before, change.served
        return IntentChange(self._changes, intent, before, now, served)

    def set_for_host(self, routers: Sequence[Router], intent: Intent, now: Nanoseconds) -> int:
        """Set the intent of all routers of the host. A drain is for those that come later, too."""
        self._was_drained = self.host != AUTO
        self.host = _or_same(self.host, intent if intent.kind is IntentKind.BACKUP else AUTO)
        self._by_name.clear()
        self._host_change = self.set(routers, intent, now)
        return self._host_change

    def is_of_host(self, change: IntentChange | None) -> bool:
        """Whether a change is the drain of the whole host that is in force."""
        is_drained = self.host != AUTO
        return is_drained and change is not None and change.number == self._host_change

    def refuse_if_drained(self) -> None:
        """Raise ControlError for an intent of one instance, as its host is drained as a whole."""
        if self.host != AUTO:
            raise ControlError(
                "drained",
                "the host is drained as a whole; end that before, with the intent auto for all of "
                "its instances",
            )

    def resolve(
        self, routers: Iterable[Router], outcome: ChangeOutcome, message: str, now: Nanoseconds
    ) -> None:
        """End a change. One that failed brings back the intent before, or ``auto`` if that was a
        drain; one that was superseded leaves ``auto``.
        """
        for router in routers:
            # An intent that an earlier process was given has no change here.
            change = router.intent_change or IntentChange(0, router.intent, AUTO, now)
            router.intent_change = replace(change, outcome=outcome, message=message)
            before = change.before if outcome is ChangeOutcome.UNDONE else AUTO
            self._assign(router, AUTO if before.kind is IntentKind.BACKUP else before)

    def undo_host_drain(
        self, routers: Iterable[Router], unserved: Collection[Router], cause: str, now: Nanoseconds
    ) -> None:
        """Undo the drain of the whole host. An instance that was drained by itself before stays
        drained, unless no other host serves it.
        """
        self.host = AUTO
        self._by_name.clear()
        own = [] if self._was_drained else [one for one in routers if _was_drained_alone(one)]
        kept = {one: one.intent_change.before for one in own if one.intent_change}
        self.resolve(routers, ChangeOutcome.UNDONE, cause, now)
        for router, intent in kept.items():
            if router not in unserved:
                self._assign(router, intent)

    def _assign(self, router: Router, intent: Intent) -> None:
        intent = _or_same(router.intent, intent)
        bid = router.inputs.hold_priority if intent.kind is router.intent.kind else 0
        router.update(replace(router.inputs, intent=intent, hold_priority=bid))
        self._by_name[router.instance.name] = intent

    def save_action(self) -> SaveIntents:
        """Return the action that saves all intents across restarts."""
        differing = {name: one for name, one in self._by_name.items() if one != self.host}
        return SaveIntents(Intents(self.host, differing))


def _or_same(present: Intent, intent: Intent) -> Intent:
    """Return an intent, or the present one when it is the same, which applies since longer."""
    return present if present == intent else intent


def _was_drained_alone(router: Router) -> bool:
    change = router.intent_change
    return change is not None and change.before.kind is IntentKind.BACKUP


def refuse_unreachable(router: Router, intent: Intent) -> None:
    """Raise ControlError for an intent of mastership that no priority can achieve."""
    if intent.kind is not IntentKind.MASTER or isinstance(router.state, (Master, Resigning)):
        return
    peer = router.master
    if peer is None:
        return
    if peer.priority == PRIORITY_OWNER and router.instance.priority != PRIORITY_OWNER:
        raise ControlError(
            "address_owner",
            f"{text(peer.address)} owns the addresses (priority 255) and can't be displaced",
        )
    if _cannot_be_outbid(router, peer):
        raise ControlError(
            "outbid",
            f"{text(peer.address)} is master with priority {peer.priority} and the higher address; "
            "lower its priority, or set its intent to auto, first",
        )


def _cannot_be_outbid(router: Router, peer: Peer) -> bool:
    own_priority = max(router.instance.priority, PRIORITY_MAX)
    return (peer.priority, peer.address) > (own_priority, router.address)


def event_for_intent(router: Router) -> Event | None:
    """Return the event that carries out the router's intent at once; None when none is needed, or
    a hold has to wait for the health of the router.

    The bid of a router that is to hold mastership is raised above the master's.
    """
    kind, state = router.intent.kind, router.state
    if kind is IntentKind.MASTER and isinstance(state, (Backup, Resigning)):
        raise_hold_priority(router, state.master if isinstance(state, Backup) else None)
        return CLAIM if router.inputs.holds else None
    if kind is IntentKind.BACKUP and isinstance(state, Master):
        return Resign(Purpose.DRAIN, "drained by the operator")
    if kind is IntentKind.AUTO and isinstance(state, Resigning) and state.purpose is Purpose.DRAIN:
        return Claim("the operator ended the drain")
    return Reconfigured() if isinstance(state, Master) else None


def raise_hold_priority(router: Router, peer: Peer | None) -> None:
    """Raise the priority of a router that holds mastership just above that of ``peer``."""
    if peer is None or router.intent.kind is not IntentKind.MASTER:
        return
    if peer.priority in (PRIORITY_RESIGN, PRIORITY_OWNER):
        return
    if router.parameters.loses_to(peer):
        bid = min(peer.priority + 1, PRIORITY_MAX)
        router.update(replace(router.inputs, hold_priority=bid))


def is_newer_claim(router: Router, peer: Peer, now: Nanoseconds) -> bool:
    """Whether the advertisement is a newer claim than the one this master holds.

    A claim bids exactly one above the master it displaces, and a router's own priority is hardly
    ever just that: so the last intent of the operator wins. A router that has only just claimed
    bids on, because what it hears is the old holder defending itself.
    """
    holds = router.inputs.holds and isinstance(router.state, Master)
    if not holds or peer.priority != router.effective_priority + 1:
        return False
    # A hold that never raised its priority started while already master. A peer exactly one above
    # is then probably the next host in the inventory, unless it was heard with a lower priority.
    if not router.inputs.hold_priority and not router.heard_priorities.has_raised(peer):
        return False
    change = router.intent_change
    return change is None or now - change.at > CLAIM_CONTEST_PERIOD


def may_claim_from(router: Router, peer: Peer, now: Nanoseconds) -> bool:
    """Whether a router that should hold mastership may take it from the master just heard."""
    state = router.state
    wants = router.inputs.holds and isinstance(state, Backup) and now >= state.not_before
    return wants and peer.priority != PRIORITY_RESIGN and not router.parameters.loses_to(peer)
