# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The HTTP server of the metrics, a process of its own without rights.

It asks the agent over the control socket, which everybody may read, and has no other access to the
host: systemd listens for it.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from http.server import ThreadingHTTPServer
from typing import Any, Type

from ..base.errors import ControlError
from .exposition import registry_of

_FIRST_PASSED_DESCRIPTOR = 3  # Of systemd.
_CLIENTS_MAX = 8  # At the same time; Prometheus is one.
_PATIENCE = 10  # Seconds for a request.


class MetricsServer(ThreadingHTTPServer):
    """Serves the metrics of the agent at ``path`` on a listening socket."""

    daemon_threads = True
    address_family = socket.AF_UNIX  # Of the socket that the base class makes: all that it may.

    def __init__(self, listening: socket.socket, path: str, is_compatible: bool) -> None:
        from prometheus_client import MetricsHandler

        handler: Type[Any] = MetricsHandler.factory(registry_of(path, is_compatible))
        handler.server_version, handler.sys_version = "vrrp-agent", ""
        super().__init__(listening.getsockname(), handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self._free = threading.BoundedSemaphore(_CLIENTS_MAX)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a client in a thread; one of too many is turned away."""
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._free.release()  # No thread could be started.
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a client, however slow, for a time; then make room for the next one."""
        deadline = threading.Timer(_PATIENCE, _end, (request,))
        deadline.daemon = True
        try:
            deadline.start()
            super().process_request_thread(request, client_address)
        finally:
            deadline.cancel()
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log a fault of the server; a client that has gone, or is too slow, is none."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def _end(request: socket.socket) -> None:
    with contextlib.suppress(OSError):
        request.shutdown(socket.SHUT_RDWR)


def listen(address: str) -> socket.socket:
    """Return a socket that listens on ``host:port``; raises ControlError."""
    host, _colon, port = address.rpartition(":")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host.strip("[]"), int(port)), family=family)
    except (OSError, OverflowError, ValueError) as error:
        raise ControlError("unreachable", f"can't listen on {address}: {error}") from None


def inherited_socket() -> socket.socket:
    """Return the socket that systemd listens on; raises ControlError when it has passed none."""
    try:
        return socket.socket(fileno=_FIRST_PASSED_DESCRIPTOR)
    except OSError:
        why = "the server of metrics is started by systemd; by hand it needs --listen"
        raise ControlError("unreachable", why) from None
