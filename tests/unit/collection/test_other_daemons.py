# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Other VRRP daemons of a host: their configuration files, and the refusal of what they share."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._install import other_daemons
from ansible_collections.failover.vrrp.plugins.module_utils._install.host import Host, HostError
from ansible_collections.failover.vrrp.plugins.module_utils._install.other_configurations import (
    OtherRouters,
    frr_routers,
    keepalived_routers,
    routers_of,
)
from ansible_collections.failover.vrrp.plugins.module_utils._install.other_daemons import (
    Daemon,
    refuse_other_daemons,
)

pytestmark = pytest.mark.finding("D4")

KEEPALIVED = """
global_defs { vrrp_version 3 }   # vrrp_instance comment { interface no }
vrrp_track_process proxy {
    process haproxy
}
vrrp_instance one {
    state MASTER
    track_interface { eth9 }
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.0.2.100/24 dev eth0 label eth0:1
        ! 192.0.2.200
    }
}
virtual_server 192.0.2.9 80 { real_server 192.0.2.8 80 { weight 1 } }
include more/*.conf
"""
MORE = """vrrp_instance two { interface eth1
virtual_router_id 52
virtual_ipaddress { 2001:db8::100 } }
"""
FRR = """interface eth0
 ip address 192.0.2.11/24
 vrrp 53
 vrrp 53 ip 192.0.2.103
exit
"""
INSTANCE = {"name": "web", "interface": "eth0", "vrid": 9, "addresses": ["192.0.2.9/24"]}


def packed(*written: str) -> frozenset[bytes]:
    return frozenset(ipaddress.ip_address(one).packed for one in written)


def test_the_virtual_routers_of_keepalived_and_of_its_included_files_are_found(
    tmp_path: Path,
) -> None:
    config = tmp_path / "keepalived.conf"
    config.write_text(KEEPALIVED)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "a.conf").write_text(MORE)
    expected = OtherRouters(
        frozenset({("eth0", 51), ("eth1", 52)}), packed("192.0.2.100", "2001:db8::100")
    )
    assert keepalived_routers(str(config)) == expected
    for arguments in (["-f", str(config)], [f"-f{config}"], [f"--use-file={config}"]):
        assert routers_of("keepalived_vrrp", ["keepalived", "--dont-fork", *arguments]) == expected


def test_a_keepalived_conf_that_includes_itself_is_read(tmp_path: Path) -> None:
    config = tmp_path / "keepalived.conf"
    config.write_text(f"{MORE}include keepalived.conf\n")
    assert keepalived_routers(str(config)).routers == {("eth1", 52)}


def test_the_virtual_routers_of_frr_are_found(tmp_path: Path) -> None:
    config = tmp_path / "frr.conf"
    config.write_text(FRR)
    assert frr_routers(str(config)) == OtherRouters(
        frozenset({("eth0", 53)}), packed("192.0.2.103")
    )


def test_a_program_without_a_known_configuration_has_none() -> None:
    assert routers_of("ucarp", ["ucarp", "-v", "51"]) == OtherRouters()


def host(addresses: str = "[]") -> Host:
    return Host(lambda _command: (0, addresses, ""), lambda name: name, False)


@pytest.fixture
def keepalived(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """keepalived runs on the host."""
    config = tmp_path / "keepalived.conf"
    config.write_text(KEEPALIVED)
    daemon = Daemon(7, "keepalived", ("keepalived", "-f", str(config)))
    monkeypatch.setattr(other_daemons, "vrrp_sockets", lambda: frozenset({"1"}))
    monkeypatch.setattr(other_daemons, "_daemons", lambda _sockets: iter([daemon]))


CONFLICTS = [
    ({"vrid": 51}, "web: keepalived (process 7) of this host has VRID 51 on eth0 as well"),
    (
        {"addresses": ["192.0.2.100/32"]},
        "web: keepalived (process 7) of this host has 192.0.2.100 as well",
    ),
]


@pytest.mark.usefixtures("keepalived")
@pytest.mark.parametrize(("settings", "problem"), CONFLICTS)
def test_a_shared_vrid_or_address_is_refused(settings: dict[str, object], problem: str) -> None:
    with pytest.raises(HostError) as raised:
        refuse_other_daemons(host(), {"instances": [{**INSTANCE, **settings}]})
    first, remedy = str(raised.value).splitlines()
    assert first == problem
    assert "failover.vrrp.migrate" in remedy


@pytest.mark.usefixtures("keepalived")
def test_an_address_that_is_there_is_refused_beside_another_daemon() -> None:
    shown = '[{"addr_info": [{"local": "192.0.2.9"}, {"local": "192.0.2.7", "protocol": "0x70"}]}]'
    with pytest.raises(HostError, match=r"192.0.2.9 is on this host, and keepalived"):
        refuse_other_daemons(host(shown), {"instances": [INSTANCE]})
    ours = {"instances": [{**INSTANCE, "addresses": ["192.0.2.7/24"]}]}
    refuse_other_daemons(host(shown), ours)


@pytest.mark.usefixtures("keepalived")
def test_a_daemon_that_shares_nothing_is_no_problem() -> None:
    refuse_other_daemons(host(), {"instances": [INSTANCE]})
    owner = {**INSTANCE, "addresses": ["192.0.2.100/32"], "priority": 255}
    refuse_other_daemons(host(), {"instances": [owner]})


def test_a_configuration_that_is_no_file_or_includes_without_end_is_given_up(
    tmp_path: Path,
) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert keepalived_routers(str(tmp_path / "fifo")) == OtherRouters()
    config = tmp_path / "keepalived.conf"
    config.write_text(f"include {config}\n" * 20 + CONFIG_OF_ONE)
    assert keepalived_routers(str(config)).routers == {("eth0", 51)}


@pytest.mark.usefixtures("keepalived")
def test_a_configuration_that_is_too_long_may_share_anything(tmp_path: Path) -> None:
    config = tmp_path / "keepalived.conf"
    config.write_text("#\n" * 200_000 + CONFIG_OF_ONE)
    assert keepalived_routers(str(config)) == OtherRouters(is_complete=False)
    with pytest.raises(HostError, match=r"keepalived .* has a configuration that is too long"):
        refuse_other_daemons(host(), {"instances": [INSTANCE]})


CONFIG_OF_ONE = """
vrrp_instance web {
    interface eth0
    virtual_router_id 51
}
"""


def test_what_another_process_includes_is_read_below_its_root_alone(tmp_path: Path) -> None:
    inside, outside = tmp_path / "root" / "etc", tmp_path / "outside"
    inside.mkdir(parents=True)
    outside.mkdir()
    (outside / "more.conf").write_text(MORE)
    (inside / "keepalived.conf").write_text(f"{CONFIG_OF_ONE}\ninclude {outside}/*.conf\n")
    found = keepalived_routers("/etc/keepalived.conf", root=str(tmp_path / "root"))
    assert found.routers == {("eth0", 51)}
    (inside / "more.conf").write_text(MORE)
    (inside / "keepalived.conf").write_text(f"{CONFIG_OF_ONE}\ninclude /etc/more.*\n")
    found = keepalived_routers("/etc/keepalived.conf", root=str(tmp_path / "root"))
    assert found.routers == {("eth0", 51), ("eth1", 52)}


def test_wildcards_for_directories_are_not_followed(tmp_path: Path) -> None:
    config = tmp_path / "keepalived.conf"
    config.write_text("include /proc/*/root/proc/*/root/proc/*/root/etc/*.conf\n" + CONFIG_OF_ONE)
    assert keepalived_routers(str(config)).routers == {("eth0", 51)}
