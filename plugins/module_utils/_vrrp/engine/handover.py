# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The state that one process hands over to the next at a restart, as plain values.

Both processes read the same clock, which counts from the boot of the machine, so points in time
stay valid. The new process reads everything else itself: interfaces from the kernel, intents and
recovery records from the same files.
"""

from __future__ import annotations

from typing import Dict, Iterable, List, Tuple, TypedDict, Union

from ..base.errors import NOT_INHERITED, NOT_RESTARTED, ControlError
from ..base.units import Nanoseconds
from ..fsm import transitions
from ..fsm.state import Backup, Initialize, Master, Peer, Resigning, State
from ..model.status import TransitionCount
from .host.link_states import LinkStateExport
from .router.problems import ProblemState
from .router.router import Router
from .router.send_failures import SendFailures
from .router.snapshot import RouterSnapshot
from .tracking.tracking import TrackingState


class PeerState(TypedDict):
    """A peer; the address in hexadecimal digits."""

    address: str
    priority: int
    advertisement_interval: Nanoseconds


class BackupState(TypedDict):
    """The fields of ``fsm.state.Backup``."""

    reason: str
    master_down_at: Nanoseconds
    master_adver_interval: Nanoseconds
    master: Union[PeerState, None]
    not_before: Nanoseconds
    preempt_at: Union[Nanoseconds, None]
    ready: bool


class MasterState(TypedDict):
    """The fields of ``fsm.state.Master``."""

    reason: str
    adver_at: Nanoseconds
    announce_at: List[Nanoseconds]
    refresh_at: Union[Nanoseconds, None]
    paid_at: Nanoseconds


class SendFailuresState(TypedDict):
    """The fields of ``SendFailures`` that matter before the next advertisement."""

    last_incomplete: int
    unreached: int
    last_failed: int
    consecutive: int
    silent_since: Nanoseconds
    is_sending: bool
    withdrawals: int


class RouterState(TypedDict):
    """One router; both ``backup`` and ``master`` are None for one that takes no part, which may go
    on as master until ``resume_by``. Addresses are hexadecimal digits.
    """

    backup: Union[BackupState, None]
    master: Union[MasterState, None]
    resume_by: Union[Nanoseconds, None]
    since: Nanoseconds
    transitions: List[TransitionCount]
    hold_priority: int
    counters: Dict[str, int]
    send_failures: SendFailuresState
    sequence_numbers: Dict[str, int]
    problems: List[ProblemState]


class AnnouncementState(TypedDict):
    """The frames that an announcement has still to send, in hexadecimal digits."""

    router: str
    index: int
    frames: List[str]
    pause: Nanoseconds
    due_at: Nanoseconds


class EngineState(TypedDict):
    """All routers by name, the tracked observations, and counters of packets without a router.

    ``owned`` are the addresses that the agent has added: interface index, address in hexadecimal
    digits, prefix length. ``probes`` are the times of the next ones, by router.
    """

    routers: Dict[str, RouterState]
    tracked: TrackingState
    counters: Dict[str, int]
    owned: List[Tuple[int, str, int]]
    announcements: List[AnnouncementState]
    probes: Dict[str, Nanoseconds]
    links: List[LinkStateExport]


def refuse_if_busy(routers: Iterable[Router]) -> None:
    """Raise ControlError while a router is resigning: only this process can finish that."""
    for router in routers:
        if router.deferred or router.retired or isinstance(router.state, Resigning):
            raise ControlError("busy", f"{router.name} is giving up mastership")


def peer_takeover_at(router: Router) -> Nanoseconds | None:
    """Return the time from which a peer may take over from a silent master; None for a router that
    is no master.
    """
    state = router.state
    return (
        transitions.peer_takeover_at(router.parameters, state)
        if isinstance(state, Master)
        else None
    )


def export_router(router: Router) -> RouterState:
    """Return the state of a router that is not resigning."""
    found = router.snapshot()
    numbers, failures = found.sequence_numbers, found.send_failures
    return {
        "backup": _export_backup(found.state) if isinstance(found.state, Backup) else None,
        "master": _export_master(found.state) if isinstance(found.state, Master) else None,
        "resume_by": found.state.resume_by if isinstance(found.state, Initialize) else None,
        "since": found.since,
        "transitions": list(found.transitions),
        "hold_priority": found.hold_priority,
        "counters": dict(found.counters),
        "send_failures": {
            "last_incomplete": failures.last_incomplete,
            "unreached": failures.unreached,
            "last_failed": failures.last_failed,
            "consecutive": failures.consecutive,
            "silent_since": failures.silent_since,
            "is_sending": failures.is_sending,
            "withdrawals": failures.withdrawals,
        },
        "sequence_numbers": {sender.hex(): number for sender, number in numbers.items()},
        "problems": router.problems.export(),
    }


def check_compatible(routers: Iterable[Router], state: EngineState) -> None:
    """Raise ControlError when these routers, which take no part yet, can't import the state."""
    here = {one.name: one for one in routers}
    if here.keys() != state["routers"].keys():
        raise ControlError(NOT_INHERITED, "the new version parses the configuration differently")
    for name, entry in state["routers"].items():
        own = here[name].state
        failed = isinstance(own, Initialize) and own.retry_at is not None
        if failed and (entry["backup"] or entry["master"]):
            raise ControlError(NOT_RESTARTED, f"{name}: {own.reason}")


def import_router(router: Router, entry: RouterState) -> None:
    """Restore a new router from the state of the old one."""
    numbers = entry["sequence_numbers"]
    router.problems.restore(entry["problems"])
    router.restore(
        RouterSnapshot(
            _import_state(entry),
            entry["since"],
            entry["transitions"],
            entry["hold_priority"],
            entry["counters"],
            SendFailures(**entry["send_failures"]),
            {bytes.fromhex(sender): number for sender, number in numbers.items()},
        )
    )


def _export_backup(state: Backup) -> BackupState:
    master = state.master
    return {
        "reason": state.reason,
        "master_down_at": state.master_down_at,
        "master_adver_interval": state.master_adver_interval,
        "master": None if master is None else _export_peer(master),
        "not_before": state.not_before,
        "preempt_at": state.preempt_at,
        "ready": state.ready,
    }


def _export_peer(peer: Peer) -> PeerState:
    return {
        "address": peer.address.hex(),
        "priority": peer.priority,
        "advertisement_interval": peer.advertisement_interval,
    }


def _export_master(state: Master) -> MasterState:
    return {
        "reason": state.reason,
        "adver_at": state.adver_at,
        "announce_at": list(state.announce_at),
        "refresh_at": state.refresh_at,
        "paid_at": state.paid_at,
    }


def _import_state(entry: RouterState) -> State:
    backup, master = entry["backup"], entry["master"]
    if master is not None:
        return Master(
            master["reason"],
            master["adver_at"],
            tuple(master["announce_at"]),
            master["refresh_at"],
            master["paid_at"],
        )
    if backup is None:
        return Initialize("", resume_by=entry["resume_by"])
    return Backup(
        backup["reason"],
        backup["master_down_at"],
        backup["master_adver_interval"],
        None if backup["master"] is None else _import_peer(backup["master"]),
        backup["not_before"],
        backup["preempt_at"],
        backup["ready"],
    )


def _import_peer(entry: PeerState) -> Peer:
    interval = entry["advertisement_interval"]
    return Peer(bytes.fromhex(entry["address"]), entry["priority"], interval)
