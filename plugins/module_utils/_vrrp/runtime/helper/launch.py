# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Ways to a helper process: systemd starts the installed one when it is connected to; an
agent run from a checkout starts its own.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from ...base.errors import ControlError
from ...base.paths import CONTROL_SOCKET, HELPER_SOCKET

_FIRST_PASSED_DESCRIPTOR = 3  # sd_listen_fds(3).


class HelperAccess:
    """The way to a helper of the agent with that control socket, and the configuration for it."""

    def __init__(self, socket_path: str, config_path: str) -> None:
        self._is_installed = socket_path == CONTROL_SOCKET
        self._config_path = config_path

    def connect(self) -> socket.socket:
        """Return a connection to a helper; raises OSError."""
        return _connect() if self._is_installed else _start(self._config_path)

    def open_config(self) -> int:
        """Return a descriptor of the configuration file; raises OSError."""
        return os.open(self._config_path, os.O_RDONLY | os.O_CLOEXEC)


def _connect() -> socket.socket:
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        # A helper that accepts nothing must not hold up the agent.
        connected.setblocking(False)
        connected.connect(HELPER_SOCKET)
    except OSError:
        connected.close()
        raise
    return connected


def _start(config_path: str) -> socket.socket:
    """Start a helper as the agent's own user, at the other end of a socket pair."""
    _reap()
    ours, theirs = socket.socketpair()
    root = str(Path(__file__).resolve().parents[3])
    code = (
        f"import sys; sys.path.insert(0, {root!r}); from _vrrp.agent.cli import main; "
        "raise SystemExit(main(sys.argv[1:]))"
    )
    options = ["helper", "--config", os.path.abspath(config_path)]
    # No module of Ansible runs this, so there is no run_command.
    os.posix_spawn(  # pylint: disable=ansible-bad-function
        sys.executable,
        [sys.executable, "-c", code, *options],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, theirs.fileno(), _FIRST_PASSED_DESCRIPTOR)],
    )
    theirs.close()
    return ours


def _reap() -> None:
    """Reap an earlier helper that may have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return


def inherited_connection() -> socket.socket | None:
    """Return the connection to the agent: passed by it, or accepted from systemd's socket; None
    when the agent has closed it already, as it waited for another helper in vain.

    Raises ControlError when none was passed.
    """
    try:
        passed = socket.socket(fileno=_FIRST_PASSED_DESCRIPTOR)
    except OSError:
        why = "the helper is started by systemd or by the agent, not by hand"
        raise ControlError("unreachable", why) from None
    if not passed.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        return passed
    passed.setblocking(False)
    while True:
        try:
            accepted, _address = passed.accept()
        except BlockingIOError:
            return None
        accepted.setblocking(True)
        if not _is_closed(accepted):
            return accepted
        accepted.close()


def _is_closed(connected: socket.socket) -> bool:
    """Whether the other end of a connection is closed, and has sent nothing before."""
    try:
        return not connected.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True
