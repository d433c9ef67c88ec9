# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Secrets that a configuration does not hold, but the files that it names."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable, List, TypeVar

from ..base.errors import ConfigError, Problem
from .fields import read_password
from .instance import Config, Instance
from .signing import Hmac, HmacKey, read_secret

_Secret = TypeVar("_Secret")
# Returns the content of a file, or None where it is not known yet. Raises ValueError.
ReadFile = Callable[[str], "str | None"]


def resolve_secrets(config: Config, read: ReadFile) -> Config:
    """Return a configuration with the secrets of its files; raises ConfigError with all problems,
    which show no content.
    """
    return _Resolver(config, read).resolved()


class _Resolver:
    """Reads the files of a configuration, and collects the problems."""

    def __init__(self, config: Config, read: ReadFile) -> None:
        self._config = config
        self._read = read
        self._problems: List[Problem] = []
        self._entries = list(dict.fromkeys(one.name for one in config.instances))

    def resolved(self) -> Config:
        """Return the configuration; raises ConfigError."""
        instances = tuple(self._instance(one) for one in self._config.instances)
        if self._problems:
            # An entry with addresses of both families is two instances.
            raise ConfigError(list(dict.fromkeys(self._problems)))
        return replace(self._config, instances=instances)

    def _instance(self, instance: Instance) -> Instance:
        path = f"instances[{self._entries.index(instance.name)}]"
        if instance.password_file:
            content = self._content(f"{path}.password_file", instance.password_file, read_password)
            return replace(instance, password=content or "")
        if instance.hmac is None or not any(key.secret_file for key in instance.hmac.keys):
            return instance
        return replace(instance, hmac=self._hmac(f"{path}.hmac", instance.hmac))

    def _hmac(self, path: str, hmac: Hmac) -> Hmac:
        keys = (self._key(f"{path}.keys[{place}]", key) for place, key in enumerate(hmac.keys))
        return replace(hmac, keys=tuple(keys))

    def _key(self, path: str, key: HmacKey) -> HmacKey:
        if not key.secret_file:
            return key
        content = self._content(f"{path}.secret_file", key.secret_file, read_secret)
        return replace(key, secret=content or b"")

    def _content(self, path: str, name: str, reader: Callable[[object], _Secret]) -> _Secret | None:
        try:
            content = self._read(name)
            return None if content is None else reader(content.rstrip("\r\n"))
        except ValueError as error:
            self._problems.append(Problem(path, f"{name}: {error}"))
            return None
