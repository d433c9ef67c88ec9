# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The router under test: version 3, priority 100, 1 s, 192.0.2.11.

Its skew time is 609 375 000 ns and its master-down interval 3 609 375 000 ns, worked out by hand.
"""

from __future__ import annotations

from dataclasses import replace

from _vrrp.fsm import actions as act
from _vrrp.fsm import events as ev
from _vrrp.fsm.parameters import Parameters
from _vrrp.fsm.state import (
    Backup,
    Initialize,
    Master,
    Peer,
    Purpose,
    Resigning,
    Stage,
    State,
    TakingOver,
)
from _vrrp.fsm.step import step

S = 1_000_000_000
MS = 1_000_000
NOW = 1000 * S
SKEW = 609_375_000
DOWN = 3_609_375_000
OWN = bytes([192, 0, 2, 11])
LOWER, HIGHER = bytes([192, 0, 2, 10]), bytes([192, 0, 2, 12])

ROUTER = Parameters(
    version=3,
    priority=100,
    address=OWN,
    advertisement_interval=S,
    preempt=True,
    announce_delay=5 * S,
)
OWNER = replace(ROUTER, priority=255)
POLITE = replace(ROUTER, preempt=False)
DRAINED = replace(ROUTER, priority=1)
PATIENT = replace(ROUTER, preempt_delay=10 * S)
GROUPED = replace(ROUTER, in_sync_group=True)
OUT = replace(DRAINED, forced_backup=True)

BACKUP = Backup("listening", NOW + DOWN, S)
MASTER = Master("elected", NOW + S, (NOW + 5 * S,))
DRAINING = Resigning("drained", Purpose.DRAIN, NOW + S, NOW + 4_500 * MS)
STOPPING = replace(DRAINING, purpose=Purpose.STOP, reason="stopping")
FOLLOWING = replace(DRAINING, purpose=Purpose.GROUP, reason="the group")

INSTALL, REMOVE, ANNOUNCE = act.InstallAddresses(), act.RemoveAddresses(), act.Announce()
RELEASE = act.Advertise(0)
CONFIRM = act.Confirm()
TAKEOVER = [act.Advertise(100), INSTALL, ANNOUNCE]
DISPLACE = [act.Probe(), INSTALL, ANNOUNCE, act.Advertise(100)]
SERVE_ON = [INSTALL, act.Advertise(100), ANNOUNCE]
SILENT = DOWN  # A peer of the same priority waits as long.


def heard(priority: int, address: bytes = HIGHER, interval: int = S) -> ev.Heard:
    return ev.Heard(Peer(address, priority, interval))


def after(
    state: State, event: ev.Event, now: int = NOW, parameters: Parameters = ROUTER
) -> tuple[State, list[act.Action]]:
    return step(parameters, state, event, now)


def confirmed(
    state: State, event: ev.Event, now: int = NOW, parameters: Parameters = ROUTER
) -> tuple[State, list[act.Action]]:
    """Step, and go on as the kernel confirms each part; returns all actions but the Confirms."""
    reached, actions = after(state, event, now, parameters)
    done: list[act.Action] = []
    while CONFIRM in actions:
        done.extend(one for one in actions if one != CONFIRM)
        reached, actions = after(reached, ev.Confirmed(), now, parameters)
    return reached, [*done, *actions]


ADVERTISED = TakingOver("timer_expired", "nobody is heard", Stage.INSTALLING, False, NOW + S)
STATES: list[State] = [
    Initialize("why"),
    BACKUP,
    TakingOver("timer_expired", "nobody is heard", Stage.ADVERTISING, False, NOW + S),
    ADVERTISED,
    TakingOver("claim", "wanted", Stage.PROBING, True, NOW + S),
    TakingOver("claim", "wanted", Stage.INSTALLING, True, NOW + S),
    MASTER,
    DRAINING,
    STOPPING,
    FOLLOWING,
]
EVENTS: list[ev.Event] = [
    ev.Startup(),
    ev.Interrupted("cause"),
    ev.Interrupted("cause", retry_after=10 * S),
    ev.Replaced("cause"),
    ev.TimerExpired(),
    heard(0),
    heard(50),
    heard(100, LOWER),
    heard(100),
    heard(200),
    heard(255),
    ev.Claim("cause"),
    ev.Resign(Purpose.DRAIN, "cause"),
    ev.Resign(Purpose.STOP, "cause"),
    ev.Resign(Purpose.GROUP, "cause"),
    ev.Elected(),
    ev.Reconfigured(),
    ev.PriorityChanged(),
    ev.Reinstated(),
    ev.Unannounced(),
    ev.Confirmed(),
]
PARAMETERS = [ROUTER, OWNER, POLITE, DRAINED, OUT, PATIENT, GROUPED]
