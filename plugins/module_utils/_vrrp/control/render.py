# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Status and transitions as a person reads them at 3 a.m.

This module is PRIVATE to the collection.
"""

from __future__ import annotations

from typing import List, Sequence

from ..model.status import InstanceStatus, TransitionMessage

_COLUMNS = ("INSTANCE", "STATE", "FOR", "INTENT", "PRIORITY", "MASTER", "ADDRESSES", "WHY")


def table(instances: Sequence[InstanceStatus]) -> str:
    """Instances as aligned columns, one line each."""
    if not instances:
        return "no instances are configured"
    return align([_COLUMNS, *(_row(instance) for instance in instances)])


def align(rows: Sequence[Sequence[str]]) -> str:
    """Rows of equal length as columns two spaces apart."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _row(instance: InstanceStatus) -> List[str]:
    return [
        f"{instance['name']} ({instance['interface']} {instance['family']} {instance['vrid']})",
        instance["state"],
        _duration(instance["seconds_in_state"]),
        instance["intent"] + (" (forced)" if instance["intent_forced"] else ""),
        _priority(instance),
        _master(instance),
        " ".join(instance["addresses"]),
        instance["reason"],
    ]


def _priority(instance: InstanceStatus) -> str:
    configured, effective = instance["priority"], instance["effective_priority"]
    return str(configured) if configured == effective else f"{effective} (set: {configured})"


def _master(instance: InstanceStatus) -> str:
    master = instance["master"]
    if master is None:
        return "-"
    who = "this host" if master["address"] == instance["address"] else master["address"]
    return f"{who} ({master['priority']})"


def _duration(seconds: float) -> str:
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}m{rest:02d}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02d}m" if hours < 48 else f"{hours // 24}d{hours % 24:02d}h"


def transition_line(transition: TransitionMessage) -> str:
    """A transition of ``watch`` in one line."""
    return (
        f"{transition['at']} {transition['label']}: {transition['old']} -> {transition['new']} "
        f"({transition['event']}: {transition['cause']})"
    )
