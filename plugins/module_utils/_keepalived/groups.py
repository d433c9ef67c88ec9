# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Sync groups: their instances, and the checks and hooks of the whole group."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Tuple

from .blocks import Statement
from .checks import NO_BFD, TRACKING
from .commands import DELETED, GROUP_NOTIFYING_WORDS, hooks_of
from .meaning import PRIORITY_OWNER
from .values import first, flag, names
from .verdicts import Entry, Outcome, Verdicts, dropped, equal, mapped, refused, take
from .weights import Weights


@dataclass
class Group:
    """A sync group with the names of its instances. Mutable."""

    name: str
    verdicts: Verdicts
    user: str
    members: Tuple[str, ...] = ()
    tracks: List[Statement] = field(default_factory=list)
    hooks: List[Dict[str, Any]] = field(default_factory=list)
    has_weights: bool = False


def read_group(statement: Statement, user: str, verdicts: Verdicts) -> Group:
    """Read a group, whose hooks run as ``user`` unless they name one; raises ValueError for one
    without a name.
    """
    group = Group(first(statement), verdicts, user)
    take(group, statement.inner, GROUP_WORDS, verdicts)
    return group


def weights_of(priority: int, group: Group | None) -> Weights:
    """Return the fate of the weights of an instance's own checks."""
    if group is not None and not group.has_weights:
        return Weights.OF_A_MEMBER
    return Weights.OF_AN_OWNER if priority == PRIORITY_OWNER else Weights.KEPT


def _members(group: Group, statement: Statement) -> Outcome:
    if group.members:
        return dropped("keepalived goes by the first list of the group")
    group.members = names(statement)
    for one in statement.inner:
        group.verdicts.add(one, mapped("sync_group"))
    return mapped("sync_group")


def _track(group: Group, statement: Statement) -> Outcome:
    group.tracks.append(statement)
    return mapped("checks of each of its instances")


def _hook(group: Group, statement: Statement) -> Outcome:
    hooks, outcome = hooks_of(statement, group.user, "group")
    group.hooks.extend({**hook, "group": True} for hook in hooks)
    return mapped(f"{outcome.text} of the whole group") if hooks else outcome


def _has_weights(group: Group, statement: Statement) -> Outcome:
    group.has_weights = flag(statement)
    return mapped("the weights of checks")


GROUP_WORDS: Mapping[str, Entry[Group]] = {
    "group": _members,
    **dict.fromkeys(TRACKING, _track),
    "track_bfd": NO_BFD,
    **dict.fromkeys(GROUP_NOTIFYING_WORDS, _hook),
    "notify_deleted": DELETED,
    "notify_priority_changes": dropped("vrrpctl watch reports all changes"),
    "smtp_alert": refused("no mails are sent: run a hook, or let the monitoring send them"),
    "global_tracking": equal("the checks of an instance count for its whole group"),
    "sync_group_tracking_weight": _has_weights,
}
