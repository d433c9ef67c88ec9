# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state machine against the RFCs: state, event, expected actions and next state.

Points in time are nanoseconds from the event on.
"""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from _vrrp.fsm import actions as act
from _vrrp.fsm import events as ev
from _vrrp.fsm.parameters import Parameters
from _vrrp.fsm.state import Backup, Initialize, Master, Peer, Purpose, Resigning, State
from _vrrp.fsm.step import step
from conformance import ledger

NOW = 1_000_000_000_000
ROUTER = {
    "version": 3,
    "priority": 100,
    "address": "192.0.2.11",
    "advertisement_interval": 1_000_000_000,
    "preempt": True,
    "announce_delay": 0,
}
STATES = {"initialize": Initialize, "backup": Backup, "master": Master, "resigning": Resigning}


def parameters(**settings: Any) -> Parameters:
    given = {**ROUTER, **settings}
    return Parameters(**{**given, "address": packed(given["address"])})


def packed(written: str) -> bytes:
    return ipaddress.ip_address(written).packed


def state(kind: str, **fields: Any) -> State:
    """A state; what a case leaves out has no influence on it."""
    made = {key: NOW + value if key.endswith("_at") else value for key, value in fields.items()}
    if kind == "backup":
        made = {"master_adver_interval": 1_000_000_000, **made}
        if "master" in made:
            address, priority = made["master"]
            made["master"] = Peer(packed(address), priority, 1_000_000_000)
    if kind == "resigning":
        made = {"purpose": Purpose.STOP, **made}
    found: State = STATES[kind](reason="before", **made)
    return found


def event(kind: str, **fields: Any) -> ev.Event:
    if kind == "heard":
        peer = Peer(packed(fields["address"]), fields["priority"], fields["interval"])
        return ev.Heard(peer)
    if kind == "shutdown":
        return ev.Resign(Purpose.STOP, "shutdown")
    events: dict[str, ev.Event] = {"startup": ev.Startup(), "timer_expired": ev.TimerExpired()}
    return events[kind]


def shown(action: act.Action) -> str:
    """An action as the cases write it."""
    if isinstance(action, act.Advertise):
        return f"advertise {action.priority}"
    words = {
        act.Probe: "probe",
        act.InstallAddresses: "install",
        act.RemoveAddresses: "remove",
        act.Announce: "announce",
    }
    return words[type(action)]


@pytest.mark.parametrize("case", ledger.cases("machine"), ids=lambda case: case["name"])
def test_a_step_leads_to_the_state_and_the_actions_of_the_rfcs(case: dict[str, Any]) -> None:
    kind, fields = case["state"]
    happens, details = case["event"]
    router = parameters(**case.get("router", {}))
    after, done = step(router, state(kind, **fields), event(happens, **details), NOW)
    actions = done
    while act.Confirm() in done:
        after, done = step(router, after, ev.Confirmed(), NOW)
        actions = [*actions, *done]
    assert [shown(one) for one in actions if one != act.Confirm()] == case["actions"]
    reached, expected = case["next"]
    assert isinstance(after, STATES[reached])
    for name, value in expected.items():
        found = getattr(after, name)
        assert found == (NOW + value if name.endswith("_at") else value), name
