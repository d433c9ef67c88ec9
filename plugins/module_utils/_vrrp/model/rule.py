# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""Policy rules that a master installs besides its addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Tuple

from .family import Family
from .fields import read_flag, read_interface
from .prefix import Prefix, everything, read_prefix
from .readers import Reader, list_of, one_of, record, whole_number

_RULE_PRIORITY = 32765  # Just before the rule that looks up the main table.
_UINT32_MAX = (1 << 32) - 1
_PORT_MAX = 65535
_NUMBER = whole_number(1, _UINT32_MAX)
_IP_PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "gre": 47, "esp": 50, "icmpv6": 58, "sctp": 132}

# The first and the last one of a range of numbers.
Range = Tuple[int, int]


@dataclass(frozen=True)
class VirtualRule:
    """Packets that match all that is given use ``table``; those that don't, where it is
    ``inverted``. ``suppress_prefix_length`` passes over routes whose prefix is not longer, -1 over
    none.

    Without ``track`` the router is not degraded while the host does not have the rule.
    """

    table: int
    source: Prefix | None = None
    destination: Prefix | None = None
    incoming: str = ""
    mark: int = 0
    priority: int = 0
    track: bool = True
    outgoing: str = ""
    users: Range | None = None
    ip_protocol: int = 0
    source_ports: Range | None = None
    destination_ports: Range | None = None
    suppress_prefix_length: int = -1
    inverted: bool = False
    selected_family: Family | None = None

    @property
    def family(self) -> Family:
        """The address family: that of its networks, or the selected one, or IPv4."""
        known = self.source or self.destination
        return known.family if known else self.selected_family or Family.IPV4

    @property
    def selects(self) -> bool:
        """Whether it selects packets by anything."""
        names = (self.source, self.destination, self.incoming, self.outgoing)
        values = (self.mark, self.users, self.ip_protocol, self.source_ports)
        return any((*names, *values, self.destination_ports))

    @property
    def in_kernel(self) -> VirtualRule:
        """The rule as the kernel has it: with a priority, without a network that holds everything,
        and without the setting ``track``.
        """
        source, destination = _unless_everything(self.source), _unless_everything(self.destination)
        if self.family is Family.IPV6 and not (source or destination):
            source = everything(Family.IPV6)
        return replace(
            self,
            source=source,
            destination=destination,
            priority=self.priority or _RULE_PRIORITY,
            track=True,
            selected_family=None,
        )

    def __str__(self) -> str:
        return f"rule to table {self.table}"


def _unless_everything(prefix: Prefix | None) -> Prefix | None:
    return prefix if prefix is not None and prefix.length else None


def _range(most: int) -> Reader[Range]:
    """Make a reader of a number, or of a range such as ``1000-1999``."""

    def read(value: object) -> Range:
        found = re.fullmatch(r"(\d{1,10})(?:-(\d{1,10}))?", str(value), re.ASCII)
        if isinstance(value, bool) or found is None:
            raise ValueError(f"{value!r} is not a number or a range such as 1000-1999")
        first = int(found[1])
        last = first if found[2] is None else int(found[2])
        if not first <= last <= most:
            raise ValueError(f"{value} is not a range within 0..{most}")
        return first, last

    return read


def _read_ip_protocol(value: object) -> int:
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if isinstance(value, int):
        return whole_number(1, 255)(value)
    return one_of(_IP_PROTOCOLS)(value)


_PORTS = _range(_PORT_MAX)
_rule = record(
    {
        "from": read_prefix,
        "to": read_prefix,
        "family": one_of({one.label: one for one in Family}),
        "incoming_interface": read_interface,
        "outgoing_interface": read_interface,
        "mark": _NUMBER,
        "uid_range": _range(_UINT32_MAX - 1),
        "ip_protocol": _read_ip_protocol,
        "source_port": _PORTS,
        "destination_port": _PORTS,
        "suppress_prefix_length": whole_number(0, 128),
        "not": read_flag,
        "table": _NUMBER,
        "priority": _NUMBER,
        "track": read_flag,
    },
    ["table"],
)
_ATTRIBUTES = {
    "from": "source",
    "to": "destination",
    "family": "selected_family",
    "incoming_interface": "incoming",
    "outgoing_interface": "outgoing",
    "uid_range": "users",
    "source_port": "source_ports",
    "destination_port": "destination_ports",
    "not": "inverted",
}


def _read_rule(value: object) -> VirtualRule:
    given = _rule(value)
    rule = VirtualRule(**{_ATTRIBUTES.get(key, key): one for key, one in given.items()})
    known = {one.family for one in (rule.source, rule.destination) if one}
    known |= {rule.selected_family} if rule.selected_family else set()
    if len(known) > 1:
        raise ValueError("from, to and family are of different families")
    if not rule.selects:
        raise ValueError("the rule selects nothing: give from, to, incoming_interface or mark")
    if (rule.source_ports or rule.destination_ports) and not rule.ip_protocol:
        raise ValueError("a port needs ip_protocol")
    return rule


read_rules: Reader[Tuple[VirtualRule, ...]] = list_of(_read_rule)
