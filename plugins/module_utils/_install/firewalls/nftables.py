# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Accepts VRRP in the chains of nftables.

Its service loads one file at start and at reload, so a drop-in of its unit lets the agent put the
rule back into the chains that are there then.
"""

from __future__ import annotations

from typing import Sequence

from ..._vrrp.linux.nft_rules import (
    LIST,
    closed_chains,
    deletion,
    insertions,
    parse,
    rules,
)
from ..host import Host
from ..paths import DAEMON, NFTABLES_DROP_IN, NFTABLES_DROP_IN_DIRECTORY
from .common import is_active, unchangeable

_UNIT = "nftables.service"
_ACCEPT = f"-/bin/sh -c 'nft --json list ruleset | {DAEMON} accept | nft --json -f -'"
_DROP_IN = f"""\
# Written by the Ansible collection failover.vrrp: VRRP is let in after every load.
[Service]
ExecStartPost={_ACCEPT}
ExecReload={_ACCEPT}
"""


def is_used(host: Host) -> bool:
    """Whether the service of nftables loads rules, now or at the next start."""
    return is_active(host, _UNIT) or _is_enabled(host)


def _is_enabled(host: Host) -> bool:
    status, _output = host.ask("systemctl", "is-enabled", "--quiet", _UNIT)
    return status == 0


def open_for_vrrp(host: Host, _interfaces: Sequence[str]) -> None:
    """Accept VRRP in all filter chains on the input hook; raises HostError."""
    status, output = host.ask(*LIST)
    if status != 0:
        raise unchangeable(_UNIT, "nft", output)
    for chain in closed_chains(parse(output)):
        what = f"let VRRP into nftables chain {' '.join(chain)}"
        host.command(what, "nft", "--json", insertions([chain]))
    if host.write(NFTABLES_DROP_IN, _DROP_IN):
        host.command("reload the systemd units", "systemctl", "daemon-reload")


def close(host: Host) -> None:
    """Remove the rules and the drop-in of ``open_for_vrrp``."""
    if host.remove(NFTABLES_DROP_IN):
        host.remove_if_empty(NFTABLES_DROP_IN_DIRECTORY)
        host.command("reload the systemd units", "systemctl", "daemon-reload")
    status, output = host.ask(*LIST)
    for chain, handle in rules(parse(output)) if status == 0 else ():
        host.command(
            "remove the rule for VRRP from nftables",
            "nft", "--json", deletion(chain, handle),
        )  # fmt: skip
