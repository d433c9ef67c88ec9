# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""tcpdump and tshark read the packets without complaint, but for the checksum form of RFC 9568."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.routers import Agent, instance
from support.segment import Capture, Segment, eventually

V2 = {"version": 2, "advertisement_interval": 1}
V6 = {"addresses": ["fe80::100/64", "2001:db8::100/64"]}
KINDS: dict[str, dict[str, Any]] = {
    "v2": V2,
    "v2-password": {**V2, "password": "tulip"},
    "v3-ipv4": {},
    "v3-ipv4-rfc9568": {"advertise_checksum": "rfc9568"},
    "v3-ipv4-mac": {"virtual_mac": True},
    "v3-ipv4-unicast": {"unicast_peers": ["192.0.2.11", "192.0.2.12"]},
    "v3-ipv6": V6,
    "v3-ipv6-mac": {**V6, "virtual_mac": True},
    "v3-ipv6-unicast": {**V6, "unicast_peers": ["2001:db8::11", "2001:db8::12"]},
}
VIRTUAL_MACS = {"v3-ipv4-mac": "00:00:5e:00:01:33", "v3-ipv6-mac": "00:00:5e:00:02:33"}
# The form that tcpdump 4.99.3 and tshark 4.0.17 do not know: their own reading is RFC 5798's.
UNKNOWN_FORM = "v3-ipv4-rfc9568"


@pytest.fixture(params=list(KINDS))
def captured(request: pytest.FixtureRequest, segment: Segment) -> tuple[str, Path]:
    """A kind of instance, and three of its advertisements as the next host got them."""
    Agent(segment.host(), instance(**KINDS[request.param])).start().wait_for("MASTER")
    saved = segment.directory / "advertisements.pcap"
    capture = Capture(
        segment.host(), "proto 112 or ip6 proto 112", "-U", "-c", "3", "-w", str(saved)
    )
    eventually(capture.has_ended, 10, "three advertisements")
    return request.param, saved


def read(*command: str) -> str:
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    return result.stdout


def test_tcpdump_reads_every_kind_of_advertisement(captured: tuple[str, Path]) -> None:
    kind, saved = captured
    text = read("tcpdump", "-n", "-vvv", "-r", str(saved))
    version = "VRRPv2" if kind.startswith("v2") else "VRRPv3"
    assert text.count(f"{version}, Advertisement") == 3
    assert "vrid 51, prio 100" in text
    if kind == UNKNOWN_FORM:
        assert text.count("bad vrrp cksum") == 3
        text = text.replace("bad vrrp cksum", "")
    assert not [word for word in ("bad", "invalid", "wrong", "[|", "trunc") if word in text.lower()]
    assert "(ttl" not in text  # tcpdump says so of a TTL that is not 255.


def test_tshark_reads_every_kind_of_advertisement(captured: tuple[str, Path]) -> None:
    kind, saved = captured
    packets = json.loads(read("tshark", "-n", "-r", str(saved), "-T", "json"))
    assert len(packets) == 3
    for packet in packets:
        layers = packet["_source"]["layers"]
        vrrp = layers["vrrp"]
        if kind in VIRTUAL_MACS:
            assert layers["eth"]["eth.src"] == VIRTUAL_MACS[kind]
        assert vrrp["vrrp.typever_tree"] == {"vrrp.version": kind[1], "vrrp.type": "1"}
        assert (vrrp["vrrp.virt_rtr_id"], vrrp["vrrp.prio"]) == ("51", "100")
        if kind == UNKNOWN_FORM:
            del vrrp["vrrp.checksum_tree"]
        else:
            assert vrrp["vrrp.checksum.status"] == "1"  # Good.
        assert "_ws.expert" not in json.dumps(layers)
        assert "_ws.malformed" not in layers
