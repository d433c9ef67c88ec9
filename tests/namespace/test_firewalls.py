# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real firewalls that drop VRRP until it is accepted."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Sequence

import pytest
from _vrrp.linux.nft_rules import (
    LIST,
    closed_chains,
    deletion,
    insertions,
    parse,
    rules,
)
from ansible_collections.failover.vrrp.plugins.module_utils._install.firewalls import (
    firewalls,
    iptables,
    ufw,
)
from ansible_collections.failover.vrrp.plugins.module_utils._install.host import Host
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.model.config import build_config
from support.routers import AGENT, Agent, StartPair, instance
from support.segment import ENVIRONMENT, Segment, eventually

PROGRAMS = ("iptables", "ip6tables")
INSTANCES = build_config({"instances": [instance()]}).instances


def managed(agent: Agent, *prefix: str) -> Host:
    """The host of an agent, as the module vrrp_agent changes it; no unit is active there."""

    def run(command: Sequence[str]) -> tuple[int, str, str]:
        if command[0].endswith("systemctl"):
            return 3, "", ""
        entered = ["ip", "netns", "exec", agent.host.namespace, *prefix, *command]
        ended = subprocess.run(entered, capture_output=True, text=True, check=False)
        return ended.returncode, ended.stdout, ended.stderr

    return Host(run, shutil.which, check_mode=False)


@pytest.mark.finding("F20", "G7")
def test_iptables_that_drop_everything_are_opened(
    pair: StartPair, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(iptables, "UNITS", str(tmp_path))
    first, second = pair(
        addresses=["192.0.2.100/24", "fe80::100/64", "2001:db8::100/64"],
        advertisement_interval=0.1,
    )
    for program in PROGRAMS:
        second.host.run(program, "-w", "-P", "INPUT", "DROP")
    both_masters = {"MASTER"}
    eventually(lambda: {one["state"] for one in second.every("web")} == both_masters)
    host = managed(second)
    firewalls.open_for_vrrp(host, INSTANCES)
    assert host.changes == ["let VRRP into iptables", "let VRRP into ip6tables"]
    assert len(host.warnings) == 1
    eventually(lambda: {one["state"] for one in second.every("web")} == {"BACKUP"})
    assert {one["state"] for one in first.every("web")} == {"MASTER"}
    firewalls.close(host)
    assert "112" not in second.host.run("iptables", "-w", "-S", "INPUT")


@pytest.mark.finding("F20", "G7")
def test_ufw_is_opened(pair: StartPair, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # Its files are a copy, which only its own commands see in place of those of this machine.
    files = shutil.copytree("/etc/ufw", tmp_path / "ufw")
    monkeypatch.setattr(ufw, "CONFIG", str(files / "ufw.conf"))
    monkeypatch.setattr(iptables, "UNITS", str(tmp_path))
    inside = ("unshare", "--mount", "sh", "-c", f'mount --bind {files} /etc/ufw && exec "$@"', "sh")
    _first, second = pair(advertisement_interval=0.1)
    second.host.run(*inside, "ufw", "--force", "enable")
    second.wait_for("MASTER")
    host = managed(second, *inside)
    firewalls.open_for_vrrp(host, INSTANCES)
    assert host.changes == ["let VRRP into ufw"]
    second.wait_for("BACKUP")
    firewalls.open_for_vrrp(host, INSTANCES)
    assert host.changes == ["let VRRP into ufw"]
    firewalls.close(host)
    assert host.changes[1:] == ["keep VRRP out of ufw"]


def test_the_agent_lets_vrrp_into_whatever_chains_were_loaded(pair: StartPair) -> None:
    _first, second = pair(advertisement_interval=0.1)
    chain = "type filter hook input priority 0; policy drop;"
    second.host.run("nft", "add", "table", "inet", "mine")
    second.host.run("nft", "add", "chain", "inet", "mine", "in", f"{{ {chain} }}")
    second.wait_for("MASTER")
    command = f"nft --json list ruleset | {' '.join(AGENT)} accept | nft --json -f -"
    for _time in range(2):
        entered = ["ip", "netns", "exec", second.host.namespace, "sh", "-c", command]
        subprocess.run(entered, check=True, env=ENVIRONMENT)
        second.wait_for("BACKUP")
        assert second.host.run("nft", "list", "ruleset").count("failover.vrrp") == 1


def test_a_chain_whose_table_is_named_like_a_command_is_opened_and_left_again(
    segment: Segment,
) -> None:
    host = segment.host()
    named = {"family": "inet", "table": "drop"}
    base = {"name": "in put", "type": "filter", "hook": "input", "prio": 0, "policy": "drop"}
    commands = [
        {"add": {"table": {"family": "inet", "name": "drop"}}},
        {"add": {"chain": {**named, **base}}},
    ]
    host.run("nft", "--json", json.dumps({"nftables": commands}))
    (chain,) = closed_chains(parse(host.run(*LIST)))
    host.run("nft", "--json", insertions([chain]))
    ((opened, handle),) = rules(parse(host.run(*LIST)))
    assert closed_chains(parse(host.run(*LIST))) == []
    host.run("nft", "--json", deletion(opened, handle))
    assert rules(parse(host.run(*LIST))) == []
