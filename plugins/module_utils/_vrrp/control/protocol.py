# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The control protocol: JSON, one object a line, over a Unix stream socket.

A request is ``{"version": 1, "command": …}`` with the fields of its command; the answer is one
line with ``version``, ``ok`` and either what was asked for or ``error``. ``watch`` answers with a
line and then sends one more for every transition. This module is PRIVATE to the collection.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Callable, Dict, Set, Tuple

from ..base.errors import ConfigError, ControlError
from ..model.intent import AUTO, Intent, IntentKind

PROTOCOL_VERSION = 1
LINE_MAX = 65_536  # Bytes of a request; answers may be longer.

STATUS, SET_INTENT, WATCH = "status", "set-intent", "watch"
RELOAD, RESTART = "reload", "restart"
_FIELDS: Dict[str, Set[str]] = {
    STATUS: {"instances"},
    SET_INTENT: {"instance", "intent", "force"},
    WATCH: set(),
    RELOAD: set(),
    RESTART: set(),
}
PRIVILEGED = frozenset({SET_INTENT, RELOAD, RESTART})


@dataclass(frozen=True)
class Request:
    """A request that is well-formed: of the fields, only those of its command have a meaning."""

    command: str
    instances: Tuple[str, ...] | None = None
    instance: str = ""
    intent: Intent = AUTO


def encode(message: Dict[str, Any]) -> bytes:
    """One line of the protocol."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def digest(config: str) -> str:
    """A short name for the text of a configuration, by which to tell which one is in force."""
    return hashlib.sha256(config.encode()).hexdigest()[:12]


def success(**fields: Any) -> Dict[str, Any]:
    """An answer that carries what was asked for."""
    return {"version": PROTOCOL_VERSION, "ok": True, **fields}


def failure(error: Exception) -> Dict[str, Any]:
    """An answer that says what is wrong; a ConfigError brings all its problems."""
    code = error.code if isinstance(error, ControlError) else "invalid_config"
    told: Dict[str, Any] = {"code": code, "message": str(error)}
    if isinstance(error, ConfigError):
        told["problems"] = [{"path": one.path, "text": one.text} for one in error.problems]
    return {"version": PROTOCOL_VERSION, "ok": False, "error": told}


def parse_request(line: bytes) -> Request:
    """Read a request; raises ControlError ``bad_request`` or ``version`` with what is wrong."""
    message = _object(line)
    if message.get("version") != PROTOCOL_VERSION:
        raise ControlError("version", f"this agent speaks version {PROTOCOL_VERSION}")
    command = message.get("command")
    if not isinstance(command, str) or command not in _FIELDS:
        raise _bad(f"command: {command!r} is not one of {', '.join(_FIELDS)}")
    for field in set(message) - {"version", "command"} - _FIELDS[command]:
        raise _bad(f"{field}: {command} has no such field")
    return _REQUESTS[command](message)


def _object(line: bytes) -> Dict[str, Any]:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        raise _bad("the line is not JSON") from None
    if not isinstance(message, dict):
        raise _bad("the line is not an object")
    return message


def _bad(why: str) -> ControlError:
    return ControlError("bad_request", why)


def _status(message: Dict[str, Any]) -> Request:
    names = message.get("instances")
    if names is None:
        return Request(STATUS)
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        raise _bad("instances: it is not a list of names")
    return Request(STATUS, instances=tuple(names))


def _set_intent(message: Dict[str, Any]) -> Request:
    instance, force = message.get("instance"), message.get("force", False)
    if not isinstance(instance, str):
        raise _bad("instance: it is not a name")
    if not isinstance(force, bool):
        raise _bad("force: it is not true or false")
    wish = read_wish(message.get("intent"))
    return Request(SET_INTENT, instance=instance, intent=Intent(wish, _forced(wish, force)))


def _forced(wish: IntentKind, force: bool) -> bool:
    return force and wish is IntentKind.BACKUP


def read_wish(value: object) -> IntentKind:
    """The wish of that name; raises ControlError ``bad_request``."""
    try:
        return IntentKind(value)
    except ValueError:
        raise _bad(f"intent: {value!r} is not auto, master or backup") from None


_REQUESTS: Dict[str, Callable[[Dict[str, Any]], Request]] = {
    STATUS: _status,
    SET_INTENT: _set_intent,
    RELOAD: lambda message: Request(RELOAD),
    RESTART: lambda message: Request(RESTART),
    WATCH: lambda message: Request(WATCH),
}
