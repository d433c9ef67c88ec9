# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The server of the metrics on a host: a socket of systemd, and a process of its own behind it."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from typing import Any, Mapping

from . import paths
from .host import Host, HostError
from .service import unit_state
from .templates import metrics_socket, metrics_unit

# A scope has a percent sign, which is something else to systemd.
_ADDRESS = re.compile(r"(?:\[(?P<v6>[^\]%]+)\]|(?P<v4>[^:\]]+))?:(?P<port>\d{1,5})", re.ASCII)
_PORTS = range(1, 65536)


@dataclass(frozen=True)
class Metrics:
    """``listen`` is the address and port of the server, empty for none; with ``compatible`` it has
    the names of keepalived's exporter, too.
    """

    listen: str = ""
    compatible: bool = False


NO_METRICS = Metrics()


def read_metrics(given: Mapping[str, Any]) -> Metrics:
    """Return the metrics from the parameter of the module; raises HostError."""
    made = Metrics(given.get("listen") or "", bool(given.get("compatible")))
    if made.listen and not _is_address(made.listen):
        raise HostError(
            f"metrics.listen (vrrp_metrics_listen): {made.listen!r} is no address with a port, "
            "such as 127.0.0.1:9112, [::1]:9112 or :9112 for all addresses"
        )
    return made


def _is_address(value: str) -> bool:
    found = _ADDRESS.fullmatch(value)
    if found is None or int(found["port"]) not in _PORTS:
        return False
    try:
        for name, kind in (("v4", ipaddress.IPv4Address), ("v6", ipaddress.IPv6Address)):
            if found[name] is not None:
                kind(found[name])
    except ValueError:
        return False
    return True


def ensure_metrics(host: Host, wanted: Metrics, bundle: str) -> None:
    """Have the server of a version listen, or none; raises HostError."""
    if not wanted.listen:
        _remove(host)
        return
    has_service_changed = host.write(paths.METRICS_UNIT, metrics_unit(wanted.compatible, bundle))
    has_socket_changed = host.write(paths.METRICS_SOCKET_UNIT, metrics_socket(wanted.listen))
    if has_service_changed or has_socket_changed:
        host.command("reload the systemd units", "systemctl", "daemon-reload")
        host.command("restart the server of metrics", "systemctl", "stop", *paths.METRICS_UNITS)
    _start(host)


def stop_metrics(host: Host) -> None:
    """Stop the server, if there is one, before its units are replaced; raises HostError."""
    if os.path.exists(paths.METRICS_SOCKET_UNIT):
        name = paths.METRICS_SOCKET_NAME
        host.command("stop the server of metrics", "systemctl", "disable", "--now", name)
    if os.path.exists(paths.METRICS_UNIT) and not host.check_mode:
        host.ask("systemctl", "stop", paths.METRICS_UNIT_NAME)


def start_metrics(host: Host) -> None:
    """Let the server listen, if there is one, after its units were replaced; raises HostError."""
    if os.path.exists(paths.METRICS_SOCKET_UNIT):
        _start(host)


def _start(host: Host) -> None:
    """Have the socket enabled and active. The process is started by the first that asks."""
    name = paths.METRICS_SOCKET_NAME
    if not all(unit_state(host, name)):
        try:
            host.command("enable the server of metrics", "systemctl", "enable", "--now", name)
        except HostError as error:
            why = "is the port taken? 'ss -ltnp' on the host shows by whom"
            raise HostError(f"metrics.listen (vrrp_metrics_listen): {why}: {error}") from None


def _remove(host: Host) -> None:
    stop_metrics(host)
    removed = [host.remove(one) for one in (paths.METRICS_SOCKET_UNIT, paths.METRICS_UNIT)]
    if any(removed):
        host.command("reload the systemd units", "systemctl", "daemon-reload")
