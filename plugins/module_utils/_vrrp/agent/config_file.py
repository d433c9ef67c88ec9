# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Reading the configuration file of this host."""

from __future__ import annotations

import os

from ..base.errors import ConfigError, Problem
from ..model.config import parse_config
from ..model.instance import Config
from ..model.secret_files import resolve_secrets
from .secret_files import read_as_agent, read_secret_file


def load(path: str) -> Config:
    """Read a file, and check its secrets; raises ConfigError, also where a file can't be read."""
    return resolve_secrets(parse_config(read(path)), read_as_agent)


def parse(text: str) -> Config:
    """Return the configuration of a text with all its secrets; raises ConfigError."""
    return resolve_secrets(parse_config(text), read_secret_file)


def read(path: str) -> str:
    """Return the text of a file; raises ConfigError where it can't be read."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        why = os.strerror(error.errno or 0) if isinstance(error, OSError) else str(error)
        raise ConfigError([Problem(path, f"can't be read: {why}")]) from None
