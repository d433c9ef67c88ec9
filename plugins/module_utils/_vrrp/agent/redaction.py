# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Removal of secrets from what is passed on to others.

Passwords and keys are found by the names of their settings, and replaced in any text. Of commands,
which may hold secrets in any form, only the program is shown, and neither their arguments nor their
output. The agent itself shows no arguments.
"""

from __future__ import annotations

import contextlib
import json
import re
from typing import AbstractSet, Any, Callable, Iterator

from .secret_files import read_as_agent

REPLACEMENT = "(secret)"
LEFT_OUT = "(left out)"

_SETTINGS = frozenset(("password", "secret"))
_FILES = frozenset(("password_file", "secret_file"))
_HEXADECIMAL = "hex:"
# A shorter word than this would be found in too many places.
_LENGTH_MIN = 4
# The agent logs results of hooks, and results of scripts as the cause of a transition.
_LOGGED_COMMAND = re.compile(r"\b((?:hook \w+|script) [^\s,:)]+).*")
# A setting of a unit may be indented, and have blanks before its value, which goes on in the line
# after a backslash, or after comments behind that (systemd.syntax(7)).
_CREDENTIAL = re.compile(
    r"^([ \t]*(?:SetCredential(?:Encrypted)?|Environment)[ \t]*=)(?!VRRP_AGENT_\w+=\S*$)"
    r"(?:[^\n]*\\\n(?:[ \t]*[#;][^\n]*\n)*)*[^\n]*",
    re.MULTILINE,
)


class Redaction:
    """The secrets of a configuration, given as its text; those of one that is no JSON are not
    known.
    """

    def __init__(self, config: str) -> None:
        self._document: Any = None
        with contextlib.suppress(ValueError):
            self._document = json.loads(config)
        secrets = {*_values_of(self._document, _SETTINGS), *self._in_files()}
        # A secret may be part of a longer one.
        long_enough = {form for one in secrets for form in _forms(one) if len(form) >= _LENGTH_MIN}
        self._secrets = sorted(long_enough, key=len, reverse=True)

    def _in_files(self) -> Iterator[str]:
        for name in _values_of(self._document, _FILES):
            with contextlib.suppress(ValueError):
                yield (read_as_agent(name) or "").rstrip("\r\n")

    @property
    def config(self) -> str | None:
        """The configuration without its secrets; None when they are not known."""
        if self._document is None:
            return None
        shown = _changed(self._document, {**dict.fromkeys(_SETTINGS, _hide), "command": _program})
        return self.apply(json.dumps(shown, indent=2)) + "\n"

    def status(self, answer: Any) -> str:
        """Return a status as text, without outputs of commands."""
        shown = _changed(
            answer,
            {
                "why": _brief,
                "result": _brief,
                "reason": without_commands,
                "message": without_commands,
            },
        )
        return self.apply(json.dumps(shown, indent=2)) + "\n"

    def apply(self, text: str) -> str:
        """Return a text without the secrets."""
        for secret in self._secrets:
            text = text.replace(secret, REPLACEMENT)
        return text


def without_commands(lines: str) -> str:
    """Return lines of the log, or a reason, without outputs of commands."""
    return _LOGGED_COMMAND.sub(rf"\1 {LEFT_OUT}", lines)


def without_credentials(lines: str) -> str:
    """Return lines of units without the values of credentials, and of variables that are not the
    agent's own.
    """
    return _CREDENTIAL.sub(rf"\1{LEFT_OUT}", lines)


def _changed(value: Any, changes: dict[str, Callable[[Any], Any]]) -> Any:
    """Return plain values with the values of these keys changed."""
    if isinstance(value, dict):
        return {
            key: changes[key](inner) if key in changes else _changed(inner, changes)
            for key, inner in value.items()
        }
    return [_changed(inner, changes) for inner in value] if isinstance(value, list) else value


def _hide(_value: Any) -> str:
    return REPLACEMENT


def _program(command: Any) -> Any:
    """Return the program of a command line alone."""
    if not isinstance(command, str):
        return LEFT_OUT
    program, _space, arguments = command.strip().partition(" ")
    return f"{program} {LEFT_OUT}" if arguments else program


def _brief(result: Any) -> Any:
    """Return a result without the output that it ends with."""
    return result.partition(" (")[0] if isinstance(result, str) else result


def _values_of(value: Any, settings: AbstractSet[str]) -> Iterator[str]:
    """Yield the values of these settings, wherever they stand."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in settings and isinstance(inner, str):
                yield inner
            else:
                yield from _values_of(inner, settings)
    elif isinstance(value, list):
        for inner in value:
            yield from _values_of(inner, settings)


def _forms(secret: str) -> Iterator[str]:
    """Yield a secret as it may stand in a text."""
    yield secret
    yield json.dumps(secret)[1:-1]
    is_hexadecimal = secret.startswith(_HEXADECIMAL)
    yield secret[len(_HEXADECIMAL) :] if is_hexadecimal else secret.encode().hex()
