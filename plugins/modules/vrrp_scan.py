#!/usr/bin/python

# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Module vrrp_scan."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vrrp_scan
short_description: Find out who speaks VRRP on the segments of a host, and what clashes with a plan
version_added: 1.0.0
description:
  - Listens for advertisements for some seconds, also those that a firewall of the host keeps out, and asks by ARP and Neighbor
    Discovery who has the planned addresses.
  - Reports what clashes with O(instances). That is a sender of the same VRID with another version, address list, interval or
    authentication, and an address for which a host answers that does not advertise it. A sender that agrees with the plan is no
    clash, whatever program it runs.
  - Needs root on the host, and no agent. It changes nothing.
options:
  instances:
    description: The virtual routers that are planned for the host, one for each address family.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name of the instance.
        type: str
        required: true
      interface:
        description: The interface of the segment.
        type: str
        required: true
      vrid:
        description: The virtual router identifier.
        type: int
        required: true
      addresses:
        description: The addresses that are advertised, of one family, without prefix lengths.
        type: list
        elements: str
        default: []
      family:
        description: The address family. It may be left out where there are O(instances[].addresses).
        type: str
        choices: [ipv4, ipv6]
      excluded_addresses:
        description: Further addresses that are served.
        type: list
        elements: str
        default: []
      unicast:
        description: Whether the hosts send to each other's addresses, so that a TTL other than 255 is possible.
        type: bool
        default: false
      version:
        description: The version of the protocol.
        type: int
        choices: [2, 3]
        default: 3
      advertisement_interval:
        description: The advertisement interval in seconds.
        type: float
        default: 1
      authentication:
        description: V(password) for the one of version 2, V(hmac) for signatures of this collection.
        type: str
        choices: [none, password, hmac]
        default: none
  interfaces:
    description: Further interfaces to listen on.
    type: list
    elements: str
    default: []
  members:
    description: The own addresses of hosts that share the virtual routers, which may be changing. What they send is no clash.
    type: list
    elements: str
    default: []
  seconds:
    description: For how many seconds to listen. A master is heard within its advertisement interval.
    type: float
    default: 5
  unless_installed:
    description: Do nothing on a host that has the agent already.
    type: bool
    default: false
extends_documentation_fragment:
  - failover.vrrp.attributes
attributes:
  diff_mode:
    description: Changes nothing, so there is no difference.
    support: none
author:
  - failover.vrrp contributors (@failover)
seealso:
  - module: failover.vrrp.vrrp_info
"""

EXAMPLES = r"""
- name: Listen on an interface
  failover.vrrp.vrrp_scan:
    interfaces: [eth0]
  register: scan

- name: Choose a VRID that is free
  ansible.builtin.debug:
    msg: "{{ range(1, 256) | difference(scan.senders | map(attribute='vrid')) | first }}"

- name: Find out whether an instance would clash
  failover.vrrp.vrrp_scan:
    instances:
      - name: web
        interface: eth0
        vrid: 51
        addresses: [192.0.2.100]
  register: web
  failed_when: web.clashes | length > 0
"""

RETURN = r"""
senders:
  description: The hosts that advertise virtual routers, by their last advertisements.
  returned: success
  type: list
  elements: dict
  contains:
    interface:
      description: The interface on which it is heard.
      type: str
    family:
      description: V(ipv4) or V(ipv6).
      type: str
    vrid:
      description: The virtual router identifier.
      type: int
    version:
      description: The version of the protocol.
      type: int
    source:
      description: The address that it sends from.
      type: str
    destination:
      description: The address that it sends to, that of the multicast group or of this host.
      type: str
    mac:
      description: The MAC address that it sends from.
      type: str
    priority:
      description: Its priority.
      type: int
    advertisement_interval:
      description: Its advertisement interval in seconds.
      type: float
    addresses:
      description: The addresses that it advertises.
      type: list
      elements: str
    authentication:
      description: V(none), V(password) or V(hmac).
      type: str
    packets:
      description: The number of its advertisements.
      type: int
answers:
  description: The hosts that answer for planned addresses, each with C(interface), C(address) and C(mac).
  returned: success
  type: list
  elements: dict
malformed:
  description: The number of packets of protocol 112 that are no advertisements of version 2 or 3.
  returned: success
  type: int
left_out:
  description: The number of packets of further senders than the first 32 of a VRID, which are not listed.
  returned: success
  type: int
clashes:
  description: What clashes with the plan, a line each.
  returned: success
  type: list
  elements: str
"""

import ipaddress
import os
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.failover.vrrp.plugins.module_utils._scan.clashes import (
    Answer,
    Planned,
    find_clashes,
)
from ansible_collections.failover.vrrp.plugins.module_utils._scan.heard import (
    SENDERS_MAX,
    Heard,
    Sender,
)
from ansible_collections.failover.vrrp.plugins.module_utils._scan.listen import ScanError, scan
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.base.paths import CONFIG
from ansible_collections.failover.vrrp.plugins.module_utils._vrrp.model.family import Family, text


def read_instances(instances: t.Sequence[t.Mapping[str, t.Any]]) -> list[Planned]:
    """Return the planned virtual routers; raises ScanError for an address that is none."""
    return [
        Planned(
            one["name"],
            one["interface"],
            _family(one),
            one["vrid"],
            one["version"],
            tuple(map(packed, one["addresses"])),
            tuple(map(packed, one["excluded_addresses"])),
            one["advertisement_interval"],
            one["authentication"],
            one["unicast"],
        )
        for one in instances
    ]


def _family(instance: t.Mapping[str, t.Any]) -> Family:
    families = {Family.of(packed(one)) for one in instance["addresses"]}
    families.update(one for one in Family if one.label == instance.get("family"))
    if len(families) != 1:
        raise ScanError(f"{instance['name']}: addresses and family: not of one family")
    return families.pop()


def packed(written: str) -> bytes:
    """Return an address as bytes; raises ScanError."""
    try:
        return ipaddress.ip_address(written).packed
    except ValueError:
        raise ScanError(f"{written} is not an IP address") from None


def probed_addresses(
    planned: t.Sequence[Planned], interfaces: t.Iterable[str], members: t.Collection[bytes]
) -> dict[str, set[bytes]]:
    """Return the addresses to ask for on each interface: those that are planned, and those of the
    hosts that share them.
    """
    wanted: dict[str, set[bytes]] = {name: set() for name in interfaces}
    for one in planned:
        wanted.setdefault(one.interface, set()).update(
            one.addresses, one.excluded_addresses, members
        )
    return wanted


def run(parameters: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Scan; returns the result, raises ScanError."""
    if parameters["unless_installed"] and os.path.lexists(CONFIG):
        return result(Heard(), (), [])
    if os.geteuid() != 0:
        raise ScanError("only root may listen: set become to true")
    planned = read_instances(parameters["instances"])
    members = frozenset(map(packed, parameters["members"]))
    wanted = probed_addresses(planned, parameters["interfaces"], members)
    heard, answers = scan(wanted, parameters["seconds"])
    clashes = list(find_clashes(planned, heard.senders, answers, members))
    if heard.left_out:
        many = f"more than {SENDERS_MAX} hosts advertise with one VRID, which no cluster does"
        clashes.append(f"{many}: {heard.left_out} packets of further hosts are not shown")
    return result(heard, answers, clashes)


def result(heard: Heard, answers: t.Iterable[Answer], clashes: list[str]) -> dict[str, t.Any]:
    """Return what was found as plain values."""
    return {
        "senders": [plain_sender(one) for one in heard.senders],
        "answers": [
            {"interface": one.interface, "address": text(one.address), "mac": one.mac}
            for one in answers
        ],
        "malformed": heard.malformed,
        "left_out": heard.left_out,
        "clashes": clashes,
    }


def plain_sender(sender: Sender) -> dict[str, t.Any]:
    """Return a sender as plain values."""
    return {
        "interface": sender.interface,
        "family": sender.family.label,
        "vrid": sender.vrid,
        "version": sender.version,
        "source": text(sender.source),
        "destination": text(sender.destination),
        "mac": sender.mac,
        "priority": sender.priority,
        "advertisement_interval": sender.advertisement_interval,
        "addresses": list(map(text, sender.addresses)),
        "authentication": sender.authentication,
        "packets": sender.packets,
    }


def main() -> None:
    """Run the module."""
    instance = {
        "name": {"type": "str", "required": True},
        "interface": {"type": "str", "required": True},
        "vrid": {"type": "int", "required": True},
        "addresses": {"type": "list", "elements": "str", "default": []},
        "family": {"type": "str", "choices": ["ipv4", "ipv6"]},
        "unicast": {"type": "bool", "default": False},
        "excluded_addresses": {"type": "list", "elements": "str", "default": []},
        "version": {"type": "int", "choices": [2, 3], "default": 3},
        "advertisement_interval": {"type": "float", "default": 1},
        "authentication": {
            "type": "str",
            "choices": ["none", "password", "hmac"],
            "default": "none",
        },
    }
    module = AnsibleModule(
        argument_spec={
            "instances": {"type": "list", "elements": "dict", "default": [], "options": instance},
            "interfaces": {"type": "list", "elements": "str", "default": []},
            "members": {"type": "list", "elements": "str", "default": []},
            "seconds": {"type": "float", "default": 5},
            "unless_installed": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    try:
        found = run(module.params)
    except ScanError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, **found)


if __name__ == "__main__":
    main()
