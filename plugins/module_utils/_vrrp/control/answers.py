# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Answers of an agent, which are not trusted: another program may run as its user.

What is read is bounded, has known fields of known types alone, and shows nothing on a terminal but
what it says.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Callable, Dict, FrozenSet, Mapping, Union, get_type_hints

from ..base.text import visible, visible_lines
from ..model.status import AgentStatus, InstanceStatus, IntentAnswer, Status, TransitionMessage

ANSWER_BYTES_MAX = 1 << 24  # That of a thousand instances has some three million.
_VALUES_MAX = 500_000

# Fields that an answer has to have: an agent of the version before may lack one that is new.
_REQUIRED: Mapping[type, FrozenSet[str]] = {
    Status: frozenset({"agent", "instances"}),
    AgentStatus: frozenset({"bundle", "config", "pid"}),
    InstanceStatus: frozenset(
        {
            "name", "label", "leaving", "interface", "family", "vrid", "state", "reason", "intent",
            "priority", "effective_priority", "advertisement_interval", "address", "addresses",
            "sync_group", "tracked", "settings", "master", "since",
        }
    ),
    IntentAnswer: frozenset({"change", "instances"}),
    TransitionMessage: frozenset({"label", "old", "new", "cause"}),
}  # fmt: skip


def parse_answer(line: bytes) -> Dict[str, Any]:
    """Read the JSON object of a line; raises ValueError for anything else, and for more values than
    any agent sends: each takes far more memory than its text.
    """
    if line.count(b",") + line.count(b"[") + line.count(b"{") > _VALUES_MAX:
        raise ValueError("too many values")
    try:
        answer = json.loads(line)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(answer, dict):
        raise ValueError("not an object")
    return answer


def refusal(answer: Mapping[str, Any]) -> tuple[str, str]:
    """Return the code and the message of a request that failed; the message may have lines."""
    error = answer.get("error")
    error = error if isinstance(error, dict) else {}
    code, message = error.get("code", "unknown"), error.get("message", "no reason given")
    return visible(str(code)), visible_lines(str(message))


def fit(value: object, kind: Any) -> Any:
    """Return a value as one of this kind, a TypedDict or what its fields are made of, without
    unknown fields; raises ValueError for one that is none.
    """
    if hasattr(kind, "__total__"):
        return _fit_fields(value, kind)
    origin = getattr(kind, "__origin__", None)
    if origin is Union:
        return _fit_one_of(value, kind.__args__)
    if origin is list and isinstance(value, list):
        return [fit(one, kind.__args__[0]) for one in value]
    if origin is dict and isinstance(value, dict):
        return {visible(key): fit(one, kind.__args__[1]) for key, one in value.items()}
    return _fit_plain(value, kind)


def _fit_fields(value: object, kind: Any) -> Dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"no {kind.__name__}")
    missing = _REQUIRED.get(kind, frozenset()) - value.keys()
    if missing:
        raise ValueError(f"a {kind.__name__} without {', '.join(sorted(missing))}")
    hints = _hints(kind)
    return {key: fit(one, hints[key]) for key, one in value.items() if key in hints}


# A status has many values of one kind.
_hints = lru_cache(maxsize=None)(get_type_hints)


def _fit_one_of(value: object, kinds: tuple[Any, ...]) -> Any:
    for kind in kinds:
        try:
            return fit(value, kind)
        except ValueError:
            continue
    raise ValueError("none of its kinds")


_PLAIN: Mapping[Any, Callable[[object], bool]] = {
    bool: lambda value: isinstance(value, bool),
    int: lambda value: isinstance(value, int) and not isinstance(value, bool),
    float: lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    str: lambda value: isinstance(value, str),
    type(None): lambda value: value is None,
}


def _fit_plain(value: object, kind: Any) -> Any:
    if kind not in _PLAIN or not _PLAIN[kind](value):
        raise ValueError(f"no {getattr(kind, '__name__', kind)}")
    return visible(value) if isinstance(value, str) else value
