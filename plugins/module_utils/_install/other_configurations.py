# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The virtual routers of other VRRP daemons, as far as their configuration files tell.

No more is read than is needed to notice a VRID or an address that two daemons would share.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any, FrozenSet, Iterable, Iterator, List, Mapping, Sequence, Tuple

from .._keepalived.host_files import host_files, options_of
from .._keepalived.reading import read_configuration
from .._vrrp.runtime.files import open_regular

FRR_CONFIGS = ("/etc/frr/frr.conf", "/etc/frr/vrrpd.conf")
_LENGTH_MAX = 1 << 20


@dataclass(frozen=True)
class OtherRouters:
    """The virtual routers of another daemon: (interface, VRID), and packed addresses;
    ``is_complete`` unless its configuration is too long to be read.
    """

    routers: FrozenSet[Tuple[str, int]] = frozenset()
    addresses: FrozenSet[bytes] = frozenset()
    is_complete: bool = True


def routers_of(name: str, arguments: Sequence[str], root: str = "") -> OtherRouters:
    """Return the virtual routers of a running program by its name, the arguments of its command and
    its root directory; none for a program whose configuration is unknown.
    """
    if name.startswith("keepalived"):
        options = options_of(arguments)
        return keepalived_routers(options.path, options.config_id, root)
    if name != "vrrpd":
        return OtherRouters()
    found = [frr_routers(root + path) for path in FRR_CONFIGS]
    routers = frozenset().union(*(one.routers for one in found))
    return OtherRouters(routers, frozenset().union(*(one.addresses for one in found)))


def keepalived_routers(path: str, config_id: str = "", root: str = "") -> OtherRouters:
    """Return the virtual routers in a keepalived.conf and the files that it includes, all of them
    below a root directory.
    """
    reading = read_configuration(host_files(root), path, config_id)
    found = [one for one in reading.instances if "vrid" in one and one["interface"]]
    routers = frozenset((one["interface"], one["vrid"]) for one in found)
    served = (entry for one in reading.instances for entry in _entries(one))
    return OtherRouters(routers, _addresses(served), reading.is_complete)


def _entries(instance: Mapping[str, Any]) -> Iterator[str]:
    for setting in ("addresses", "excluded_addresses"):
        for one in instance.get(setting, ()):
            yield str(one["address"] if isinstance(one, dict) else one)


def frr_routers(path: str) -> OtherRouters:
    """Return the virtual routers in an frr.conf."""
    interface, routers, words = "", [], []
    for line in _lines(path):
        found = line.split()
        if found[:1] == ["interface"] and len(found) > 1:
            interface = found[1]
        elif found[:1] == ["vrrp"] and len(found) > 1 and found[1].isdigit():
            routers.append((interface, int(found[1])))
            words.extend(found[2:])
    return OtherRouters(frozenset(routers), _addresses(words))


def _addresses(words: Iterable[str]) -> FrozenSet[bytes]:
    found = set()
    for word in words:
        try:
            found.add(ipaddress.ip_interface(word).packed)
        except ValueError:
            continue
    return frozenset(found)


def _lines(path: str) -> List[str]:
    """Return the lines of a file; none of what is no file. Another process has named it."""
    try:
        with open_regular(path) as file:
            return file.read(_LENGTH_MAX).decode(errors="replace").splitlines()
    except OSError:
        return []
