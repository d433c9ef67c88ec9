# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Removal of secrets from text that is passed on to others.

Secrets are found by the names of their settings, in the configuration, and by the names of options
in its commands; every occurrence of them in any text is replaced.
"""

from __future__ import annotations

import contextlib
import json
import re
import shlex
from typing import Any, Iterator

REPLACEMENT = "(secret)"

_SETTINGS = frozenset(("password", "secret"))
_OPTION = re.compile(r"(?i)pass|secret|token|key|auth|credential")
_COMMAND = "command"
_HEXADECIMAL = "hex:"
# A shorter word than this would be found in too many places.
_LENGTH_MIN = 4


class Redaction:
    """The secrets of a configuration, given as its text. Those of one that is no JSON are not
    known.
    """

    def __init__(self, config: str) -> None:
        self._document: Any = None
        with contextlib.suppress(ValueError):
            self._document = json.loads(config)
        # A secret may be part of a longer one.
        long_enough = {one for one in _secrets(self._document) if len(one) >= _LENGTH_MIN}
        self._secrets = sorted(long_enough, key=len, reverse=True)

    @property
    def config(self) -> str | None:
        """The configuration without its secrets; None when they are not known."""
        if self._document is None:
            return None
        return self.apply(json.dumps(_masked(self._document), indent=2)) + "\n"

    def apply(self, text: str) -> str:
        """Return a text without the secrets."""
        for secret in self._secrets:
            text = text.replace(secret, REPLACEMENT)
        return text


def _masked(value: Any) -> Any:
    """Return a part of a configuration with every secret setting replaced, however short."""
    if isinstance(value, dict):
        return {
            key: REPLACEMENT if key in _SETTINGS else _masked(inner) for key, inner in value.items()
        }
    return [_masked(inner) for inner in value] if isinstance(value, list) else value


def _secrets(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in _SETTINGS and isinstance(inner, str):
                yield from _forms(inner)
            elif key == _COMMAND:
                yield from _of_command(inner)
            else:
                yield from _secrets(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _secrets(inner)


def _forms(secret: str) -> Iterator[str]:
    """Yield a secret as it may stand in a text."""
    yield secret
    yield json.dumps(secret)[1:-1]
    yield (
        secret[len(_HEXADECIMAL) :] if secret.startswith(_HEXADECIMAL) else secret.encode().hex()
    )


def _of_command(command: Any) -> Iterator[str]:
    """Yield the arguments of a command that look like secrets: what follows such an option."""
    try:
        arguments = shlex.split(command) if isinstance(command, str) else list(map(str, command))
    except (TypeError, ValueError):
        return
    follows_option = False
    for argument in arguments[1:]:
        name, has_value, given = argument.partition("=")
        if follows_option and not argument.startswith("-"):
            yield from _forms(argument)
        elif has_value and _OPTION.search(name):
            yield from _forms(given)
        follows_option = not has_value and bool(_OPTION.search(name)) and name.startswith("-")
