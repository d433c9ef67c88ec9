# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reception against the RFCs: packets in as bytes, the verdict out."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from _vrrp.model.config import build_config
from _vrrp.model.family import text
from _vrrp.wire.datagram import Datagram, DropReason, ReceiveContext
from _vrrp.wire.receive import receive
from _vrrp.wire.received import Received
from conformance import ledger

ENTRY = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}
OWN = {4: "192.0.2.11", 6: "fe80::11"}


def packed(written: str) -> bytes:
    return ipaddress.ip_address(written).packed


def receive_case(case: dict[str, Any]) -> Received | DropReason:
    (instance,) = build_config({"instances": [{**ENTRY, **case.get("instance", {})}]}).instances
    family = ipaddress.ip_address(case["source"]).version
    group = "224.0.0.18" if family == 4 else "ff02::12"
    message = bytes.fromhex(case["message"].replace(" ", ""))
    arrived = Datagram(packed(case["source"]), packed(group), case.get("ttl", 255), message)
    return receive(arrived, ReceiveContext(instance, packed(OWN[family])))


@pytest.mark.parametrize("case", ledger.cases("packets"), ids=lambda case: case["name"])
def test_a_packet_is_accepted_or_discarded_as_the_rfcs_demand(case: dict[str, Any]) -> None:
    received = receive_case(case)
    if "discarded" in case:
        assert isinstance(received, DropReason)
        assert received.value == case["discarded"]
        return
    assert isinstance(received, Received)
    found = received.advertisement
    says = {name: getattr(found, name) for name in case["says"]}
    if "addresses" in says:
        says["addresses"] = [text(one) for one in found.addresses]
    assert says == case["says"]
