# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Kernel settings that the host needs beside the agent, now and after its next start.

Services may bind to addresses that the host does not have, as a backup: a load balancer that
listens at a virtual address can't be started on a backup otherwise. And the user of built-in checks
may ping, which Debian lets nobody do.
"""

from __future__ import annotations

import os
import pwd
import re
from functools import partial
from typing import Dict, Mapping

from .._vrrp.base.constants import SCRIPT_USER
from .host import Host, read

SYSCTLS = "/proc/sys"
FILE = "/etc/sysctl.d/60-vrrp-agent.conf"
_NONLOCAL_BIND = ("net.ipv4.ip_nonlocal_bind", "net.ipv6.ip_nonlocal_bind")
_PING_GROUPS = "net.ipv4.ping_group_range"  # For IPv6, too.
_NO_GROUPS = "1 0"
_BEFORE = re.compile(r"^# (\S+) = (\d[\d ]*)$", re.MULTILINE)
_HEAD = """\
# Written by the Ansible collection failover.vrrp. It was before:
"""


def wanted_sysctls(nonlocal_bind: bool, has_pings: bool) -> Dict[str, str]:
    """Return the settings for services that bind to addresses of others, and for pings, unless the
    group of the user that pings may do so anyway.
    """
    wanted = dict.fromkeys(_NONLOCAL_BIND, "1") if nonlocal_bind else {}
    before = _recorded().get(_PING_GROUPS) or _value(_PING_GROUPS) or _NO_GROUPS
    groups = _with_group_of_pings(before)
    if has_pings and groups != before:
        wanted[_PING_GROUPS] = groups
    return wanted


def ensure_sysctls(host: Host, wanted: Mapping[str, str]) -> None:
    """Have these settings, and set back those that were set before; raises HostError."""
    before = _recorded()
    present = {name: value for name in wanted if (value := _value(name)) is not None}
    if present:
        host.write(FILE, _text({name: before.get(name, present[name]) for name in present}, wanted))
    elif before:
        host.remove(FILE)
    _set(host, {name: wanted[name] for name in present})
    _set(host, {name: value for name, value in before.items() if name not in wanted})


def _recorded() -> Dict[str, str]:
    """Return the settings that were changed, with their values before."""
    return dict(_BEFORE.findall(read(FILE) or ""))


def _with_group_of_pings(groups: str) -> str:
    """Return a range of groups that includes that of the user that pings. No wider than needed: in
    a container the kernel refuses groups that do not exist there.
    """
    try:
        group = pwd.getpwnam(SCRIPT_USER).pw_gid
    except KeyError:  # In check mode, before the first installation.
        return groups if groups != _NO_GROUPS else f"the group of {SCRIPT_USER}"
    low, high = map(int, groups.split())
    return f"{min(low, group)} {max(high, group)}" if low <= high else f"{group} {group}"


def _text(before: Mapping[str, str], wanted: Mapping[str, str]) -> str:
    lines = [f"# {name} = {value}\n" for name, value in before.items()]
    return _HEAD + "".join([*lines, *(f"{name} = {wanted[name]}\n" for name in before)])


def _set(host: Host, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        if _value(name) not in (None, value):
            host.change(f"set {name} to {value}", partial(_write, name, value))


def _path(name: str) -> str:
    return os.path.join(SYSCTLS, name.replace(".", "/"))


def _value(name: str) -> str | None:
    """Return the value of a setting; None where the kernel does not have it."""
    found = read(_path(name))
    return None if found is None else " ".join(found.split())


def _write(name: str, value: str) -> None:
    with open(_path(name), "w", encoding="ascii") as file:
        file.write(value)
