# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Passwords and signatures on the real kernel: who knows the secret has a say, nobody else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.routers import Agent, StartPair, instance
from support.segment import Capture, Segment, eventually, replay

ONE = {"id": 1, "secret": "one secret that is long enough here"}
TWO = {"id": 2, "secret": "hex:" + "5a" * 32}
FAMILIES = [
    pytest.param(["192.0.2.100/24"], id="ipv4"),
    pytest.param(["fe80::100/64", "2001:db8::100/64"], id="ipv6"),
]


def assert_refused(agent: Agent, third: Agent, reason: str) -> None:
    """A router of the highest priority changes nothing at ``agent``, and is counted."""
    third.start().wait_for("MASTER")
    eventually(lambda: agent.status()["counters"].get(reason, 0) > 2)
    assert agent.status()["master"]["priority"] == 200
    third.stop()


def test_routers_of_version_2_accept_each_other_only_with_the_same_password(
    segment: Segment, pair: StartPair
) -> None:
    old = {"version": 2, "advertisement_interval": 1}
    first, second = pair(**old, password="tulip")
    wrong = Agent(segment.host(), instance(priority=250, **old, password="rose"))
    assert_refused(second, wrong, "wrong_password")
    none = Agent(segment.host(), instance(priority=250, **old))
    assert_refused(second, none, "authentication_type")
    first.stop()
    second.wait_for("MASTER")


@pytest.mark.parametrize("addresses", FAMILIES)
def test_routers_accept_each_other_only_with_the_same_key(
    segment: Segment, pair: StartPair, addresses: list[str]
) -> None:
    first, second = pair(addresses=addresses, hmac={"keys": [ONE]})
    assert second.status()["settings"]["hmac"]["window"] == 5
    unsigned = Agent(segment.host(), instance(priority=250, addresses=addresses))
    assert_refused(second, unsigned, "hmac_missing")
    other = {"keys": [{**TWO, "id": 1}]}
    forger = Agent(segment.host(), instance(priority=250, addresses=addresses, hmac=other))
    assert_refused(second, forger, "hmac_wrong")
    first.ctl("backup", "web")
    second.wait_for("MASTER")
    first.ctl("master", "web")
    first.wait_for("MASTER")
    second.wait_for("BACKUP")
    first.stop()
    assert second.wait_for("MASTER")["reason"].endswith("resigned")


def test_the_clean_up_of_a_dead_agent_signs_its_resignation(pair: StartPair) -> None:
    first, second = pair(hmac={"keys": [ONE]}, advertisement_interval=1)
    first.kill()
    first.clean_up()
    # It would have to wait for more than three seconds if it discarded the resignation.
    assert second.wait_for("MASTER")["reason"].endswith("resigned")


def test_a_replayed_advertisement_is_discarded(segment: Segment, pair: StartPair) -> None:
    first, second = pair(hmac={"keys": [ONE], "replay": "monotonic"})
    recorder = segment.host()
    saved = segment.directory / "packets"
    capture = Capture(recorder, "proto 112", "-U", "-c", "10", "-w", str(saved))
    eventually(capture.has_ended)
    first.host.unplug()
    second.wait_for("MASTER")
    replay(recorder, saved)
    eventually(lambda: second.status()["counters"].get("hmac_replayed", 0) > 2)
    assert second.status()["state"] == "MASTER"


def roll_out(agents: tuple[Agent, Agent], hmac: dict[str, Any]) -> None:
    """Give both the same settings, one after the other, and let some advertisements pass."""
    for agent, priority in zip(agents, (200, 100)):
        agent.configure(instance(priority=priority, hmac=hmac))
        agent.ctl("reload")
        let_some_pass(agents[0])


def let_some_pass(master: Agent) -> None:
    """Wait until a master has sent some more advertisements."""
    counted = master.status()["counters"]["advertisements_sent"]
    eventually(lambda: master.status()["counters"]["advertisements_sent"] > counted + 5)


def test_signatures_can_be_introduced_without_an_election(pair: StartPair) -> None:
    agents = pair()
    for mode in ("receive-only", "permissive", "enforce"):
        roll_out(agents, {"keys": [ONE], "mode": mode})
    assert [agent.status()["transitions"] for agent in agents] == [2, 1]


def test_a_key_can_be_replaced_without_an_election(pair: StartPair) -> None:
    agents = pair(hmac={"keys": [ONE]})
    stages: list[dict[str, Any]] = [
        {"keys": [ONE, TWO], "active_key": 1},
        {"keys": [ONE, TWO], "active_key": 2},
        {"keys": [TWO]},
    ]
    for stage in stages:
        roll_out(agents, stage)
    assert [agent.status()["transitions"] for agent in agents] == [2, 1]
    assert not [key for key in agents[1].status()["counters"] if key.startswith("hmac_")]


MONOTONIC = {"keys": [ONE], "replay": "monotonic"}


def an_hour_ahead() -> tuple[str, ...]:
    """An environment in which the time of day is wrong, and no other clock."""
    (library,) = Path("/usr/lib").glob("*/faketime/libfaketime.so.1")
    return f"LD_PRELOAD={library}", "FAKETIME=+1h", "FAKETIME_DONT_FAKE_MONOTONIC=1"


@pytest.mark.finding("G8")
def test_signatures_without_clocks_go_on_after_a_cold_start_with_an_earlier_clock(
    segment: Segment,
) -> None:
    first, second = (
        Agent(segment.host(), instance(priority=one, hmac=MONOTONIC, advertisement_interval=1))
        for one in (200, 100)
    )
    first.start(*an_hour_ahead()).wait_for("MASTER")
    second.start().wait_for("BACKUP")
    second.wait_until_it_hears_a_master()
    saved = first.directory / "control.sock.state" / "sequences.json"
    eventually(lambda: saved.exists() and "web" in json.loads(saved.read_text())["signed"], 15)
    first.kill()
    first.clean_up()
    # The resignation is accepted, though the clean-up has the right clock.
    assert second.wait_for("MASTER")["reason"].endswith("resigned")
    first.start().wait_for("MASTER")
    second.wait_for("BACKUP")
    assert "hmac_replayed" not in second.status()["counters"]


@pytest.mark.finding("E6")
def test_a_recording_is_discarded_after_a_cold_start_too(segment: Segment, pair: StartPair) -> None:
    first, second = pair(hmac=MONOTONIC)
    recorder = segment.host()
    saved = segment.directory / "packets"
    capture = Capture(recorder, "proto 112", "-U", "-c", "10", "-w", str(saved))
    eventually(capture.has_ended)
    second.stop()
    first.host.unplug()
    second.start().wait_for("MASTER")
    replay(recorder, saved)
    eventually(lambda: second.status()["counters"].get("hmac_replayed", 0) > 2)
    assert second.status()["state"] == "MASTER"


def test_a_secret_may_be_in_a_file_whose_change_is_applied_by_a_reload(
    segment: Segment, pair: StartPair
) -> None:
    files = [segment.directory / name for name in ("one", "two")]
    for path, key in zip(files, (ONE, TWO)):
        path.touch(0o600)
        path.write_text(str(key["secret"]))
    keys = [{"id": one, "secret_file": str(path)} for one, path in zip((1, 2), files)]
    agents = pair(hmac={"keys": keys})
    assert agents[1].status()["counters"]["advertisements_received"] > 0
    assert "one secret" not in json.dumps(agents[0].status())
    files[1].write_text("another secret that is long enough")
    assert [one.ctl("reload").stdout for one in agents] == ["configuration applied\n"] * 2
    files[1].write_text("too short")
    refused = agents[0].ctl("reload", check=False)
    assert refused.returncode == 1
    assert "the secret does not have 32 to 64 bytes" in refused.stderr
    assert "too short" not in refused.stderr
