# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The macvlans that carry virtual MAC addresses.

A macvlan is private, so that routers on one host do not hear each other through it, and down
until its router is master. The interface under it must not answer ARP for addresses that are not
its own, nor send ARP requests from them, or hosts would learn the wrong MAC address; and the
macvlan must not derive an IPv6 address from the virtual MAC, which is the same on all routers (RFC
9568 section 7.4).
"""

from __future__ import annotations

import errno
import socket
from typing import Dict, Iterable, Tuple

from ..base.errors import KernelError
from ..engine.host.devices import Macvlan
from . import netlink, sysctl
from .rtnetlink_messages import create_device_request, delete_device_request

# Settings that apply to the macvlan when they are set for ``all``, and drop its packets, or leave
# its addresses without an answer to ARP: the route back leads through the parent.
_FOR_ALL = ("rp_filter", "arp_filter")
_STRICT = "1"
_PARENT = {"arp_ignore": "1", "arp_announce": "2"}
# Where the host answers for other hosts (proxy_arp), its interfaces do, and no macvlan beside them.
_DEVICE = {"arp_ignore": "1", "arp_filter": "0", "rp_filter": "0", "medium_id": "-1"}
_IPV6_DEVICE = {"addr_gen_mode": "1", "accept_ra": "0", "autoconf": "0", "accept_dad": "0"}


class MacvlanTable:
    """The macvlans of this host; ``sysctls`` has the settings changed for them. Mutable.

    Those named in ``inherited`` were created by the process before this one.
    """

    def __init__(self, sysctls: sysctl.SysctlStore, inherited: Iterable[str] = ()) -> None:
        self._sysctls = sysctls
        self._adopted = set(inherited)
        self._socket: socket.socket = netlink.open_socket()
        self._devices: Dict[str, Macvlan] = {}

    def close(self) -> None:
        """Delete all macvlans, restore the settings and close the socket."""
        self.delete(set(self._devices.values()))
        self._socket.close()

    def missing(self, wanted: Iterable[Macvlan]) -> set[Macvlan]:
        """Return the wanted devices that are missing or differ."""
        return {one for one in wanted if self._devices.get(one.name) != one or not _exists(one)}

    def stale(self, wanted: Iterable[Macvlan]) -> set[Macvlan]:
        """Return the present devices that are not wanted."""
        return set(self._devices.values()) - set(wanted)

    def create(self, device: Macvlan) -> None:
        """Create a macvlan, or keep one that was inherited. Any other of that name is replaced, as
        a dead agent left it. Raises KernelError.
        """
        if device.name in self._adopted and _exists(device):
            self._prepare(device)  # When that fails, it stays as the old process left it.
            self._devices[device.name] = device
            return
        self._create(device)
        self._devices[device.name] = device
        try:
            self._prepare(device)
        except KernelError:
            # An incomplete one would answer for addresses with the wrong MAC address.
            self.delete([device])
            raise

    def _create(self, device: Macvlan) -> None:
        delete_device(self._socket, device.name)
        (number,) = netlink.transact(self._socket, [create_device_request(device)])
        if number:
            raise KernelError(number, f"cannot create {device.name} on {device.parent}")

    def _prepare(self, device: Macvlan) -> None:
        for name, value in _settings(device):
            sysctl.write(name, value)
        for key, value in _PARENT.items():
            self._sysctls.change(f"ipv4/conf/{device.parent}/{key}", value)
        for key in _FOR_ALL:
            self._relax_for_all(key)

    def _relax_for_all(self, key: str) -> None:
        """Relax a filter that is strict for ``all``; the other interfaces keep it."""
        if sysctl.read(f"ipv4/conf/all/{key}") != _STRICT:
            return
        for name in sysctl.interfaces():
            setting = f"ipv4/conf/{name}/{key}"
            if name not in self._devices and sysctl.read(setting) == "0":
                self._sysctls.change(setting, _STRICT)
        self._sysctls.change(f"ipv4/conf/all/{key}", "0")

    def delete(self, devices: Iterable[Macvlan]) -> None:
        """Delete macvlans; after the last one on an interface its settings are restored."""
        for device in devices:
            delete_device(self._socket, device.name)
            self._devices.pop(device.name, None)
            self._adopted.discard(device.name)
            if all(one.parent != device.parent for one in self._devices.values()):
                for key in _PARENT:
                    self._sysctls.restore(f"ipv4/conf/{device.parent}/{key}")
        if not self._devices:
            for key in _FOR_ALL:
                self._sysctls.restore(suffix=f"/{key}")


def _settings(device: Macvlan) -> Iterable[Tuple[str, str]]:
    for key, value in _DEVICE.items():
        yield f"ipv4/conf/{device.name}/{key}", value
    if not sysctl.has_ipv6():
        return
    ipv6 = _IPV6_DEVICE if device.ipv6 else {"disable_ipv6": "1"}
    for key, value in ipv6.items():
        yield f"ipv6/conf/{device.name}/{key}", value


def delete_device(opened: socket.socket, name: str) -> None:
    """Delete an interface of that name, if there is one; raises KernelError."""
    try:
        (number,) = netlink.transact(opened, [delete_device_request(name)])
    except KernelError as error:
        if error.number == errno.ENODEV:
            return
        raise
    if number not in (0, errno.ENODEV):
        raise KernelError(number, f"cannot delete {name}")


def _exists(device: Macvlan) -> bool:
    try:
        socket.if_nametoindex(device.name)
    except OSError:
        return False
    return True
