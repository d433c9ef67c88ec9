# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actions and entries taken apart."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Any, Iterator

from _vrrp.engine import actions as act


def one_by_one(actions: list[act.Action]) -> Iterator[act.Action]:
    """The actions, with what is sent together taken apart."""
    for action in actions:
        if isinstance(action, act.SendBatch):
            yield from action.sends
        else:
            yield action


def packed_addresses(entry: dict[str, Any]) -> tuple[bytes, ...]:
    """The addresses of an instance, packed."""
    return _packed(tuple(entry["addresses"]))


@lru_cache
def _packed(addresses: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(ipaddress.ip_interface(one).ip.packed for one in addresses)
