# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""One instance with all that is known of it, as text for a person."""

from __future__ import annotations

from typing import Iterator, List, Tuple

from ..model.status import HookStatus, InstanceStatus, IntentChangeStatus, TrackedStatus
from .render import align, duration, intent_text, master_text, origin_text, priority_text

Section = Tuple[str, List[str]]


def details(instance: InstanceStatus) -> str:
    """Return several lines about an instance: its state, what is wrong, its settings, its
    counters.
    """
    head = f"{instance['label']}: {instance['state']}, {instance['reason']}"
    sections = [*_state(instance), *_troubles(instance), *_settings(instance)]
    rows = [
        (f"  {title if number == 0 else ''}", line)
        for title, lines in sections
        for number, line in enumerate(lines)
    ]
    return f"{head}\n{align(rows)}"


def _state(instance: InstanceStatus) -> Iterator[Section]:
    since = f"{instance['since']}, for {duration(instance['seconds_in_state'])}"
    yield "since", [since]
    yield "master", [master_text(instance)]
    yield "priority", [priority_text(instance)]
    intent = intent_text(instance) + origin_text(instance)
    yield "intent", [intent, *_change(instance["intent_change"])]
    counts = instance.get("transition_counts", [])  # An older agent does not count them.
    reasons = [f"{one['state']}, {one['event_type']}: {one['count']}" for one in counts]
    yield "transitions", [str(instance["transitions"]), *reasons]
    if instance["leaving"]:
        yield "leaving", ["removed from the configuration, serves until there is another master"]


def _change(change: IntentChangeStatus | None) -> List[str]:
    if change is None:
        return []
    message = f": {change['message']}" if change["message"] else ""
    return [f"change {change['number']} to {change['intent']}: {change['outcome']}{message}"]


def _troubles(instance: InstanceStatus) -> Iterator[Section]:
    problems = [f"{one['text']} (since {one['since']})" for one in instance["problems"]]
    yield "problems", problems or ["none is known"]
    degraded = [f"{one['reason']} (since {one['since']})" for one in instance["degraded"]]
    if degraded:
        yield "degraded", degraded
    if instance["tracked"]:
        yield "tracked", [_tracked(one) for one in instance["tracked"]]


def _tracked(tracked: TrackedStatus) -> str:
    up = {True: "up", False: "down", None: "not known yet"}[tracked["up"]]
    effect = "keeps the instance out" if tracked["fault"] else f"adds {tracked['adjustment']}"
    return f"{tracked['check']}: {up} ({tracked['why']}), weight {tracked['weight']}, {effect}"


def _settings(instance: InstanceStatus) -> Iterator[Section]:
    yield "addresses", instance["addresses"]
    source = instance["address"] or "no address"
    yield "interface", [f"{instance['interface']}, sends from {source}"]
    virtual_router = f"{instance['family']}, VRID {instance['vrid']}, version {instance['version']}"
    yield "virtual router", [virtual_router]
    if instance["sync_group"]:
        yield "sync group", [instance["sync_group"]]
    if instance["hooks"]:
        yield "hooks", [_hook(one) for one in instance["hooks"]]
    yield "settings", [f"preempt: {_value(instance['preempt'])}", *_all_settings(instance)]
    yield "counters", [f"{name}: {count}" for name, count in instance["counters"].items()] or ["-"]


def _hook(hook: HookStatus) -> str:
    result = hook.get("result")
    ran = "has not run" if result is None else f"{result} after {hook.get('seconds', 0):.1f} s"
    return f"{hook['event']}: {hook['command']}: {ran}"


def _all_settings(instance: InstanceStatus) -> List[str]:
    interval = f"advertisement_interval: {instance['advertisement_interval']:g}"
    settings = [f"{name}: {_value(value)}" for name, value in instance["settings"].items()]
    return [interval, *settings]


def _value(value: object) -> str:
    if value is None or value == []:
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
