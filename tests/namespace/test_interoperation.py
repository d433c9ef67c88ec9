# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One group with Debian's keepalived or FRR: versions, families, unicast, MAC addresses, passwords.

Each kind is gone through with ours as the better router and with ours as the worse one.
"""

from __future__ import annotations

import json
import signal
from dataclasses import replace
from typing import Any, Callable

import pytest
from support.moves import drain_and_return
from support.peers import (
    NEWER,
    Frr,
    Keepalived,
    Kind,
    NewerKeepalived,
    Peer,
    keepalived_version,
    own_address,
)
from support.routers import Agent, instance
from support.segment import Host, Probe, Segment, eventually

IPV6 = ("fe80::100/64", "2001:db8::100/64")
V2 = Kind(version=2, interval=1)
V3 = Kind()
V6 = Kind(addresses=IPV6)
# The usual one of keepalived: without a link-local address.
V6_GLOBAL = Kind(addresses=IPV6[1:])
OURS_BY_MAC = {"virtual_mac": True}
needs_newer_keepalived = pytest.mark.skipif(not NEWER, reason="see script/lib/keepalived.sh")
Maker = Callable[[Host, Kind, int, "list[Host]"], Peer]
KEEPALIVED = [
    pytest.param(Keepalived, V2, id="keepalived-v2"),
    pytest.param(Keepalived, replace(V2, password="tulip"), id="keepalived-v2-password"),
    pytest.param(Keepalived, V3, id="keepalived-v3-ipv4"),
    pytest.param(Keepalived, V6, id="keepalived-v3-ipv6"),
    pytest.param(
        Keepalived, V6_GLOBAL, id="keepalived-v3-ipv6-global", marks=pytest.mark.finding("D1")
    ),
]
NEWER_KEEPALIVED = [
    pytest.param(NewerKeepalived, V2, id="newer-keepalived-v2"),
    pytest.param(NewerKeepalived, V3, id="newer-keepalived-v3-ipv4"),
    pytest.param(NewerKeepalived, replace(V3, unicast=True), id="newer-keepalived-v3-ipv4-unicast"),
    pytest.param(NewerKeepalived, V6_GLOBAL, id="newer-keepalived-v3-ipv6-global"),
    pytest.param(NewerKeepalived, replace(V6, unicast=True), id="newer-keepalived-v3-ipv6-unicast"),
]
MATRIX = [
    *KEEPALIVED,
    *(
        pytest.param(*one.values, id=one.id, marks=needs_newer_keepalived)
        for one in NEWER_KEEPALIVED
    ),
    pytest.param(Keepalived, replace(V2, unicast=True), id="keepalived-v2-unicast"),
    pytest.param(Keepalived, replace(V3, unicast=True), id="keepalived-v3-ipv4-unicast"),
    pytest.param(Keepalived, replace(V6, unicast=True), id="keepalived-v3-ipv6-unicast"),
    pytest.param(Keepalived, replace(V2, virtual_mac=True), id="keepalived-v2-mac"),
    pytest.param(Keepalived, replace(V3, virtual_mac=True), id="keepalived-v3-ipv4-mac"),
    pytest.param(Keepalived, replace(V6, virtual_mac=True), id="keepalived-v3-ipv6-mac"),
    pytest.param(Frr, V2, id="frr-v2"),
    pytest.param(Frr, V3, id="frr-v3-ipv4"),
    pytest.param(Frr, V6, id="frr-v3-ipv6"),
    pytest.param(Frr, replace(V3, virtual_mac=True), id="frr-v3-ipv4-mac"),
    pytest.param(Frr, replace(V6, virtual_mac=True), id="frr-v3-ipv6-mac"),
]


def group(segment: Segment, maker: Maker, kind: Kind, ours: int, theirs: int) -> tuple[Agent, Peer]:
    """Our agent and another router with these priorities, not started."""
    here, there = segment.host(), segment.host()
    settings: dict[str, Any] = {
        "version": kind.version,
        "addresses": list(kind.addresses),
        **({"derive_link_local": False} if kind is V6_GLOBAL else {}),
        "advertisement_interval": kind.interval,
        "virtual_mac": kind.virtual_mac,
        "priority": ours,
        **({"password": kind.password} if kind.password else {}),
        **({"hmac": {"keys": [{"id": 1, "secret": kind.secret}]}} if kind.secret else {}),
        **(
            {"unicast_peers": [own_address(one, kind) for one in (here, there)]}
            if kind.unicast
            else {}
        ),
    }
    return Agent(here, instance(**settings)), maker(there, kind, theirs, [here])


def ours_before_theirs(segment: Segment, maker: Maker, kind: Kind) -> tuple[Agent, Peer]:
    """Our agent as master and the other router as its backup, settled."""
    agent, peer = group(segment, maker, kind, ours=150, theirs=100)
    peer.start()
    agent.start()
    agent.wait_for("MASTER")
    peer.wait_for("BACKUP")
    return agent, peer


@pytest.mark.parametrize(("maker", "kind"), MATRIX)
def test_our_master_fails_over_to_the_other_router_and_back(
    segment: Segment, maker: Maker, kind: Kind
) -> None:
    agent, peer = ours_before_theirs(segment, maker, kind)
    client = segment.host()
    assert client.reaches(kind.address)
    agent.host.unplug()
    peer.wait_for("MASTER")
    eventually(lambda: client.reaches(kind.address))
    agent.host.plug_in()
    agent.wait_for("MASTER")
    peer.wait_for("BACKUP")
    eventually(lambda: client.reaches(kind.address))
    agent.stop()
    peer.wait_for("MASTER")
    eventually(lambda: client.reaches(kind.address))


@pytest.mark.parametrize(("maker", "kind"), MATRIX)
def test_another_router_fails_over_to_ours_and_back(
    segment: Segment, maker: Maker, kind: Kind
) -> None:
    agent, peer = group(segment, maker, kind, ours=100, theirs=150)
    agent.start()
    peer.start()
    peer.wait_for("MASTER")
    eventually(lambda: (agent.wait_for("BACKUP")["master"] or {}).get("priority") == 150)
    peer.host.unplug()
    agent.wait_for("MASTER")
    peer.host.plug_in()
    peer.wait_for("MASTER")
    agent.wait_for("BACKUP")
    eventually(lambda: agent.status()["master"])
    peer.stop()
    status = agent.wait_for("MASTER")
    assert status["reason"].endswith("resigned")
    assert segment.host().reaches(kind.address)


@pytest.mark.parametrize("maker", [Keepalived, Frr])
def test_our_address_owner_preempts_another_router(segment: Segment, maker: Maker) -> None:
    agent, peer = group(segment, maker, V3, ours=255, theirs=100)
    # The owner has another address to send from, see docs/settings.md.
    agent.host.run("ip", "address", "add", V3.addresses[0], "dev", "eth0")
    peer.start().wait_for("MASTER")
    # The owner becomes master at once, and the other router steps down.
    agent.start()
    agent.wait_for("MASTER", within=1.0)
    peer.wait_for("BACKUP")
    agent.host.unplug()
    peer.wait_for("MASTER")
    assert segment.host().reaches(V3.address)
    agent.host.plug_in()
    agent.wait_for("MASTER")
    peer.wait_for("BACKUP")
    agent.stop()
    assert agent.host.has(V3.address)


def test_keepalived_as_address_owner_preempts_ours(segment: Segment) -> None:
    agent, peer = group(segment, Keepalived, V3, ours=100, theirs=255)
    agent.start()
    agent.wait_for("MASTER")
    peer.start()
    assert agent.wait_for("BACKUP")["reason"].endswith("priority 255")
    agent.wait_until_it_hears_a_master()
    refused = agent.ctl("master", "web", check=False)
    assert refused.returncode != 0
    assert "owns the addresses" in refused.stderr


def test_both_forms_of_the_checksum_are_accepted(segment: Segment) -> None:
    first, second = (
        Agent(segment.host(), instance(priority=priority, advertise_checksum=form))
        for priority, form in ((200, "rfc9568"), (100, "rfc5798"))
    )
    second.start().wait_for("MASTER")
    first.start().wait_for("MASTER")
    second.wait_for("BACKUP")
    eventually(lambda: second.status()["counters"].get("checksum_rfc9568", 0) > 2)
    assert first.status()["counters"]["checksum_rfc5798"] > 0


def test_keepalived_discards_the_checksum_form_of_rfc_9568(segment: Segment) -> None:
    """That is why it is not the default."""
    agent, peer = ours_before_theirs(segment, Keepalived, V3)
    agent.configure({**agent.settings()[0], "advertise_checksum": "rfc9568"})
    agent.ctl("reload")
    peer.wait_for("MASTER")
    eventually(lambda: agent.status()["counters"].get("checksum_rfc5798", 0) > 2)


@needs_newer_keepalived
@pytest.mark.finding("D5")
def test_keepalived_since_2_3_3_accepts_another_list_of_addresses(segment: Segment) -> None:
    assert keepalived_version(NEWER) >= (2, 3, 3)
    here, there = segment.host(), segment.host()
    # Ours has a derived link-local address in front.
    agent = Agent(here, instance(addresses=list(V6_GLOBAL.addresses), priority=150))
    peer = NewerKeepalived(there, V6_GLOBAL, 100, [here])
    peer.start().wait_for("MASTER")
    agent.start().wait_for("MASTER")
    peer.wait_for("BACKUP")


@pytest.mark.finding("D5")
def test_lists_that_differ_are_named_with_what_an_old_keepalived_does(segment: Segment) -> None:
    here, there = segment.host(), segment.host()
    agent = Agent(here, instance(addresses=list(V6_GLOBAL.addresses), priority=150))
    peer = Keepalived(there, V6_GLOBAL, 100, [here])
    peer.start().wait_for("MASTER")
    agent.start().wait_for("MASTER")
    assert peer.log.read_text()  # Which goes on as master: it discards ours.
    (problem,) = eventually(
        lambda: [
            one["text"]
            for one in agent.status()["problems"]
            if one["problem"] == "addresses_mismatch"
        ]
    )
    assert (
        "this host puts fe80::200:5eff:fe00:233 in front of its own; derive_link_local: false"
        in problem
    )
    assert "keepalived before 2.3.3 discards advertisements with another list" in problem


SECRET = "hex:" + "5a" * 32
SIGNED = [
    pytest.param(replace(kind, secret=SECRET, unicast=unicast), id=f"{name}{way}")
    for name, kind in (("v2", V2), ("v3-ipv4", V3), ("v3-ipv6", V6))
    for unicast, way in ((False, ""), (True, "-unicast"))
]


@pytest.mark.skipif(
    keepalived_version() < (2, 4, 2), reason="keepalived signs since 2.4.2; see VRRP_KEEPALIVED"
)
@pytest.mark.parametrize("kind", SIGNED)
def test_our_signatures_are_those_of_keepalived(segment: Segment, kind: Kind) -> None:
    agent, peer = ours_before_theirs(segment, Keepalived, kind)
    agent.host.unplug()
    peer.wait_for("MASTER")
    agent.host.plug_in()
    agent.wait_for("MASTER")
    peer.wait_for("BACKUP")
    agent.stop()
    peer.wait_for("MASTER")
    agent.start().wait_until_it_hears_a_master()
    agent.wait_for("MASTER")
    counters = agent.status()["counters"]
    assert [name for name in counters if name.startswith(("hmac", "invalid"))] == []


# --- Planned moves --------------------------------------------------------------------------------


def gaps_that_keepalived_did_not_make(result: dict[str, Any], peer: Peer) -> list[list[int]]:
    """Return all gaps, but for a few probes lost when keepalived begins to answer.

    keepalived 2.2.7 announces an IPv6 address when its kernel has agreed to have it, which is a
    moment before the kernel delivers to it. Nobody else can close that gap.
    """
    arrivals = {number for number, mac in result["servers"] if mac == peer.host.mac}
    return [gap for gap in result["gaps"] if gap[1] > 4 or sum(gap) not in arrivals]


@pytest.mark.measured
@pytest.mark.parametrize(("maker", "kind"), KEEPALIVED)
def test_planned_moves_to_and_from_keepalived_lose_no_packet(
    segment: Segment, maker: Maker, kind: Kind
) -> None:
    agent, peer = ours_before_theirs(segment, maker, kind)
    probe = Probe(segment.host(), kind.address)
    drain_and_return(agent, peer)
    agent.signal(signal.SIGTERM)
    peer.wait_for("MASTER")
    result = probe.finish()
    if kind.family == 6:
        result["gaps"] = gaps_that_keepalived_did_not_make(result, peer)
    assert result["gaps"] == [], json.dumps(result)


def test_keepalived_finds_no_fault_in_our_packets(segment: Segment) -> None:
    agent, peer = ours_before_theirs(segment, Keepalived, V3)
    assert isinstance(peer, Keepalived)
    eventually(lambda: agent.status()["counters"]["advertisements_sent"] > 5, 5, "adverts")
    assert "invalid" not in peer.log.read_text().lower()
