# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Reading the configuration file of this host."""

from __future__ import annotations

import os
import socket
from typing import AbstractSet, List

from ..base.errors import ConfigError, Problem
from ..model.config import parse_config
from ..model.instance import Config, Instance


def load(path: str) -> Config:
    """Read a file; raises ConfigError, also where the file can't be read."""
    return parse_config(read(path))


def read(path: str) -> str:
    """Return the text of a file; raises ConfigError where it can't be read."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        why = os.strerror(error.errno or 0) if isinstance(error, OSError) else str(error)
        raise ConfigError([Problem(path, f"can't be read: {why}")]) from None


def refuse_unknown_interfaces(config: Config, known: AbstractSet[str]) -> None:
    """Raise ConfigError when the configuration names an interface that is not in ``known``.

    A running agent waits for an interface that is missing. In a new configuration an unknown name
    is an error, as it is more likely mistyped.
    """
    entries = list(dict.fromkeys(one.name for one in config.instances))
    problems: List[Problem] = [
        Problem(
            f"instances[{entries.index(instance.name)}].{_setting(instance, name)}",
            f"{name} does not exist on this host",
        )
        for instance in config.instances
        for name in sorted(instance.interfaces - known)
    ]
    if problems:
        raise ConfigError(problems)


def _setting(instance: Instance, name: str) -> str:
    """Return the name of the setting that names an interface."""
    if instance.interface == name:
        return "interface"
    is_route = any(route.interface == name for route in instance.virtual_routes)
    return "virtual_routes" if is_route else "addresses"


def host_interfaces() -> AbstractSet[str]:
    """Return the names of this host's interfaces."""
    return {name for _index, name in socket.if_nameindex()}
