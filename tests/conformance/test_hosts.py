# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packets of a host against the RFCs: settings and interfaces in, packets and frames out."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from _vrrp.base.constants import NO_VRID
from _vrrp.engine.actions import Action, Send, SendFrames
from _vrrp.engine.engine import Engine
from _vrrp.engine.host.links import Link, LinkAddress, Links
from _vrrp.engine.host.observed import Observed
from _vrrp.model.config import build_config
from _vrrp.model.family import text
from conformance import ledger
from support.completion import completed

START = 1_000_000_000_000
ENTRY = {"name": "web", "interface": "eth0", "vrid": 51, "addresses": ["192.0.2.100/24"]}
ETH0 = {"mac": "02:00:00:00:00:0b", "addresses": ["192.0.2.11/24", "fe80::11/64"]}


def link(index: int, name: str, given: dict[str, Any]) -> Link:
    mac = bytes.fromhex(given["mac"].replace(":", ""))
    interfaces = [ipaddress.ip_interface(one) for one in given.get("addresses", [])]
    addresses = tuple(LinkAddress(one.ip.packed, one.network.prefixlen) for one in interfaces)
    forwards = given.get("forwards", False)
    return Link(index, name, True, mac, addresses, forwards_ipv6=forwards)


def links(case: dict[str, Any]) -> Links:
    given = {"eth0": ETH0, **case.get("links", {})}
    return {name: link(at, name, one) for at, (name, one) in enumerate(given.items(), 2)}


def until_master(case: dict[str, Any]) -> list[Action]:
    """Return all actions of a host from its start until its first advertisement."""
    engine = Engine()
    done = completed(engine, engine.host_changed(Observed(links(case)), START), START)
    config = build_config({"instances": [{**ENTRY, **case.get("instance", {})}]})
    done += completed(engine, engine.reconfigure(config, START), START)
    now = START
    while not advertisements(done):
        now = engine.next_deadline() or now
        done += completed(engine, engine.wakeup(now), now)
    while engine.next_deadline() == now:  # Announcements are repeated at once.
        done += completed(engine, engine.wakeup(now), now)
    return done


def advertisements(done: list[Action]) -> list[Send]:
    """Return the advertisements, without the probes, which are for no router."""
    return [one for one in done if isinstance(one, Send) and one.message[1] != NO_VRID]


@pytest.mark.parametrize("case", ledger.cases("hosts"), ids=lambda case: case["name"])
def test_a_host_sends_what_the_rfcs_demand(case: dict[str, Any]) -> None:
    done, names = until_master(case), dict(enumerate(links(case), 2))
    (send,) = advertisements(done)
    shown = {
        "interface": names[send.index],
        "source": text(send.source),
        "destination": text(send.destination),
        "ttl": send.ttl,
        "message": send.message.hex(),
    }
    expected = {name: one.replace(" ", "") if name == "message" else one
                for name, one in case["sends"].items()}  # fmt: skip
    assert {name: shown[name] for name in expected} == expected
    announced = [one for one in done if isinstance(one, SendFrames)]
    frames = [frame.hex() for one in announced for frame in one.frames]
    count = case.get("count", 5)
    once = case.get("frames", frames[: len(frames) // count])
    assert frames == [frame.replace(" ", "") for frame in once] * count
