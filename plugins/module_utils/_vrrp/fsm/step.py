# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""One virtual router: step(parameters, state, event, now) -> (state, actions).

Pure: no clock, no socket, no memory of its own. The table at the end has an entry for every pair
of state and event; a pair that changes nothing has ``ignore``. RFC 9568 section 6.4 and RFC 3768
section 6.4. The RFCs know Startup, Shutdown, the timers and advertisements; all other events are
additions.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Tuple, Type

from ..base.units import Nanoseconds, earliest
from . import backup, initialize, master, resigning, taking_over
from .actions import Action, RemoveAddresses
from .event_types import with_event_type
from .events import (
    Claim,
    Confirmed,
    Elected,
    Event,
    Heard,
    Interrupted,
    PriorityChanged,
    Reconfigured,
    Reinstated,
    Replaced,
    Resign,
    Startup,
    TimerExpired,
    Unannounced,
)
from .parameters import Parameters
from .state import Backup, Initialize, Master, Purpose, Resigning, State, TakingOver
from .transitions import Result, to_backup, was_paused


def step(parameters: Parameters, state: State, event: Event, now: Nanoseconds) -> Result:
    """Handle one event of one virtual router at the time ``now``."""
    before: List[Action] = []
    start = state
    if was_paused(parameters, state, now) and not isinstance(event, (Interrupted, Replaced)):
        state, before = _step_down_after_pause(parameters, state, now)
        if isinstance(event, (Claim, Elected)):
            # A router that claims mastership has to look for a master first, too.
            return state, before
    handler = TABLE[type(state), type(event)]
    after, actions = handler(parameters, state, event, now)
    return with_event_type(parameters, start, event, after, now), before + actions


def next_deadline(state: State) -> Nanoseconds | None:
    """Return the time of the router's next TimerExpired; None: not before another event."""
    if isinstance(state, Initialize):
        return state.retry_at
    if isinstance(state, Backup):
        return backup.due_at(state)
    if isinstance(state, TakingOver):
        return None
    if isinstance(state, Resigning):
        return min(state.adver_at, state.give_up_at)
    times = (state.adver_at, *state.announce_at, state.refresh_at)
    return earliest(times)


# --- A pause: stopped machine, SIGSTOP, overload ------------------------------------------------


def _step_down_after_pause(parameters: Parameters, state: State, now: Nanoseconds) -> Result:
    """Step down and listen, rather than advertise before it is known who is master."""
    if isinstance(state, Resigning) and state.purpose is Purpose.STOP:
        return Initialize(state.reason), [RemoveAddresses()]
    what = "was paused" if parameters.silent_since is None else "could not advertise for"
    return to_backup(parameters, now, f"{what} longer than the peers wait for a master")


def ignore(parameters: Parameters, state: State, event: Event, now: Nanoseconds) -> Result:
    """Ignore an event that has no effect in this state."""
    return state, []


Handler = Callable[[Parameters, Any, Any, Nanoseconds], Result]

TABLE: Dict[Tuple[Type[State], Type[Event]], Handler] = {
    (Initialize, Startup): initialize.startup,
    (Initialize, Interrupted): initialize.interrupted,
    (Initialize, Replaced): initialize.shut_down,
    (Initialize, TimerExpired): ignore,  # The engine looks at the interface and sends Startup.
    (Initialize, Heard): ignore,  # RFC 9568 section 6.4.1 knows only Startup.
    (Initialize, Claim): ignore,  # Nothing to serve on; the intent is kept for later.
    (Initialize, Elected): ignore,  # A group with a member that takes no part elects nobody.
    (Initialize, Resign): initialize.shut_down,
    (Initialize, Reconfigured): ignore,  # No peer to notify.
    (Initialize, PriorityChanged): ignore,  # No peer to notify.
    (Initialize, Reinstated): ignore,  # The engine looks at the interface and sends Startup.
    (Initialize, Unannounced): ignore,  # Nothing to announce.
    (Initialize, Confirmed): ignore,  # Was interrupted meanwhile.
    (Backup, Startup): ignore,  # Takes part already.
    (Backup, Interrupted): backup.interrupted,
    (Backup, Replaced): backup.shut_down,
    (Backup, TimerExpired): backup.timer_expired,
    (Backup, Heard): backup.heard,
    (Backup, Claim): backup.claim,
    (Backup, Elected): backup.elected,
    (Backup, Resign): backup.resign,
    (Backup, Reconfigured): ignore,  # The next master heard sets the timer anew.
    (Backup, PriorityChanged): ignore,  # Backups are silent.
    (Backup, Reinstated): ignore,  # Takes part already.
    (Backup, Unannounced): ignore,  # Nothing to announce.
    (Backup, Confirmed): ignore,  # Has given up meanwhile.
    (TakingOver, Startup): ignore,  # Takes part already.
    (TakingOver, Interrupted): taking_over.interrupted,
    (TakingOver, Replaced): taking_over.replaced,
    (TakingOver, TimerExpired): ignore,  # The kernel has the next word.
    (TakingOver, Heard): taking_over.heard,
    (TakingOver, Claim): ignore,  # Becomes master already.
    (TakingOver, Elected): ignore,  # Becomes master already.
    (TakingOver, Resign): taking_over.resign,
    (TakingOver, Reconfigured): ignore,  # Nothing is known to peers yet.
    (TakingOver, PriorityChanged): taking_over.priority_changed,
    (TakingOver, Reinstated): ignore,  # Takes part already.
    (TakingOver, Unannounced): ignore,  # Announced when it is master.
    (TakingOver, Confirmed): taking_over.confirmed,
    (Master, Startup): ignore,  # Takes part already.
    (Master, Interrupted): master.interrupted,
    (Master, Replaced): master.replaced,
    (Master, TimerExpired): master.timer_expired,
    (Master, Heard): master.heard,
    (Master, Claim): ignore,  # Master already.
    (Master, Elected): ignore,  # Master already.
    (Master, Resign): master.resign,
    (Master, Reconfigured): master.reconfigured,
    (Master, PriorityChanged): master.priority_changed,
    (Master, Reinstated): master.reconfigured,
    (Master, Unannounced): master.unannounced,
    (Master, Confirmed): master.confirmed,
    (Resigning, Startup): ignore,  # Takes part already.
    (Resigning, Interrupted): resigning.interrupted,
    (Resigning, Replaced): master.replaced,
    (Resigning, TimerExpired): resigning.timer_expired,
    (Resigning, Heard): resigning.heard,
    (Resigning, Claim): resigning.claim,
    (Resigning, Elected): ignore,  # Leaving.
    (Resigning, Resign): resigning.resign,
    (Resigning, Reconfigured): ignore,  # Leaving; the peers know all they need.
    (Resigning, PriorityChanged): ignore,  # Leaving; the peers know all they need.
    (Resigning, Reinstated): resigning.reinstated,
    (Resigning, Unannounced): resigning.unannounced,
    (Resigning, Confirmed): ignore,  # Has resigned meanwhile.
}
