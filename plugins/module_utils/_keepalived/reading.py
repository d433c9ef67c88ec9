# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Reads keepalived.conf: returns instances as our settings, and a verdict on every word.

Pure, and never raises on what is in the files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Sequence, Tuple

from .._vrrp.base.errors import ConfigError
from .._vrrp.model.config import build_config
from .blocks import Statement, parse_blocks
from .checks import DEFINING_WORDS, NO_BFD, Definitions, define, tracked
from .global_words import GLOBAL_WORDS, Globals
from .groups import Group, read_group, weights_of
from .instance_words import Draft, read_draft
from .lines import Expander, Fault, Files, Line, Place, TooLongError
from .meaning import PRIORITY_OWNER, priority_of, settings_of
from .routing import Preferences
from .values import decimal, first, legal_name, names
from .verdicts import Entry, Outcome, Verdict, Verdicts, dropped, mapped, refused, take
from .weights import Weights

DEFAULT_USER = "root"  # Unless there is a user keepalived_script.


@dataclass(frozen=True)
class Reading:
    """The ``instances``, each as an entry of ``vrrp_instances``, and the verdicts on all words.
    ``has_virtual_servers``: keepalived is needed for more than VRRP. ``is_complete`` unless there
    was more than can be read.
    """

    instances: Sequence[Mapping[str, Any]]
    verdicts: Sequence[Verdict]
    has_virtual_servers: bool = False
    is_complete: bool = True


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
    lines, unread = _lines(expander, path)
    statements, brace_faults = parse_blocks(lines)
    reader = _Reader(default_user)
    for fault in (*unread, *expander.faults, *brace_faults):
        reader.verdicts.add_fault(fault)
    for words in _PHASES:
        own = [one for one in statements if (one.word if one.word in TOP_WORDS else "") in words]
        take(reader, own, TOP_WORDS, reader.verdicts)
    instances = reader.instances()
    verdicts = reader.verdicts.complete(statements)
    return Reading(instances, verdicts, reader.has_virtual_servers, not unread)


def _lines(expander: Expander, path: str) -> Tuple[List[Line], List[Fault]]:
    found: List[Line] = []
    try:
        found.extend(expander.lines(path))
    except TooLongError as error:
        return [], [Fault(Place(path, 0), str(error))]
    return found, []


class _Reader:
    """Collects the parts of a configuration as they are read. Mutable."""

    def __init__(self, default_user: str) -> None:
        self.verdicts = Verdicts()
        self.defaults = Globals(script_user=default_user)
        self.definitions: Definitions = {}
        self.preferences = Preferences()
        self.drafts: List[Draft] = []
        self.groups: List[Group] = []
        self.delays: Dict[str, Dict[str, float]] = {}
        self.pauses: Dict[str, float] = {}
        self.has_virtual_servers = False

    def instances(self) -> List[Mapping[str, Any]]:
        """Return the instances; contradictions between settings become verdicts."""
        for group in self.groups:
            self._join(group)
        instances: List[Mapping[str, Any]] = [self._instance(draft) for draft in self.drafts]
        for place, why in _problems(instances):
            draft = self.drafts[place]
            statement = Statement(draft.place, "vrrp_instance", (draft.name,))
            self.verdicts.add(statement, refused(why))
        return instances

    def _instance(self, draft: Draft) -> Dict[str, Any]:
        group = next((one for one in self.groups if draft.name in one.members), None)
        weights = weights_of(priority_of(draft), group)
        for statement in draft.tracks:
            self._track(draft, statement, weights)
        made = settings_of(draft, self.defaults)
        if group is not None:
            made["sync_group"] = legal_name(group.name)
        made.update(self.delays.get(draft.interface, {}))
        if draft.interface in self.pauses:
            made["announce_interval"] = self.pauses[draft.interface]
        return made

    def _track(self, draft: Draft, statement: Statement, weights: Weights) -> None:
        setting, found = tracked(statement, self.definitions, weights, self.verdicts)
        checks = draft.checks.setdefault(setting, [])
        checks.extend(one for one in found if one not in checks)

    def _join(self, group: Group) -> None:
        """Give the checks of a group to each of its instances, and the hooks to the first."""
        members = [one for one in self.drafts if one.name in group.members]
        has_owner = any(priority_of(one) == PRIORITY_OWNER for one in members)
        weights = Weights.OF_A_GROUP_WITH_AN_OWNER if has_owner else Weights.KEPT
        for statement in group.tracks:
            for draft in members:
                self._track(draft, statement, weights)
        for draft in members[:1]:
            draft.hooks.extend(group.hooks)


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
    setting, separator, text = why.lstrip(".").partition(": ")
    if setting.startswith("hmac"):  # Its value may be a secret at the wrong place.
        text = "keepalived has a value that is not legal here"
    return int(path.partition("[")[2]), f"{setting}{separator}{text}"


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
    draft = read_draft(statement, reader.preferences, user, reader.verdicts)
    reader.drafts.append(draft)
    return _named(draft.name, "an entry of vrrp_instances")


def _sync_group(reader: _Reader, statement: Statement) -> Outcome:
    user = reader.defaults.script_user
    group = read_group(statement, user, reader.verdicts)
    reader.groups.append(group)
    return _named(group.name, "sync_group of its instances")


def _named(name: str, what: str) -> Outcome:
    """Return the outcome of a block with a name, which may be none here."""
    made = legal_name(name)
    if made == name:
        return mapped(what)
    return refused(f"{what}, with the name {made}, which scripts and hooks are given from then on")


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
