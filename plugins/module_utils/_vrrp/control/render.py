# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Status and transitions as text for people."""

from __future__ import annotations

from typing import Any, List, Mapping, Sequence

from ..model.status import AgentStatus, InstanceStatus, Status, TransitionMessage

# What to do about another program of a host that speaks VRRP.
ONLY_ONE = "let only one of the two have an address or a VRID"

_COLUMNS = ("INSTANCE", "STATE", "FOR", "INTENT", "PRIORITY", "MASTER", "ADDRESSES", "WHY")


def report(status: Status) -> str:
    """Return a table of the instances of a host, under what is to be known of the host itself."""
    lines = []
    if status["agent"]["intent"] == "backup":
        forced = " by force" if status["agent"]["intent_forced"] else ""
        ends = "'vrrpctl auto' or 'vrrpctl master', without a name, ends that"
        lines.append(f"This host is drained{forced}{origin_text(status['agent'])}; {ends}.")
    if status["agent"].get("other_vrrp"):
        lines.append(f"Another program of this host speaks VRRP; {ONLY_ONE}.")
    lines.extend(_unsaved(status["agent"]))
    problems = [line for one in status["instances"] for line in problem_lines(one)]
    return "\n".join([*lines, table(status["instances"]), *problems])


def _unsaved(agent: AgentStatus) -> List[str]:
    """Return what would not survive a restart; an agent of an older version does not say."""
    reasons = (
        ("Intents", agent.get("unsaved_intents")),
        ("Sequence numbers", agent.get("unsaved_sequence_numbers")),
    )
    return [f"{what} would not survive a restart: {why}" for what, why in reasons if why]


def table(instances: Sequence[InstanceStatus]) -> str:
    """Return a table of instances, one line each."""
    if not instances:
        return "no instances are configured"
    return align([_COLUMNS, *(_row(instance) for instance in instances)])


def align(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of equal length as columns two spaces apart."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _row(instance: InstanceStatus) -> List[str]:
    return [
        f"{instance['name']} ({instance['interface']} {instance['family']} {instance['vrid']})",
        instance["state"],
        duration(instance["seconds_in_state"]),
        intent_text(instance),
        priority_text(instance),
        master_text(instance),
        " ".join(instance["addresses"]),
        "; ".join((instance["reason"], *degraded_lines(instance))),
    ]


def degraded_lines(instance: InstanceStatus) -> List[str]:
    """Return the parts that an instance lacks, each with the reason."""
    return [f"degraded: {one['reason']}" for one in instance["degraded"]]


def problem_lines(instance: InstanceStatus) -> List[str]:
    """Return the problems of an instance with its peers."""
    return [f"{instance['label']}: problem: {one['text']}" for one in instance["problems"]]


def priority_text(instance: InstanceStatus) -> str:
    """Return the priority of an instance, the effective one first."""
    configured, effective = instance["priority"], instance["effective_priority"]
    return str(configured) if configured == effective else f"{effective} (set: {configured})"


def master_text(instance: InstanceStatus) -> str:
    """Return the master as an instance sees it."""
    master = instance["master"]
    if master is None:
        return "-"
    who = "this host" if master["address"] == instance["address"] else master["address"]
    return f"{who} ({master['priority']})"


def duration(seconds: float) -> str:
    """Return a length of time in seconds as a person reads it."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}m{rest:02d}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02d}m" if hours < 48 else f"{hours // 24}d{hours % 24:02d}h"


def forecast(before: Sequence[InstanceStatus], after: Sequence[InstanceStatus]) -> str:
    """Return what a change would do to instances, one line each."""
    present = {one["label"]: one for one in before}
    lines = [_change(present.get(one["label"], one), one) for one in after]
    return "\n".join([*lines, "Dry run: nothing was changed."])


def _change(before: InstanceStatus, after: InstanceStatus) -> str:
    state = _arrow(before["state"], after["state"])
    return f"{after['label']}: {state}, intent {_arrow(intent_text(before), intent_text(after))}"


def _arrow(before: str, after: str) -> str:
    return after if before == after else f"{before} -> {after}"


def intent_text(instance: InstanceStatus) -> str:
    """Return the operator's intent for an instance."""
    return instance["intent"] + (" (forced)" if instance["intent_forced"] else "")


def origin_text(status: Mapping[str, Any]) -> str:
    """Return since when an intent applies, and who has set it; nothing when nobody has."""
    if not status.get("intent_since"):
        return ""
    by = f" by {status['intent_by']}" if status["intent_by"] else ""
    return f" since {str(status['intent_since']).partition('+')[0].replace('T', ' ')} UTC{by}"


def transition_line(transition: TransitionMessage) -> str:
    """Return a transition of ``watch`` as one line."""
    return (
        f"{transition['at']} {transition['label']}: {transition['old']} -> {transition['new']} "
        f"({transition['event']}: {transition['cause']})"
    )
