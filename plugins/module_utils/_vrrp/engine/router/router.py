# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""One virtual router of this host: its inputs, its state, and the actions that follow.

The router turns the abstract actions of the state machine into actions on the host. It decides
nothing: ``fsm`` has the rules, ``engine`` chooses the router for each event.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import FrozenSet, Iterable, List, Mapping, Tuple

from ...base.constants import PRIORITY_MIN
from ...base.units import Nanoseconds
from ...fsm.events import Confirmed, Event, Resign, TimerExpired
from ...fsm.parameters import Parameters
from ...fsm.state import Initialize, Master, Peer, State, TakingOver, master_seen, state_name
from ...fsm.step import next_deadline
from ...fsm.transitions import postponed
from ...model.instance import Instance
from ...model.intent import Intent, IntentChange
from ...wire.sequence import ReplayGuard
from ..actions import Log, Recovery
from ..host.devices import macvlan_of
from ..host.links import InterfaceMap, Link, Links
from ..host.resources import NOTHING_WANTED, Key, Tables, Wanted, tables_of, wanted_by
from .fast_path_member import FastPathMember
from .heard_priorities import HeardPriorities
from .inputs import RouterInputs
from .log_limiter import LogLimiter
from .messages import MessageCache
from .precomputed import PrecomputedStep, PrecomputedSteps, StepBasis
from .problems import Problems
from .recovery import RecoveryCache
from .rendering import ADVERTISEMENTS_SENT, Rendering
from .router_step import RouterStep, compute_step
from .send_failures import SendFailures
from .snapshot import RouterSnapshot
from .transition_counts import TransitionCounts

_NO_INTERFACES = InterfaceMap({})
_NEGLIGIBLE_PART = 20  # A delay of so small a part of an interval is none.


class Router:
    """A virtual router. ``update`` is the only writer of its inputs; ``step``, ``leave_fast_path``
    and ``restore`` are the only writers of its state. Mutable.

    ``wanted`` are the resources that it has on the host as master.

    ``awaited_hook`` is the number of the leaving hook for which a deferred resignation waits, 0
    for none; ``leaving_hooks_called`` says that they have been called for this mastership.
    """

    __slots__ = (
        "_counters",
        "_fast_path",
        "_inputs",
        "_interfaces",
        "_last_priority",
        "_log_limiter",
        "_messages",
        "_precomputed",
        "_recovery",
        "_send_failures",
        "_state",
        "_wanted_for",
        "awaited_hook",
        "heard_priorities",
        "intent_change",
        "leaving_hooks_called",
        "link",
        "problems",
        "queued_at",
        "replay_guard",
        "retired",
        "since",
        "transitions",
        "wanted",
    )  # fmt: skip

    def __init__(self, instance: Instance, intent: Intent, now: Nanoseconds) -> None:
        self.queued_at: Nanoseconds | None = None
        self.since = now
        self.transitions = TransitionCounts()
        self.link: Link | None = None
        self.intent_change: IntentChange | None = None
        self.retired = False
        self.awaited_hook = 0
        self.leaving_hooks_called = False
        self.replay_guard = ReplayGuard()
        self.heard_priorities = HeardPriorities()
        self.problems = Problems()
        self._inputs = RouterInputs(instance, intent)
        self._state: State = Initialize("starting")
        self._fast_path: FastPathMember | None = None
        self._precomputed = PrecomputedSteps()
        self._counters: Counter[str] = Counter()
        self._log_limiter = LogLimiter()
        self._messages = MessageCache()
        self._interfaces = _NO_INTERFACES
        self.wanted: Wanted = NOTHING_WANTED
        self._wanted_for: Tuple[Instance, str | None, Tables] | None = None
        self._last_priority = PRIORITY_MIN
        self._send_failures = SendFailures()
        self._recovery = RecoveryCache()

    # --- Its inputs ---

    @property
    def inputs(self) -> RouterInputs:
        """All that a transition depends on besides the state, the interfaces and the event."""
        return self._inputs

    @property
    def instance(self) -> Instance:
        """Its settings."""
        return self._inputs.instance

    @property
    def intent(self) -> Intent:
        """The operator's intent."""
        return self._inputs.intent

    @property
    def address(self) -> bytes:
        """The packed address that it sends from; empty while there is none."""
        return self._inputs.address

    @property
    def deferred(self) -> Resign | None:
        """The resignation that waits for leaving hooks, if there is one."""
        return self._inputs.deferred

    def update(self, inputs: RouterInputs) -> None:
        """Replace the inputs; a router on the fast path leaves it when they differ."""
        if inputs == self._inputs:
            return
        self.leave_fast_path()
        before, self._inputs = self._inputs, inputs
        if inputs.instance is not before.instance or inputs.address != before.address:
            self._messages.clear()

    # --- The fast path ---

    def enter_fast_path(self, member: FastPathMember) -> None:
        """Enter the fast path as ``member``."""
        self._fast_path = member

    def leave_fast_path(self) -> None:
        """Leave the fast path, with the state and the counters that follow from the repetitions."""
        if self._fast_path is not None:
            member, self._fast_path = self._fast_path, None
            collected = member.collect()
            self._state = collected.state
            self.count(collected.counter_names, collected.times)
            if collected.times and isinstance(self._state, Master):
                interval = self.instance.advertisement_interval
                self._send_failures.previous_at = self._state.adver_at - 2 * interval
            member.leave()

    def count(self, names: Iterable[str], times: int = 1) -> None:
        """Add ``times`` to the counters of these names."""
        if times:
            self._counters.update(dict.fromkeys(names, times))

    # --- What it is now ---

    @property
    def state(self) -> State:
        """The state of the state machine."""
        return self._state if self._fast_path is None else self._fast_path.collect().state

    @property
    def counters(self) -> Mapping[str, int]:
        """All counters by name."""
        if self._fast_path is None:
            return self._counters
        collected = self._fast_path.collect()
        repeated = Counter(dict.fromkeys(collected.counter_names, collected.times))
        return self._counters + repeated

    @property
    def name(self) -> str:
        """The name in logs and actions, unique on the host."""
        return self._inputs.name

    @property
    def state_name(self) -> str:
        """The name of the state in the status and the log."""
        return state_name(self._state)

    @property
    def effective_priority(self) -> int:
        """The priority that it advertises."""
        return self._inputs.effective_priority(self._last_priority)

    @property
    def preempts(self) -> bool:
        """Whether it preempts a master of lower priority; an owner always does (RFC 9568 section
        6.1).
        """
        return self._inputs.preempts(self.effective_priority)

    @property
    def parameters(self) -> Parameters:
        """The parameters of the state machine."""
        silent_since = self._send_failures.silent_since_at(self._sent_count)
        sends = self._send_failures.is_sending
        return self._inputs.parameters(self.effective_priority, silent_since, sends)

    @property
    def _sent_count(self) -> int:
        """The number of the last advertisement."""
        return self.counters[ADVERTISEMENTS_SENT]

    @property
    def deadline(self) -> Nanoseconds | None:
        """The time of its own wake-up. None on the fast path, where it is woken with others, or
        when only another event can change its state.
        """
        return next_deadline(self._state) if self._fast_path is None else None

    @property
    def master(self) -> Peer | None:
        """The master as this router sees it: itself, a peer, or nobody."""
        interval = self.instance.advertisement_interval
        return master_seen(self.state, Peer(self.address, self.effective_priority, interval))

    # --- What happens to it ---

    def step(self, event: Event, now: Nanoseconds) -> RouterStep:
        """Handle an event; returns the step, with the actions on the host."""
        self.leave_fast_path()
        computed = self._precomputed.take(self._basis(self._state), event, now)
        if computed is None:
            computed = self._compute(self._state, event, now)
        self._apply(computed)
        is_move, at = computed.is_move, computed.at
        notes = self._log_limiter.note_transition(self.name, at) if is_move else []
        return replace(computed, actions=[*computed.actions, *notes]) if notes else computed

    def precompute_timeout(self, lead: Nanoseconds) -> None:
        """Compute the steps that follow if nothing happens until the deadline, and the kernel
        confirms them; they may be applied until ``lead`` later.
        """
        self.leave_fast_path()
        event: Event = TimerExpired()
        state, at = self._state, self.deadline
        steps: List[PrecomputedStep] = []
        while at is not None and (not steps or isinstance(state, TakingOver)):
            made = self._compute(state, event, at)
            steps.append(PrecomputedStep(self._basis(state), event, made, at + lead))
            state, event = made.state, Confirmed()
        self._precomputed.set(steps)

    def _basis(self, state: State) -> StepBasis:
        return StepBasis(self._inputs, state, self._interfaces, self.wanted)

    def _compute(self, before: State, event: Event, now: Nanoseconds) -> RouterStep:
        """Return the step that follows from an event; changes only the cache of messages."""
        rendering = Rendering(
            self._inputs, self.egress_link, self._interfaces, self.wanted, self._messages
        )
        return compute_step(rendering, self.parameters, before, event, now)

    def _apply(self, made: RouterStep) -> None:
        """Change the router as the step says."""
        before, self._state = self._state, made.state
        if made.advertised:
            self._last_priority = made.advertised[-1]
            interval = self.instance.advertisement_interval
            self._send_failures.advertisement_due(before, interval, made.at)
            self._counters.update(made.counted)
        if made.has_probed:
            self._send_failures.probe_due(self._sent_count)
        self._send_failures.state_changed(before, made.state)
        if made.moved_by is not None:
            self.since = made.at
            self.transitions.record(self.state_name, made.moved_by)

    def performed(self, now: Nanoseconds) -> None:
        """Take note that all actions of its last change of state have been performed by now: so it
        waits, or advertises next, from then on.
        """
        took = now - self.since
        if took > self.instance.advertisement_interval // _NEGLIGIBLE_PART:
            self.leave_fast_path()
            self._state = postponed(self._state, took)

    def log_limited(self, about: str, text: str, now: Nanoseconds) -> List[Log]:
        """Return a line for the log, unless one about the same subject was logged within a
        minute.
        """
        return self._log_limiter.log(self.name, about, text, now)

    # --- Its interfaces ---

    def bind(self, links: Links, link: Link) -> bool:
        """Take note of the interfaces as they are now; ``link`` is the instance's own.

        Returns whether the MAC address of the interface that carries its addresses has changed.
        """
        device = macvlan_of(self.instance, link)
        vip_link = links.get(device.name) if device else link
        before = self._interfaces.vip_link
        if (_index(self.link), _index(before)) != (link.index, _index(vip_link)):
            self.leave_fast_path()
        self.link = link
        self._interfaces = InterfaceMap(links, vip_link)
        self._update_wanted(device.name if device else link.name)
        return before is not None and vip_link is not None and before.mac != vip_link.mac

    def unbind(self) -> None:
        """Take note that the interface does not exist any more."""
        self.link = None
        self._interfaces = _NO_INTERFACES
        self._update_wanted(None)

    def _update_wanted(self, name: str | None) -> None:
        tables = tables_of(self.instance, self._interfaces.links, name)
        before = self._wanted_for
        if before is None or before[0] is not self.instance or before[1:] != (name, tables):
            self._wanted_for = self.instance, name, tables
            self.wanted = NOTHING_WANTED if name is None else wanted_by(self.instance, name, tables)

    # --- Advertisements ---

    @property
    def egress_link(self) -> Link | None:
        """The interface that sends advertisements: the macvlan, if it has one.

        Unicast advertisements leave through the interface itself, whose address the peers expect.
        """
        return self.link if self.instance.unicast_peers else self._interfaces.vip_link

    def withdraw_silent(self) -> Nanoseconds:
        """Record that it withdraws as nothing could be sent; returns the time until it tries again,
        longer each time.
        """
        return self._send_failures.withdraw()

    def record_send_failure(self) -> int:
        """Record that the last message did not reach a destination; returns how many in a row
        reached none.
        """
        self.leave_fast_path()
        destinations = self.instance.destinations_from(self.address)
        return self._send_failures.record(self._sent_count, len(destinations))

    # --- What it leaves ---

    def recovery(self, preexisting: FrozenSet[Key]) -> Recovery | None:
        """Return what has to be cleaned up if this agent dies, all that it wants but what was there
        before; None while it can't be master.
        """
        link, egress_link = self.link, self.egress_link
        if link is None or egress_link is None:
            return None
        links = link, egress_link
        return self._recovery.get(self._inputs, links, self.wanted, preexisting, self._messages)

    def snapshot(self) -> RouterSnapshot:
        """Return the state from which another process can continue."""
        return RouterSnapshot(
            self.state,
            self.since,
            self.transitions.export(),
            self._inputs.hold_priority,
            dict(self.counters),
            self._send_failures,
            self.replay_guard.latest(),
        )

    def restore(self, snapshot: RouterSnapshot) -> None:
        """Restore the state and the counters of the same router in another process."""
        self.since = snapshot.since
        self.transitions.restore(snapshot.transitions)
        self.update(replace(self._inputs, hold_priority=snapshot.hold_priority))
        self.replay_guard.restore(snapshot.sequence_numbers)
        self._send_failures = snapshot.send_failures
        self._counters = Counter(snapshot.counters)  # Both processes received the latest packets.
        self._state = snapshot.continued(self._state)
        if not isinstance(self._state, Initialize):
            self._last_priority = self.effective_priority


def _index(link: Link | None) -> int:
    return link.index if link else 0
