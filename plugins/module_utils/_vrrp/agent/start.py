# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The start of an agent process."""

from __future__ import annotations

from ..runtime.agent_lock import AgentLock
from ..runtime.control_server import listen, refuse_running_agent
from ..runtime.handover.old_process import OldProcess
from ..runtime.sequence_file import load_signed
from ..runtime.storage import Storage
from .agent import Agent
from .cleanup import clean_up
from .config_file import parse, read
from .paths import Paths
from .standby import StandbyAgent


def run(paths: Paths, old_process: OldProcess | None) -> None:
    """Run an agent until it ends; with ``old_process``, in standby first.

    Raises ConfigError and ControlError.
    """
    if old_process is not None:
        StandbyAgent(paths, old_process).run()
    else:
        _run_afresh(paths)


def _run_afresh(paths: Paths) -> None:
    text = read(paths.config)
    parse(text)
    refuse_running_agent(paths.socket)
    lock = AgentLock()
    lock.acquire()
    control = listen(paths.socket)
    # No other agent answers, so a dead one left what is on the host.
    clean_up(Storage(paths.runtime), load_signed(paths.state))
    agent = Agent(paths, text, control)
    agent.begin(lock)
    agent.run()
