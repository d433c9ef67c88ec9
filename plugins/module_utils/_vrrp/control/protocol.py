# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The control protocol: JSON, one object a line, over a Unix stream socket.

A request is ``{"version": 1, "command": …}`` with the fields of its command; the answer is one
line with ``version``, ``ok`` and either the result or ``error``. ``watch`` answers with a line and
then sends one more for every transition.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Callable, Dict, Iterable, Iterator, Mapping, NamedTuple, Set, Tuple

from ..base.constants import TIME_MAX
from ..base.errors import ConfigError, ControlError
from ..model.intent import AUTO, Intent, IntentKind

Message = Dict[str, object]  # One JSON object: a line of the protocol.

PROTOCOL_VERSION = 1
_DIGITS_MAX = 20
LINE_MAX = 65_536  # Bytes of a request; answers may be longer.
NAMES_MAX = 1000  # Of instances in a request.
BY_MAX = 100  # Characters of an operator's name.

STATUS, SET_INTENT, WATCH = "status", "set-intent", "watch"
RELOAD, RESTART = "reload", "restart"
_FIELDS: Dict[str, Set[str]] = {
    STATUS: {"instances"},
    SET_INTENT: {"instance", "intent", "force", "dry_run", "by"},
    WATCH: set(),
    RELOAD: {"at"},
    RESTART: set(),
}
_PRIVILEGED = frozenset({SET_INTENT, RELOAD, RESTART})


@dataclass(frozen=True)
class Request:
    """A well-formed request: only the fields of its command have a meaning.

    Without an ``instance``, an intent is for all instances of the host. ``by`` is the operator's
    name, as the client gives it.
    """

    command: str
    instances: Tuple[str, ...] | None = None
    instance: str | None = None
    intent: Intent = AUTO
    dry_run: bool = False
    by: str = ""
    at: float | None = None

    @property
    def is_privileged(self) -> bool:
        """Whether it changes something, and so needs the right to."""
        return self.command in _PRIVILEGED and not self.dry_run


def encode(message: Mapping[str, object]) -> bytes:
    """Return one line of the protocol."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def digest(config: str) -> str:
    """Return the digest of the text of a configuration, which identifies it in the status."""
    return hashlib.sha256(config.encode()).hexdigest()[:12]


def success(**fields: object) -> Message:
    """Return an answer with a result."""
    return {"version": PROTOCOL_VERSION, "ok": True, **fields}


class Answer(NamedTuple):
    """The fields of an answer, and those ``instances`` that it is about; None where it is about
    none.
    """

    fields: Mapping[str, object]
    instances: Iterable[Mapping[str, object]] | None = None


def encode_answer(answer: Answer) -> Iterator[bytes]:
    """Yield the line of an answer in parts, one for each instance."""
    head = encode(success(**answer.fields)).rstrip()
    if answer.instances is None:
        yield head + b"\n"
        return
    yield head[:-1] + b',"instances":['
    for number, instance in enumerate(answer.instances):
        yield (b"," if number else b"") + encode(instance).rstrip()
    yield b"]}\n"


def failure(error: Exception) -> Message:
    """Return an answer with an error; that of a ConfigError has all its problems."""
    code = error.code if isinstance(error, ControlError) else "invalid_config"
    description: Message = {"code": code, "message": str(error)}
    if isinstance(error, ConfigError):
        problems = [{"path": one.path, "text": one.text} for one in error.problems]
        description["problems"] = problems
    return {"version": PROTOCOL_VERSION, "ok": False, "error": description}


def parse_request(line: bytes) -> Request:
    """Read a request; raises ControlError ``bad_request`` or ``version``."""
    message = _object(line)
    if message.get("version") != PROTOCOL_VERSION:
        raise ControlError(
            "version", f"unknown protocol version; this agent speaks {PROTOCOL_VERSION}"
        )
    command = message.get("command")
    if not isinstance(command, str) or command not in _FIELDS:
        raise _bad(f"command: {command!r} is not one of {', '.join(_FIELDS)}")
    for field in set(message) - {"version", "command"} - _FIELDS[command]:
        raise _bad(f"{field}: {command} has no such field")
    return _REQUESTS[command](message)


def _parse_int(digits: str) -> int:
    """Return a whole number; raises ValueError for one that is longer than any of a request, which
    would take long to convert.
    """
    if len(digits) > _DIGITS_MAX:
        raise ValueError
    return int(digits)


def _object(line: bytes) -> Message:
    try:
        message = json.loads(line, parse_int=_parse_int)
    except (ValueError, RecursionError):
        raise _bad("the request is not JSON") from None
    if not isinstance(message, dict):
        raise _bad("the request is not a JSON object")
    return message


def _bad(why: str) -> ControlError:
    return ControlError("bad_request", why)


def _status(message: Message) -> Request:
    names = message.get("instances")
    if names is None:
        return Request(STATUS)
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        raise _bad("instances: not a list of names")
    if len(names) > NAMES_MAX:
        raise _bad(f"instances: more than {NAMES_MAX} names; leave them out to ask for all")
    return Request(STATUS, instances=tuple(names))


def _set_intent(message: Message) -> Request:
    instance = message.get("instance")
    if instance is not None and not isinstance(instance, str):
        raise _bad("instance: not a name")
    force, dry_run = _flag(message, "force"), _flag(message, "dry_run")
    kind = read_intent_kind(message.get("intent"))
    intent = Intent(kind, force and kind is IntentKind.BACKUP)
    return Request(SET_INTENT, instance=instance, intent=intent, dry_run=dry_run, by=_name(message))


def _name(message: Message) -> str:
    """Return the name of the operator who asks."""
    by = message.get("by", "")
    if not isinstance(by, str) or len(by) > BY_MAX or not by.isprintable():
        raise _bad(f"by: not a name of at most {BY_MAX} printable characters")
    return by


def _reload(message: Message) -> Request:
    at = message.get("at")
    if at is None:
        return Request(RELOAD)
    if isinstance(at, bool) or not isinstance(at, (int, float)) or not 0 <= at < TIME_MAX:
        raise _bad("at: not a time of day in seconds since 1970")
    return Request(RELOAD, at=at)


def _flag(message: Message, field: str) -> bool:
    value = message.get(field, False)
    if not isinstance(value, bool):
        raise _bad(f"{field}: not true or false")
    return value


def read_intent_kind(value: object) -> IntentKind:
    """Return the kind of intent of that name; raises ControlError ``bad_request``."""
    try:
        return IntentKind(value)
    except ValueError:
        raise _bad(f"intent: {value!r} is not auto, master or backup") from None


_REQUESTS: Dict[str, Callable[[Message], Request]] = {
    STATUS: _status,
    SET_INTENT: _set_intent,
    RELOAD: _reload,
    RESTART: lambda message: Request(RESTART),
    WATCH: lambda message: Request(WATCH),
}
