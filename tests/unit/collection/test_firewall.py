# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The firewall of a host that only pretends: which commands are run, and which are not."""

from __future__ import annotations

import json
from typing import Any, Sequence

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._install.firewalls import (
    firewalld,
    firewalls,
    iptables,
    nftables,
    ufw,
)
from ansible_collections.failover.vrrp.plugins.module_utils._install.host import Host, HostError
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.model.config import build_config
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.model.instance import Instance

CHAIN = {"family": "inet", "table": "filter", "name": "input", "hook": "input", "type": "filter"}
RULE = {"family": "inet", "table": "filter", "chain": "input", "handle": 9}


class Pretender:
    """Answers as the commands in ``answers`` do; everything else fails."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers
        self.ran: list[str] = []

    def __call__(self, command: Sequence[str]) -> tuple[int, str, str]:
        line = " ".join(command)
        self.ran.append(line)
        known = line in self.answers
        return (0 if known else 1), self.answers.get(line, ""), ""


def host(answers: dict[str, str], missing: str = "") -> tuple[Host, Pretender]:
    """Return a host on which commands answer like this, without the program ``missing``."""
    pretender = Pretender(answers)
    managed = Host(pretender, lambda name: None if name == missing else name, check_mode=True)
    return managed, pretender


def instances(*interfaces: str, **settings: Any) -> Sequence[Instance]:
    """Return an instance on each of these interfaces."""
    entries = [
        {"name": f"web{number}", "interface": interface, "vrid": 51,
         "addresses": [f"192.0.2.{100 + number}/24"], **settings}
        for number, interface in enumerate(interfaces)
    ]  # fmt: skip
    return build_config({"instances": entries}).instances


def ruleset(*entries: dict[str, Any]) -> dict[str, str]:
    return {
        "systemctl is-active --quiet nftables.service": "",
        "nft --json list ruleset": json.dumps({"nftables": list(entries)}),
    }


def test_a_host_without_a_firewall_is_not_changed() -> None:
    managed, _pretender = host({})
    firewalls.open_for_vrrp(managed, instances("eth0"))
    assert managed.changes == []


@pytest.fixture(autouse=True)
def _no_drop_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(nftables, "NFTABLES_DROP_IN", str(tmp_path / "vrrp.conf"))
    monkeypatch.setattr(firewalld, "FIREWALLD_ZONES", str(tmp_path / "zones"))
    monkeypatch.setattr(ufw, "CONFIG", str(tmp_path / "ufw.conf"))
    monkeypatch.setattr(iptables, "UNITS", str(tmp_path))


def test_nftables_gets_a_rule_and_a_drop_in_that_brings_it_back() -> None:
    managed, _pretender = host(ruleset({"chain": CHAIN}))
    firewalls.open_for_vrrp(managed, instances("eth0"))
    assert managed.changes[0] == "let VRRP into nftables chain inet filter input"
    (diff,) = managed.diff
    # Not the chains of now: the service may load others.
    accept = "nft --json list ruleset | /usr/local/sbin/vrrp-agent accept | nft --json -f -"
    assert f"ExecStartPost=-/bin/sh -c '{accept}'\n" in diff["after"]
    assert f"ExecReload=-/bin/sh -c '{accept}'\n" in diff["after"]


def test_nftables_that_is_enabled_and_not_started_gets_the_drop_in() -> None:
    enabled = {"systemctl is-enabled --quiet nftables.service": ""}
    managed, _pretender = host({**enabled, "nft --json list ruleset": '{"nftables": []}'})
    firewalls.open_for_vrrp(managed, instances("eth0"))
    assert managed.changes == [managed.changes[0], "reload the systemd units"]
    assert len(managed.diff) == 1


def test_nftables_with_the_rule_is_not_changed(tmp_path: Any) -> None:
    rule = {**RULE, "comment": "failover.vrrp"}
    managed, _pretender = host(ruleset({"chain": CHAIN}, {"rule": rule}))
    before, _pretender = host(ruleset({"chain": CHAIN}))
    firewalls.open_for_vrrp(before, instances("eth0"))
    (tmp_path / "vrrp.conf").write_text(before.diff[0]["after"])
    firewalls.open_for_vrrp(managed, instances("eth0"))
    assert managed.changes == []


@pytest.mark.parametrize(
    "other",
    [
        {"hook": "forward"},
        {"type": "nat"},
        {"family": "bridge"},
        {"hook": None},
        {"table": "vrrp_agent_4_51_2"},
    ],
)
def test_only_filter_chains_of_other_programs_on_the_input_hook_count(
    other: dict[str, Any],
) -> None:
    managed, _pretender = host(ruleset({"chain": {**CHAIN, **other}}))
    firewalls.open_for_vrrp(managed, instances("eth0"))
    assert [one for one in managed.changes if one.startswith("let VRRP")] == []


@pytest.mark.parametrize(
    "table",
    [
        {"family": "inet", "name": "firewalld", "handle": 4},
        {"family": "inet", "name": "other", "handle": 4, "flags": ["owner", "persist"]},
    ],
)
def test_a_table_that_belongs_to_a_program_is_left_to_it(table: dict[str, Any]) -> None:
    # firewalld 2.3 owns its table: the kernel refuses a rule of anybody else.
    chain = {**CHAIN, "family": "inet", "table": table["name"]}
    managed, _pretender = host(ruleset({"table": table}, {"chain": chain}))
    firewalls.open_for_vrrp(managed, instances("eth0"))
    assert [one for one in managed.changes if one.startswith("let VRRP")] == []


def test_the_rule_of_nftables_is_removed_again() -> None:
    rule = {**RULE, "comment": "failover.vrrp"}
    managed, _pretender = host(ruleset({"rule": rule}, {"rule": RULE}))
    firewalls.close(managed)
    assert managed.changes == ["remove the rule for VRRP from nftables"]


FIREWALLD = {
    "systemctl is-active --quiet firewalld.service": "",
    "firewall-cmd --get-zone-of-interface=eth0": "internal\n",
    "firewall-cmd --get-default-zone": "public\n",
}


def test_firewalld_is_opened_permanently_in_the_zones_of_the_interfaces() -> None:
    managed, _pretender = host(FIREWALLD)
    firewalls.open_for_vrrp(managed, instances("eth0", "eth1"))
    assert managed.changes == [
        "let VRRP into zone internal",
        "let VRRP into zone internal",
        "let VRRP into zone public",
        "let VRRP into zone public",
        managed.changes[-1],
    ]
    assert managed.diff[-1]["after"] == "internal\npublic\n"


def test_firewalld_is_closed_only_where_it_was_opened(tmp_path: Any) -> None:
    (tmp_path / "zones").write_text("internal\n")
    zones = ("internal", "public")
    opened = {f"firewall-cmd --zone={zone} --query-protocol=vrrp": "" for zone in zones}
    managed, _pretender = host({**FIREWALLD, **opened})
    firewalls.close(managed)
    assert managed.changes == ["keep VRRP out of zone internal"]


@pytest.mark.finding("G5")
def test_a_macvlan_is_put_into_the_zone_of_its_parent_and_out_again(tmp_path: Any) -> None:
    opened = {
        f"firewall-cmd {kind}--zone=internal --query-protocol=vrrp": ""
        for kind in ("", "--permanent ")
    }
    managed, _pretender = host({**FIREWALLD, **opened})
    firewalls.open_for_vrrp(managed, instances("eth0", virtual_mac=True))
    assert managed.changes[:-1] == [
        "put vrrp4.51.+ into zone internal",
        "put vrrp4.51.+ into zone internal",
        "put vrrp4x33.+ into zone internal",
        "put vrrp4x33.+ into zone internal",
    ]
    assert managed.diff[-1]["after"] == "internal vrrp4.51.+\ninternal vrrp4x33.+\n"
    (tmp_path / "zones").write_text(managed.diff[-1]["after"])
    present = {"firewall-cmd --permanent --zone=internal --query-interface=vrrp4.51.+": ""}
    managed, _pretender = host({**FIREWALLD, **present})
    firewalls.close(managed)
    assert managed.changes == ["take vrrp4.51.+ out of zone internal"]


@pytest.mark.finding("G5")
@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("", "yes"),
        ("IPv6_rpfilter=yes\n", "yes"),
        ("# IPv6_rpfilter=no\nIPv6_rpfilter = strict\n", "strict"),
        ("IPv6_rpfilter=no\n", ""),
        ("IPv6_rpfilter=loose\n", ""),
    ],
)
def test_a_firewalld_that_drops_what_comes_to_a_virtual_mac_is_refused(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, text: str, refused: str
) -> None:
    (tmp_path / "firewalld.conf").write_text(text)
    monkeypatch.setattr(firewalld, "CONFIG", str(tmp_path / "firewalld.conf"))
    managed, _pretender = host(FIREWALLD)
    ipv6 = {"addresses": ["2001:db8::100/64"]}
    firewalls.refuse_firewalls(managed, instances("eth0", virtual_mac=True))
    firewalls.refuse_firewalls(managed, instances("eth0", **ipv6))
    affected = instances("eth0", virtual_mac=True, **ipv6)
    if not refused:
        firewalls.refuse_firewalls(managed, affected)
        return
    with pytest.raises(HostError, match=f"virtual MAC of web0 \\(IPv6_rpfilter={refused} in "):
        firewalls.refuse_firewalls(managed, affected)


def test_firewalld_that_accepts_vrrp_is_not_changed() -> None:
    opened = {
        "firewall-cmd --zone=internal --query-protocol=vrrp": "",
        "firewall-cmd --permanent --zone=internal --query-protocol=vrrp": "",
    }
    managed, _pretender = host({**FIREWALLD, **opened})
    firewalls.open_for_vrrp(managed, instances("eth0"))
    assert managed.changes == []


@pytest.mark.finding("F3")
def test_a_program_is_run_by_its_path() -> None:
    ran: list[str] = []

    def run(command: Sequence[str]) -> tuple[int, str, str]:
        ran.append(command[0])
        return 0, "{}", ""

    managed = Host(run, lambda name: f"/usr/sbin/{name}", check_mode=True)
    assert managed.ask("nft", "list") == (0, "{}")
    managed.command("flush", "nft", "flush")
    assert ran == ["/usr/sbin/nft"]


@pytest.mark.finding("F3")
def test_an_active_nftables_without_its_program_is_an_error() -> None:
    managed, _pretender = host(ruleset(), missing="nft")
    with pytest.raises(HostError, match=r"^nftables\.service is active, and"):
        firewalls.open_for_vrrp(managed, instances("eth0"))


def test_an_active_firewalld_that_does_not_answer_is_an_error() -> None:
    managed, _pretender = host({"systemctl is-active --quiet firewalld.service": ""})
    with pytest.raises(HostError, match=r"^firewalld\.service is active, and"):
        firewalls.open_for_vrrp(managed, instances("eth0"))


UFW_RULE = "allow proto vrrp from any to any"


def test_ufw_gets_a_rule_while_it_is_enabled(tmp_path: Any) -> None:
    managed, _pretender = host({f"ufw --dry-run {UFW_RULE}": ""})
    firewalls.open_for_vrrp(managed, instances("eth0"))
    assert managed.changes == []
    (tmp_path / "ufw.conf").write_text("# Set to yes to start on boot.\nENABLED=yes\n")
    firewalls.open_for_vrrp(managed, instances("eth0"))
    assert managed.changes == ["let VRRP into ufw"]


def test_ufw_with_the_rule_is_not_changed_and_loses_it_again(tmp_path: Any) -> None:
    (tmp_path / "ufw.conf").write_text("ENABLED=yes\n")
    managed, _pretender = host({"ufw show added": f"ufw {UFW_RULE} comment 'failover.vrrp'\n"})
    firewalls.open_for_vrrp(managed, instances("eth0"))
    assert managed.changes == []
    firewalls.close(managed)
    assert managed.changes == ["keep VRRP out of ufw"]


def test_an_older_ufw_that_does_not_know_vrrp_is_an_error(tmp_path: Any) -> None:
    (tmp_path / "ufw.conf").write_text("ENABLED=yes\n")
    managed, _pretender = host({})
    with pytest.raises(HostError, match=r"^ufw is active, and can't be changed"):
        firewalls.open_for_vrrp(managed, instances("eth0"))


@pytest.mark.parametrize(
    ("rules", "opened"),
    [
        ("-P INPUT ACCEPT", False),
        ("-P INPUT DROP", True),
        ("-P INPUT ACCEPT\n-A INPUT -j REJECT --reject-with icmp-port-unreachable", True),
        ("-P INPUT ACCEPT\n-A INPUT -p tcp -m multiport --dports 22 -j f2b-sshd", False),
        ("-P INPUT ACCEPT\n-A INPUT -j LOG", False),
        ("-P INPUT ACCEPT\n-A INPUT -j my-firewall", True),
    ],
)
def test_iptables_gets_a_rule_where_its_rules_may_drop_vrrp(rules: str, opened: bool) -> None:
    managed, _pretender = host({"iptables -w -S INPUT": rules})
    firewalls.open_for_vrrp(managed, instances("eth0"))
    assert managed.changes == (["let VRRP into iptables"] if opened else [])


def test_a_rule_of_iptables_is_put_back_after_every_load() -> None:
    active = {"systemctl is-active --quiet netfilter-persistent.service": ""}
    managed, _pretender = host({"ip6tables -w -S INPUT": "-P INPUT DROP", **active})
    firewalls.open_for_vrrp(managed, instances("eth0"))
    assert managed.changes[0] == "let VRRP into ip6tables"
    assert managed.warnings == []
    rule = "-p 112 -m comment --comment failover.vrrp -j ACCEPT"
    assert f"ExecStartPost=-ip6tables -w -I INPUT {rule}\n" in managed.diff[0]["after"]


def test_a_rule_of_iptables_that_nothing_puts_back_is_a_warning() -> None:
    managed, _pretender = host({"iptables -w -S INPUT": "-P INPUT DROP"})
    firewalls.open_for_vrrp(managed, instances("eth0"))
    (warning,) = managed.warnings
    assert warning.startswith("no service that loads the rules of iptables at the start was found")


def test_iptables_with_the_rule_is_not_changed_and_loses_it_again() -> None:
    rule = "INPUT -p 112 -m comment --comment failover.vrrp -j ACCEPT"
    present = {"iptables -w -S INPUT": "-P INPUT DROP", f"iptables -w -C {rule}": ""}
    managed, _pretender = host(present)
    firewalls.open_for_vrrp(managed, instances("eth0"))
    assert managed.changes == []
    firewalls.close(managed)
    assert managed.changes == ["keep VRRP out of iptables"]
