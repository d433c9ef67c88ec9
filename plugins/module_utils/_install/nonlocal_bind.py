# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Permission for services to bind to addresses that the host does not have, as a backup.

A load balancer that listens at a virtual address can't be started on a backup otherwise.
"""

from __future__ import annotations

import os
import re
from functools import partial
from typing import Dict

from .host import Host, read

SYSCTLS = "/proc/sys"
FILE = "/etc/sysctl.d/60-vrrp-agent.conf"
_SETTINGS = ("net.ipv4.ip_nonlocal_bind", "net.ipv6.ip_nonlocal_bind")
_BEFORE = re.compile(r"^# (\S+) = (\d+)$", re.MULTILINE)
_HEAD = """\
# Written by the Ansible collection failover.vrrp, for vrrp_nonlocal_bind. It was before:
"""


def ensure_nonlocal_bind(host: Host, wanted: bool) -> None:
    """Let services bind to such addresses, now and after the next start of the host, or take that
    back; raises HostError. A host that has let them before is left alone.
    """
    before = dict(_BEFORE.findall(read(FILE) or ""))
    if wanted:
        present = {name: value for name in _SETTINGS if (value := _value(name)) is not None}
        host.write(FILE, _text({**present, **before}))
        _set(host, dict.fromkeys(present, "1"))
    elif before:
        host.remove(FILE)
        _set(host, before)


def _text(before: Dict[str, str]) -> str:
    lines = [f"# {name} = {value}\n" for name, value in before.items()]
    return _HEAD + "".join([*lines, *(f"{name} = 1\n" for name in before)])


def _set(host: Host, values: Dict[str, str]) -> None:
    for name, value in values.items():
        if _value(name) not in (None, value):
            host.change(f"set {name} to {value}", partial(_write, name, value))


def _path(name: str) -> str:
    return os.path.join(SYSCTLS, name.replace(".", "/"))


def _value(name: str) -> str | None:
    """Return the value of a setting; None where the kernel does not have it."""
    found = read(_path(name))
    return None if found is None else found.strip()


def _write(name: str, value: str) -> None:
    with open(_path(name), "w", encoding="ascii") as file:
        file.write(value)
