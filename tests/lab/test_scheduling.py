# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Booted hosts whose processors are busy: a master with the scheduling of a role stays master."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from support.booted import Booted
from support.segment import eventually

INVENTORY = """\
lab_hosts:
  hosts: {}
  vars:
    vrrp_scheduling: {nice: -5, realtime_priority: 10, cpu_affinity: "0", no_swap: true}
    vrrp_instances:
      - name: web
        interface: eth0
        vrid: 51
        addresses: [192.0.2.100/24]
        advertisement_interval: 0.1
"""
PROCESS = "$(systemctl show -p MainPID --value vrrp-agent)"
BUSY = "for i in $(seq $((2 * $(nproc)))); do timeout 15 sh -c 'while :; do :; done' & done; wait"
HOSTS = ("node1", "node2")


@pytest.fixture(scope="module")
def booted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Booted]:
    """Two hosts with an agent at an interval of 100 ms."""
    made = Booted("vrrp-scheduling", tmp_path_factory.mktemp("scheduling"))
    (made.directory / "hosts.yml").write_text(INVENTORY)
    try:
        made.up(2)
        made.playbook("deploy")
        yield made
    finally:
        made.down()


def status(booted: Booted, host: str) -> Any:
    return json.loads(booted.run(host, "vrrpctl status --json"))


def test_the_agent_has_the_scheduling_of_the_inventory(booted: Booted) -> None:
    policy = booted.run("node1", f"chrt -p {PROCESS}")
    assert "SCHED_RR" in policy
    assert "priority: 10" in policy
    assert booted.run("node1", f"taskset -cp {PROCESS}").strip().endswith(": 0")
    again = booted.playbook("deploy")
    assert "changed=0" in again
    assert "changed=1" not in again


def test_nobody_is_deposed_while_other_programs_use_all_processors(booted: Booted) -> None:
    eventually(lambda: status(booted, "node1")["instances"][0]["state"] == "MASTER")
    before = [status(booted, host)["instances"][0]["transitions"] for host in HOSTS]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda host: booted.run(host, BUSY), HOSTS))
    after = [status(booted, host) for host in HOSTS]
    assert [one["instances"][0]["transitions"] for one in after] == before


def test_another_scheduling_takes_the_agent_to_another_unit(booted: Booted) -> None:
    before = status(booted, "node2")["agent"]["unit"]
    options = ("-e '{\"vrrp_scheduling\": {}}'", "--limit node2")
    booted.playbook("deploy", *options)
    assert status(booted, "node2")["agent"]["unit"] != before
    assert "SCHED_OTHER" in booted.run("node2", f"chrt -p {PROCESS}")
    refused = booted.playbook(
        "deploy", '-e \'{"vrrp_scheduling": {"nice": 99}}\'', "--limit node2", check=False
    )
    assert "scheduling.nice: 99 is not in -20..19" in refused
