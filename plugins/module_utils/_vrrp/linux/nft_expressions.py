# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Expressions of nftables: of some of them in order, a rule is made."""

from __future__ import annotations

from typing import Dict

DROP, ACCEPT = 0, 1
META_IIF, META_OIF, META_NFPROTO, META_L4PROTO = 4, 5, 15, 16
NETWORK_HEADER, TRANSPORT_HEADER = 1, 2
_REGISTER, _VERDICT_REGISTER = 1, 0

Expression = Dict[str, object]


def meta(key: int) -> Expression:
    """Load an attribute of the packet, such as the index of its interface."""
    return _expression("meta", key=key, dreg=_REGISTER)


def payload(base: int, offset: int, length: int) -> Expression:
    """Load bytes of the packet that begin at an offset in one of its headers."""
    return _expression("payload", dreg=_REGISTER, base=base, offset=offset, len=length)


def equals(value: bytes) -> Expression:
    """Go on with the rule only if that was loaded last."""
    data = {"attrs": [("NFTA_DATA_VALUE", value)]}
    return _expression("cmp", sreg=_REGISTER, op=0, data=data)


def verdict(code: int) -> Expression:
    """End with ACCEPT or DROP."""
    data = {"attrs": [("NFTA_DATA_VERDICT", {"attrs": [("NFTA_VERDICT_CODE", code)]})]}
    return _expression("immediate", dreg=_VERDICT_REGISTER, data=data)


def _expression(name: str, **data: object) -> Expression:
    attributes = [(f"NFTA_{name.upper()}_{key.upper()}", value) for key, value in data.items()]
    return {"attrs": [("NFTA_EXPR_NAME", name), ("NFTA_EXPR_DATA", {"attrs": attributes})]}
