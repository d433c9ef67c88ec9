# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Packet filters (RFC 9568 sections 6.4.3 and 8.1.2): each is an nftables table of the agent with
one chain.
"""

from __future__ import annotations

import errno
from typing import Dict, Iterable, List, Sequence

from ..base.errors import KernelError
from ..engine.host.devices import PacketFilter
from . import netlink
from .nft_expressions import Expression
from .nft_filters import chain_of, family_of_table
from .pyroute2_import import PYROUTE2_MISSING, NetlinkMessage
from .rtnetlink_messages import encoded

if PYROUTE2_MISSING is None:
    from pyroute2.netlink import NLM_F_ACK, NLM_F_APPEND, NLM_F_CREATE, NLM_F_REQUEST
    from pyroute2.netlink.nfnetlink import NFNL_SUBSYS_NFTABLES, nfgen_msg
    from pyroute2.netlink.nfnetlink.nftsocket import (
        NFT_MSG_DELTABLE,
        NFT_MSG_GETTABLE,
        NFT_MSG_NEWCHAIN,
        NFT_MSG_NEWRULE,
        NFT_MSG_NEWTABLE,
        nft_chain_msg,
        nft_rule_msg,
        nft_table_msg,
    )

_CHANGES_OF_TABLES = 1 << 6  # The group NFNLGRP_NFTABLES, which is the seventh.
_BATCH_BEGIN, _BATCH_END = 0x10, 0x11
_PRIORITY = -1  # Just before the filter chains of others.
_CHAIN = "filter"


class FilterTable:
    """The filters of this host; each transaction opens a socket of its own. Mutable."""

    def __init__(self) -> None:
        self._filters: Dict[str, PacketFilter] = {}

    def close(self) -> None:
        """Remove all filters."""
        self.delete(set(self._filters.values()))

    def missing(self, wanted: Iterable[PacketFilter]) -> set[PacketFilter]:
        """Return the wanted filters that are missing or differ."""
        return {one for one in wanted if self._filters.get(one.table) != one}

    def forget_flushed(self) -> List[str]:
        """Forget the tables that another program removed; returns their names."""
        lost = [table for table in self._filters if not _exists(table)]
        for table in lost:
            del self._filters[table]
        return lost

    def stale(self, wanted: Iterable[PacketFilter]) -> set[PacketFilter]:
        """Return the present filters whose table is not wanted."""
        tables = {one.table for one in wanted}
        return {one for one in self._filters.values() if one.table not in tables}

    def create(self, wanted: PacketFilter) -> None:
        """Create or replace a filter in one transaction; raises KernelError."""
        add, delete = _table(wanted.table, NFT_MSG_NEWTABLE), _table(wanted.table, NFT_MSG_DELTABLE)
        chain = chain_of(wanted)
        rules = [_rule(wanted.table, rule) for rule in chain.rules]
        requests = [add, delete, add, _chain(wanted.table, chain.hook), *rules]
        number = _transact(requests)
        if number:
            raise KernelError(number, f"cannot create the nftables table {wanted.table}")
        self._filters[wanted.table] = wanted

    def delete(self, filters: Iterable[PacketFilter]) -> None:
        """Remove filters; raises KernelError."""
        for one in filters:
            delete_table(one.table)
            self._filters.pop(one.table, None)


class FilterMonitor:
    """A descriptor to wait on; ``drain`` returns whether a table may have been removed."""

    def __init__(self) -> None:
        self._socket = netlink.open_socket(netlink.NETFILTER, _CHANGES_OF_TABLES)
        self._socket.setblocking(False)

    def fileno(self) -> int:
        """Return the descriptor that is readable when the packet filter has changed."""
        return self._socket.fileno()

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()

    def drain(self) -> bool:
        """Read all notifications; after an overflow, any table may have been removed."""
        removed = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELTABLE
        found = False
        while True:
            try:
                found |= removed in netlink.message_types(self._socket.recv(1 << 20))
            except BlockingIOError:
                return found
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                found = True


def _exists(table: str) -> bool:
    with netlink.open_socket(netlink.NETFILTER) as opened:
        return netlink.transact(opened, [_table(table, NFT_MSG_GETTABLE)]) == [0]


def delete_table(table: str) -> None:
    """Remove a table of the agent, if it exists; raises KernelError."""
    number = _transact([_table(table, NFT_MSG_DELTABLE)])
    if number not in (0, errno.ENOENT):
        raise KernelError(number, f"cannot remove the nftables table {table}")


def _transact(requests: List[bytes]) -> int:
    opened = netlink.open_socket(netlink.NETFILTER)
    try:
        begin, end = _batch_marker(_BATCH_BEGIN), _batch_marker(_BATCH_END)
        return netlink.transact_atomic(opened, [begin, *requests, end])
    finally:
        opened.close()


def _batch_marker(kind: int) -> bytes:
    message = nfgen_msg()
    message["res_id"] = NFNL_SUBSYS_NFTABLES
    return encoded(message, kind, NLM_F_REQUEST)


def _request(
    message: NetlinkMessage, kind: int, table: str, attributes: Sequence[object], flags: int = 0
) -> bytes:
    message["nfgen_family"] = family_of_table(table)
    message["attrs"] = attributes
    return encoded(
        message, NFNL_SUBSYS_NFTABLES << 8 | kind, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | flags
    )


def _table(name: str, kind: int) -> bytes:
    return _request(nft_table_msg(), kind, name, [("NFTA_TABLE_NAME", name)])


def _chain(table: str, hook_number: int) -> bytes:
    hook = {"attrs": [("NFTA_HOOK_HOOKNUM", hook_number), ("NFTA_HOOK_PRIORITY", _PRIORITY)]}
    attributes = [
        ("NFTA_CHAIN_TABLE", table),
        ("NFTA_CHAIN_NAME", _CHAIN),
        ("NFTA_CHAIN_HOOK", hook),
        ("NFTA_CHAIN_TYPE", "filter"),
    ]
    return _request(nft_chain_msg(), NFT_MSG_NEWCHAIN, table, attributes)


def _rule(table: str, expressions: Sequence[Expression]) -> bytes:
    attributes = [
        ("NFTA_RULE_TABLE", table),
        ("NFTA_RULE_CHAIN", _CHAIN),
        ("NFTA_RULE_EXPRESSIONS", expressions),
    ]
    return _request(nft_rule_msg(), NFT_MSG_NEWRULE, table, attributes, NLM_F_APPEND)
