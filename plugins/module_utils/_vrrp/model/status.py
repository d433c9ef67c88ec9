# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The status of an agent as plain values, as the control protocol carries it.

Lengths of time are in seconds, points in time in UTC (ISO 8601).
"""

from __future__ import annotations

from typing import Dict, List, TypedDict, Union


class MasterStatus(TypedDict):
    """The master as a router sees it."""

    address: str
    priority: int
    advertisement_interval: float


class IntentChangeStatus(TypedDict):
    """The last change of an intent, and its outcome."""

    number: int
    intent: str
    outcome: str
    message: str


class TrackedStatus(TypedDict):
    """A tracked check; ``up`` is None while nothing is known."""

    check: str
    up: Union[bool, None]
    why: str
    weight: int
    reverse: bool
    fault: bool
    adjustment: int


class DegradedStatus(TypedDict):
    """A part of an instance that is missing on the host, and why."""

    part: str
    reason: str
    since: str


class ProblemStatus(TypedDict):
    """A problem with a peer: ``problem`` names it for programs, ``text`` for people."""

    problem: str
    peer: str
    text: str
    since: str


class HookResult(TypedDict, total=False):
    """The last run of a hook, and how often it has run and failed; empty before the first.

    ``exit_status`` is None for a hook that could not be run, or was ended.
    """

    result: str
    exit_status: Union[int, None]
    seconds: float
    runs: int
    failures: int


class HookStatus(HookResult):
    """A hook, and its last run."""

    event: str
    command: str


class HmacStatus(TypedDict):
    """The settings of signatures, without the secrets; ``window`` is in seconds."""

    keys: List[int]
    active_key: int
    mode: str
    replay: str
    window: Union[int, None]


class SettingsStatus(TypedDict):
    """The settings that have no field of their own in ``InstanceStatus``."""

    down_intervals: int
    preempt_delay: float
    startup_delay: float
    boot_delay: float
    track_primary: bool
    link_up_delay: float
    link_down_delay: float
    accept_mode: bool
    virtual_mac: bool
    virtual_mac_name: Union[str, None]
    virtual_mac_address: Union[str, None]
    excluded_addresses: List[str]
    virtual_routes: List[str]
    virtual_rules: List[str]
    degraded_weight: int
    unicast_peers: List[str]
    unicast_ttl: int
    unicast_ttl_min: int
    unicast_ttl_max: int
    check_unicast_source: bool
    advertise_checksum: str
    password: bool
    hmac: Union[HmacStatus, None]
    announce_count: int
    announce_delay: float
    announce_interval: float
    announce_refresh: float
    announce_refresh_count: int
    strict_link_local: bool
    derive_link_local: bool
    preferred_lifetime: Union[int, str, None]
    source_address: Union[str, None]
    multicast_group: Union[str, None]


class IntentStatus(TypedDict):
    """An operator's intent; since when it applies, and who has set it, are None when nobody has."""

    intent: str
    intent_forced: bool
    intent_since: Union[str, None]
    intent_by: Union[str, None]


class TransitionCount(TypedDict):
    """The number of transitions to a state for one reason, by its type (RFC 8347)."""

    state: str
    event_type: str
    count: int


class InstanceStatus(IntentStatus):
    """One virtual router."""

    name: str
    label: str
    leaving: bool
    interface: str
    family: str
    vrid: int
    version: int
    state: str
    reason: str
    intent_change: Union[IntentChangeStatus, None]
    priority: int
    effective_priority: int
    preempt: bool
    advertisement_interval: float
    address: Union[str, None]
    addresses: List[str]
    sync_group: Union[str, None]
    degraded: List[DegradedStatus]
    problems: List[ProblemStatus]
    tracked: List[TrackedStatus]
    hooks: List[HookStatus]
    settings: SettingsStatus
    master: Union[MasterStatus, None]
    since: str
    seconds_in_state: float
    transitions: int
    transition_counts: List[TransitionCount]
    counters: Dict[str, int]


class EngineStatus(TypedDict):
    """All instances, and the counters of packets that belong to none."""

    instances: List[InstanceStatus]
    counters: Dict[str, int]


class AgentStatus(IntentStatus):
    """The agent: ``bundle`` and ``unit`` are None for one run from a checkout, ``config`` is the
    digest of the current configuration, and ``scheduled_config`` that of one that is applied later.
    ``config_problem`` is the reason why a later state of the file was refused, None if it was not.

    ``intent`` is that for the host as a whole: ``backup`` when it is drained, otherwise ``auto``.

    ``unsaved_intents`` is the reason why intents would not survive a restart, None if they would;
    ``unsaved_sequence_numbers`` the same for those of signatures that need no clock.

    ``longest_lateness`` (seconds) says how long the agent has let a deadline wait, and
    ``late_wakeups`` how often longer than any of its other work may take.
    """

    version: str
    bundle: Union[str, None]
    unit: Union[str, None]
    pid: int
    started: str
    config: str
    config_loaded: str
    config_problem: Union[str, None]
    scheduled_config: Union[str, None]
    unsaved_intents: Union[str, None]
    unsaved_sequence_numbers: Union[str, None]
    late_wakeups: int
    longest_lateness: float
    other_vrrp: bool


class Status(EngineStatus):
    """All that an agent reports."""

    agent: AgentStatus


class IntentAnswer(TypedDict):
    """The number of a change of an intent, and the instances that it applies to. ``not_saved`` is
    the reason why it would not survive a restart; None if it would.
    """

    change: int
    not_saved: Union[str, None]
    instances: List[InstanceStatus]


class TransitionMessage(TypedDict):
    """A transition as the clients of ``watch`` receive it."""

    instance: str
    label: str
    family: str
    event: str
    event_type: str
    old: str
    new: str
    cause: str
    at: str
    priority: int
