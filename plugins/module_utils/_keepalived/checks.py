# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Checks: scripts, files and processes that are defined once, and tracked by instances."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import Dict, List, Mapping, Tuple

from .blocks import Statement
from .commands import command_line
from .values import decimal, first, whole
from .verdicts import Entry, Handler, Outcome, Verdicts, dropped, equal, mapped, refused, take
from .weights import Check, Weights, weighed

_WEIGHT_MAX = 253
_SECONDS_MAX = 3600
_COUNT_MAX = 100
_PROCESSES_MAX = 10_000


@dataclass
class Definition:
    """A check as it is defined. Mutable."""

    name: str
    setting: str
    check: Check = field(default_factory=dict)


Definitions = Dict[Tuple[str, str], Definition]  # By the setting and the name.


def define(
    statement: Statement, default_user: str, verdicts: Verdicts, into: Definitions
) -> Outcome:
    """Read a definition; returns its outcome, raises ValueError."""
    setting, words = _KINDS[statement.word]
    made = Definition(first(statement), setting)
    if setting == "track_files":
        made.check["weight"] = 1  # As keepalived has it.
    take(made, statement.inner, words, verdicts)
    required = _REQUIRED[setting]
    if required not in made.check:
        raise ValueError(f"{made.name} has no {required}: keepalived leaves it out, too")
    if setting == "track_scripts":
        made.check.setdefault("user", default_user)
        made.check.setdefault("name", made.name)
    into[setting, made.name] = made
    return mapped(setting)


def _script(made: Definition, statement: Statement) -> Outcome:
    made.check["command"], note = command_line(first(statement))
    return mapped(f"command{note}")


def _user(made: Definition, statement: Statement) -> Outcome:
    made.check["user"] = first(statement)
    return mapped("user")


def _init_fail(made: Definition, _statement: Statement) -> Outcome:
    made.check["init_fail"] = True
    return mapped("init_fail")


def _weight(made: Definition, statement: Statement) -> Outcome:
    made.check["weight"] = _weight_of(first(statement))
    if "reverse" in statement.arguments:
        made.check["reverse"] = True
    return mapped("weight")


def _weight_of(text: str) -> int:
    """Read a weight; keepalived takes 254 as 253."""
    return max(-_WEIGHT_MAX, min(_WEIGHT_MAX, whole(text, -_WEIGHT_MAX - 1, _WEIGHT_MAX + 1)))


def _seconds(setting: str, *names: str) -> Handler[Definition]:
    def handle(made: Definition, statement: Statement) -> Outcome:
        length = decimal(first(statement), 0, _SECONDS_MAX)
        for name in names or (setting,):
            made.check[name] = length
        return mapped(setting)

    return handle


def _quorum_max(made: Definition, statement: Statement) -> Outcome:
    """Read the most processes there may be; none there may be makes the least none, too."""
    most = whole(first(statement), 0, _PROCESSES_MAX)
    if most < made.check.get("quorum", 1) and (most or made.check.get("quorum", 1) > 1):
        return dropped("it is less than quorum: keepalived ignores it")
    made.check["quorum_max"] = most
    if most == 0:
        made.check["quorum"] = 0
    return mapped("quorum_max")


def _count(setting: str, most: int = _COUNT_MAX, least: int = 1) -> Handler[Definition]:
    def handle(made: Definition, statement: Statement) -> Outcome:
        made.check[setting] = whole(first(statement), least, most)
        return mapped(setting)

    return handle


def _file(made: Definition, statement: Statement) -> Outcome:
    made.check["path"] = first(statement)
    return mapped("path")


def _process(made: Definition, statement: Statement) -> Outcome:
    name, *arguments = first(statement), *statement.arguments[1:]
    made.check["name"] = name
    if arguments:
        made.check["arguments"] = shlex.join(arguments)
    return mapped("name and arguments")


def _match(made: Definition, statement: Statement) -> Outcome:
    word = first(statement)
    if word not in ("initial", "partial"):
        raise ValueError(f"{word!r} is not initial or partial: keepalived rejects it")
    made.check["arguments_match"] = word
    return mapped("arguments_match")


def _full_command(made: Definition, _statement: Statement) -> Outcome:
    if not str(made.check.get("name", "")).startswith("/"):
        raise ValueError("give the program by its absolute path, as its command line has it")
    return mapped("name, with a path")


_SCRIPT: Mapping[str, Entry[Definition]] = {
    "script": _script,
    "interval": _seconds("interval"),
    "timeout": _seconds("timeout"),
    "weight": _weight,
    "rise": _count("rise"),
    "fall": _count("fall"),
    "user": _user,
    "init_fail": _init_fail,
}
_FILE: Mapping[str, Entry[Definition]] = {
    "file": _file,
    "weight": _weight,
    "init_file": dropped("the file is not created: let a task do that, where it has to exist"),
}
_PROCESS: Mapping[str, Entry[Definition]] = {
    "process": _process,
    "param_match": _match,
    "weight": _weight,
    "quorum": _count("quorum", _PROCESSES_MAX, 0),
    "quorum_max": _quorum_max,
    "delay": _seconds("up_delay and down_delay", "up_delay", "down_delay"),
    "fork_delay": _seconds("up_delay"),
    "terminate_delay": _seconds("down_delay"),
    "full_command": _full_command,
}
_KINDS: Mapping[str, Tuple[str, Mapping[str, Entry[Definition]]]] = {
    "vrrp_script": ("track_scripts", _SCRIPT),
    "vrrp_track_file": ("track_files", _FILE),
    "track_file": ("track_files", _FILE),
    "vrrp_track_process": ("track_processes", _PROCESS),
}
_REQUIRED = {"track_scripts": "command", "track_files": "path", "track_processes": "name"}
DEFINING_WORDS = tuple(_KINDS)
CHECK_WORDS = frozenset((*_SCRIPT, *_FILE, *_PROCESS))


# --- The checks that an instance, or a sync group, tracks ---


def tracked(
    statement: Statement, definitions: Definitions, weights: Weights, verdicts: Verdicts
) -> Tuple[str, List[Check]]:
    """Return the setting and the checks of a block, and judge each of its lines."""
    setting = TRACKING[statement.word]
    found: List[Check] = []
    for one in statement.inner:
        try:
            made = _one(one, setting, definitions)
        except ValueError as error:
            verdicts.add(one, refused(str(error)))
            continue
        if made is None:
            verdicts.add(one, dropped(f"{one.word} is not defined: keepalived ignores it, too"))
            continue
        counted, outcome = weighed(made, setting, weights)
        if counted is not None:
            found.append(counted)
        verdicts.add(one, outcome)
    return setting, found


def _one(statement: Statement, setting: str, definitions: Definitions) -> Check | None:
    if setting == "track_interfaces":
        made: Check = {"interface": statement.word}
    else:
        defined = definitions.get((setting, statement.word))
        if defined is None:
            return None
        made = dict(defined.check)
    words = iter(statement.arguments)
    for word in words:
        if word == "weight":
            made["weight"] = _weight_of(next(words, ""))
        elif word in ("reverse", "noreverse", "no_reverse"):
            made["reverse"] = word == "reverse"
        else:
            raise ValueError(f"{word} is not known here")
    return {name: value for name, value in made.items() if (name, value) != ("reverse", False)}


TRACKING: Mapping[str, str] = {
    "track_interface": "track_interfaces",
    "track_script": "track_scripts",
    "track_file": "track_files",
    "track_process": "track_processes",
}
NO_BFD = refused("there is no BFD: shorten advertisement_interval, or track an interface")
SOURCE_IS_TRACKED = equal("an instance takes part while it has the address that it sends from")
