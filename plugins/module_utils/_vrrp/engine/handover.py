# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What an agent leaves to the one that goes on in its place, as plain values.

Both read the same clock, which counts from when the machine was booted, so points in time stay
what they are. What is not here the heir finds out by itself or has from the same files: the
interfaces, the intents, what has to be cleaned up. This module is PRIVATE to the collection.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Dict, Iterable, Mapping, Type

from ..base.errors import NOT_INHERITED, NOT_RESTARTED, ControlError
from ..fsm.state import Backup, Initialize, Master, Peer, State
from .router.router import Router
from .router.send_failures import SendFailures

Entry = Dict[str, Any]
HandoverState = Dict[str, Any]

_STATES: Mapping[str, Type[Any]] = {"backup": Backup, "master": Master}


def export_router(router: Router) -> Entry:
    """What there is to know of a router that is not about to leave."""
    return {
        "state": _left_state(router.state),
        "since": router.since,
        "transitions": router.transitions,
        "hold_priority": router.hold_priority,
        "counters": dict(router.counters),
        "refusals": asdict(router.send_failures),
        "native": None if router.preexisting is None else [one.hex() for one in router.preexisting],
        "numbers": {one.hex(): number for one, number in router.replay_guard.latest().items()},
    }


def check_compatible(routers: Iterable[Router], estate: HandoverState) -> None:
    """Raise ControlError when what is left can't be taken over by these, which take no part yet."""
    heirs = {one.name: one for one in routers}
    if heirs.keys() != estate["routers"].keys():
        raise ControlError(NOT_INHERITED, "the new process reads the configuration otherwise")
    for name, entry in estate["routers"].items():
        state = heirs[name].state
        failed = isinstance(state, Initialize) and state.retry_at is not None
        if failed and entry["state"] is not None:
            raise ControlError(NOT_RESTARTED, f"{name}: {state.reason}")


def import_router(router: Router, entry: Entry) -> None:
    """Let a router that has just been made be what that one was."""
    router.since = entry["since"]
    router.transitions = entry["transitions"]
    router.hold_priority = entry["hold_priority"]
    numbers = {bytes.fromhex(one): number for one, number in entry["numbers"].items()}
    router.replay_guard.restore(numbers)
    router.send_failures = SendFailures(**entry["refusals"])
    if entry["native"] is not None:
        router.preexisting = frozenset(map(bytes.fromhex, entry["native"]))
    router.counters.clear()  # Both have heard the latest.
    router.counters.update(entry["counters"])
    if entry["state"] is not None:
        router.restore(_state(entry["state"]))


def _left_state(state: State) -> Entry | None:
    if isinstance(state, Initialize):
        return None  # Why, and until when, the heir sees for itself.
    kind = next(name for name, kind in _STATES.items() if isinstance(state, kind))
    entry = {"kind": kind, **asdict(state)}
    if isinstance(state, Backup) and state.master is not None:
        entry["master"]["address"] = state.master.address.hex()
    return entry


def _state(entry: Entry) -> State:
    fields = {name: value for name, value in entry.items() if name != "kind"}
    if fields.get("master") is not None:
        told = fields["master"]
        fields["master"] = Peer(**{**told, "address": bytes.fromhex(told["address"])})
    state: State = _STATES[entry["kind"]](**fields)
    return state
