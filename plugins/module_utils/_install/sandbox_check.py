# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""A test of an installation by those that have to run it: each user in the sandbox of its unit."""

from __future__ import annotations

import contextlib
import os
from typing import Tuple

from .host import Host, read
from .scheduling import Scheduling
from .templates import HELPER_SANDBOX, SANDBOX, check_unit

_UNITS = "/run/systemd/system"
_ERRORS = "/run/vrrp-agent-check.errors"
_EXEC_FAILED = "203"  # EXIT_EXEC (systemd.exec(5)).
_AGENT, _HELPER = "vrrp-agent-check.service", "vrrp-agent-helper-check.service"


CHECK_UNITS = (*(os.path.join(_UNITS, name) for name in (_AGENT, _HELPER)), _ERRORS)


def load_problem(host: Host, python: str, directory: str, scheduling: Scheduling) -> str | None:
    """Return the reason why the agent or its helper can't be loaded from a directory by an
    interpreter, in the sandbox of its unit; None when both can. Raises OSError.
    """
    for name, sandbox, modules in _tests(scheduling):
        code = f"import sys; sys.path.insert(0, {directory!r}); import {modules}"
        # An import by root compiles the modules; other users can't write there.
        status, output = host.ask(python, "-IS", "-c", code)
        if status != 0:
            return _last_line(output)
        problem = _problem_in_sandbox(host, name, check_unit(sandbox, python, code, _ERRORS))
        if problem is not None:
            return problem
    return None


def _tests(scheduling: Scheduling) -> Tuple[Tuple[str, str, str], ...]:
    """Return the name of each unit, its sandbox, and the modules that it has to load."""
    agent = "".join(f"{one}\n" for one in scheduling.lines) + SANDBOX
    return (
        (_AGENT, agent, "_vrrp.agent.agent, _vrrp.agent.cleanup"),
        (_HELPER, HELPER_SANDBOX, "_vrrp.runtime.helper.server"),
    )


def _problem_in_sandbox(host: Host, name: str, text: str) -> str | None:
    """Return the reason why a unit fails, None when it does not."""
    path = os.path.join(_UNITS, name)
    os.makedirs(_UNITS, exist_ok=True)
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        host.ask("systemctl", "daemon-reload")
        status, output = host.ask("systemctl", "start", name)
        return None if status == 0 else _reason(host, name, output)
    finally:
        for left in (path, _ERRORS):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(left)
        host.ask("systemctl", "reset-failed", name)
        host.ask("systemctl", "daemon-reload")


def _reason(host: Host, name: str, output: str) -> str:
    errors = (read(_ERRORS) or "").strip()
    if errors:
        return _last_line(errors)
    _status, result = host.ask("systemctl", "show", "--property=ExecMainStatus", "--value", name)
    if result.strip() == _EXEC_FAILED:
        return f"the unit {name} can't execute it"
    return _last_line(output)


def _last_line(text: str) -> str:
    """Return the last line, which says what is wrong in a traceback."""
    return text.strip().rpartition("\n")[2]
