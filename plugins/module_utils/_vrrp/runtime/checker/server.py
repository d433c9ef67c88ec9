# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The checker: a process without rights that runs the built-in checks, each in a thread.

The helper may be root, and what is on the network may be anybody: so it starts this process as the
user of commands that name none, and takes nothing from it but whether a check has succeeded.

==============================================  ===================================================
from the helper                                 meaning
==============================================  ===================================================
``{"run": N, "kind": "tcp", "host": ...}``      run a check, with the settings of its target
==============================================  ===================================================

==============================================  ===================================================
to the helper                                   meaning
==============================================  ===================================================
``{"ended": N, "error": ""}``                   check ``N`` has succeeded, or why not
==============================================  ===================================================
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from typing import Any, Dict, Mapping

from .checks import CHECKS

_LINE_MAX = 1 << 16
# A check whose host is known by name can hang for longer than its timeout.
_THREADS_MAX = 128


class CheckerServer:
    """Serves the helper at the other end of ``connected`` until that is closed."""

    def __init__(self, connected: socket.socket) -> None:
        self._connected = connected
        self._sending = threading.Lock()

    def run(self) -> None:
        """Start each check that is asked for."""
        with self._connected.makefile("rb") as lines:
            for line in iter(lambda: lines.readline(_LINE_MAX), b""):
                self._start(json.loads(line))

    def _start(self, request: Dict[str, Any]) -> None:
        if threading.active_count() > _THREADS_MAX:
            self._send(request["run"], f"{_THREADS_MAX} other checks hang")
            return
        threading.Thread(target=self._check, args=(request,), daemon=True).start()

    def _check(self, request: Mapping[str, Any]) -> None:
        self._send(request["run"], problem_of(request))

    def _send(self, number: int, error: str) -> None:
        line = json.dumps({"ended": number, "error": error}).encode() + b"\n"
        with self._sending, contextlib.suppress(OSError):  # The helper may have ended.
            self._connected.sendall(line)


def problem_of(request: Mapping[str, Any]) -> str:
    """Return why a check fails; empty when it succeeds."""
    try:
        CHECKS[request["kind"]](request)
    except socket.timeout:
        return f"no answer within {request['timeout']:g} s"
    except ssl.SSLCertVerificationError as error:
        return f"the certificate is not valid: {error.verify_message}"
    except OSError as error:
        return str(error.strerror or error)
    except ValueError as error:
        return str(error)
    return ""
