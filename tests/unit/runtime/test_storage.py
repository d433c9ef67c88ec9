# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The agent's files, and its handling of torn ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from _vrrp.engine.actions import Recovery
from _vrrp.engine.host.resources import AddressResource, LinkUp, RouteResource
from _vrrp.model.address import VirtualAddress, parse_address
from _vrrp.model.prefix import read_prefix
from _vrrp.model.route import VirtualRoute
from _vrrp.model.signing import Hmac, HmacKey
from _vrrp.runtime.storage import Storage

ROUTE = VirtualRoute(read_prefix("198.51.100.0/24"), bytes([192, 0, 2, 1]), "", b"", 100, 20)
PEER = bytes([198, 51, 100, 2])
RECOVERY = Recovery(
    "web",
    "vrrp4.51.2",
    (
        RouteResource("eth0", ROUTE),
        AddressResource("eth0", parse_address("192.0.2.100/24")),
        AddressResource("eth1", parse_address("2001:db8::1/64")),
        # The first address of the peer's network: no host of that can have it, but this one can.
        AddressResource("eth0", VirtualAddress(bytes([198, 51, 100, 0]), 30, peer=PEER)),
        LinkUp("vrrp4.51.2"),
    ),
    bytes([192, 0, 2, 11]),
    (
        (bytes([192, 0, 2, 12]), bytes.fromhex("3133000100640000c0000264")),
        (bytes([192, 0, 2, 13]), bytes.fromhex("3133000100640001c0000264")),
    ),
    254,
    "vrrp4.51.2",
    "vrrp_agent_4_51_2",
    Hmac((HmacKey(7, b"x" * 32),), 7, window=5),
)


# An interface without an address: its macvlan exists, and nothing can be sent.
MUTE = Recovery("web", "eth0", (), b"", (), device="vrrp4.51.2")


def test_a_new_storage_is_empty(tmp_path: Path) -> None:
    storage = Storage(str(tmp_path / "new"))
    assert storage.load_recoveries() == []


def test_saved_values_are_loaded_after_a_restart(tmp_path: Path) -> None:
    storage = Storage(str(tmp_path / "new"))
    storage.save_recoveries([RECOVERY, MUTE])
    again = Storage(str(tmp_path / "new"))
    assert again.load_recoveries() == [RECOVERY, MUTE]
    assert (tmp_path / "new" / "recovery.json").stat().st_mode & 0o777 == 0o600


VALID = {
    "router": "web", "interface": "eth0", "held": [], "source": "192.0.2.11", "resignations": [],
    "ttl": 255, "device": "", "table": "", "hmac": None,
}  # fmt: skip
WRONG: list[dict[str, object]] = [
    {"ttl": float("inf")}, {"ttl": 256}, {"router": ["x"]}, {"device": {}}, {"source": 7},
    {"hmac": {"id": -1, "secret": "00", "window": 5}},
    {"hmac": {"id": 1, "secret": "00", "window": "x"}}, {"hmac": 7},
    {"held": [{"kind": "address", "interface": ["x"], "address": "192.0.2.1/24"}]},
    {"held": [{"kind": "link", "interface": {}}]}, {"held": [7]}, {"held": 7},
    {"resignations": [["192.0.2.1", 7]]},
]  # fmt: skip


@pytest.mark.finding("E3")
@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_an_entry_with_a_wrong_value_is_left_out(tmp_path: Path, wrong: dict[str, object]) -> None:
    (tmp_path / "recovery.json").write_text(json.dumps([{**VALID, **wrong}, VALID]))
    assert len(Storage(str(tmp_path)).load_recoveries()) == 1


@pytest.mark.parametrize("text", ["", "{}", "[7]", '[{"router": "web"}]', "null"])
def test_an_invalid_recovery_file_counts_as_empty(tmp_path: Path, text: str) -> None:
    (tmp_path / "recovery.json").write_text(text)
    assert Storage(str(tmp_path)).load_recoveries() == []


def test_an_unchanged_recovery_is_not_written_again(tmp_path: Path) -> None:
    storage = Storage(str(tmp_path))
    storage.save_recoveries([RECOVERY])
    (tmp_path / "recovery.json").unlink()
    storage.save_recoveries([RECOVERY])
    assert not (tmp_path / "recovery.json").exists()
