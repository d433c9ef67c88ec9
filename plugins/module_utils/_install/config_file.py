# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The configuration file of the agent: validated by the agent's own code, then replaced."""

from __future__ import annotations

import json
import re
import tempfile
from typing import Any, Dict

from .._vrrp.base.paths import CONFIG, CONFIG_DIRECTORY
from . import paths
from .host import Host, HostError, Ownership

_DIRECTORY_MODE = 0o755
_MODE = 0o640  # It may hold secrets.
_SECRET = re.compile(r'("(?:password|secret)"\s*:\s*)"(?:[^"\\]|\\.)*"')


def text_of(config: Dict[str, Any]) -> str:
    """Return a configuration as the text of its file."""
    return json.dumps(config, indent=2, sort_keys=True) + "\n"


def validate(host: Host, text: str, *check: str) -> None:
    """Validate a text by a command, to which a file with it is appended; raises HostError with all
    problems.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(text)
        file.flush()
        status, output = host.ask(*check, file.name)
    if status != 0:
        problems = [line.removeprefix(f"{file.name}: ") for line in output.splitlines()]
        raise HostError("the configuration is invalid:\n" + "\n".join(problems))


def write_config(host: Host, text: str) -> bool:
    """Write the file; returns whether that was a change, and raises HostError."""
    host.ensure_directory(CONFIG_DIRECTORY, _DIRECTORY_MODE)
    return host.write(CONFIG, text, Ownership(_MODE, paths.USER), shown=without_secrets)


def without_secrets(text: str) -> str:
    """Return the configuration without its secrets, for a diff."""
    return _SECRET.sub(r'\1"********"', text)
