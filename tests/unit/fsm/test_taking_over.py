# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packets and changes that come between the first advertisement of a takeover and its end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from _vrrp.fsm import events as ev
from _vrrp.fsm.actions import Advertise
from _vrrp.fsm.parameters import Parameters
from _vrrp.fsm.state import Master, Stage, State
from support.machine import ADVERTISED, ANNOUNCE, CONFIRM, MS, NOW, ROUTER, S, after, heard

VIRTUAL_MAC = replace(ROUTER, virtual_mac=True)
WAITING = [(ROUTER, ADVERTISED), (VIRTUAL_MAC, replace(ADVERTISED, stage=Stage.ADVERTISING))]


@pytest.mark.parametrize(("parameters", "state"), WAITING, ids=["addresses", "virtual MAC"])
@pytest.mark.parametrize("event", [heard(50), heard(0), ev.PriorityChanged()], ids=str)
def test_what_a_master_answers_is_answered_when_the_router_serves(
    parameters: Parameters, state: State, event: ev.Event
) -> None:
    # The last advertisement of the master that has lost reaches the backups after the first one of
    # the new one: without an answer they would follow the loser until the next, a second later.
    waiting, nothing = after(state, event, NOW + MS, parameters)
    serving, actions = after(waiting, ev.Confirmed(), NOW + 2 * MS, parameters)

    assert nothing == []
    assert isinstance(serving, Master)
    assert actions == [ANNOUNCE, Advertise(100)]
    assert serving.adver_at == NOW + S + 2 * MS


@pytest.mark.parametrize(("parameters", "state"), WAITING, ids=["addresses", "virtual MAC"])
def test_a_takeover_without_interruption_advertises_once(
    parameters: Parameters, state: State
) -> None:
    serving, actions = after(state, ev.Confirmed(), NOW + 2 * MS, parameters)

    assert isinstance(serving, Master)
    assert actions == [ANNOUNCE]
    assert serving.adver_at == NOW + S


@pytest.mark.parametrize("event", [heard(50), ev.PriorityChanged()], ids=str)
def test_a_takeover_that_has_not_advertised_yet_advertises_once(event: ev.Event) -> None:
    state = replace(ADVERTISED, displaces=True)
    waiting, _nothing = after(state, event, NOW + MS)
    _serving, actions = after(waiting, ev.Confirmed(), NOW + 2 * MS)

    assert actions == [ANNOUNCE, Advertise(100)]
    assert CONFIRM not in actions
