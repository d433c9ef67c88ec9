# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Configurations of keepalived, run by keepalived on one host and, as the reader has them, by ours
on the other: one master, in both directions, and the same on the host.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
from typing import Any

import pytest
from ansible_collections.failover.vrrp.plugins.module_utils._keepalived.lines import Files
from ansible_collections.failover.vrrp.plugins.module_utils._keepalived.reading import (
    read_configuration,
)
from support.peers import PROGRAM
from support.routers import Agent
from support.segment import Host, Segment, eventually, ip

# Not the peer, "address": keepalived 2.2.7 loses it.
_ADDRESS = ("local", "prefixlen", "broadcast", "label", "home", "noprefixroute")
_ROUTE = ("type", "dst", "gateway", "dev", "table", "scope", "metric", "prefsrc", "nexthops")
_NO_SELECTORS = ("protocol",)

# OWN and OTHER are the hosts' addresses; PRIORITY is that of the host. eth1 is no segment.
CONFIGURATIONS = {
    "plain": """
vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority PRIORITY
    advert_int 1
    virtual_ipaddress {
        192.0.2.100/24
    }
}
""",
    "a password, host addresses and a label": """
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority PRIORITY
    authentication {
        auth_type PASS
        auth_pass longer-than-eight
    }
    virtual_ipaddress {
        192.0.2.100
        198.51.100.1/28 dev eth1 label eth1:vip
    }
}
""",
    "unicast": """
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority PRIORITY
    unicast_src_ip OWN
    unicast_peer {
        OTHER
    }
    virtual_ipaddress { 192.0.2.100/24 dev eth0 }
}
""",
    "version 3, definitions and another group": """
global_defs {
    vrrp_version 3
    vrrp_mcast_group4 224.0.0.81
}
$IF=eth0
vrrp_instance VI_1 {
    interface $IF
    virtual_router_id 51
    priority PRIORITY
    advert_int 0.5
    virtual_ipaddress {
        ~SEQ(NUM, 100, 103) 192.0.2.${NUM}/24
    }
}
""",
    "global IPv6 addresses": """
vrrp_instance VI_6 {
    interface eth0
    virtual_router_id 51
    priority PRIORITY
    virtual_ipaddress {
        2001:db8::100/64
        2001:db8::101
    }
}
""",
    "IPv6 unicast": """
vrrp_instance VI_6 {
    interface eth0
    virtual_router_id 51
    priority PRIORITY
    unicast_src_ip OWN6
    unicast_peer {
        OTHER6
    }
    virtual_ipaddress {
        fe80::100/64
        2001:db8::100/64
    }
}
""",
    "excluded addresses of both families": """
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority PRIORITY
    virtual_ipaddress {
        192.0.2.100/24
    }
    virtual_ipaddress_excluded {
        192.0.2.101/24
        198.51.100.1/28 dev eth1
        2001:db8::100/64
    }
}
""",
    "routes and rules": """
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority PRIORITY
    virtual_ipaddress {
        192.0.2.100/24
    }
    virtual_routes {
        203.0.113.0/24 via 192.0.2.1 dev eth0
        192.0.2.0/24 dev eth0 src 192.0.2.100 scope link table 100
        default via 198.51.100.1 dev eth0 onlink table 100
        src 192.0.2.100 to 198.51.100.0/24 via 192.0.2.2 dev eth0 metric 10
        blackhole 10.115.0.0/24
        unreachable 10.116.0.0/24
        10.117.0.0/24 nexthop via 192.0.2.1 dev eth0 weight 2 nexthop via 192.0.2.2 dev eth0
    }
    virtual_rules {
        from 192.0.2.100/32 table 100 priority 1000
        iif eth1 fwmark 5 table 101 priority 1001
        to 203.0.113.0/24 lookup main priority 1002
        from 192.0.2.0/24 uidrange 1000-1999 oif eth0 table 102
        not from 198.51.100.0/24 table 103
        from 192.0.2.0/24 table main suppress_prefixlength 0 priority 1005
    }
}
""",
    "a virtual MAC address": """
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority PRIORITY
    use_vmac vrrp.51
    virtual_ipaddress {
        192.0.2.100/24
    }
}
""",
    "a sync group": """
vrrp_sync_group G1 {
    group {
        first
        second
    }
}
vrrp_instance first {
    interface eth0
    virtual_router_id 51
    priority PRIORITY
    virtual_ipaddress {
        192.0.2.100/24
    }
}
vrrp_instance second {
    interface eth0
    virtual_router_id 52
    priority PRIORITY
    virtual_ipaddress {
        192.0.2.101/24
    }
}
""",
    "checks": """
global_defs {
    script_user root
}
vrrp_script good {
    script "/bin/true"
    interval 1
    weight 10
}
vrrp_script bad {
    script "/bin/false"
    interval 1
    fall 2
    weight -10
}
vrrp_track_file none {
    file /etc/hostname
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority PRIORITY
    virtual_ipaddress {
        192.0.2.100/24
    }
    track_script {
        good
        bad weight -3
    }
    track_interface {
        eth1 weight 2
    }
}
""",
    "addresses with attributes": """
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority PRIORITY
    virtual_ipaddress {
        192.0.2.100/24 brd 192.0.2.255
        198.51.100.1 peer 198.51.100.2/32 dev eth1
        198.51.100.9/29 dev eth1 noprefixroute scope link
    }
    virtual_ipaddress_excluded {
        2001:db8::100/64 home
    }
}
""",
}
PRIORITIES = (150, 100)


def written(host: Host, other: Host, text: str, priority: int) -> str:
    """The configuration of one of two hosts."""
    for word, value in {
        "OWN6": host.address6, "OTHER6": other.address6, "OWN": host.address,
        "OTHER": other.address, "PRIORITY": str(priority),
    }.items():  # fmt: skip
        text = text.replace(word, value)
    return text


def start_keepalived(host: Host, text: str) -> subprocess.Popen[str]:
    directory = host.segment.directory / "keepalived"
    directory.mkdir(exist_ok=True)
    (directory / "keepalived.conf").write_text(text)
    files = ("-p", str(directory / "pid"), "-r", str(directory / "vrrp.pid"))
    options = ("--dont-fork", "--log-console", "-P", "-f", str(directory / "keepalived.conf"))
    with (directory / "log").open("a") as log:
        return host.start(PROGRAM, *options, *files, stdout=log, stderr=log)


def shown(host: Host, *what: str) -> list[dict[str, Any]]:
    printed = ip("-json", "-n", host.namespace, *what)
    return [one for one in json.loads(printed or "[]") if one]


def on_host(host: Host) -> set[str]:
    """Addresses, routes and rules, each as text, without the name of who added it."""
    found = []
    for link in shown(host, "address", "show"):
        for one in link["addr_info"]:
            own = {name: one.get(name) for name in _ADDRESS}
            found.append(("address", link["ifname"], own))
    for version in ("-4", "-6"):
        for one in shown(host, version, "route", "show", "table", "all"):
            if one.get("protocol") not in ("kernel", "ra", "boot"):
                found.append(("route", version, {name: one.get(name) for name in _ROUTE}))
        for one in shown(host, version, "rule", "show"):
            own = {name: value for name, value in one.items() if name not in _NO_SELECTORS}
            found.append(("rule", version, own))
    return {json.dumps(one, sort_keys=True) for one in found}


def is_master(host: Host, before: set[str]) -> bool:
    return len(on_host(host)) > len(before)


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_what_the_reader_makes_of_a_configuration_takes_over_and_gives_back(
    segment: Segment, name: str
) -> None:
    text = CONFIGURATIONS[name]
    theirs, ours = segment.host(), segment.host()
    for host in (theirs, ours):
        host.add_interface("eth1")
    bare = {host: on_host(host) for host in (theirs, ours)}
    keepalived = start_keepalived(theirs, written(theirs, ours, text, PRIORITIES[0]))
    eventually(lambda: is_master(theirs, bare[theirs]), 20, "keepalived serves")

    own = written(ours, theirs, text, PRIORITIES[1])
    reading = read_configuration(Files({"k": own}.get, lambda _directory, _pattern: []), "k")
    agent = Agent(ours, *(dict(one) for one in reading.instances)).start()
    names = [str(one["name"]) for one in reading.instances]
    for one in names:
        agent.wait_for("BACKUP", name=one)
        agent.wait_until_it_hears_a_master(one)
    theirs_has = eventually(lambda: settled(theirs, bare[theirs]), 20)
    assert on_host(ours) == bare[ours]

    keepalived.send_signal(signal.SIGTERM)
    keepalived.wait(10)
    for one in names:
        agent.wait_for("MASTER", 15, name=one)
    assert comparable(on_host(ours) - bare[ours]) == comparable(theirs_has)

    keepalived = start_keepalived(theirs, written(theirs, ours, text, PRIORITIES[0]))
    for one in names:
        agent.wait_for("BACKUP", 20, name=one)
    eventually(lambda: comparable(settled(theirs, bare[theirs])) == comparable(theirs_has), 20)
    eventually(lambda: on_host(ours) == bare[ours], 10, "nothing is left on our host")


def settled(host: Host, before: set[str]) -> set[str]:
    return on_host(host) - before


def comparable(found: set[str]) -> set[str]:
    """The findings without what differs by nature: the link-local address of a virtual MAC."""
    return {one for one in found if not re.search(r'"local": "fe80::200:5eff', one)}
