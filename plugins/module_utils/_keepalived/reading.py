# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Reads keepalived.conf: returns instances as our settings, and a verdict on every word.

Pure, and never raises on what is in the files.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Dict, List, Mapping, Sequence, Tuple

from .._vrrp.base.errors import ConfigError
from .._vrrp.model.config import build_config
from .blocks import Statement, parse_blocks
from .checks import DEFINING_WORDS, NO_BFD, TRACKING, Definitions, define, tracked
from .commands import DELETED, NOTIFYING_WORDS, hooks_of
from .global_words import GLOBAL_WORDS, Globals
from .instance_words import Draft, read_draft
from .lines import Expander, Fault, Files, Line, Place, TooLongError
from .meaning import settings_of
from .routing import Preferences
from .values import decimal, first, flag, names
from .verdicts import Entry, Outcome, Verdict, Verdicts, dropped, equal, mapped, refused, take

DEFAULT_USER = "root"  # Unless there is a user keepalived_script.


@dataclass(frozen=True)
class Reading:
    """The ``instances``, each as an entry of ``vrrp_instances``, and the verdicts on all words.
    ``has_virtual_servers``: keepalived is needed for more than VRRP.
    """

    instances: Sequence[Mapping[str, Any]]
    verdicts: Sequence[Verdict]
    has_virtual_servers: bool = False


def read_configuration(
    files: Files,
    path: str,
    config_id: str = "",
    environment: Mapping[str, str] | None = None,
    default_user: str = DEFAULT_USER,
) -> Reading:
    """Read a configuration file and all that it includes; ``default_user`` runs the scripts that
    name no user.
    """
    expander = Expander(files, config_id, dict(environment or {}))
    lines, faults = _lines(expander, path)
    statements, brace_faults = parse_blocks(lines)
    reader = _Reader(default_user)
    for fault in (*faults, *expander.faults, *brace_faults):
        reader.verdicts.add_fault(fault)
    for words in _PHASES:
        own = [one for one in statements if (one.word if one.word in TOP_WORDS else "") in words]
        take(reader, own, TOP_WORDS, reader.verdicts)
    found = reader.result()
    reader.verdicts.complete(statements)
    return replace(found, verdicts=reader.verdicts.all)


def _lines(expander: Expander, path: str) -> Tuple[List[Line], List[Fault]]:
    found: List[Line] = []
    try:
        found.extend(expander.lines(path))
    except TooLongError as error:
        return [], [Fault(Place(path, 0), str(error))]
    return found, []


@dataclass
class _Group:
    """A sync group: the names of its instances, the checks and hooks of the whole group."""

    name: str
    verdicts: Verdicts
    user: str
    members: Tuple[str, ...] = ()
    tracks: List[Statement] = field(default_factory=list)
    hooks: List[Dict[str, Any]] = field(default_factory=list)
    has_weights: bool = False


class _Reader:
    """Collects the parts of a configuration as they are read. Mutable."""

    def __init__(self, default_user: str) -> None:
        self.verdicts = Verdicts()
        self.defaults = Globals(script_user=default_user)
        self.definitions: Definitions = {}
        self.preferences = Preferences()
        self.drafts: List[Draft] = []
        self.groups: List[_Group] = []
        self.delays: Dict[str, Dict[str, float]] = {}
        self.pauses: Dict[str, float] = {}
        self.has_virtual_servers = False

    def result(self) -> Reading:
        """Return what was read; contradictions between settings become verdicts."""
        for group in self.groups:
            self._join(group)
        instances = [self._instance(draft) for draft in self.drafts]
        for place, why in _problems(instances):
            draft = self.drafts[place]
            statement = Statement(draft.place, "vrrp_instance", (draft.name,))
            self.verdicts.add(statement, refused(why))
        return Reading(instances, self.verdicts.all, self.has_virtual_servers)

    def _instance(self, draft: Draft) -> Dict[str, Any]:
        group = next((one for one in self.groups if draft.name in one.members), None)
        for statement in draft.tracks:
            has_weights = group is None or group.has_weights
            self._track(draft, statement, has_weights)
        made = settings_of(draft, self.defaults)
        if group is not None:
            made["sync_group"] = group.name
        made.update(self.delays.get(draft.interface, {}))
        if draft.interface in self.pauses:
            made["announce_interval"] = self.pauses[draft.interface]
        return made

    def _track(self, draft: Draft, statement: Statement, has_weights: bool) -> None:
        setting, found = tracked(statement, self.definitions, has_weights, self.verdicts)
        draft.checks.setdefault(setting, []).extend(found)

    def _join(self, group: _Group) -> None:
        """Give the checks and hooks of a group to its first instance: they count for all."""
        leader = next((one for one in self.drafts if one.name in group.members), None)
        if leader is None:
            return
        for statement in group.tracks:
            self._track(leader, statement, has_weights=group.has_weights)
        leader.hooks.extend(group.hooks)


def _problems(instances: Sequence[Mapping[str, Any]]) -> List[Tuple[int, str]]:
    """Return the problems that the agent would have with the instances, by their places."""
    try:
        build_config({"instances": [dict(one) for one in instances]})
    except ConfigError as error:
        return [_placed(str(one)) for one in error.problems]
    return []


def _placed(problem: str) -> Tuple[int, str]:
    """Return the place of an instance that a problem names, and the rest of it."""
    path, _separator, why = problem.partition("]")
    return int(path.partition("[")[2]), why.lstrip(".")


# --- Blocks outside of all others ---


def _global_defs(reader: _Reader, statement: Statement) -> Outcome:
    take(reader.defaults, statement.inner, GLOBAL_WORDS, reader.verdicts)
    return mapped("see each word")


def _global_word(reader: _Reader, statement: Statement) -> Outcome:
    entry = GLOBAL_WORDS[statement.word]
    return entry if isinstance(entry, Outcome) else entry(reader.defaults, statement)


def _definition(reader: _Reader, statement: Statement) -> Outcome:
    return define(statement, reader.defaults.script_user, reader.verdicts, reader.definitions)


def _instance(reader: _Reader, statement: Statement) -> Outcome:
    user = reader.defaults.script_user
    reader.drafts.append(read_draft(statement, reader.preferences, user, reader.verdicts))
    return mapped("an entry of vrrp_instances")


def _sync_group(reader: _Reader, statement: Statement) -> Outcome:
    group = _Group(first(statement), reader.verdicts, reader.defaults.script_user)
    take(group, statement.inner, GROUP_WORDS, reader.verdicts)
    reader.groups.append(group)
    return mapped("sync_group of its instances")


def _members(group: _Group, statement: Statement) -> Outcome:
    group.members = names(statement)
    for one in statement.inner:
        group.verdicts.add(one, mapped("sync_group"))
    return mapped("sync_group")


def _group_track(group: _Group, statement: Statement) -> Outcome:
    group.tracks.append(statement)
    return mapped("checks of its first instance, which count for all")


def _group_hook(group: _Group, statement: Statement) -> Outcome:
    hooks, outcome = hooks_of(statement, group.user, "group")
    group.hooks.extend(hooks)
    return mapped(f"{outcome.text}, of its first instance") if hooks else outcome


def _group_weights(group: _Group, statement: Statement) -> Outcome:
    group.has_weights = flag(statement)
    return mapped("the weights of checks")


def _delays(reader: _Reader, statement: Statement) -> Outcome:
    for one in statement.inner:
        try:
            down = decimal(first(one), 0, 255)
            up = decimal(one.arguments[1], 0, 255) if len(one.arguments) > 1 else down
        except ValueError as error:
            reader.verdicts.add(one, refused(str(error)))
            continue
        reader.delays[one.word] = {"link_down_delay": down, "link_up_delay": up}
        reader.verdicts.add(one, mapped("link_down_delay and link_up_delay"))
    return mapped("link_down_delay and link_up_delay of the instances on these interfaces")


def _garp_group(reader: _Reader, statement: Statement) -> Outcome:
    interfaces: List[str] = []
    pause = 0.0
    for one in statement.inner:
        if one.word in ("garp_interval", "gna_interval"):
            pause = max(pause, decimal(first(one), 0, 10))
        elif one.word in ("interface", "interfaces"):
            interfaces += [*one.arguments[:1], *names(one)]
        reader.verdicts.add_all(one, mapped("announce_interval"))
    reader.pauses.update(dict.fromkeys(interfaces, pause))
    return mapped("announce_interval of the instances on these interfaces")


def _virtual_servers(reader: _Reader, statement: Statement) -> Outcome:
    reader.has_virtual_servers = True
    for one in statement.inner:
        reader.verdicts.add_all(one, _STAYS)
    return _STAYS


_STAYS = dropped("keepalived goes on with it, beside the agent: keepalived --check")
_STATIC = refused("keepalived sets it while it runs: give it to the network configuration")
GROUP_WORDS: Mapping[str, Entry[_Group]] = {
    "group": _members,
    **dict.fromkeys(TRACKING, _group_track),
    "track_bfd": NO_BFD,
    **dict.fromkeys(NOTIFYING_WORDS, _group_hook),
    "notify_deleted": DELETED,
    "notify_priority_changes": dropped("vrrpctl watch reports all changes"),
    "smtp_alert": refused("no mails are sent: run a hook, or let the monitoring send them"),
    "global_tracking": equal("the checks of an instance count for its whole group"),
    "sync_group_tracking_weight": _group_weights,
}
TOP_WORDS: Mapping[str, Entry[_Reader]] = {
    **{word: _global_word for word in (
        "net_namespace", "net_namespace_ipvs", "instance", "use_pid_dir",
        "linkbeat_use_polling", "child_wait_time",
    )},
    "global_defs": _global_defs,
    **dict.fromkeys(DEFINING_WORDS, _definition),
    "vrrp_instance": _instance,
    "vrrp_sync_group": _sync_group,
    "interface_up_down_delays": _delays,
    "garp_group": _garp_group,
    "linkbeat_interfaces": dropped("the kernel reports the state of interfaces"),
    "bfd_instance": NO_BFD,
    **dict.fromkeys(("virtual_server", "virtual_server_group", "SSL"), _virtual_servers),
    **dict.fromkeys(("static_ipaddress", "static_routes", "static_rules"), _STATIC),
    "track_group": _STATIC,
}  # fmt: skip
_LATER = ("vrrp_instance", "vrrp_sync_group", *DEFINING_WORDS)
_PHASES = (
    ("", *(word for word in TOP_WORDS if word not in _LATER)),
    DEFINING_WORDS,
    ("vrrp_instance",),
    ("vrrp_sync_group",),
)
