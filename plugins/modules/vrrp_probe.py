#!/usr/bin/python

# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Module vrrp_probe."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vrrp_probe
short_description: Measure how long addresses go without an answer, and which host serves them
version_added: 1.0.0
description:
  - Sends ICMP echo requests to addresses of the host's own segment at a steady rate, for a time or until a file exists, and records
    the answers with the MAC address that they come from.
  - For a host that is no master of the addresses. Needs root.
options:
  addresses:
    description: The addresses, without prefix lengths.
    type: list
    elements: str
    required: true
  rate:
    description: Requests a second to each address.
    type: int
    default: 100
  duration:
    description: For how many seconds to probe at most.
    type: float
    default: 10
  stop_file:
    description: A file whose existence ends the probe. It is removed at the beginning.
    type: path
extends_documentation_fragment:
  - failover.vrrp.attributes
attributes:
  diff_mode:
    description: Changes nothing, so there is no difference.
    support: none
author:
  - failover.vrrp contributors (@failover)
"""

EXAMPLES = r"""
- name: Probe an address in the background
  failover.vrrp.vrrp_probe:
    addresses: [192.0.2.100]
    duration: 600
    stop_file: /run/vrrp-probe.stop
  async: 660
  poll: 0
  register: probe
"""

RETURN = r"""
probes:
  description: The measurement of each address.
  returned: success
  type: list
  elements: dict
  contains:
    address:
      description: The address.
      type: str
    start:
      description: The time of the first request, in seconds since 1970.
      type: float
    interval:
      description: The seconds between two requests.
      type: float
    sent:
      description: The number of requests.
      type: int
    unanswered:
      description: The number of those without an answer.
      type: int
    longest:
      description: The number of those in the longest run of them.
      type: int
    gaps:
      description: The runs of requests without an answer, each with the number of its first one and their count.
      type: list
      elements: list
    servers:
      description: The runs of requests that were answered from one MAC address, each with the number of its first one and that address.
      type: list
      elements: list
"""

import contextlib
import ipaddress
import json
import os
import threading
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.failover.vrrp.plugins.module_utils._probe.probe import Probe


def interface_to(module: AnsibleModule, address: str) -> str:
    """Return the interface by which the host reaches an address; fails the module without one."""
    command = [module.get_bin_path("ip", required=True), "-json", "route", "get", address]
    status, output, errors = module.run_command(command)
    if status != 0:
        module.fail_json(msg=f"{address} can't be reached: {errors.strip()}")
    (route,) = json.loads(output)
    if "gateway" in route or route.get("type") == "local":
        where = f"behind {route['gateway']}" if "gateway" in route else "the host's own"
        module.fail_json(msg=f"{address} is {where}: probe from another host of its segment")
    return str(route["dev"])


def probe_all(
    probes: t.Mapping[str, Probe], duration: float, stop_file: str | None
) -> list[dict[str, t.Any]]:
    """Run all probes at the same time; returns their results."""
    results: dict[str, dict[str, t.Any]] = {}

    def is_stopped() -> bool:
        return stop_file is not None and os.path.exists(stop_file)

    def run(address: str, probe: Probe) -> None:
        results[address] = probe.run(duration, is_stopped)

    threads = [threading.Thread(target=run, args=one) for one in probes.items()]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return [{"address": address, **results[address]} for address in probes]


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "addresses": {"type": "list", "elements": "str", "required": True},
            "rate": {"type": "int", "default": 100},
            "duration": {"type": "float", "default": 10},
            "stop_file": {"type": "path"},
        },
        supports_check_mode=True,
    )
    wanted, stop_file = module.params, module.params["stop_file"]
    for address in wanted["addresses"]:
        try:
            ipaddress.ip_address(address)
        except ValueError:
            module.fail_json(msg=f"{address} is not an IP address")
    if stop_file is not None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(stop_file)
    try:
        probes = {
            address: Probe(address, interface_to(module, address), wanted["rate"])
            for address in wanted["addresses"]
        }
    except OSError as error:
        module.fail_json(msg=f"cannot send echo requests: {error.strerror}: set become to true")
    module.exit_json(changed=False, probes=probe_all(probes, wanted["duration"], stop_file))


if __name__ == "__main__":
    main()
