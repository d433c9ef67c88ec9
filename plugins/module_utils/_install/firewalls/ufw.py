# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Accepts VRRP in ufw, which keeps its own permanent rules."""

from __future__ import annotations

from typing import Sequence

from ..host import Host, read
from .common import MARK, unchangeable

CONFIG = "/etc/ufw/ufw.conf"
_RULE = ("allow", "proto", "vrrp", "from", "any", "to", "any")


def is_used(host: Host) -> bool:
    """Whether ufw is enabled."""
    return host.find("ufw") is not None and "ENABLED=yes" in (read(CONFIG) or "").split()


def open_for_vrrp(host: Host, _interfaces: Sequence[str]) -> None:
    """Accept VRRP; raises HostError, also for a ufw before 0.36.2, which does not know it."""
    if _has_rule(host):
        return
    status, output = host.ask("ufw", "--dry-run", *_RULE)
    if status != 0:
        raise unchangeable("ufw", "ufw", output)
    host.command("let VRRP into ufw", "ufw", *_RULE, "comment", MARK)


def close(host: Host) -> None:
    """Remove the rule of ``open_for_vrrp``."""
    if _has_rule(host):
        host.command("keep VRRP out of ufw", "ufw", "delete", *_RULE)


def _has_rule(host: Host) -> bool:
    _status, output = host.ask("ufw", "show", "added")
    return MARK in output
