# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of the state machine, and a router that takes no part (RFC 9568 section 6.4.1)."""

from __future__ import annotations

import itertools
from typing import get_args

import pytest
from _vrrp.fsm import actions as act
from _vrrp.fsm import events as ev
from _vrrp.fsm.parameters import Parameters
from _vrrp.fsm.state import Backup, Initialize, Master, Resigning, Stage, State, TakingOver
from _vrrp.fsm.step import TABLE, next_deadline
from support.machine import (
    ANNOUNCE,
    CONFIRM,
    DOWN,
    EVENTS,
    INSTALL,
    NOW,
    OWNER,
    PARAMETERS,
    REMOVE,
    STATES,
    S,
    after,
    confirmed,
    heard,
)


def test_the_table_is_complete() -> None:
    assert set(TABLE) == set(itertools.product(get_args(State), get_args(ev.Event)))


@pytest.mark.parametrize("state", STATES, ids=str)
@pytest.mark.parametrize("event", EVENTS, ids=str)
@pytest.mark.parametrize("parameters", PARAMETERS, ids=str)
@pytest.mark.parametrize("late", [0, 2 * S, 4 * S, 60 * S])
def test_every_state_handles_every_event(
    state: State, event: ev.Event, parameters: Parameters, late: int
) -> None:
    reached, actions = after(state, event, NOW + late, parameters)
    has_addresses = isinstance(state, (Master, Resigning)) or _installs(state)
    keeps_them = isinstance(reached, (Master, Resigning)) or _installs(reached)
    if has_addresses and not keeps_them:
        assert REMOVE in actions
    if keeps_them and not has_addresses:
        assert actions == [INSTALL, CONFIRM]
    if ANNOUNCE in actions:
        assert INSTALL not in actions
    assert next_deadline(reached) is None or isinstance(next_deadline(reached), int)


def _installs(state: State) -> bool:
    return isinstance(state, TakingOver) and state.stage is Stage.INSTALLING


def test_a_router_starts_as_backup() -> None:
    state, actions = after(Initialize("starting"), ev.Startup())
    assert state == Backup("started, listening for a master", NOW + DOWN, S)
    assert actions == [REMOVE]


def test_an_owner_starts_as_master() -> None:
    state, actions = confirmed(Initialize("starting"), ev.Startup(), parameters=OWNER)
    assert state == Master("owns the addresses", NOW + S, (NOW + 5 * S,), paid_at=NOW + 3 * S)
    assert actions == [act.Probe(), INSTALL, ANNOUNCE, act.Advertise(255)]


def test_a_router_in_initialize_ignores_advertisements() -> None:
    state = Initialize("eth0 is down")
    assert after(state, heard(200)) == (state, [])
