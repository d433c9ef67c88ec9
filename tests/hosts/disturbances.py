# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The disturbances of the matrix: commands on a booted host, by what manages its network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Sequence


@dataclass(frozen=True)
class Disturbance:
    """A ``command`` on the master, or on the backup if ``on_backup``. ``before`` runs on both hosts
    before it each time, and ``after`` on both at the end of each time.

    ``passing``: packets pass and the link stays up, so that hardly any may be lost. ``window`` are
    the seconds in which it is watched. With ``leases`` the host is given another address each time.
    A ``power`` disturbance is made from outside: ``reboot`` or ``late`` (booted without the
    interface, which comes three seconds later).
    """

    name: str
    command: str = ""
    before: str = ""
    after: str = ""
    passing: bool = True
    on_backup: bool = False
    window: float = 6.0
    leases: bool = False
    power: str = ""


_OWN_ADDRESS_GONE = Disturbance(
    "own address gone for 200 ms",
    "ip address delete $OWN/24 dev eth0; sleep 0.2; ip address add $OWN/24 brd + dev eth0",
)
_NETWORKD = "/etc/systemd/network/10-eth0.network"
_KEYFILE = "/etc/NetworkManager/system-connections/lan.nmconnection"
_STATIC_NETWORKD = f"cp /etc/static.network {_NETWORKD}; networkctl reload"
_LEASED_NETWORKD = f"cp /etc/leased.network {_NETWORKD}; networkctl reload"
_UP = "nmcli connection up lan"
_STATIC_KEYFILE = f"cp /etc/static.nmconnection {_KEYFILE}; nmcli connection reload; {_UP}"
_LEASED_KEYFILE = f"nmcli connection modify lan ipv4.method auto ipv4.addresses ''; {_UP}"
# An address that the host did not have.
_ANOTHER = "203.0.113.$((RANDOM % 200 + 1))/24"
_ANOTHER_MAC = "02:00:c0:aa:$(printf %02x:%02x $((RANDOM % 256)) $((RANDOM % 256)))"
_INTERFACES = "/etc/network/interfaces"

_OF_NETWORKD = [
    Disturbance("networkd restarted", "systemctl restart systemd-networkd"),
    Disturbance("networkd reloaded", f"touch {_NETWORKD}; networkctl reload"),
    Disturbance("networkd: link reconfigured", "networkctl reconfigure eth0"),
    Disturbance(
        "networkd: settings changed and reloaded",
        f"echo Address={_ANOTHER} >>{_NETWORKD}; networkctl reload",
        after=_STATIC_NETWORKD,
    ),
    _OWN_ADDRESS_GONE,
    Disturbance(
        "networkd: another lease",
        "networkctl renew eth0",
        before=_LEASED_NETWORKD,
        after=_STATIC_NETWORKD,
        leases=True,
    ),
    Disturbance(
        "MAC address changed",
        f"ip link set eth0 address {_ANOTHER_MAC}",
    ),
    Disturbance("nftables restarted", "systemctl restart nftables"),
    Disturbance("nftables reloaded", "systemctl reload nftables"),
    Disturbance("nftables flushed", "nft flush ruleset", after="systemctl restart nftables"),
    Disturbance(
        "nftables: VRRP refused outwards for 5 s",
        "nft add table inet block;"
        "nft add chain inet block out '{ type filter hook output priority 0; }';"
        "nft add rule inet block out meta l4proto 112 drop; sleep 5; nft delete table inet block",
        window=11,
    ),
    Disturbance("rebooted", passing=False, power="reboot", window=14),
    Disturbance("booted without its interface", passing=False, power="late", window=16),
]
_OF_NETWORK_MANAGER = [
    Disturbance("NetworkManager restarted", "systemctl restart NetworkManager"),
    Disturbance("NetworkManager reloaded", "nmcli connection reload; nmcli general reload"),
    Disturbance("NetworkManager: device reapplied", "nmcli device reapply eth0"),
    Disturbance("NetworkManager: connection activated again", "nmcli connection up lan"),
    Disturbance(
        "NetworkManager: settings changed and reapplied",
        f"nmcli connection modify lan +ipv4.addresses {_ANOTHER}; nmcli device reapply eth0",
        after=_STATIC_KEYFILE,
    ),
    _OWN_ADDRESS_GONE,
    Disturbance(
        "NetworkManager: another lease",
        "nmcli connection up lan",
        before=_LEASED_KEYFILE,
        after=_STATIC_KEYFILE,
        leases=True,
    ),
    Disturbance("firewalld restarted", "systemctl restart firewalld"),
    Disturbance("firewalld reloaded", "firewall-cmd --reload"),
    Disturbance("firewalld reloaded completely", "firewall-cmd --complete-reload"),
    Disturbance(
        "firewalld started later",
        "systemctl start firewalld",
        before="systemctl stop firewalld",
        after="systemctl start firewalld",
    ),
    Disturbance(
        "firewalld: zone changed on the master",
        "firewall-cmd --zone=work --change-interface=eth0",
        after="firewall-cmd --zone=public --change-interface=eth0",
    ),
    Disturbance(
        "firewalld: zone changed on the backup",
        "firewall-cmd --zone=work --change-interface=eth0",
        after="firewall-cmd --zone=public --change-interface=eth0",
        on_backup=True,
        window=10,
    ),
    Disturbance(
        "firewalld: panic for 5 s on the master",
        "firewall-cmd --panic-on; sleep 5; firewall-cmd --panic-off",
        passing=False,
        window=14,
    ),
    Disturbance(
        "firewalld: panic for 5 s on the backup",
        "firewall-cmd --panic-on; sleep 5; firewall-cmd --panic-off",
        on_backup=True,
        window=14,
    ),
]
_OF_IFUPDOWN2 = [
    Disturbance("ifupdown2: networking restarted", "systemctl restart networking", passing=False),
    Disturbance("ifupdown2: ifreload", "ifreload -a"),
    Disturbance(
        "ifupdown2: settings changed and ifreload",
        f'sed -i "/address $OWN/a address {_ANOTHER}" {_INTERFACES}; ifreload -a',
        after=f"cp /etc/static.interfaces {_INTERFACES}; ifreload -a",
    ),
    Disturbance("ifupdown2: ifdown and ifup", "ifdown eth0; ifup eth0", passing=False),
    _OWN_ADDRESS_GONE,
    Disturbance(
        "ufw enabled", "ufw --force enable", before="ufw disable", after="ufw --force enable"
    ),
    Disturbance("ufw reloaded", "ufw reload", passing=False),
    Disturbance(
        "ufw: everything refused outwards for 5 s",
        "ufw default deny outgoing; sleep 5; ufw default allow outgoing",
        passing=False,
        window=14,
    ),
    Disturbance(
        "iptables: everything refused inwards for 5 s",
        "iptables -I INPUT -j DROP; sleep 5; iptables -D INPUT -j DROP",
        passing=False,
        window=14,
    ),
]

# By the group of the inventory that has the two hosts.
DISTURBANCES: Mapping[str, Sequence[Disturbance]] = {
    "networkd": _OF_NETWORKD,
    "network_manager": _OF_NETWORK_MANAGER,
    "ifupdown2": _OF_IFUPDOWN2,
}
