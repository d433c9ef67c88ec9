# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The workload of both programs: the same instances in the configuration of each."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Iterator

VRIDS = 250  # On one interface.
_SIGNED = {"hmac": {"keys": [{"id": 1, "secret": "0123456789abcdef" * 2}]}}


@dataclass(frozen=True)
class Workload:
    """A number of ``instances`` with one address each, or one with many ``addresses``.

    ``interval`` is in seconds. With more instances than fit on one interface they are dealt out
    over several. ``again_after`` is when a new master announces its addresses once more, in
    seconds; 0 is never. With ``signs`` our agent signs, and verifies signatures.
    """

    instances: int = 1
    interval: float = 1.0
    priority: int = 100
    addresses: int = 1
    again_after: int = 0
    signs: bool = False

    @property
    def interfaces(self) -> list[str]:
        """The interfaces that the instances are on."""
        return [f"eth{number}" for number in range((self.instances - 1) // VRIDS + 1)]

    @property
    def down_interval(self) -> float:
        """Seconds after which a backup believes the master dead (RFC 9568 section 6.1)."""
        return 3 * self.interval + (256 - self.priority) * self.interval / 256

    def outranked_by(self, priority: int) -> Workload:
        """The same for a host with another priority."""
        return replace(self, priority=priority)

    def ours(self) -> str:
        """The configuration file of our agent."""
        entries = [
            {
                "name": name,
                "interface": interface,
                "vrid": vrid,
                "priority": self.priority,
                "advertisement_interval": self.interval,
                "announce_delay": self.again_after,
                "addresses": addresses,
                **(_SIGNED if self.signs else {}),
            }
            for name, interface, vrid, addresses in self._instances()
        ]
        return json.dumps({"instances": entries})

    def keepalived(self) -> str:
        """The configuration file of keepalived."""
        parts = ["global_defs {\n vrrp_version 3\n}\n"]
        for name, interface, vrid, addresses in self._instances():
            listed = "".join(f"  {address}\n" for address in addresses)
            parts.append(
                f"vrrp_instance {name} {{\n interface {interface}\n virtual_router_id {vrid}\n"
                f" priority {self.priority}\n advert_int {self.interval:g}\n"
                f" garp_master_delay {self.again_after}\n virtual_ipaddress {{\n{listed} }}\n}}\n"
            )
        return "".join(parts)

    def _instances(self) -> Iterator[tuple[str, str, int, list[str]]]:
        """Name, interface, VRID and addresses of each."""
        for number in range(self.instances):
            interface, place = divmod(number, VRIDS)
            addresses = [
                f"198.{18 + interface}.{place}.{1 + one}/32" for one in range(self.addresses)
            ]
            yield f"i{number}", f"eth{interface}", place + 1, addresses
